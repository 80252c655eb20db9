package confirm_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/outbox"
	"beredskab/internal/register"
)

// The owner answers on a phone, without an account: one question, big buttons, and
// afterwards the same link says what was answered.
func TestYes(t *testing.T) {
	h := newHouse(t, true)
	path, _ := h.sent("link")
	page := h.see("", path, "ØVELSE", "Trin 1 af 6", "Viser Økonomisystemet de rigtige tal (link)?", "Find bilag 2025-114", "Ja, det virker", "Nej, noget er galt",
		"Jeg er i gang", "send til Navn på stedfortræder", "Du svarer som Navn på ejer.", "59 53 00 00", "Svar senest kl. 10.30", "tager ca. 3 min")
	if strings.Count(page, "button-big") < 4 || strings.Contains(page, `class="mainmenu"`) {
		t.Error("the page wants big buttons and no menu")
	}
	if len(page) > 60_000 {
		t.Errorf("the page has %d bytes", len(page))
	}
	h.see("/en", path, "DRILL", "Yes, it works", "pass on to", "You answer as Navn på ejer.")
	h.wall = h.wall.Add(4 * time.Minute)
	if to := h.post(http.StatusSeeOther, "", path, send("answer", "yes", "note", "ser fint ud")); to != path {
		t.Errorf("sent on to %q", to)
	}
	got := h.step("link")
	if got.State != drill.Done || got.By != h.ids["ejer"] || got.Assured != "link" || got.Note != "ser fint ud" {
		t.Errorf("the register has %+v", got)
	}
	if last := h.last(); last != "step.answer "+h.run+"/link done by "+h.ids["ejer"] {
		t.Error(last)
	}
	h.see("", path, "Tak", "Du svarede »Ja, det virker« kl. 10.04.", "Du er færdig", "Fortryd (til kl. 10.14)")
	h.post(http.StatusConflict, "", path, send("answer", "yes"), "Du svarede »Ja, det virker« kl. 10.04.")
}

// A no asks what is wrong first, and what was typed is still there.
func TestNo(t *testing.T) {
	h := newHouse(t, true)
	path, _ := h.sent("link")
	h.post(http.StatusOK, "", path, send("answer", "no", "note", "summen er 0"), "Hvad er galt?", "summen er 0", "20 30 40 50", "Jeg kan ikke logge ind")
	if h.step("link").State != drill.Asked {
		t.Error("nothing is answered before it is sent")
	}
	h.post(http.StatusUnprocessableEntity, "", path, send("answer", "no", "wrong", "other"), "Vælg, hvad der er galt", "Hvad er galt?")
	h.post(http.StatusUnprocessableEntity, "", path, send("answer", "no", "wrong", "x<script>"), "Vælg, hvad der er galt")
	h.post(http.StatusUnprocessableEntity, "", path, send("answer", "no", "wrong", "figures", "note", strings.Repeat("a", 2001)), "højst 2.000 tegn")
	h.post(http.StatusSeeOther, "", path, send("answer", "no", "wrong", "figures", "note", "summen er 0", "call", "yes", "phone", "11 22 33 44"))
	if got := h.step("link"); got.State != drill.Failed || got.Note != "Tallene eller sagerne er forkerte · summen er 0 · Må ringes op på 11 22 33 44" {
		t.Errorf("%s: %s", got.State, got.Note)
	}
	h.see("", path, "Du svarede »Nej, noget er galt«", "IT har fået besked")
}

// Whoever works on it says so, whoever cannot passes it on, and the deputy's link is
// the deputy's own.
func TestTakeAndPass(t *testing.T) {
	h := newHouse(t, true)
	path, _ := h.sent("link")
	to := h.post(http.StatusSeeOther, "", path, send("answer", "take"))
	h.see("", to, "Vi minder dig ikke om det", "Du er i gang siden kl. 10.00")
	to = h.post(http.StatusSeeOther, "", path, send("answer", "pass"))
	h.see("", to, "Vi spørger den næste nu")
	second, _ := h.linkOf(h.message(outbox.Escalation, "mail", "link"))
	h.see("", second, "Navn på ejer er i gang siden", "Du svarer som Navn på stedfortræder", "send til It-chef")
	h.post(http.StatusSeeOther, "", second, send("answer", "yes"))
	h.see("", second, "Tak")
	h.see("", path, "Trinnet er lukket", "Navn på stedfortræder svarede kl. 10.00.", "Du skal ikke gøre noget.")
	h.post(http.StatusConflict, "", path, send("answer", "no", "wrong", "missing"), "Navn på stedfortræder svarede kl. 10.00.")
	h.post(http.StatusConflict, "", path, send("answer", "pass"))
	if got := h.step("link"); got.By != h.ids["stedfortræder"] || got.Unreached {
		t.Errorf("by %s, unreached %t", got.By, got.Unreached)
	}
}

func TestUndo(t *testing.T) {
	h := newHouse(t, true)
	path, _ := h.sent("link")
	h.post(http.StatusSeeOther, "", path, send("answer", "yes"))
	to := h.post(http.StatusSeeOther, "", path, send("answer", "undo"))
	h.see("", to, "trukket tilbage", "Ja, det virker")
	h.post(http.StatusSeeOther, "", path, send("answer", "yes"))
	h.wall = h.wall.Add(10 * time.Minute)
	if text := h.see("", path, "Tak"); strings.Contains(text, "Fortryd") {
		t.Error("after ten minutes there is nothing to take back")
	}
	h.post(http.StatusConflict, "", path, send("answer", "undo"))
}

