package slack

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"beredskab/internal/notify"
	"beredskab/internal/outbox"

	"github.com/slack-go/slack"
)

// TestSlackMessageArrives reads back what the Web API was sent.
func TestSlackMessageArrives(t *testing.T) {
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"ok":true,"channel":"C042","ts":"1764140000.0001"}`))
	})
	s, err := New(Options{Token: "xoxb-secret", APIURL: r.URL})
	n := outbox.Sample(outbox.Request, "da", false)
	n.Address = "#beredskab-øvelser"
	receipt := trySend(t, sender(t, s, err), n)
	if receipt.Outcome != outbox.Accepted || !strings.Contains(receipt.Detail, "1764140000.0001") {
		t.Fatalf("receipt %+v", receipt)
	}
	bodies, heads := r.got()
	form, err := url.ParseQuery(bodies[0])
	if err != nil {
		t.Fatal(err)
	}
	if form.Get("channel") != n.Address || form.Get("token")+heads[0].Get("Authorization") == "" {
		t.Errorf("channel %q", form.Get("channel"))
	}
	var posted slack.Blocks
	if err := json.Unmarshal([]byte(form.Get("blocks")), &posted); err != nil {
		t.Fatal(err)
	}
	header := posted.BlockSet[0].(*slack.HeaderBlock).Text.Text
	if header != "🟦 ØVELSE · Viser Økonomisystemet de rigtige tal?" {
		t.Errorf("header %q", header)
	}
	if !strings.HasPrefix(form.Get("text"), "ØVELSE · ") || !strings.Contains(form.Get("text"), "kl. 10.30") {
		t.Errorf("text for the phone: %q", form.Get("text"))
	}
}

// TestSlackErrors: what will not get better is given up with a next step.
func TestSlackErrors(t *testing.T) {
	for code, want := range map[string]outbox.Outcome{
		"channel_not_found": outbox.GiveUp, "invalid_auth": outbox.GiveUp, "missing_scope": outbox.GiveUp,
		"invalid_blocks": outbox.GiveUp, "a_new_code": outbox.GiveUp,
		"internal_error": outbox.TryAgain, "ratelimited": outbox.TryAgain, "service_unavailable": outbox.TryAgain,
	} {
		r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
			_ = json.NewEncoder(w).Encode(map[string]any{"ok": false, "error": code})
		})
		s, err := New(Options{Token: "xoxb-secret", APIURL: r.URL})
		receipt := trySend(t, sender(t, s, err), outbox.Sample(outbox.Test, "da", false))
		if receipt.Outcome != want || !strings.Contains(receipt.Detail, code) {
			t.Errorf("%s: %+v, want %s", code, receipt, want)
		}
		if want == outbox.GiveUp && !strings.Contains(receipt.Detail, "; ") {
			t.Errorf("%s: no next step in %q", code, receipt.Detail)
		}
	}
}

// TestSlackAnswerIsBounded: an endless answer ends the try, not the memory.
func TestSlackAnswerIsBounded(t *testing.T) {
	r := newReceiver(t, func(w http.ResponseWriter, request *http.Request) {
		_, _ = w.Write([]byte(`{"ok":true,"channel":"`))
		for filler := []byte(strings.Repeat("a", 1<<16)); request.Context().Err() == nil; {
			if _, err := w.Write(filler); err != nil {
				return
			}
		}
	})
	s, err := New(Options{Token: "xoxb-secret", APIURL: r.URL})
	if receipt := trySend(t, sender(t, s, err), outbox.Sample(outbox.Test, "da", false)); receipt.Outcome != outbox.TryAgain {
		t.Errorf("receipt %+v", receipt)
	}
}

func TestOptions(t *testing.T) {
	for name, o := range map[string]Options{
		"nothing": {}, "both": {Token: "x", WebhookURL: "https://hooks.example/x"},
		"address": {WebhookURL: "hooks.example/secret"}, "api": {Token: "x", APIURL: "ftp://api.example"},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells a secret: %v", name, err)
		}
	}
	s, err := New(Options{Token: "x", APIURL: "http://127.0.0.1:1"})
	n := outbox.Sample(outbox.Test, "da", false)
	n.Address = ""
	if receipt := trySend(t, sender(t, s, err), n); receipt.Outcome != outbox.GiveUp {
		t.Errorf("without a channel: %+v", receipt)
	}
}

