package gateway

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/notify"
	"beredskab/internal/outbox"
)

// flow takes a request as a flow of Power Automate does that posts its card into a
// channel: 202 for what it can post, 400 for what it cannot.
func flow(w http.ResponseWriter, body string) {
	var m struct {
		Type        string
		Attachments []struct {
			ContentType string
			Content     struct {
				Type, Version string
				Body          []map[string]any
				Actions       []struct{ Type, Title, URL string }
			}
		}
	}
	err := json.Unmarshal([]byte(body), &m)
	if err != nil || m.Type != "message" || len(m.Attachments) != 1 || m.Attachments[0].ContentType != "application/vnd.microsoft.card.adaptive" ||
		m.Attachments[0].Content.Type != "AdaptiveCard" || len(m.Attachments[0].Content.Body) == 0 {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if len(body) > 28*1024 {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func newFlow(t *testing.T) *receiver {
	t.Helper()
	var r *receiver
	r = newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		bodies, _ := r.got()
		flow(w, bodies[len(bodies)-1])
	})
	return r
}

// TestTeamsCards: every kind arrives, in both languages, as people have read it.
func TestTeamsCards(t *testing.T) {
	w := wording(t)
	r := newFlow(t)
	s, err := NewTeams(TeamsOptions{URL: r.URL + "/workflows/abc?sig=hemmelig"})
	must(t, s, err)
	everySample(func(name, lang string, kind outbox.Kind, incident bool) {
		n := noticed(kind, lang, incident, func(n *outbox.Notice) { n.Address, n.Channel = "", "teams" })
		if receipt := w.send(t, s, n); receipt.Outcome != outbox.Accepted || !strings.Contains(receipt.Detail, "202") {
			t.Fatalf("%s: %+v", name, receipt)
		}
		bodies, _ := r.got()
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, []byte(bodies[len(bodies)-1]), "", "  "); err != nil {
			t.Fatal(err)
		}
		golden(t, "teams-"+name, pretty.String())
	})
	if at := r.asked()[0]; at != "POST /workflows/abc?sig=hemmelig" {
		t.Errorf("asked %s", at)
	}
}

// TestTeamsAnswersForNobody: the link of a message answers for whoever opens it, so it
// never stands in a channel; what stands there asks who one is, or for the short code.
func TestTeamsAnswersForNobody(t *testing.T) {
	w := wording(t)
	for _, kind := range []outbox.Kind{outbox.Request, outbox.Escalation, outbox.Unknown, outbox.Stalled} {
		n := noticed(kind, "da", false, func(n *outbox.Notice) { n.Address = "" })
		m := w.say(t, n, notify.FormText)
		token := regexp.MustCompile(`/c/([^/]+)$`).FindStringSubmatch(n.Facts.Link)
		if token == nil || !strings.Contains(m.Text, token[1]) {
			t.Fatal("control: the message itself must hold the link")
		}
		card, err := cardOf(n, m)
		if err != nil || strings.Contains(string(card), token[1]) || strings.Contains(string(card), "/c/") {
			t.Errorf("%s: the card holds the link: %s, %v", kind, card, err)
		}
		for _, want := range []string{`"https://beredskab.kommune.example/k"`, `"https://beredskab.kommune.example/drills/2026-07"`, "Kort kode: K7M-2QD"} {
			if !strings.Contains(string(card), want) {
				t.Errorf("%s: the card lacks %s", kind, want)
			}
		}
		n.Address = "ejer@kommune.example" // a message to somebody, whose code is his
		card, err = cardOf(n, m)
		if err != nil || strings.Contains(string(card), "K7M-2QD") || strings.Contains(string(card), `/k"`) || !strings.Contains(string(card), "/drills/2026-07") {
			t.Errorf("%s: a personal message: %s, %v", kind, card, err)
		}
	}
}

