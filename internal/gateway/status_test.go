package gateway

import (
	"net"
	"net/http"
	"testing"
	"time"

	"beredskab/internal/notify"
	"beredskab/internal/outbox"
)

// answer is one way in which the other side can behave, and what every sender must
// make of it.
type answer struct {
	name       string
	status     int
	retryAfter string
	silence    bool
	closed     bool // nobody listens
	want       outbox.Outcome
	wait       time.Duration
}

func answers() []answer {
	return []answer{
		{name: "200", status: 200, want: outbox.Accepted},
		{name: "202", status: 202, want: outbox.Accepted},
		{name: "301", status: 301, want: outbox.GiveUp},
		{name: "307", status: 307, want: outbox.GiveUp},
		{name: "400", status: 400, want: outbox.GiveUp},
		{name: "401", status: 401, want: outbox.GiveUp},
		{name: "402", status: 402, want: outbox.GiveUp},
		{name: "403", status: 403, want: outbox.GiveUp},
		{name: "404", status: 404, want: outbox.GiveUp},
		{name: "408", status: 408, want: outbox.TryAgain},
		{name: "410", status: 410, want: outbox.GiveUp},
		{name: "413", status: 413, want: outbox.GiveUp},
		{name: "422", status: 422, want: outbox.GiveUp},
		{name: "429", status: 429, retryAfter: "30", want: outbox.TryAgain, wait: 30 * time.Second},
		{name: "500", status: 500, want: outbox.TryAgain},
		{name: "502", status: 502, want: outbox.TryAgain},
		{name: "503", status: 503, retryAfter: "90", want: outbox.TryAgain, wait: 90 * time.Second},
		{name: "silence", silence: true, want: outbox.TryAgain},
		{name: "connection refused", closed: true, want: outbox.TryAgain},
	}
}

// ways are the senders, each to one address.
func ways() map[string]func(url string) (notify.Sender, error) {
	return map[string]func(string) (notify.Sender, error){
		"webhook": func(url string) (notify.Sender, error) {
			return NewWebhook(WebhookOptions{URL: url, Secrets: []string{key1}, Timeout: patience})
		},
		"teams": func(url string) (notify.Sender, error) { return NewTeams(TeamsOptions{URL: url, Timeout: patience}) },
		"gatewayapi": func(url string) (notify.Sender, error) {
			return NewSMS(SMSOptions{Preset: "gatewayapi", Token: "noegle", From: "Beredskab", URL: url + "/rest/mtsms", Timeout: patience})
		},
		"cpsms": func(url string) (notify.Sender, error) {
			return NewSMS(SMSOptions{Preset: "cpsms", User: "kommunen", Token: "noegle", URL: url + "/v2/send", Timeout: patience})
		},
		"another gateway": func(url string) (notify.Sender, error) {
			return NewSMS(SMSOptions{URL: url, Body: "to={to}&message={text}", Timeout: patience})
		},
	}
}

// TestAnswers walks the one table with every sender. A redirect is never followed: what
// was meant for one host, with its keys, is not for another.
func TestAnswers(t *testing.T) {
	w := wording(t)
	n := noticed(outbox.Request, "da", false, func(n *outbox.Notice) { n.Address = "20 30 40 50" })
	said := map[notify.Form]notify.Message{notify.FormText: w.say(t, n, notify.FormText), notify.FormSMS: w.say(t, n, notify.FormSMS)}
	for way, build := range ways() {
		for _, a := range answers() {
			t.Run(way+" "+a.name, func(t *testing.T) {
				followed := false
				address := a.serve(t, &followed)
				s, err := build(address)
				r := must(t, s, err).Send(t.Context(), n, said[s.Form()])
				if r.Outcome != a.want || r.RetryAfter != a.wait || r.Detail == "" || followed {
					t.Errorf("got %+v, followed %v; want %q and %v to wait", r, followed, a.want, a.wait)
				}
				if r.Closed != (way == "webhook" && a.status == http.StatusGone) {
					t.Errorf("closed for ever: %v", r.Closed)
				}
			})
		}
	}
}

// serve starts a server that behaves like a and returns its address.
func (a answer) serve(t *testing.T, followed *bool) string {
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
		if r.URL.Path == "/elsewhere" {
			*followed = true
		}
		if a.silence {
			<-r.Context().Done()
			return
		}
		if a.retryAfter != "" {
			w.Header().Set("Retry-After", a.retryAfter)
		}
		if a.status/100 == 3 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(a.status)
		_, _ = w.Write([]byte(`{"success": [{"to": "4520304050", "cost": 1}], "ids": [7]}`))
	}).URL
}
