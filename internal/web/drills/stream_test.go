package drills

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"beredskab/internal/frame"
)

// viewer is somebody who looks at a live page.
type viewer struct {
	t      *testing.T
	lines  *bufio.Reader
	answer *http.Response
	leave  context.CancelFunc
}

// piece is one message as it came.
type piece struct {
	id string
	frame.Piece
}

func (h *hall) look(server *httptest.Server, who, path, last string) *viewer {
	h.t.Helper()
	ctx, leave := context.WithCancel(h.t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+path, nil)
	h.ok(err)
	r.AddCookie(&http.Cookie{Name: frame.Cookie, Value: who})
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	answer, err := server.Client().Do(r)
	h.ok(err)
	v := &viewer{t: h.t, lines: bufio.NewReader(answer.Body), answer: answer, leave: leave}
	h.t.Cleanup(v.gone)
	return v
}

func (v *viewer) gone() {
	v.leave()
	_, _ = io.Copy(io.Discard, v.answer.Body)
	_ = v.answer.Body.Close()
}

// next is the next message.
func (v *viewer) next() (p piece) {
	v.t.Helper()
	for {
		line, err := v.lines.ReadString('\n')
		if err != nil {
			v.t.Fatalf("the stream ended: %v", err)
		}
		line = strings.TrimSpace(line)
		if id, found := strings.CutPrefix(line, "id: "); found {
			p.id = id
		}
		if data, found := strings.CutPrefix(line, "data: "); found {
			if err := json.Unmarshal([]byte(data), &p.Piece); err != nil {
				v.t.Fatal(err)
			}
			return p
		}
	}
}

// TestTwoWatchARun: each is told of what happens in his own words, and whoever was
// away goes on from the event that he saw last.
func TestTwoWatchARun(t *testing.T) {
	h := newHall(t)
	id := h.open()
	h.drive(id)
	server := httptest.NewServer(h.pages)
	t.Cleanup(server.Close)
	path := "/drills/" + id
	at := fmt.Sprint(h.run(id).Seq)
	leader, owner := h.look(server, "koordinator", path+"/stream?after="+at, ""), h.look(server, "ejer", path+"/stream", at)
	if kind := leader.answer.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("%s, %s", leader.answer.Status, kind)
	}

	h.post(http.StatusSeeOther, "ejer", path+"/take", "step", "bekraeft-data")
	seen := fmt.Sprint(h.run(id).Seq)
	for name, v := range map[string]*viewer{"koordinator": leader, "ejer": owner} {
		p := v.next()
		step, changed := p.Parts["step-bekraeft-data"]
		if p.id != seen || !changed || p.Parts["run-log"] == "" || !strings.Contains(p.Say, "Ejer af ESDH er i gang med trin") {
			t.Errorf("%s got event %s with %d parts, saying %q", name, p.id, len(p.Parts), p.Say)
		}
		if strings.Contains(step, "Jeg er i gang") {
			t.Errorf("%s is still offered to take the step", name)
		}
		if _, all := p.Parts["step-ryd-op"]; all {
			t.Errorf("%s got a step to which nothing happened", name)
		}
	}

	owner.gone()
	h.post(http.StatusSeeOther, "koordinator", path+"/note", "text", "mens du var væk")
	leader.next()
	back := h.look(server, "ejer", path+"/stream?after="+at, seen) // the header is newer than the address
	if p := back.next(); p.id != fmt.Sprint(h.run(id).Seq) || !strings.Contains(p.Parts["run-log"], "mens du var væk") || len(p.Parts) < 6 {
		t.Errorf("came back to event %s with %d parts", p.id, len(p.Parts))
	}

	// Whoever may not see the page may not see its stream.
	if got := h.ask(http.MethodGet, "admin", path+"/stream", nil); got.StatusCode != http.StatusForbidden {
		t.Errorf("the administrator: %s", got.Status)
	}
	if got := h.ask(http.MethodGet, "", path+"/stream", nil); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("nobody: %s", got.Status)
	}
}

