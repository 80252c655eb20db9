package slack

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"beredskab/internal/drill"
)

// A press of somebody whom nobody knows counts for nothing. He is shown how to say that
// the account is his, and when he has, it does.
func TestAccountIsTiedBeforeAPressCounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "da", false).work()
	h.deliver(interactivity, h.press("stedfortraeder", "ja", "yes"), 1)
	h.fake.got("reply", 1)
	h.has(h.said(), "Log ind én gang", "Log ind, og knyt kontoen")
	found := regexp.MustCompile(origin + `/me/slack/([\w-]{40,})`).FindStringSubmatch(h.said())
	if found == nil || h.step("ja").State != drill.Asked || h.acts("step.answer", "", "refused") != 0 {
		t.Fatalf("the link is %v, and the step is %s", found, h.step("ja").State)
	}
	o, err := h.Gate.Offer(t.Context(), h.ids["stedfortraeder"], found[1])
	h.ok(err)
	if o.Name != "Slack stedfortraeder" || o.Account.Subject != user("stedfortraeder") || o.Account.Issuer != "slack:"+team {
		t.Errorf("offered is %+v", o)
	}
	h.ok(h.Gate.TieAccount(t.Context(), h.by("stedfortraeder"), found[1]))
	h.deliver(interactivity, h.press("stedfortraeder", "ja", "yes"), 1)
	h.fake.got("chat.update", 1)
	if got := h.step("ja"); got.By != h.ids["stedfortraeder"] || got.Assured != "slack" {
		t.Errorf("answered by %s, known by %s", got.By, got.Assured)
	}
}

// Whose mailbox nobody here has is told so, in his own language, and is offered nothing.
func TestStrangerIsOfferedNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "da", false).work()
	for i, payload := range [][]byte{h.press("nobody", "ja", "yes"), h.typed("nobody", "status")} {
		kind := []string{interactivity, commands}[i]
		h.deliver(kind, payload, 1)
		h.fake.got("reply", i+1)
		h.has(h.said(), "belongs to nobody", "slack:"+team+"|UNOBODY")
		if strings.Contains(h.said(), "/me/slack/") || strings.Contains(h.said(), "Økonomi") {
			t.Errorf("a stranger is told %s", h.said())
		}
	}
	h.deliver(events, h.opened("nobody"), 1)
	page := h.fake.got("views.publish", 1)
	h.has(page.Fields["view"], "belongs to nobody")
	if strings.Contains(page.Fields["view"], "Økonomi") {
		t.Errorf("a stranger's page holds %s", page.Fields["view"])
	}
}

// opened is that somebody opened his own page.
func (h *house) opened(who string) []byte {
	h.sent++
	return h.json(map[string]any{
		"type": "event_callback", "team_id": team, "event_id": "Ev" + url.QueryEscape(who) + string(rune('a'+h.sent)),
		"event": map[string]any{"type": "app_home_opened", "user": user(who), "tab": "home", "channel": "D1"},
	})
}

// Somebody's own page holds what waits for him with its buttons, his systems and the way
// on; an answer there lands as in a message, and the page shows it.
func TestHome(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"da", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, lang, false).work()
			h.deliver(events, h.opened("ejer"), 3)
			first := h.fake.got("views.publish", 1).Fields["view"]
			h.has(first, words(lang, "Venter på dig (4)", "Waits for you (4)"), words(lang, "klar, 72 af 100", "ready, 72 of 100"), `"action_id":"yes"`,
				words(lang, "Ingen øvelse er planlagt", "No drill is planned"), origin+"/mine", `\u0026lt;de rigtige\u0026gt;`)
			h.deliver(interactivity, h.onPage("ejer", "ja", "yes"), 2)
			h.has(h.fake.got("views.publish", 2).Fields["view"], words(lang, "Du svarede", "You answered"), words(lang, "Venter på dig (3)", "Waits for you (3)"))
			if got := h.step("ja"); got.By != h.ids["ejer"] {
				t.Errorf("the step is %s by %s", got.State, got.By)
			}
			h.deliver(interactivity, h.onPage("fremmed", "tag", "yes"), 1)
			h.has(h.fake.got("views.publish", 3).Fields["view"], words(lang, "dit svar tæller ikke", "does not count"), words(lang, "Intet venter på dig", "Nothing waits for you"))
		})
	}
}

// onPage is a press on a button of somebody's own page.
func (h *house) onPage(who, step, act string) []byte {
	text := string(h.pressed(who, "ask/0.1", act, h.run+"/"+step))
	for old, now := range map[string]string{`"response_url":"` + h.fake.URL + `/reply/` + who + `"`: `"response_url":""`, `"type":"message"`: `"type":"view"`, `"channel_id":"D1",`: ""} {
		text = strings.ReplaceAll(text, old, now)
	}
	return []byte(text)
}

// The command says what goes on, what waits and what comes next, to whoever may see it.
func TestCommand(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"da", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, lang, false).work()
			for i, want := range []struct{ who, typed, text string }{
				{"ejer", "status", words(lang, "0 af 6 trin", "0 of 6 steps")},
				{"fremmed", " STATUS ", words(lang, "Venter på systemejer Økonomi og It-chef", "Waits for systemejer Økonomi and It-chef")},
				{"ejer", words(lang, "mit", "mine"), words(lang, "Ja, det virker", "Yes, it works")},
				{"ejer", words(lang, "øvelser", "drills"), words(lang, "Næste øvelser", "Next drills")},
				{"ejer", "", words(lang, "Skriv `/beredskab status`", "Type `/beredskab status`")},
			} {
				h.deliver(commands, h.typed(want.who, want.typed), 2)
				c := h.fake.got("reply", i+1)
				h.has(c.Body, want.text, `"response_type":"ephemeral"`)
			}
			if n := h.fake.count("reply"); n != 5 {
				t.Errorf("%d answers to 5 commands", n)
			}
		})
	}
}

// The one who leads writes in the log, pauses and goes on from the run's summary; others
// are told whose that is.
func TestBoardButtons(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "da", false).work()
	press := func(who, act string) []byte { return h.pressed(who, "board/"+h.run, act, h.run) }
	h.deliver(interactivity, press("itchef", "note"), 2)
	opened := h.fake.got("views.open", 1)
	h.deliver(interactivity, h.filled("itchef", opened, map[string]string{"text": "Kaffen er kold"}), 3)
	h.settled("itchef")
	h.has(h.said(), "Det står i loggen nu")
	h.deliver(interactivity, press("itchef", "pause"), 1)
	opened = h.fake.got("views.open", 2)
	h.deliver(interactivity, h.filled("itchef", opened, map[string]string{"text": "Frokost"}), 3)
	h.settled("itchef")
	h.has(h.said(), "sat på pause")
	h.deliver(interactivity, press("itchef", "pause"), 1)
	h.settled("itchef")
	h.has(h.said(), "forløbet er på pause")
	h.deliver(interactivity, press("fremmed", "resume"), 1)
	h.settled("fremmed")
	h.has(h.said(), "Det er for It-chef")
	h.deliver(interactivity, press("itchef", "resume"), 2)
	h.settled("itchef")
	h.has(h.said(), "går videre")
	for act, want := range map[string]int{"drill.note": 1, "drill.paused": 1, "drill.resumed": 1} {
		if n := h.acts(act, "", "done"); n != want {
			t.Errorf("%s was done %d times", act, n)
		}
	}
	if n := h.acts("drill.resumed", "", "refused"); n != 1 {
		t.Errorf("the try of somebody else has %d lines", n)
	}
}
