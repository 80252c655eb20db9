package home_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/followup"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// Every page can be read in both languages by everybody who is signed in, also
// before there are plans; nobody else sees any.
func TestEveryPage(t *testing.T) {
	w := newTown(t)
	w.start("omsorg", "login-og-stikproeve")
	w.held("omsorg", "passed", w.wall.AddDate(0, -2, 0), 35)
	for _, lang := range []string{"da", "en"} {
		for who := range w.ids {
			for _, path := range []string{"/", "/?view=all", "/mine", "/search", "/search?q=omsorg", "/search?q=zzzz"} {
				w.page(who, lang, path)
			}
		}
	}
	for _, path := range []string{"/", "/mine", "/search?q=omsorg"} {
		if answer := w.get("", "da", path); answer.Code != http.StatusSeeOther || !strings.HasPrefix(answer.Header().Get("Location"), "/sign-in?to=") {
			t.Errorf("%s for nobody: %d to %s", path, answer.Code, answer.Header().Get("Location"))
		}
	}
	empty := open(t)
	id, err := empty.office.AddPerson(t.Context(), empty.by("admin"), rights.Person{Name: "Rolle admin", Accounts: []rights.Account{{Issuer: rights.Local, Subject: "admin"}}})
	empty.ok(err)
	empty.ids["admin"] = id
	empty.wants(empty.page("admin", "da", "/"), []string{"Her er ingen planer endnu", "/help/first-drill"})
	empty.page("admin", "en", "/search?q=omsorg")
}

// A step is shown to those whom it asks, and to nobody else; it goes when it is
// answered, and what the reading was kept for is read anew.
func TestAStepWaitsForItsTeam(t *testing.T) {
	w := newTown(t)
	run := w.start("omsorg", "login-og-stikproeve")
	const step = "Afklar driftstatus med leverandør"
	w.wants(w.page("tekniker", "da", "/"), []string{step, "/drills/" + run, "ØVELSE", "1 ting venter på dig", "svar senest"})
	w.wants(w.page("tekniker", "en", "/mine"), []string{step, "DRILL", "1 thing waits for you"})
	for _, who := range []string{"ejer", "admin", "chef"} {
		w.wants(w.page(who, "da", "/mine"), []string{"Intet venter på dig"}, step)
	}
	w.wall = w.wall.Add(2 * time.Hour)
	w.wants(w.page("tekniker", "da", "/mine"), []string{"Over tid"})
	w.ok(w.register.Answer(t.Context(), w.as("tekniker"), register.Answer{Run: run, Step: "s1", Answer: "yes"}))
	_, err := w.register.Advance(t.Context(), w.node, run)
	w.ok(err)
	w.wants(w.page("tekniker", "da", "/mine"), []string{"Kontrollér login, roller og mobile enheder"}, step)
}

// A plan goes from hand to hand, and stands with the one who is next; never with
// who wrote it.
func TestAnApprovalWaitsForWhoIsNext(t *testing.T) {
	w := newTown(t)
	p, _ := w.set.Plan("omsorg")
	w.page("ejer", "da", "/")
	w.say("koordinator", "omsorg", approval.Act{Kind: approval.Submitted, Claim: "koordinator@by.example"})
	w.later()
	w.wants(w.page("ejer", "da", "/"), []string{"Bekræft, at planen er rigtig", "/systems/omsorg/review?version=" + p.Hash()})
	w.wants(w.page("chef", "da", "/"), nil, "Godkend planen")
	w.say("ejer", "omsorg", approval.Act{Kind: approval.Confirmed, Shown: approval.Digest("x")})
	w.wants(w.page("ejer", "da", "/"), []string{"Acceptér tidshorisont og datatab"}, "Bekræft, at planen er rigtig")
	values := approval.Objectives{MTPD: p.Objectives.MTPD, RTO: p.Objectives.RTO, RPO: p.Objectives.RPO}
	w.say("ejer", "omsorg", approval.Act{Kind: approval.Accepted, Values: &values, Shown: approval.Digest("x")})
	w.later()
	w.wants(w.page("chef", "da", "/"), []string{"Godkend planen"})
	w.wants(w.page("koordinator", "da", "/"), nil, "Godkend planen")
	review := approval.Review{Difference: []string{"new"}, Commands: []approval.Command{}}
	w.say("chef", "omsorg", approval.Act{Kind: approval.Approved, Review: &review, Shown: review.Digest()})
	w.wants(w.page("chef", "da", "/"), nil, "Godkend planen") // his own act is seen at once
	w.wants(w.page("ejer", "en", "/"), []string{"Read, and sign that you have understood", "Approved 23"})
}

