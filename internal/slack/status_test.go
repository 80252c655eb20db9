package slack

import (
	"net/http"
	"testing"
	"time"

	"beredskab/internal/outbox"
)

// TestAnswers: what each status of Slack's servers means for a message, whichever way
// it was posted.
func TestAnswers(t *testing.T) {
	n := outbox.Sample(outbox.Request, "da", false)
	n.Address = "#beredskab"
	for status, want := range map[int]outbox.Outcome{
		http.StatusOK: outbox.Accepted, http.StatusNoContent: outbox.TryAgain, http.StatusMovedPermanently: outbox.GiveUp,
		http.StatusBadRequest: outbox.GiveUp, http.StatusUnauthorized: outbox.GiveUp, http.StatusForbidden: outbox.GiveUp,
		http.StatusNotFound: outbox.GiveUp, http.StatusGone: outbox.GiveUp, http.StatusTooManyRequests: outbox.TryAgain,
		http.StatusInternalServerError: outbox.TryAgain, http.StatusBadGateway: outbox.TryAgain, http.StatusServiceUnavailable: outbox.TryAgain,
	} {
		for way, body := range map[string]string{"bot": `{"ok":true,"channel":"C1","ts":"1.2"}`, "webhook": "ok"} {
			r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
				if status == http.StatusTooManyRequests {
					w.Header().Set("Retry-After", "30")
				}
				w.WriteHeader(status)
				_, _ = w.Write([]byte(body))
			})
			o := Options{Token: "xoxb-test", APIURL: r.URL}
			if way == "webhook" {
				o = Options{WebhookURL: r.URL}
			}
			s, err := New(o)
			got := trySend(t, sender(t, s, err), n)
			if got.Outcome != want || got.Detail == "" {
				t.Errorf("%s %d: %+v, want %s", way, status, got, want)
			}
			if wait := 30 * time.Second; (got.RetryAfter == wait) != (status == http.StatusTooManyRequests) {
				t.Errorf("%s %d: asked to wait %v", way, status, got.RetryAfter)
			}
		}
	}
}

// TestSilence: a server that never answers, and one that nobody runs, are tried again.
func TestSilence(t *testing.T) {
	silent := newReceiver(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	gone := newReceiver(t, nil)
	gone.Close()
	for name, r := range map[string]*receiver{"silent": silent, "gone": gone} {
		s, err := New(Options{Token: "xoxb-test", APIURL: r.URL, Timeout: 100 * time.Millisecond})
		if got := trySend(t, sender(t, s, err), outbox.Sample(outbox.Request, "da", false)); got.Outcome != outbox.TryAgain {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
