package gateway

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/gsm"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
)

// TestSMSTexts holds what every kind says on a telephone, in both languages, with a host
// whose links fit and with one whose links do not.
func TestSMSTexts(t *testing.T) {
	w := wording(t)
	texts := map[string]*strings.Builder{"da": {}, "en": {}}
	everySample(func(name, lang string, kind outbox.Kind, incident bool) {
		for _, host := range []string{"b.kommune.dk", "beredskab.kommune.example"} {
			n := noticed(kind, lang, incident, func(n *outbox.Notice) {
				n.Facts.Link = strings.Replace(n.Facts.Link, "beredskab.kommune.example", host, 1)
			})
			text := w.say(t, n, notify.FormSMS).Text
			fmt.Fprintf(texts[lang], "%s, %d\n%s\n\n", name, gsm.Septets(text), text)
		}
	})
	for lang, text := range texts {
		golden(t, "sms."+lang, text.String())
	}
}

// TestSMSFits: one SMS whatever the names, with the first word, the whole link or code
// and the whole number in it.
func TestSMSFits(t *testing.T) {
	w := wording(t)
	for _, name := range []string{"Økonomi–systemet «Prisme» ", "W", "€[]~", "🚒 ", "Ж"} {
		long := strings.Repeat(name, 400)
		everySample(func(sample, lang string, kind outbox.Kind, incident bool) {
			n := noticed(kind, lang, incident, func(n *outbox.Notice) { huge(n, long) })
			m := w.say(t, n, notify.FormSMS)
			if length := gsm.Septets(m.Text); length > gsm.Longest || gsm.Clean(m.Text) != m.Text || length < 40 {
				t.Errorf("%s with %.10q is %d long: %s", sample, name, length, m.Text)
			}
			if word := strings.TrimRight(strings.Fields(m.Text)[0], ":"); word != strings.TrimRight(strings.Fields(m.Subject)[0], ":") {
				t.Errorf("%s begins with %q", sample, word)
			}
			code := strings.HasSuffix(m.Text, "/k kode K7M-2QD Vagt 59530000") || strings.HasSuffix(m.Text, "/k code K7M-2QD Duty 59530000")
			link := strings.Contains(m.Text, ": "+n.Facts.Link+" ")
			if linked := kind != digest && n.Facts.Link != ""; !strings.HasSuffix(m.Text, " 59530000") || linked && !code && !link {
				t.Errorf("%s has lost its end: %s", sample, m.Text)
			}
		})
	}
}

// TestSMSWay: the link where there is room for it, else the page and the code, and of a
// link that leaves no room at all, nothing.
func TestSMSWay(t *testing.T) {
	w := wording(t)
	for host, want := range map[string]string{
		"b.dk":                      "Systemejer Økonomi, svar på trin 3, Økonomisystem, inden kl. 10.30: https://b.dk/c/9J3yq8d0rNqk5T2vXb7LwZc4MhUeGfSa1PoIiRtYu6E Vagt 59530000",
		"beredskab.kommune.example": "ØVELSE: svar på trin 3, Økonomisystem, inden kl. 10.30: https://beredskab.kommune.example/c/9J3yq8d0rNqk5T2vXb7LwZc4MhUeGfSa1PoIiRtYu6E Vagt 59530000",
		"beredskabsplaner.eksempelkommune.example": "Systemejer Økonomi, svar på trin 3, Økonomisystem, inden kl. 10.30: https://beredskabsplaner.eksempelkommune.example/k kode K7M-2QD Vagt 59530000",
		strings.Repeat("beredskab.", 14) + "dk":    "inden kl. 10.30. Vagt 59530000",
	} {
		n := noticed(outbox.Request, "da", false, func(n *outbox.Notice) {
			n.Facts.Link = strings.Replace(n.Facts.Link, "beredskab.kommune.example", host, 1)
		})
		if m := w.say(t, n, notify.FormSMS); !strings.HasSuffix(m.Text, want) {
			t.Errorf("%s: %s", host, m.Text)
		}
	}
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]string{
		"59 53 00 00": "+4559530000", "59530000": "+4559530000", "+45 59 53 00 00": "+4559530000", "0045 59530000": "+4559530000",
		"+46 (70) 123-45.67": "+46701234567", "+1 202 555 0100": "+12025550100",
		"": "", "112": "", "ejer@kommune.example": "", "+45 595300": "", "+45 5953 0000 1": "", "12345678": "", "+0123456789": "", "5953000": "", "+4559530000;": "", "æ9530000": "",
	} {
		got, err := Number(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
		if err != nil && !strings.Contains(err.Error(), "+45 12 34 56 78") {
			t.Errorf("%q: the error says no next step: %v", text, err)
		}
	}
}