// A decision is one of its options, and a manual step is done or cannot be done.
func TestOtherKinds(t *testing.T) {
	h := newHouse(t, true)
	path, _ := h.sent("valg")
	h.see("", path, "Hvilken backup?", `value="Nattens"`, "Ugens", "Du svarer som Navn på itchef")
	h.post(http.StatusUnprocessableEntity, "", path, send("note", "x"), "Vælg et svar")
	h.post(http.StatusConflict, "", path, send("option", "Månedens"))
	h.post(http.StatusSeeOther, "", path, send("option", "Nattens"))
	h.see("", path, "Du svarede »Nattens«")
	if got := h.step("valg"); got.Outcome != "Nattens" {
		t.Error(got.Outcome)
	}
	path, _ = h.sent("skift") // goes to a team's mailbox, which is nobody's own
	h.see("", path, "Sæt disken i", "Log ind med kommunens login")
	h.see("tekniker", path, "Trinnet er udført", "Det kan ikke udføres", "Du svarer som Navn på tekniker")
	h.post(http.StatusForbidden, "", path, send("answer", "yes"))
	h.post(http.StatusSeeOther, "tekniker", path, send("answer", "yes"))
	if got := h.step("skift"); got.By != h.ids["tekniker"] || got.Assured != "login" {
		t.Errorf("%s by %s", got.By, got.Assured)
	}
}

// The plan says how surely whoever answers must be known.
func TestAssurance(t *testing.T) {
	h := newHouse(t, true)
	path, code := h.sent("kode")
	_, other := h.sent("link")
	h.see("", path, "Planen kræver, at du også taster den korte kode")
	h.post(http.StatusConflict, "", path, send("answer", "yes"))
	h.post(http.StatusUnprocessableEntity, "", path, send("answer", "yes", "code", "AAA-AAA"), "Koden er ikke rigtig")
	h.post(http.StatusUnprocessableEntity, "", path, send("answer", "yes", "code", other), "Koden er ikke rigtig")
	h.post(http.StatusSeeOther, "", path, send("answer", "yes", "code", strings.ToLower(code)))
	if got := h.step("kode"); got.Assured != "code" || got.By != h.ids["ejer"] {
		t.Errorf("%s by %s", got.By, got.Assured)
	}
	path, _ = h.sent("login")
	h.see("", path, "Log ind og svar", `href="/sign-in?to=`+path+`"`)
	h.post(http.StatusConflict, "", path, send("answer", "yes"))
	h.post(http.StatusSeeOther, "ejer", path, send("answer", "yes"))
	if got := h.step("login"); got.Assured != "login" {
		t.Error(got.Assured)
	}
}

// Whoever would rather not use links types the short code.
func TestShortCode(t *testing.T) {
	h := newHouse(t, true)
	_, code := h.sent("kode")
	h.see("", "/k", "Tast koden fra beskeden", "K7M-2QD")
	h.see("/en", "/k", "Type the code from the message")
	h.post(http.StatusUnprocessableEntity, "", "/k", send("code", "222-222"), "Koden er ikke rigtig", "222-222")
	to := h.post(http.StatusSeeOther, "", "/k", send("code", strings.ReplaceAll(code, "-", " ")))
	h.see("", to, "rigtige tal (kode)", "Du svarer som Navn på ejer")
	h.post(http.StatusSeeOther, "", to, send("answer", "yes"))
	if got := h.step("kode"); got.Assured != "code" {
		t.Error(got.Assured)
	}
	for range 6 {
		h.ask(http.MethodPost, "", "/k", "code", "333-333")
	}
	h.post(http.StatusUnprocessableEntity, "", "/k", send("code", "333-333"), "for mange forkerte koder")
}

// Where nobody is registered yet the role answers that was asked.
func TestBeforeAnybodyIsRegistered(t *testing.T) {
	h := newHouse(t, false)
	path, _ := h.sent("link")
	h.see("", path, "Du svarer som systemejer Økonomi", "send til stedfortræderen")
	h.post(http.StatusSeeOther, "", path, send("answer", "yes"))
	if got := h.step("link"); got.By != "systemejer Økonomi" || got.Assured != "link" {
		t.Errorf("%s by %s", got.By, got.Assured)
	}
	h.see("", path, "Tak")
}

// A step that waits for the one who leads, or for its turn, says so.
func TestWaitsForOthers(t *testing.T) {
	h := newHouse(t, true)
	path, _ := h.sent("link")
	h.ok(h.register.Lead(t.Context(), h.actor("itchef"), register.Lead{Run: h.run, Step: "link", Kind: event.StepSkipped, Reason: "ikke nu"}))
	h.see("", path, "Navn på itchef sprang trinnet over", "Du skal ikke gøre noget")
	sidst := outbox.Notice{Kind: outbox.Stalled, Address: "ejer@kommune.test", Facts: outbox.Facts{Run: h.run, Step: "sidst"}}
	later, _ := h.linkOf(sidst)
	h.see("", later, "Trinnet er ikke i gang nu")
}
