package notify

import (
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"beredskab/internal/outbox"
)

// answer is one way in which the other side can behave, and what every sender
// must make of it.
type answer struct {
	name       string
	http       int
	retryAfter string
	smtp       string // reply to RCPT TO that means the same
	silent     string // where a mail relay falls silent
	silence    bool
	closed     bool // nobody listens
	want       outbox.Outcome
	wait       time.Duration // what a 429 asks for, where the protocol can say it
	arrives    bool          // the other side has the message all the same
}

func answers() []answer {
	return []answer{
		{name: "200", http: 200, smtp: "250 ok", want: outbox.Accepted, arrives: true},
		{name: "204", http: 204, smtp: "251 will forward", want: outbox.Accepted, arrives: true},
		{name: "301", http: 301, smtp: "551 not here, try elsewhere", want: outbox.GiveUp},
		{name: "400", http: 400, smtp: "501 syntax", want: outbox.GiveUp},
		{name: "401", http: 401, smtp: "530 authentication required", want: outbox.GiveUp},
		{name: "403", http: 403, smtp: "554 refused", want: outbox.GiveUp},
		{name: "404", http: 404, smtp: "550 no such mailbox", want: outbox.GiveUp},
		{name: "410", http: 410, smtp: "550 gone", want: outbox.GiveUp},
		{name: "429", http: 429, retryAfter: "30", smtp: "450 too many", want: outbox.TryAgain, wait: 30 * time.Second},
		{name: "500", http: 500, smtp: "451 local error", want: outbox.TryAgain},
		{name: "502", http: 502, smtp: "452 no space", want: outbox.TryAgain},
		{name: "503", http: 503, smtp: "421 shutting down", want: outbox.TryAgain},
		{name: "timeout", silence: true, silent: "EHLO", want: outbox.TryAgain},
		{name: "accepted, then silence", silence: true, silent: ".", want: outbox.TryAgain, arrives: true},
		{name: "connection refused", closed: true, want: outbox.TryAgain},
	}
}

// TestAnswers walks the one table with every sender that talks to a server.
func TestAnswers(t *testing.T) {
	for _, a := range answers() {
		t.Run("webhook "+a.name, func(t *testing.T) {
			s, err := NewWebhook(WebhookOptions{URL: a.serve(t, ""), Secrets: []string{key1}, Timeout: patience})
			a.check(t, sender(t, s, err), a.want, a.wait)
		})
		t.Run("mail "+a.name, func(t *testing.T) {
			r := newRelay(t, &relay{rcpt: a.smtp, silent: a.silent})
			o := mailOptions(r)
			if a.silence {
				o.Timeout = patience
			}
			if a.closed {
				r.listener.Close()
			}
			s, err := NewMail(o)
			a.check(t, sender(t, s, err), a.want, 0)
			if mails, _ := r.got(); (len(mails) == 1) != a.arrives {
				t.Errorf("the relay took %d mails", len(mails))
			}
		})
	}
}

// serve starts a server that behaves like a and returns its address.
func (a answer) serve(t *testing.T, body string) string {
	t.Helper()
	if a.closed {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		return "http://" + listener.Addr().String()
	}
	return newReceiver(t, func(w http.ResponseWriter, r *http.Request) {
		if a.silence {
			<-r.Context().Done()
			return
		}
		if a.retryAfter != "" {
			w.Header().Set("Retry-After", a.retryAfter)
		}
		if a.http == http.StatusMovedPermanently {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(a.http)
		if a.http != http.StatusNoContent {
			_, _ = io.WriteString(w, body)
		}
	}).URL
}

func (a answer) check(t *testing.T, s Sender, want outbox.Outcome, wait time.Duration) {
	t.Helper()
	r := trySend(t, s, sample(outbox.Request, "da", false))
	if r.Outcome != want {
		t.Errorf("outcome %q (%s), want %q", r.Outcome, r.Detail, want)
	}
	if r.RetryAfter != wait {
		t.Errorf("asked to wait %v, want %v", r.RetryAfter, wait)
	}
	if r.Detail == "" {
		t.Error("the receipt does not say what happened")
	}
}
