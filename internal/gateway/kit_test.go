package gateway

import (
	"bufio"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"beredskab/internal/notify"
	"beredskab/internal/outbox"
)

var update = flag.Bool("update", false, "write the golden files anew")

// patience is how long senders under test wait for an answer that never comes.
const patience = 100 * time.Millisecond

// key1 and key2 are webhook secrets: base64 of 32 known bytes.
const (
	key1 = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	key2 = "whsec_Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA="
)

// digest stands for the summary of several notices, which no register owes.
const digest outbox.Kind = "digest"

func kinds() []outbox.Kind { return append(outbox.Kinds(), digest) }

// words puts notices into words.
type words struct{ *notify.Wording }

func wording(t testing.TB) words {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		t.Fatal(err)
	}
	w, err := notify.LoadWording(nil, zone)
	if err != nil {
		t.Fatal(err)
	}
	return words{w}
}

// noticed is a sample of that kind; change makes it another.
func noticed(kind outbox.Kind, lang string, incident bool, change ...func(*outbox.Notice)) outbox.Notice {
	n := outbox.Sample(kind, lang, incident)
	for _, c := range change {
		c(&n)
	}
	return n
}

// say is a notice in words; of a digest, three that it sums up.
func (w words) say(t testing.TB, n outbox.Notice, form notify.Form) notify.Message {
	t.Helper()
	var m notify.Message
	var err error
	if n.Kind == digest {
		n.Kind = outbox.Reminder
		m, err = w.RenderDigest([]outbox.Notice{n, n, n}, form)
	} else {
		m, err = w.Render(n, form)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// send puts a notice into words for the sender and sends it.
func (w words) send(t testing.TB, s notify.Sender, n outbox.Notice) notify.Receipt {
	t.Helper()
	return s.Send(t.Context(), n, w.say(t, n, s.Form()))
}

// everySample calls visit with each kind in each language, of a drill and of an
// incident where a kind may be of both.
func everySample(visit func(name, lang string, kind outbox.Kind, incident bool)) {
	for _, lang := range notify.Languages() {
		for _, kind := range kinds() {
			visit(string(kind)+"."+lang, lang, kind, false)
			if strings.Contains("started request escalation unknown stalled finished digest", string(kind)) {
				visit(string(kind)+"-incident."+lang, lang, kind, true)
			}
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs from its golden file; run the test with -update and read the change\n%s", name, got)
	}
}

// receiver is an HTTP server that keeps what it got and answers as told.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	heads  []http.Header
	paths  []string
}

// newReceiver serves answer after each request was read whole. An answer that
// waits must wait for the request's context, which ends with the server.
func newReceiver(t *testing.T, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		var body strings.Builder
		_, _ = bufio.NewReader(request.Body).WriteTo(&body)
		r.mu.Lock()
		r.bodies, r.heads = append(r.bodies, body.String()), append(r.heads, request.Header.Clone())
		r.paths = append(r.paths, request.Method+" "+request.URL.RequestURI())
		r.mu.Unlock()
		answer(w, request)
	}))
	t.Cleanup(func() {
		r.CloseClientConnections()
		r.Close()
	})
	return r
}

func (r *receiver) got() ([]string, []http.Header) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.bodies...), append([]http.Header{}, r.heads...)
}

func (r *receiver) asked() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.paths...)
}

// says answers every request with that status and body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func must(t *testing.T, s notify.Sender, err error) notify.Sender {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return s
}
