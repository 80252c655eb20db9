package slack

import (
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/outbox"
	"beredskab/internal/register"
	"beredskab/internal/slack/places"
)

// drawn puts the summaries up to date once.
func (h *house) drawn() {
	h.t.Helper()
	h.ok(h.draw(h.t.Context(), map[string]time.Time{}, map[string]time.Time{}))
}

// TestBoard: a run has one summary in the channel. It is posted once, also by a node
// that was started anew, edited in place as the run goes on, and ends with its end;
// everything else about the run stands under it.
func TestBoard(t *testing.T) {
	for _, lang := range []string{"da", "en"} {
		t.Run(lang, func(t *testing.T) {
			h := newHouse(t, lang, false)
			h.Channel = "#beredskab"
			h.drawn()
			posted := h.fake.got("chat.postMessage", 1)
			h.has(posted.Fields["blocks"], words(lang, "ØVELSE · ", "DRILL · "), `"block_id":"board/`+h.run, `"action_id":"note"`, `"action_id":"pause"`,
				words(lang, "venter på", "waits for"), words(lang, "Ingen borgere er berørt", "No citizen is affected"), "░░░")
			h.ok(h.Register.Answer(t.Context(), h.by("ejer"), register.Answer{Run: h.run, Step: "ja", Answer: "yes"}))
			h.drawn()
			edited := h.fake.got("chat.update", 1)
			if edited.Fields["ts"] != "1764140000.0001" || !strings.Contains(edited.Fields["blocks"], "✅ ") {
				t.Errorf("the summary was not edited in place: %s", edited.Body)
			}
			thread := h.places.Thread(t.Context(), h.run)
			s, err := New(Options{Token: "xoxb-1", APIURL: h.fake.URL, Places: h.places})
			n := outbox.Sample(outbox.Finished, lang, false)
			n.Address, n.Facts.Run = "#beredskab", h.run
			trySend(t, sender(t, s, err), n)
			if under := h.fake.got("chat.postMessage", 2); thread == "" || under.Fields["thread_ts"] != thread {
				t.Errorf("a message about the run stands under %q, want %q", under.Fields["thread_ts"], thread)
			}
			h.ok(h.Register.Lead(t.Context(), h.by("itchef"), register.Lead{Run: h.run, Kind: event.RunAborted, Reason: "Nok for i dag"}))
			for range 3 { // cleanup steps, if there are any, and the end
				_, err = h.Register.Advance(t.Context(), h.node, h.run)
				h.ok(err)
			}
			h.drawn()
			h.has(h.fake.got("chat.update", 2).Fields["blocks"], words(lang, "Slut", "Finished"))
			h.drawn()
			if live, err := h.places.Live(t.Context(), places.Board); err != nil || len(live) != 0 {
				t.Errorf("after the end %v may still change: %v", live, err)
			}
		})
	}
}

// TestAnsweredElsewhere: a question that was answered on the page is struck out where it
// stands in Slack, once; one that its reader answered himself keeps what it says.
func TestAnsweredElsewhere(t *testing.T) {
	h := newHouse(t, "da", false)
	h.fake.user("UEJER", "ejer", "systemejer@kommune.example", "da-DK")
	s, err := New(Options{Token: "xoxb-1", APIURL: h.fake.URL, Places: h.places})
	posted := sender(t, s, err)
	for i, step := range []string{"ja", "nej"} {
		n := outbox.Sample(outbox.Request, "da", false)
		n.ID, n.Facts.Run, n.Facts.Step = int64(i+1), h.run, step
		if r := trySend(t, posted, n); r.Outcome != outbox.Accepted || strings.Contains(r.Detail, "struck") {
			t.Fatalf("receipt %+v", r)
		}
	}
	h.ok(h.strike(t.Context()))
	h.ok(h.places.Settle(t.Context(), 2)) // its reader pressed the button
	for _, step := range []string{"ja", "nej"} {
		h.ok(h.Register.Answer(t.Context(), door.Actor{Name: h.ids["ejer"], Via: h.ids["ejer"], Person: h.ids["ejer"], Assurance: "login"}, register.Answer{Run: h.run, Step: step, Answer: "yes"}))
	}
	h.ok(h.strike(t.Context()))
	h.has(h.fake.got("chat.update", 1).Fields["blocks"], "Besvaret af", "Du skal ikke gøre mere")
	h.ok(h.strike(t.Context()))
	updates := 0
	h.fake.mu.Lock()
	defer h.fake.mu.Unlock()
	for _, c := range h.fake.calls {
		if c.Method == "chat.update" {
			updates++
		}
	}
	if updates != 1 {
		t.Errorf("%d messages were edited, want one, once", updates)
	}
}
