package slack

import (
	"bufio"
	"encoding/json"
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

// digest stands for the summary of several notices, which no register owes.
const digest outbox.Kind = "digest"

func kinds() []outbox.Kind { return append(outbox.Kinds(), digest) }

func wording(t testing.TB) *notify.Wording {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		t.Fatal(err)
	}
	w, err := notify.LoadWording(nil, zone)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// render is a sample of that kind in words.
func render(t testing.TB, kind outbox.Kind, lang string, incident bool) notify.Message {
	t.Helper()
	var m notify.Message
	var err error
	if kind == digest {
		m, err = wording(t).RenderDigest([]outbox.Notice{outbox.Sample(outbox.Started, lang, incident), outbox.Sample(outbox.Finished, lang, incident)}, notify.FormText)
	} else {
		m, err = wording(t).Render(outbox.Sample(kind, lang, incident), notify.FormText)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestGolden compares every kind in every language with what people have read and
// approved.
func TestGolden(t *testing.T) {
	for _, lang := range notify.Languages() {
		for _, kind := range kinds() {
			for _, incident := range []bool{false, true} {
				name := string(kind)
				if incident {
					if name += "-incident"; !strings.Contains("started request escalation unknown stalled finished digest", string(kind)) {
						continue
					}
				}
				m := render(t, kind, lang, incident)
				raw, err := json.MarshalIndent(map[string]any{"text": slackText(m.Parts), "blocks": blocks(outbox.Sample(kind, lang, incident), m.Parts)}, "", "  ")
				if err != nil {
					t.Fatal(err)
				}
				golden(t, name+"."+lang, string(raw)+"\n")
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

// receiver is a Web API of Slack that keeps what it got and answers as told.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	heads  []http.Header
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

func sender(t *testing.T, s notify.Sender, err error) notify.Sender {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// trySend renders a sample for the sender and sends it.
func trySend(t *testing.T, s notify.Sender, n outbox.Notice) notify.Receipt {
	t.Helper()
	m, err := wording(t).Render(n, s.Form())
	if err != nil {
		t.Fatal(err)
	}
	return s.Send(t.Context(), n, m)
}
