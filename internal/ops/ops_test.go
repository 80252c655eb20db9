package ops

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/proof"
	"beredskab/internal/register"
)

// away is a store that cannot be reached, as far as it is told so.
type away struct{ err error }

func (s *away) View(context.Context, func(door.Tx) error) error   { return s.err }
func (s *away) Update(context.Context, func(door.Tx) error) error { return s.err }

var errAway = errors.New("connection refused")

func watch(s *away) *Watch {
	m := NewMeter(s, func(err error) bool { return errors.Is(err, errAway) })
	return New(Options{
		Register: register.New(door.New(m, nil), register.Options{}), Meter: m, Schema: 2,
		Census: func(context.Context) (kept.Census, error) { return kept.Census{Schema: 2}, s.err },
		Disk:   func() (Disk, error) { return Disk{}, nil }, InHand: func() int { return 0 },
		Doubts: func() []Trouble { return []Trouble{{Name: "fences", Text: "one is missing", Minor: true}} },
	})
}

func (w *Watch) ask(path string) (int, string) {
	answer := httptest.NewRecorder()
	w.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
	return answer.Code, answer.Body.String()
}

func wants(t *testing.T, w *Watch, path string, status int, words ...string) {
	t.Helper()
	got, text := w.ask(path)
	if got != status {
		t.Errorf("%s answers %d, want %d: %s", path, got, status, text)
	}
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%s does not say %q: %s", path, word, text)
		}
	}
}

// A loop that stands still makes the process unwell, after its time and not
// before; a register that is away does not.
func TestWhatIsSaidOfLoopsAndRegister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &away{}
		w := watch(s)
		wants(t, w, "/healthz", 200)
		wants(t, w, "/readyz", 503, "it is starting")
		w.Beat("beat")
		w.Beat("tick")
		_ = w.Meter.Update(t.Context(), nil)
		time.Sleep(fresh + time.Second)
		wants(t, w, "/readyz", 200, "note: fences")
		s.err = errAway
		_ = w.Meter.Update(t.Context(), nil)
		time.Sleep(fresh + time.Second)
		wants(t, w, "/readyz", 503, "not reachable since 2000-01-01T00:00:03Z: connection refused", "next:")
		wants(t, w, "/healthz", 200)
		s.err = nil
		time.Sleep(stale)
		wants(t, w, "/readyz", 503, "not reachable since")
		s.err = errors.New("not allowed") // refused by a rule: the register answers again
		_ = w.Meter.Update(t.Context(), nil)
		s.err = nil
		time.Sleep(fresh + time.Second)
		wants(t, w, "/readyz", 200)
		time.Sleep(stale)
		wants(t, w, "/readyz", 503, "has taken no change since")
		time.Sleep(stuck("beat"))
		wants(t, w, "/healthz", 503, "loop beat: it stands still")
		if _, text := w.ask("/healthz"); strings.Contains(text, "tick") {
			t.Error("a loop that has more time is said to stand still")
		}
		w.Beat("beat")
		wants(t, w, "/healthz", 200)
	})
}

// Without encryption only this machine may ask.
func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1:8372": "", "[::1]:0": "", "localhost:1": "", "unix:/run/x.sock": "",
		"0.0.0.0:8372": "put a proxy with TLS", ":8372": "other machines", "10.0.0.1:1": "other machines", "example.org:1": "other machines",
		"8372": "write host and port", "127.0.0.1:http": "number", "unix:x.sock": "absolute path",
	} {
		err := CheckAddress(address)
		if (want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
}

// An address that is taken ends nothing: it is said with the next step. A socket
// that a killed server left behind is taken over, one that is answered at is not.
func TestTakenAddress(t *testing.T) {
	held, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	log := &proof.Journal{}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		watch(&away{}).Serve(ctx, held.Addr().String(), slog.New(slog.NewTextHandler(log, nil)))
		close(done)
	}()
	if !proof.Await(time.Minute, func() bool { return strings.Contains(log.String(), "set `listen` to a free address") }) {
		t.Error("nothing was said of the address:", log)
	}
	stop()
	<-done
	path := filepath.Join(t.TempDir(), "ops.sock")
	for range 2 { // the second finds what the first left
		l, err := listen(t.Context(), "unix:"+path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := listen(t.Context(), "unix:"+path); err == nil || !strings.Contains(err.Error(), "another server answers") {
			t.Errorf("a second server took the socket: %v", err)
		}
		l.(*net.UnixListener).SetUnlinkOnClose(false)
		_ = l.Close()
	}
}
