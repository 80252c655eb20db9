package slack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/proof"
	"beredskab/internal/record"
	"beredskab/internal/slack/seen"
	"beredskab/internal/store"
)

// fingerprint is everything that a press could change: the log, and what was seen.
func (h *house) fingerprint() string {
	h.t.Helper()
	entries, err := h.Register.Entries(h.t.Context(), kept.EntryFilter{})
	h.ok(err)
	rows, err := door.Read(h.t.Context(), h.Door, func(tx door.Tx) ([]record.Row, error) {
		return tx.Records(h.t.Context(), seen.Kind, record.Filter{})
	})
	h.ok(err)
	sum := sha256.New()
	for _, row := range rows {
		_, _ = fmt.Fprintf(sum, "%s %d %s\n", row.Key, row.Rev, row.Body)
	}
	return fmt.Sprint(len(entries), " ", hex.EncodeToString(sum.Sum(nil)))
}

// endless gives zeros for as long as somebody reads, and counts them.
type endless struct{ read, most int64 }

func (e *endless) Read(b []byte) (int, error) {
	if e.read >= e.most {
		return 0, io.EOF
	}
	e.read += int64(len(b))
	return len(b), nil
}

// attempt is a request that must change nothing.
type attempt struct {
	what   string
	r      *http.Request
	status int
}

// good is one that does.
func (h *house) good() *http.Request {
	return request(interactivity, wrap(interactivity, h.press("ejer", "nej", "yes")), time.Now(), word)
}

// bad are requests that are not Slack's, or not meant like that.
func (h *house) bad(played []byte, huge *endless) []attempt {
	now, press := time.Now(), func() []byte { return wrap(interactivity, h.press("ejer", "nej", "yes")) }
	with := func(change func(*http.Request)) *http.Request {
		r := h.good()
		change(r)
		return r
	}
	return []attempt{
		{"signed with another secret", request(interactivity, press(), now, "another"), 401},
		{"301 seconds old", request(interactivity, press(), now.Add(-301*time.Second), word), 401},
		{"from the future", request(interactivity, press(), now.Add(400*time.Second), word), 401},
		{"played again within the window", request(interactivity, wrap(interactivity, played), now, word), 200},
		{"another body than was signed", with(func(r *http.Request) { r.Body = io.NopCloser(bytes.NewReader(press())) }), 401},
		{"no signature", with(func(r *http.Request) { r.Header.Del("X-Slack-Signature") }), 401},
		{"no time", with(func(r *http.Request) { r.Header.Del("X-Slack-Request-Timestamp") }), 401},
		{"a time that is no number", with(func(r *http.Request) { r.Header.Set("X-Slack-Request-Timestamp", "now") }), 401},
		{"a signature of another version", with(func(r *http.Request) {
			r.Header.Set("X-Slack-Signature", "v1="+strings.TrimPrefix(r.Header.Get("X-Slack-Signature"), "v0="))
		}), 401},
		{"half a signature", with(func(r *http.Request) { r.Header.Set("X-Slack-Signature", r.Header.Get("X-Slack-Signature")[:30]) }), 401},
		{"50 MB in pieces", with(func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(huge), -1 }), 413},
		{"the payload in the address", func() *http.Request {
			r := request(interactivity, nil, now, word)
			r.URL.RawQuery = url.Values{"payload": {string(h.press("ejer", "nej", "yes"))}}.Encode()
			return r
		}(), 400},
		{"no JSON", request(interactivity, []byte("payload=%7B"), now, word), 400},
		{"another kind of body", with(func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }), 400},
		{"another kind of request", with(func(r *http.Request) { r.SetPathValue("kind", "elsewhere") }), 400},
		{"by GET", with(func(r *http.Request) { r.Method = http.MethodGet }), 404},
		{"of nobody", request(interactivity, wrap(interactivity, []byte(`{"type":"block_actions","actions":[{"action_id":"yes","block_id":"ask/1"}]}`)), now, word), 400},
	}
}

// They change nothing (S11).
func TestBadRequestsChangeNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "da", false).work()
	h.deliver(interactivity, h.press("ejer", "ja", "yes"), 1)
	h.settled("ejer")
	played := h.press("ejer", "tag", "take")
	h.deliver(interactivity, played, 1)
	h.settled("ejer")
	huge := &endless{most: 50 << 20}
	bad := h.bad(played, huge)
	before, wrong := h.fingerprint(), 0
	for _, b := range bad {
		w := httptest.NewRecorder()
		h.Listener.ServeHTTP(w, b.r)
		if w.Code != b.status {
			wrong++
			t.Errorf("%s is answered %d, want %d", b.what, w.Code, b.status)
		}
	}
	h.lane(user("ejer"))
	if after := h.fingerprint(); after != before {
		wrong++
		t.Errorf("they changed %s into %s", before, after)
	}
	if huge.read > 2<<20 {
		t.Errorf("%d bytes of a huge body were read", huge.read)
	}
	if h.step("nej").State != drill.Asked {
		t.Errorf("the step is %s", h.step("nej").State)
	}
	h.Listener.ServeHTTP(httptest.NewRecorder(), h.good()) // the control: this one does
	h.fake.got("chat.update", 2)
	if h.fingerprint() == before || h.step("nej").State != drill.Done {
		t.Error("the good request changes nothing either: the test looks at nothing")
	}
	proof.Report(t, proof.Figure{ID: "S11", What: "requests that are not Slack's", Count: len(bad), Unit: "requests", Failed: wrong})
}

