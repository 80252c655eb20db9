package slack

import (
	"strings"
	"testing"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/proof"
	"beredskab/internal/register"
)

// words are what a person reads, in either language.
func words(lang, da, en string) string {
	if lang == "en" {
		return en
	}
	return da
}

// Every answer lands once in the register, with the person and how he is known, in both
// languages and over both ways, though Slack delivers each of them five times.
func TestAnswersLandOnce(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"da", "en"} {
		for _, way := range []string{"socket", "http"} {
			t.Run(lang+"/"+way, func(t *testing.T) {
				t.Parallel()
				newHouse(t, lang, way == "socket").work().answers(lang)
			})
		}
	}
}

func (h *house) answers(lang string) {
	t := h.t
	h.deliver(interactivity, h.press("ejer", "ja", "yes"), 5)
	edited := h.fake.got("chat.update", 1)
	h.has(edited.Fields["blocks"], words(lang, "ØVELSE · Viser", "DRILL · Viser"), words(lang, "Du svarede", "You answered"), `"action_id":"undo"`)

	h.deliver(interactivity, h.press("ejer", "nej", "no"), 5)
	opened := h.fake.got("views.open", 1)
	h.has(opened.Fields["view"], words(lang, "Hvad ser du?", "What do you see?"), words(lang, "Jeg kan ikke arbejde", "I cannot work"))
	h.deliver(interactivity, h.filled("ejer", opened, map[string]string{"text": "Saldoen er nul", "bad": "cannot_work", "call": "yes"}), 5)
	h.fake.got("chat.update", 2)
	if got := h.step("nej"); got.State != drill.Failed || got.By != h.ids["ejer"] || !strings.Contains(got.Note, "Saldoen er nul · "+words(lang, "Jeg kan ikke arbejde", "I cannot work")) || !strings.Contains(got.Note, "20 30 40 50") {
		t.Errorf("the no is %s by %s: %q", got.State, got.By, got.Note)
	}

	h.deliver(interactivity, h.press("itchef", "valg", "option1"), 5)
	h.fake.got("chat.update", 3)
	h.deliver(interactivity, h.press("ejer", "tag", "take"), 5)
	h.settled("ejer")
	h.has(h.said(), words(lang, "Vi minder dig ikke om det", "remind"))
	h.deliver(interactivity, h.press("ejer", "tag", "pass"), 5)
	h.settled("ejer")
	h.deliver(interactivity, h.press("ejer", "ja", "undo"), 5)
	h.settled("ejer")
	h.settled("itchef")
	if got := h.step("ja"); got.State != drill.Asked {
		t.Errorf("after it was taken back the step is %s", got.State)
	}
	wrong := 0
	for _, want := range []struct{ act, step, state string }{
		{"step.answer", "ja", "asked"},
		{"step.answer", "nej", "failed"},
		{"step.answer", "valg", "done"},
		{"step.take", "tag", "taken"},
		{"step.pass", "tag", "taken"},
		{"step.take_back", "ja", "asked"},
	} {
		got := h.step(want.step)
		if n := h.acts(want.act, want.step, "done"); n != 1 || h.acts(want.act, want.step, "refused") != 0 || string(got.State) != want.state {
			wrong++
			t.Errorf("%s of %s was done %d times, and the step is %s", want.act, want.step, n, got.State)
		}
		if got.Over() && got.Assured != "slack" {
			t.Errorf("%s is known by %q", want.step, got.Assured)
		}
	}
	if got := h.step("valg"); got.Outcome != "Ugens" || got.By != h.ids["itchef"] {
		t.Errorf("the choice is %q by %s", got.Outcome, got.By)
	}
	if h.over {
		h.fake.await("every acknowledgement", func() bool { return len(h.fake.acked) >= 7*5 })
	}
	proof.Report(t, proof.Figure{ID: "S11", What: "answers of which each came five times", Count: 6, Unit: "acts", Failed: wrong})
}

// Whoever may not answer, comes too late, or presses what is no more is told why, and
// nothing is changed.
func TestPressesThatCount(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "da", false).work()
	press := func(who, step, act string, want ...string) {
		t.Helper()
		h.deliver(interactivity, h.press(who, step, act), 1)
		h.settled(who)
		h.has(h.said(), want...)
	}
	press("fremmed", "ja", "yes", "dit svar tæller ikke", origin+"/drills/"+h.run, `"response_type":"ephemeral"`)
	press("fremmed", "ja", "no", "dit svar tæller ikke")
	press("ejer", "login", "yes", "kommunens login")
	press("ejer", "login", "no", "kommunens login")
	press("ejer", "sidst", "yes", "når det er din tur")
	press("ejer", "valg", "option7", "ikke findes længere")
	press("ejer", "ja", "<b>", "ikke findes længere")
	press("ejer", "ja", "undo", "kan ikke trækkes tilbage")
	h.deliver(interactivity, h.pressed("ejer", "ask/0", "yes", "2019-99/ja"), 1)
	h.deliver(interactivity, h.pressed("ejer", "ask/x", "yes", h.run+"/ja"), 1)
	h.deliver(interactivity, h.pressed("ejer", "elsewhere", "yes", h.run+"/ja"), 1)
	h.settled("ejer")
	h.has(h.said(), "ikke findes længere")
	if got := h.step("ja"); got.State != drill.Asked || h.acts("step.answer", "", "done") != 0 {
		t.Fatalf("the step is %s", got.State)
	}
	if n := h.acts("step.answer", "ja", "refused"); n != 2 {
		t.Errorf("%d tries of somebody else stand in the log", n)
	}

	h.ok(h.Register.Lead(t.Context(), h.by("itchef"), register.Lead{Run: h.run, Kind: event.RunPaused, Reason: "frokost"}))
	press("ejer", "tag", "pass", "sat på pause")
	h.deliver(interactivity, h.press("ejer", "tag", "yes"), 1) // an answer counts while it is paused
	h.settled("ejer")
	if got := h.step("tag"); got.State != drill.Done {
		t.Errorf("answered while it is paused the step is %s", got.State)
	}
	h.ok(h.Register.Lead(t.Context(), h.by("itchef"), register.Lead{Run: h.run, Kind: event.RunResumed}))

	h.ok(h.Register.Answer(t.Context(), h.by("ejer"), register.Answer{Run: h.run, Step: "nej", Answer: "yes"}))
	before := h.fake.count("chat.update")
	h.deliver(interactivity, h.press("ejer", "nej", "yes"), 1) // it was answered on the page
	h.settled("ejer")
	if h.fake.count("chat.update") != before+1 || h.acts("step.answer", "nej", "done") != 1 {
		t.Error("an answer of one's own that was given elsewhere does not show in the message")
	}
	h.pass(11 * time.Minute)
	press("ejer", "nej", "undo", "kan ikke trækkes tilbage")
	h.ok(h.Register.Lead(t.Context(), h.by("itchef"), register.Lead{Run: h.run, Kind: event.RunAborted, Reason: "slut"}))
	press("ejer", "ja", "yes", "Forløbet blev afbrudt")
	h.disable("ejer")
	h.deliver(interactivity, h.press("ejer", "ja", "yes"), 1)
	h.lane(user("ejer"))
	h.has(h.said(), "adgang til beredskabet er lukket")
}