// TestTeamsCardsFit: whatever a plan holds, Teams takes the card, and its buttons are whole.
func TestTeamsCardsFit(t *testing.T) {
	w := wording(t)
	for name, text := range map[string]string{"letters": "æ", "quotes": `"`, "pictures": "🚒", "controls": "\x01", "backslashes": `\`} {
		long := strings.Repeat(strings.Repeat(text, 40)+" ", 400)
		everySample(func(sample, lang string, kind outbox.Kind, incident bool) {
			n := noticed(kind, lang, incident, func(n *outbox.Notice) { huge(n, long) })
			card, err := cardOf(n, w.say(t, n, notify.FormText))
			if err != nil || len(card) > largestCard || !json.Valid(card) {
				t.Fatalf("%s of %s: %d bytes, %v", sample, name, len(card), err)
			}
			if n.Facts.ShortCode != "" && !bytes.Contains(card, []byte("K7M-2QD")) {
				t.Errorf("%s of %s lost its code", sample, name)
			}
		})
	}
}

// huge fills every text of a notice.
func huge(n *outbox.Notice, long string) {
	f := &n.Facts
	for _, s := range []*string{
		&n.Receiver, &f.SystemName, &f.Drill, &f.StepTitle, &f.Question, &f.Site, &f.Absent, &f.Leader, &f.SlowStep, &f.Text, &f.Hint, &f.Code, &f.Command,
	} {
		if *s != "" || s == &f.Text || s == &f.Hint {
			*s = long
		}
	}
	n.Address, n.Channel = "", long
	f.Todo = slices.Repeat([]string{long}, 60)
}

// TestTeamsShowsTextsAsTheyAre: a plan's words are never read as Markdown, behind which
// a link could hide, and there is nothing in a card but text and buttons that open pages.
func TestTeamsShowsTextsAsTheyAre(t *testing.T) {
	w := wording(t)
	n := noticed(outbox.Request, "da", false, func(n *outbox.Notice) {
		n.Address, n.Facts.Question = "", "[Klik her](https://evil.example) **nu** <at>alle</at>"
	})
	card, err := cardOf(n, w.say(t, n, notify.FormText))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(card, []byte(`[Klik her](https://evil.example) **nu** <at>alle</at>`)) {
		t.Errorf("the question is not there as it was written: %s", card)
	}
	for _, kind := range regexp.MustCompile(`"type":"([^"]+)"`).FindAllSubmatch(card, -1) {
		if !slices.Contains([]string{"message", "AdaptiveCard", "Container", "RichTextBlock", "TextRun", "Action.OpenUrl"}, string(kind[1])) {
			t.Errorf("a card holds a %s", kind[1])
		}
	}
}

func TestTeamsNextSteps(t *testing.T) {
	for status, says := range map[int]string{400: "takes no cards", 401: "let anyone trigger", 403: "let anyone trigger", 404: "second owner", 410: "second owner"} {
		if r := judgeFlow(status, 0); r.Outcome != outbox.GiveUp || !strings.Contains(r.Detail, says) {
			t.Errorf("%d: %+v", status, r)
		}
	}
	if _, err := NewTeams(TeamsOptions{URL: "flow"}); err == nil {
		t.Error("an address that is none is taken")
	}
}

// TestTeamsCheck posts nothing, and shows the flow's secret address to nobody.
func TestTeamsCheck(t *testing.T) {
	r := newReceiver(t, says(http.StatusNotFound, ""))
	s, err := NewTeams(TeamsOptions{URL: r.URL + "/workflows/abc?sig=hemmelig", Timeout: patience})
	list := must(t, s, err).(notify.Checker).Check(t.Context())
	if asked := r.asked(); !slices.Equal(asked, []string{"HEAD /"}) {
		t.Errorf("asked %v", asked)
	}
	if len(list) != 3 || !list[0].OK || !strings.Contains(list[1].Detail, "only owner") || !strings.Contains(list[2].Detail, "202") {
		t.Errorf("%+v", list)
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	s, err = NewTeams(TeamsOptions{URL: gone.URL + "/?sig=hemmelig", Timeout: patience})
	if first := must(t, s, err).(notify.Checker).Check(t.Context())[0]; first.OK || first.Next == "" || strings.Contains(first.Detail, "hemmelig") {
		t.Errorf("nobody there: %+v", first)
	}
}