// lane waits until everything before is done in the lane of that account.
func (h *house) lane(who string) {
	h.t.Helper()
	done := make(chan struct{})
	v := &visit{}
	v.from(team, who)
	if !h.submit(v.account.String(), func(context.Context) error { close(done); return nil }) {
		h.t.Fatal("nothing more is taken")
	}
	<-done
}

// Slack is answered before the register is: a disk that stands still holds no answer up.
func TestAcknowledgedBeforeAnythingSlow(t *testing.T) {
	t.Parallel()
	for _, socket := range []bool{false, true} {
		h := newHouse(t, "da", socket)
		held := make(chan struct{})
		h.Door = door.New(slow{h.db, held}, h) // of what was seen
		h.work()
		h.deliver(interactivity, h.press("ejer", "ja", "yes"), 1) // returns over HTTP when Slack has its answer
		if socket {
			h.fake.await("the acknowledgement", func() bool { return len(h.fake.acked) == 1 })
		}
		if h.step("ja").State != drill.Asked {
			t.Error("the register was asked first")
		}
		close(held)
		h.fake.got("chat.update", 1)
		if h.step("ja").State != drill.Done {
			t.Error("what was acknowledged was not done")
		}
	}
}

// What was acknowledged is done before the listener ends; afterwards nothing is taken.
func TestEndsWithWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "da", false)
	for range 5 {
		h.deliver(interactivity, h.press("ejer", "ja", "take"), 1)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.Run(ctx)
	if h.step("ja").State != drill.Taken {
		t.Errorf("the step is %s", h.step("ja").State)
	}
	if w := h.post(interactivity, h.press("ejer", "ja", "yes")); w.Code != http.StatusServiceUnavailable {
		t.Errorf("after its end it answers %d", w.Code)
	}
}

// Two nodes know of one another what was seen.
func TestSeenOnEveryNodeForAnHour(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "da", false)
	other, err := store.Open(t.Context(), store.Options{Path: h.file})
	h.ok(err)
	defer other.Close()
	node := &Listener{ListenerOptions: ListenerOptions{Door: door.New(other, h)}}
	try := func(l *Listener, key string) bool {
		t.Helper()
		first, err := seen.First(t.Context(), l.Door, key)
		h.ok(err)
		return first
	}
	if key := seen.Key("a"); !try(h.Listener, key) || try(node, key) || try(h.Listener, key) {
		t.Error("it is the first twice")
	}
	h.pass(2 * time.Hour)
	if !try(node, seen.Key("a")) || seen.Key("a", "b") == seen.Key("ab") {
		t.Error("what was seen is kept for ever, or two keys are one")
	}
}

func TestChallenge(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "da", false)
	w := h.post(events, []byte(`{"type":"url_verification","challenge":"3eZbrw1aB"}`))
	if w.Code != http.StatusOK || w.Body.String() != "3eZbrw1aB" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := h.post(commands, []byte(`{"ssl_check":"1"}`)); w.Code != http.StatusOK {
		t.Errorf("a look at the certificate is answered %d", w.Code)
	}
}

// FuzzRead gives what Slack sends in any form: it is read or refused, and never breaks
// down (R19).
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"type":"block_actions","user":{"id":"U1","team_id":"T1"},"actions":[{"action_id":"yes","block_id":"ask/1","value":"2026-01/a"}]}`,
		`{"type":"view_submission","user":{"id":"U1","team_id":"T1"},"view":{"id":"V1","callback_id":"no","private_metadata":"{}","state":{"values":{"text":{"text":{"value":"x"}}}}}}`,
		`{"team_id":"T1","user_id":"U1","text":"status"}`, `{"event":{"type":"app_home_opened","user":"U1"},"team_id":"T1"}`,
		`{"actions":[{}]}`, `{"view":{"state":{"values":null}}}`, `[]`, `null`, `{"user":"x"}`, `payload=%7B%7D`, ``,
	} {
		f.Add(seed)
	}
	l := &Listener{}
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range []string{interactivity, commands, events} {
			for _, media := range []string{"application/json", "application/x-www-form-urlencoded", text} {
				if payload, _, err := unwrapped(kind, media, []byte(text)); err == nil {
					_, _ = l.read(kind, payload)
				}
			}
			v, err := l.read(kind, []byte(text))
			if err == nil && v != nil && (v.once == "" || v.account.Subject == "" || v.act == nil) {
				t.Errorf("%s of %q can be done twice, or by nobody", kind, text)
			}
		}
	})
}