// TestSMSPresets: what the two gateways get, as their documentation has it.
func TestSMSPresets(t *testing.T) {
	w := wording(t)
	n := noticed(outbox.Request, "da", false, func(n *outbox.Notice) { n.Address = "20 30 40 50" })
	text := w.say(t, n, notify.FormSMS).Text
	id := notify.StableID(n)
	for _, c := range []struct {
		preset, path, body, answer string
	}{
		{"gatewayapi", "POST /rest/mtsms", `{"sender": "Beredskab", "message": "` + text + `", "userref": "` + id + `", "recipients": [{"msisdn": "4520304050"}]}`, `{"ids":[421332671],"usage":{"total_cost":0.12}}`},
		{"cpsms", "POST /v2/send", `{"from": "Beredskab", "message": "` + text + `", "reference": "` + id + `", "to": "4520304050"}`, `{"success":[{"to":"4520304050","cost":1}]}`},
	} {
		r := newReceiver(t, says(http.StatusOK, c.answer))
		o := SMSOptions{Preset: c.preset, Token: "noegle", User: "kommunen", From: "Beredskab", URL: r.URL + strings.Fields(c.path)[1]}
		s, err := NewSMS(o)
		for range 2 {
			if receipt := w.send(t, must(t, s, err), n); receipt.Outcome != outbox.Accepted {
				t.Errorf("%s: %+v", c.preset, receipt)
			}
		}
		bodies, heads := r.got()
		if bodies[0] != c.body || bodies[1] != bodies[0] || r.asked()[0] != c.path || heads[0].Get("Content-Type") != "application/json" {
			t.Errorf("%s got %s %s", c.preset, r.asked()[0], bodies[0])
		}
		want := map[string]string{"gatewayapi": "Basic bm9lZ2xlOg==", "cpsms": "Basic a29tbXVuZW46bm9lZ2xl"}[c.preset]
		if got := heads[0].Get("Authorization"); got != want || len(id) != 32 {
			t.Errorf("%s: authorized by %q; the id is %q", c.preset, got, id)
		}
	}
}