// TestSlackWebhookAddressIsSecret: the address does not get into the register.
func TestSlackWebhookAddressIsSecret(t *testing.T) {
	s, err := New(Options{WebhookURL: "http://127.0.0.1:1/services/T0/B0/secret"})
	if receipt := trySend(t, sender(t, s, err), outbox.Sample(outbox.Test, "da", false)); strings.Contains(receipt.Detail, "secret") {
		t.Errorf("the detail tells the address: %q", receipt.Detail)
	}
}

// TestBlockLimits holds spec/ux.md 4.2 for every kind, with facts far too long
// and made of the characters that grow most when they are escaped.
func TestBlockLimits(t *testing.T) {
	w := wording(t)
	for _, lang := range notify.Languages() {
		for _, kind := range kinds() {
			for name, filler := range map[string]string{"plain": "øl ", "escaped": "&<>", "emoji": "🟦 "} {
				n, m := renderHuge(t, w, kind, lang, strings.Repeat(filler, 2000))
				checkLimits(t, name+" "+string(kind)+" "+lang, n, m)
			}
		}
	}
}

func renderHuge(t *testing.T, w *notify.Wording, kind outbox.Kind, lang, huge string) (outbox.Notice, notify.Message) {
	t.Helper()
	n := outbox.Sample(outbox.Request, lang, false)
	n.Kind, n.Receiver, n.Channel = kind, huge, huge
	n.Facts = outbox.Facts{
		SystemName: huge, Run: "2026-07", Step: "bekraeft-data", Asks: "decision", Drill: huge, StepTitle: huge, Question: huge, StepNumber: 3, Absent: huge,
		Leader: huge, Phone: huge, Verdict: huge, SlowStep: huge, Code: huge, Text: huge, Hint: huge, Command: huge,
		Link: "https://beredskab.example/x", Minutes: 3, AnswerBy: n.CreatedAt, StartsAt: n.CreatedAt, Findings: 3,
	}
	for range 40 {
		n.Facts.Todo = append(n.Facts.Todo, huge)
	}
	var m notify.Message
	var err error
	if kind == digest {
		n.Kind = outbox.Reminder
		group := make([]outbox.Notice, 40)
		for i := range group {
			group[i] = n
		}
		m, err = w.RenderDigest(group, notify.FormText)
	} else {
		m, err = w.Render(n, notify.FormText)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n, m
}

func checkLimits(t *testing.T, name string, n outbox.Notice, m notify.Message) {
	t.Helper()
	total := 0
	within := func(what, text string, limit int) {
		t.Helper()
		units := len(utf16.Encode([]rune(text)))
		total += units
		if units > limit || text == "" {
			t.Errorf("%s: a %s has %d characters, limit %d", name, what, units, limit)
		}
	}
	for _, block := range blocks(n, m.Parts) {
		switch b := block.(type) {
		case *slack.HeaderBlock:
			within("header", b.Text.Text, 150)
		case *slack.SectionBlock:
			within("section", b.Text.Text, 3000)
		case *slack.ContextBlock:
			within("context", b.ContextElements.Elements[0].(*slack.TextBlockObject).Text, 2000)
		case *slack.ActionBlock:
			if len(b.Elements.ElementSet) > 25 {
				t.Errorf("%s: %d elements", name, len(b.Elements.ElementSet))
			}
			for _, element := range b.Elements.ElementSet {
				button := element.(*slack.ButtonBlockElement)
				within("button", button.Text.Text, 75)
				if button.URL+button.Value == "" || len(button.URL) > 3000 || len(button.Value) > 2000 {
					t.Errorf("%s: a button leads to %q, %q", name, button.URL, button.Value)
				}
			}
		default:
			t.Errorf("%s: a block of a kind without a known limit: %T", name, b)
		}
	}
	if len(blocks(n, m.Parts)) > 50 || total > 13200 {
		t.Errorf("%s: %d blocks with %d characters", name, len(blocks(n, m.Parts)), total)
	}
}
