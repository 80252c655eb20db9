package ops

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/proof"
)

// there counts the calls that come in, and answers as it is told.
type there struct {
	calls int
	err   error
}

func (o *there) RoundTrip(*http.Request) (*http.Response, error) {
	o.calls++
	if o.err != nil {
		return nil, o.err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("OK"))}, nil
}

// pinged is a watch with what sets a ping off and what holds it back.
type pinged struct {
	*Watch
	store   *away
	there   *there
	leads   bool
	overdue int
	tried   time.Time
	log     *proof.Journal
}

func ping(t *testing.T) *pinged {
	t.Helper()
	p := &pinged{store: &away{}, there: &there{}, leads: true, log: &proof.Journal{}}
	p.Watch = watch(p.store)
	p.Watch.Census = func(context.Context) (kept.Census, error) {
		return kept.Census{Schema: 2, Overdue: map[string]int{"mail": p.overdue}}, p.store.err
	}
	p.Told = func() map[string]outbox.Tally { return map[string]outbox.Tally{"mail": {Tried: p.tried}} }
	one := &Ping{
		Watch: p.Watch, URL: "https://watcher.test/SECRET", Every: 5 * time.Minute, Leads: func() bool { return p.leads },
		Log: slog.New(slog.NewTextHandler(p.log, nil)), Over: p.there,
	}
	go one.Attend(t.Context())
	return p
}

// lives lets the loops go round for that long, as a server's do.
func (p *pinged) lives(t *testing.T, long time.Duration) (calls int) {
	t.Helper()
	before := p.there.calls
	for range int(long / (30 * time.Second)) {
		time.Sleep(30 * time.Second)
		_ = p.Meter.Update(t.Context(), nil)
		p.Beat("deliver")
		p.Beat("tick")
		synctest.Wait()
	}
	return p.there.calls - before
}

// The address is called while the work is done, no oftener than was set, and never
// because time has passed: silence tells.
func TestPing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := ping(t)
		if got := p.lives(t, time.Hour); got != 12 {
			t.Errorf("%d calls in an hour, want 12", got)
		}
		before := p.there.calls
		time.Sleep(6 * time.Hour) // the schedules are followed no more
		synctest.Wait()
		if got := p.there.calls - before; got != 0 {
			t.Errorf("%d calls while nothing was done", got)
		}
		p.leads = false
		if got := p.lives(t, time.Hour); got != 0 {
			t.Errorf("%d calls of a server that does not lead", got)
		}
		p.leads, p.store.err = true, errAway
		if got := p.lives(t, time.Hour); got != 0 {
			t.Errorf("%d calls while the register was away", got)
		}
		p.store.err, p.overdue = nil, 3
		if got := p.lives(t, time.Hour); got != 0 {
			t.Errorf("%d calls while messages stood still", got)
		}
		p.tried = time.Now().Add(time.Hour) // there are many, and one was just tried
		if got := p.lives(t, time.Hour); got != 12 {
			t.Errorf("%d calls while messages got on, want 12", got)
		}
	})
}

// That nobody answers there is said once, without the address, and harms nothing.
func TestPingThatNobodyAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := ping(t)
		p.there.err = errors.New("connection refused")
		if got := p.lives(t, time.Hour); got != 12 {
			t.Errorf("%d calls, want 12", got)
		}
		if text := p.log.String(); strings.Count(text, "cannot be called") != 1 || strings.Contains(text, "SECRET") || !strings.Contains(text, "connection refused") {
			t.Errorf("the log says %s", text)
		}
		p.there.err = nil
		p.lives(t, 10*time.Minute)
		if text := p.log.String(); strings.Count(text, "answers again") != 1 {
			t.Errorf("the log says %s", text)
		}
	})
}

// On a real connection: a redirect is not followed, and a refusal is one.
func TestPingOverTheNetwork(t *testing.T) {
	came := make(chan string, 8)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came <- r.Method + " " + r.URL.Path
		if r.URL.Path == "/gone" {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}
	}))
	defer server.Close()
	for path, want := range map[string]string{"/check": "", "/gone": "302"} {
		err := (&Ping{URL: server.URL + path}).call(t.Context(), &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }})
		if got := <-came; got != "GET "+path {
			t.Errorf("asked %s", got)
		}
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if len(came) > 0 {
		t.Errorf("asked %s as well", <-came)
	}
	server.Close()
	if err := (&Ping{URL: server.URL + "/SECRET"}).call(t.Context(), http.DefaultClient); err == nil || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("the error says %v", err)
	}
}

func TestPingSettings(t *testing.T) {
	for _, c := range []struct{ every, address, want string }{
		{"", "https://watcher.test/x", ""},
		{"90s", "http://127.0.0.1:8000/x", ""},
		{"10s", "https://watcher.test/x", "from 1m to 24h"},
		{"often", "https://watcher.test/x", "from 1m to 24h"},
		{"", "http://watcher.test/SECRET", "begins with https://"},
		{"", "SECRET", "begins with https://"},
	} {
		_, err := PingSettings{URLFile: "/etc/ping", Every: c.every}.New(c.address)
		if (c.want == "") != (err == nil) || err != nil && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "SECRET")) {
			t.Errorf("%s, %s: %v", c.every, c.address, err)
		}
	}
}