// TestSMSGateway: any other gateway, by JSON, by a form and by the address alone. A text
// can neither break out of its place nor name another.
func TestSMSGateway(t *testing.T) {
	w := wording(t)
	r := newReceiver(t, says(http.StatusAccepted, "OK"))
	n := noticed(outbox.Test, "da", false, func(n *outbox.Notice) { n.Address, n.Channel = "20304050", `"{to}&x=1\` })
	text := w.say(t, n, notify.FormSMS).Text
	if !strings.Contains(text, `"{to}&x=1\`) {
		t.Fatalf("control: %s", text)
	}
	for name, c := range map[string]struct {
		o    SMSOptions
		want string // of the address and the body
	}{
		"json":    {SMSOptions{Body: `{"t": "{text}", "n": "{to}"}`}, `POST / {"t": "` + quoted(text) + `", "n": "+4520304050"}`},
		"form":    {SMSOptions{Body: "n={digits}&t={text}&s={from}", From: "Kommunen"}, "POST / n=4520304050&t=" + url.QueryEscape(text) + "&s=Kommunen"},
		"address": {SMSOptions{URL: "?n={digits}&t={text}", Method: http.MethodGet}, "GET /?n=4520304050&t=" + url.QueryEscape(text) + " "},
	} {
		c.o.URL = r.URL + c.o.URL
		c.o.Headers, c.o.Answer = []string{"Authorization: Bearer noegle", "Idempotency-Key: {id}"}, "OK"
		s, err := NewSMS(c.o)
		if receipt := w.send(t, must(t, s, err), n); receipt.Outcome != outbox.Accepted {
			t.Errorf("%s: %+v", name, receipt)
		}
		bodies, heads := r.got()
		last := len(bodies) - 1
		if got := r.asked()[last] + " " + bodies[last]; got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
		if h := heads[last]; h.Get("Authorization") != "Bearer noegle" || h.Get("Idempotency-Key") != notify.StableID(n) {
			t.Errorf("%s: headers %v", name, h)
		}
	}
}

// TestSMSIsNotTaken: an answer that says 200 and means no is a refusal, and what it says
// is not kept, because it may repeat the message with its link.
func TestSMSIsNotTaken(t *testing.T) {
	w := wording(t)
	said := `{"error":{"code":400,"message":"Phone number should be specified as a number: https://b.dk/c/hemmelig"}}`
	r := newReceiver(t, says(http.StatusOK, said))
	s, err := NewSMS(SMSOptions{Preset: "cpsms", User: "kommunen", Token: "noegle", URL: r.URL + "/v2/send"})
	n := noticed(outbox.Request, "da", false, func(n *outbox.Notice) { n.Address = "20304050" })
	receipt := w.send(t, must(t, s, err), n)
	if receipt.Outcome != outbox.GiveUp || strings.Contains(receipt.Detail, "hemmelig") || !strings.Contains(receipt.Detail, "own log") {
		t.Errorf("%+v", receipt)
	}
	n.Address = "ejer@kommune.example"
	if receipt := w.send(t, s, n); receipt.Outcome != outbox.GiveUp || !strings.Contains(receipt.Detail, "no telephone number") {
		t.Errorf("a mailbox: %+v", receipt)
	}
	if bodies, _ := r.got(); len(bodies) != 1 {
		t.Errorf("the gateway was asked %d times", len(bodies))
	}
}

func TestSMSOptions(t *testing.T) {
	for name, c := range map[string]struct {
		o    SMSOptions
		says string
	}{
		"another preset":   {SMSOptions{Preset: "duer"}, "gatewayapi or cpsms"},
		"no key":           {SMSOptions{Preset: "gatewayapi"}, "wants a key"},
		"no user":          {SMSOptions{Preset: "cpsms", Token: "x"}, "wants a user"},
		"a long sender":    {SMSOptions{Preset: "gatewayapi", Token: "x", From: "Kalundborg Kommune"}, "up to 11"},
		"a Danish sender":  {SMSOptions{Preset: "gatewayapi", Token: "x", From: "Køge"}, "a to z"},
		"no address":       {SMSOptions{Body: "t={text}&n={to}"}, "not a web address"},
		"nobody":           {SMSOptions{URL: "https://g.example", Body: "t={text}"}, "neither whom nor what"},
		"nothing":          {SMSOptions{URL: "https://g.example", Body: "n={to}"}, "neither whom nor what"},
		"broken JSON":      {SMSOptions{URL: "https://g.example", Body: `{"t": {text}, "n": "{to}"}`}, "quotation marks"},
		"a header of none": {SMSOptions{URL: "https://g.example", Body: "t={text}&n={to}", Headers: []string{"hemmelig nøgle"}}, "header number 1"},
		"a broken header":  {SMSOptions{URL: "https://g.example", Body: "t={text}&n={to}", Headers: []string{"A: b\r\nC: d"}}, "header number 1"},
	} {
		if _, err := NewSMS(c.o); err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hemmelig") {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// TestSMSCheck asks what is left, and sends nothing.
func TestSMSCheck(t *testing.T) {
	for _, c := range []struct {
		preset, path, answer string
		status               int
		ok                   bool
		says                 string
	}{
		{"gatewayapi", "/rest/mtsms", `{"credit": 412.5, "currency": "DKK", "id": 7}`, 200, true, "412.5 DKK"},
		{"cpsms", "/v2/send", `{"credit": "9.843,40"}`, 200, true, "9.843,40"},
		{"gatewayapi", "/rest/mtsms", `{"message": "noegle is wrong"}`, 401, false, "401"},
		{"cpsms", "/v2/send", `?`, 200, true, "200"},
	} {
		r := newReceiver(t, says(c.status, c.answer))
		s, err := NewSMS(SMSOptions{Preset: c.preset, Token: "noegle", User: "kommunen", URL: r.URL + c.path})
		list := must(t, s, err).(notify.Checker).Check(t.Context())
		if len(list) != 1 || list[0].OK != c.ok || !strings.Contains(list[0].Detail, c.says) || c.ok != (list[0].Next == "") || strings.Contains(list[0].Detail, "noegle") {
			t.Errorf("%s: %+v", c.preset, list)
		}
		want := map[string]string{"gatewayapi": "GET /rest/me", "cpsms": "GET /v2/creditvalue"}[c.preset]
		if asked := r.asked(); !slices.Equal(asked, []string{want}) {
			t.Errorf("%s: asked %v", c.preset, asked)
		}
	}
	r := newReceiver(t, says(http.StatusNotFound, ""))
	s, err := NewSMS(SMSOptions{URL: r.URL + "/send?n={to}", Body: "t={text}"})
	if list := must(t, s, err).(notify.Checker).Check(t.Context()); !list[0].OK || !slices.Equal(r.asked(), []string{"HEAD /"}) {
		t.Errorf("%+v, asked %v", list, r.asked())
	}
}