// TestTheWallFollows: the big screen has one part.
func TestTheWallFollows(t *testing.T) {
	h := newHall(t)
	id := h.open()
	h.drive(id)
	server := httptest.NewServer(h.pages)
	t.Cleanup(server.Close)
	v := h.look(server, "revisor", "/wall/"+id+"/stream", "")
	if p := v.next(); !strings.Contains(p.Parts["wall"], "Systemejeren bekræfter data") || len(p.Parts) != 1 {
		t.Errorf("%d parts", len(p.Parts))
	}
}

// TestThePartsAsJSON is what a program may ask for instead of the stream.
func TestThePartsAsJSON(t *testing.T) {
	h := newHall(t)
	id := h.open()
	h.drive(id)
	got := h.ask(http.MethodGet, "ejer", "/drills/"+id+"?part=1", nil, "Accept", "application/json")
	var p frame.Piece
	if err := json.NewDecoder(got.Body).Decode(&p); err != nil || !strings.Contains(p.Parts["run-waits"], "Systemejer") && !strings.Contains(p.Parts["run-waits"], "systemejer") {
		t.Errorf("%v: %.200s", err, p.Parts["run-waits"])
	}
	if page := h.see("ejer", "/drills/"+id+"?part=1", "da"); !strings.Contains(page, "data-live") {
		t.Error("a browser gets no page")
	}
}

// at is a scene of which only the number matters.
func at(seq int) *scene {
	s := &scene{}
	s.run.Seq = seq
	return s
}

// TestOneWatcherForAll: however many look at a run, the register is asked once a
// second; nobody is left behind when they have gone.
func TestOneWatcherForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked, newest atomic.Int64
		newest.Store(1)
		h := newHub(time.Second, func(_ context.Context, _ string, after int) (*scene, error) {
			asked.Add(1)
			if n := int(newest.Load()); n > after {
				return at(n), nil
			}
			return nil, nil
		})
		var told sync.WaitGroup
		const viewers = 200
		ctx, leave := context.WithCancel(t.Context())
		leave() // whoever came first may be the first to go
		for range viewers {
			w := h.join(ctx, "2026-01", at(1))
			_, news := w.now()
			told.Go(func() {
				defer h.part("2026-01", w)
				<-news
				if s, _ := w.now(); s.run.Seq != 2 {
					t.Errorf("told of event %d", s.run.Seq)
				}
			})
		}
		if h.known("2026-01") == nil || h.known("2026-02") != nil {
			t.Error("it is not known who is looked at")
		}
		time.Sleep(10*time.Second + time.Millisecond)
		if n := asked.Load(); n != 10 {
			t.Errorf("%d viewers cost %d questions in ten seconds", viewers, n)
		}
		synctest.Wait()
		newest.Store(2)
		told.Wait()
		synctest.Wait()
		before := asked.Load()
		time.Sleep(5 * time.Second)
		if n := asked.Load() - before; n != 0 || len(h.runs) != 0 {
			t.Errorf("%d questions after the last had left, %d runs watched", n, len(h.runs))
		}
	})
}

// TestARegisterThatIsAway is asked again, and older news never come over newer.
func TestARegisterThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := []struct {
			s   *scene
			err error
		}{{nil, errors.New("away")}, {at(5), nil}, {at(4), nil}, {nil, nil}}
		h := newHub(time.Second, func(context.Context, string, int) (*scene, error) {
			if len(answers) == 0 {
				return nil, nil
			}
			a := answers[0]
			answers = answers[1:]
			return a.s, a.err
		})
		w := h.join(t.Context(), "x", at(1))
		_, news := w.now()
		<-news
		time.Sleep(10 * time.Second)
		if s, _ := w.now(); s.run.Seq != 5 {
			t.Errorf("event %d", s.run.Seq)
		}
		h.part("x", w)
	})
}