// An action waits for its owner until it is done, and then for somebody else.
func TestAnActionWaitsForItsOwner(t *testing.T) {
	w := newTown(t)
	a, err := w.office.OpenAction(t.Context(), w.as("koordinator"), followup.Action{System: "omsorg", Text: "Ret kontakten", Owner: w.ids["ejer"], Due: w.wall.AddDate(0, 0, 5)})
	w.ok(err)
	w.wants(w.page("ejer", "da", "/"), []string{"Ret kontakten", "/actions/" + a.ID, "frist 28. november 2026", ">1</a></td>"}, "Over tid")
	w.wall = w.wall.AddDate(0, 0, 9)
	w.wants(w.page("ejer", "da", "/"), []string{"Over tid"})
	w.ok(w.office.FinishAction(t.Context(), w.as("ejer"), a.ID, "rettet"))
	w.wants(w.page("ejer", "da", "/"), nil, "Ret kontakten")
	w.wants(w.page("sikkerhed", "da", "/"), []string{"Ret kontakten", "Handlingspunkt, der skal efterprøves"})
}

// The overview says what is wrong and how it goes, and nothing that was not
// measured is good.
func TestTheOverview(t *testing.T) {
	w := newTown(t)
	w.wants(w.page("chef", "da", "/"), []string{"0 %", "0 af 19 systemer er klar", "Intet er målt det seneste år", "19 systemer er ikke målt", "Næste øvelser", "Kræver handling"}, "heat-t")
	w.held("omsorg", "passed", w.wall.AddDate(0, -2, 0), 35)
	w.held("esdh", "not_passed", w.wall.AddDate(0, -1, 0), 3000)
	w.wants(w.page("chef", "da", "/"), []string{"Intet er målt det seneste år"}) // what others did is read a moment later
	w.later()
	page := w.page("chef", "da", "/")
	w.wants(page, []string{"1 af 2", "1 var for langsom", "17 systemer er ikke målt", `id="heat-table"`, "Vis som tabel", "mod"})
	run := w.start("omsorg", "login-og-stikproeve")
	last := 0
	for _, part := range []string{"waiting", "wrong", "next", "running"} {
		at := strings.Index(w.page("tekniker", "da", "/"), `id="`+part+`"`)
		if at < last {
			t.Errorf("%s does not come in its order", part)
		}
		last = at
	}
	w.wall = w.wall.Add(49 * time.Minute)
	w.wants(w.page("chef", "da", "/"), []string{"I gang nu", "49 min af 8 t", "/drills/" + run, "Venter på "})
}

// Whoever is owner only begins with what is his own, and may look at the whole;
// who may not read plans sees none.
func TestWhoSeesWhat(t *testing.T) {
	w := newTown(t)
	w.wants(w.page("ejer", "da", "/"), []string{"Dit system", "/systems/omsorg", "Se overblikket for hele kommunen"}, "/systems/esdh")
	w.wants(w.page("ejer", "da", "/?view=all"), []string{"Kræver handling"})
	w.wants(w.page("admin", "da", "/"), []string{"Du har ikke ansvar for noget system"}, "Kræver handling", "/systems/")
}

// The search finds what the visitor may see, of every kind, and says so when there
// is nothing.
func TestSearch(t *testing.T) {
	w := newTown(t)
	run := w.start("omsorg", "login-og-stikproeve")
	a, err := w.office.OpenAction(t.Context(), w.as("koordinator"), followup.Action{System: "omsorg", Text: "Prøv medicinlisten", Owner: w.ids["ejer"], Due: w.wall.AddDate(0, 0, 5)})
	w.ok(err)
	page := w.page("chef", "da", "/search?q=OMSORG")
	w.wants(page, []string{`<h2 id="systems">Systemer`, "/systems/omsorg", "/drills/" + run, "/actions/" + a.ID}, "⟦")
	w.wants(w.page("chef", "da", "/search?q=medicin"), []string{"/actions/" + a.ID, "/systems/omsorg/steps", "Trin i planer"})
	w.wants(w.page("chef", "en", "/search?q=by.example"), []string{"Persons", "/people/" + w.ids["ejer"]})
	w.wants(w.page("ejer", "da", "/search?q=by.example"), []string{"Intet fundet"}, "/people/")
	w.wants(w.page("admin", "da", "/search?q=omsorg"), nil, "/systems/omsorg")
	w.wants(w.page("chef", "da", "/search?q=e"), []string{"Skriv mindst to bogstaver"})
	w.wants(w.page("chef", "da", "/search?q=%3Cscript%3Ealert"), []string{"Intet fundet", "&lt;script&gt;alert"}, "<script>alert")
	w.wants(w.page("chef", "da", "/search?q=plan"), nil, "⟦")
}
