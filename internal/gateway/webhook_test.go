package gateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"beredskab/internal/outbox"
)

// verify is a receiver's half of Standard Webhooks 1.0.
func verify(t *testing.T, secret string, head http.Header, body string) bool {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(head.Get("webhook-id") + "." + head.Get("webhook-timestamp") + "." + body))
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for one := range strings.FieldsSeq(head.Get("webhook-signature")) {
		if hmac.Equal([]byte(one), []byte(want)) {
			return true
		}
	}
	return false
}

func TestWebhookArrivesSigned(t *testing.T) {
	w := wording(t)
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	now := time.Date(2026, time.November, 26, 8, 0, 5, 0, time.UTC)
	s, err := NewWebhook(WebhookOptions{URL: r.URL, Secrets: []string{key1, key2}, Now: func() time.Time { return now }})
	n := outbox.Sample(outbox.Finished, "da", false)
	n.Address = "http://127.0.0.1:1/elsewhere" // a notice cannot choose where webhooks go
	for range 2 {
		if receipt := w.send(t, must(t, s, err), n); receipt.Outcome != outbox.Accepted {
			t.Fatalf("receipt %+v", receipt)
		}
	}
	bodies, heads := r.got()
	if heads[0].Get("webhook-timestamp") != "1795680005" || heads[0].Get("webhook-id") != heads[1].Get("webhook-id") {
		t.Errorf("timestamp %q, ids %q and %q", heads[0].Get("webhook-timestamp"), heads[0].Get("webhook-id"), heads[1].Get("webhook-id"))
	}
	for _, secret := range []string{key1, key2} {
		if !verify(t, secret, heads[0], bodies[0]) {
			t.Errorf("the signature does not verify with %s", secret)
		}
	}
	if verify(t, key1, heads[0], bodies[0]+" ") {
		t.Error("control: a changed body verifies")
	}
	var got struct {
		Type      string
		Timestamp time.Time
		Data      map[string]any
	}
	if err := json.Unmarshal([]byte(bodies[0]), &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != "drill.finished" || !got.Timestamp.Equal(n.CreatedAt) || got.Data["system_name"] != "Økonomisystem" || got.Data["measured"] != true {
		t.Errorf("payload %+v", got)
	}
}

func TestWebhookEventTypes(t *testing.T) {
	seen := map[string]outbox.Kind{}
	for _, kind := range kinds() {
		name := eventType(outbox.Notice{Kind: kind})
		if other, twice := seen[name]; twice {
			t.Errorf("%s and %s are both %q", kind, other, name)
		}
		seen[name] = kind
	}
	if got := eventType(outbox.Sample(outbox.Started, "da", true)); got != "crisis.started" {
		t.Errorf("an incident that starts is %q", got)
	}
}

func TestWebhookOptions(t *testing.T) {
	short := "whsec_" + base64.StdEncoding.EncodeToString([]byte("too short"))
	for name, o := range map[string]WebhookOptions{
		"no secret":      {URL: "https://a.example"},
		"no prefix":      {URL: "https://a.example", Secrets: []string{strings.TrimPrefix(key1, "whsec_")}},
		"not base64":     {URL: "https://a.example", Secrets: []string{"whsec_???"}},
		"too short":      {URL: "https://a.example", Secrets: []string{short}},
		"not an address": {URL: "a.example", Secrets: []string{key1}},
	} {
		if _, err := NewWebhook(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
