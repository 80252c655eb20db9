package systems_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
)

const review = "/systems/esdh/review"

// says sends an act as the form of the review would that the person reads now.
func (w *town) says(who, act string, more url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	body := w.page(strings.TrimSuffix(who, "-late"), "da", review)
	fields := url.Values{"version": {field(body, "version")}, "seen": {field(body, "seen")}}
	for name, values := range more {
		fields[name] = values
	}
	if fields.Get("version") == "" { // no form is offered: whoever sends one all the same knows what to send
		fields.Set("version", w.standing().Pending())
	}
	return w.post(who, review+"/"+act, fields)
}

// done tells that an act was taken.
func (w *town) done(answer *httptest.ResponseRecorder) {
	w.t.Helper()
	if answer.Code != http.StatusSeeOther || !strings.HasPrefix(answer.Header().Get("Location"), review+"?done=systems.") {
		w.t.Fatalf("%d to %q\n%s", answer.Code, answer.Header().Get("Location"), answer.Body)
	}
}

func (w *town) standing() *approval.Standing {
	w.t.Helper()
	s, err := w.office.Standing(w.t.Context(), "esdh", time.Time{})
	w.ok(err)
	return s
}

// approved takes the version that the files hold through all hands.
func (w *town) approved() {
	w.t.Helper()
	w.done(w.says("koordinator", "submit", nil))
	w.done(w.says("ejer", "confirm", nil))
	w.done(w.says("ejer", "accept", nil))
	w.done(w.says("chef", "approve", nil))
}

// A version goes from hand to hand until it is in force; each act is in the register
// with its person, and each hand is offered its own act and no other.
func TestAVersionComesIntoForce(t *testing.T) {
	w := newTown(t)
	w.wants(w.page("koordinator", "da", review), []string{"Send til godkendelse", "der er ingen version, som gælder", "/opt/demo-restore-database"}, review+"/approve")
	w.done(w.says("koordinator", "submit", nil))
	w.wants(w.page("ejer", "da", review), []string{review + "/confirm", review + "/accept", review + "/return", "Rolle ejer"}, review+"/approve")
	w.wants(w.page("chef", "da", review), []string{review + "/accept"}, review+"/confirm", review+"/approve")
	w.done(w.says("ejer", "confirm", nil))
	w.done(w.says("ejer", "accept", nil))
	w.wants(w.page("koordinator", "da", review), []string{"Du har skrevet versionen"}, review+"/approve")
	w.wants(w.page("chef", "da", review), []string{review + "/approve", "Godkendes af"})
	w.done(w.says("chef", "approve", nil))
	if hash, _, ok := w.standing().InForce(); !ok || hash == "" {
		t.Fatal("it is not in force")
	}
	said, err := w.office.Said(t.Context(), "esdh")
	w.ok(err)
	var who []string
	for _, a := range said {
		who = append(who, a.By.Person)
	}
	if want := []string{w.ids["koordinator"], w.ids["ejer"], w.ids["ejer"], w.ids["chef"]}; !slices.Equal(who, want) {
		t.Errorf("it was said by %v, not %v", who, want)
	}
	if last := said[3]; last.Review == nil || last.Review.Digest() != last.Shown || len(last.Review.Commands) == 0 || last.Assurance != "login" {
		t.Errorf("the approval holds %+v", last)
	}
	log, err := w.register.Entries(t.Context(), kept.EntryFilter{Object: "esdh", Limit: 1})
	w.ok(err)
	if len(log) != 1 || log[0].Act != "plan.approved" {
		t.Errorf("the log says %+v", log)
	}
	w.wants(w.page("chef", "da", "/systems/esdh"), []string{"Version 4 · godkendt 23. november 2026 af Rolle chef"})
	w.wants(w.page("chef", "en", "/systems/esdh/history?as_of=2026-11-23"), []string{"version 4 counted", "Approved", "Rolle chef"})
	w.wants(w.page("chef", "da", "/systems/esdh/history?as_of=2026-11-01"), []string{"gjaldt ingen version"})
	w.wants(w.page("chef", "da", "/systems/esdh/history?as_of=i%20morgen"), []string{"Skriv en dag som"})
}

// An act stands for exactly what was shown: when the plan or what it starts has
// changed since, nothing is said.
func TestWhatWasReadMustStillBeSo(t *testing.T) {
	w := newTown(t)
	w.done(w.says("koordinator", "submit", nil))
	w.done(w.says("ejer", "confirm", nil))
	w.done(w.says("ejer", "accept", nil))
	body := w.page("chef", "da", review)
	fields := url.Values{"version": {field(body, "version")}, "seen": {field(body, "seen")}}
	w.resolve = func(*plan.Plan) ([]approval.Command, []string, error) {
		return []approval.Command{{Step: "s1", Argv: []string{"/bin/rm"}}}, nil, nil
	}
	if answer := w.post("chef", review+"/approve", fields); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), "siden du læste den") || !strings.Contains(answer.Body.String(), "/bin/rm") {
		t.Errorf("another command: %d", answer.Code)
	}
	w.resolve = func(*plan.Plan) ([]approval.Command, []string, error) {
		return nil, []string{"s1: no such action"}, nil
	}
	w.wants(w.page("chef", "da", review), []string{"kan ikke vises som kommandoer", "no such action"}, review+"/approve")
	if answer := w.post("chef", review+"/approve", fields); answer.Code != http.StatusUnprocessableEntity {
		t.Errorf("what cannot be shown: %d", answer.Code)
	}
	if _, _, ok := w.standing().InForce(); ok {
		t.Error("it is in force all the same")
	}
}

// A change makes another version: what was said of the old one is gone, and the page
// says so.
func TestAChangeTakesTheApprovalAway(t *testing.T) {
	w := newTown(t)
	w.approved()
	old := w.standing()
	first, _, _ := old.InForce()
	w.changed("esdh", "5", func(p *plan.Plan) { p.Objectives.RTO = 12 * 60 })
	w.wants(w.page("chef", "da", "/systems/esdh"), []string{"Planfilen er en anden version", "Version 4 · godkendt"})
	w.wants(w.page("chef", "da", review), []string{"24 timer → 12 timer", "sammenlignet med version 4"})
	w.wants(w.page("chef", "en", review), []string{"24 hours → 12 hours"})
	w.done(w.says("koordinator", "submit", nil))
	w.done(w.says("ejer", "confirm", nil))
	second := w.standing().Pending()
	w.changed("esdh", "6", func(p *plan.Plan) { p.Objectives.RTO = 10 * 60 })
	w.done(w.says("koordinator", "withdraw", url.Values{"reason": {"ny version"}}))
	w.done(w.says("koordinator", "submit", nil))
	w.wants(w.page("ejer", "da", review+"?version="+second), []string{"Den version, du søgte, er ikke længere på vej", review + "/confirm"})
	w.wants(w.page("chef", "da", "/systems/esdh?version="+first+""), []string{"Version 4"})
	w.wants(w.page("chef", "da", "/systems/esdh?version="+second), []string{"Du læser en anden version"})
	w.wants(w.page("chef", "da", "/systems/esdh/history"), []string{"Version 6", "Version 5", "Version 4", "ny version", "12 timer → 10 timer"})
}

// A version is sent back with a comment on each section; one without a comment stays.
func TestAVersionIsSentBack(t *testing.T) {
	w := newTown(t)
	w.done(w.says("koordinator", "submit", nil))
	if answer := w.says("ejer", "return", url.Values{"comment-backup": {"  "}}); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), "Skriv ved mindst én del") {
		t.Errorf("without a comment: %d", answer.Code)
	}
	if answer := w.says("koordinator", "withdraw", nil); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), "Skriv, hvorfor") {
		t.Errorf("withdrawn without a reason: %d", answer.Code)
	}
	w.done(w.says("ejer", "return", url.Values{"comment-backup": {"Kopien er for gammel"}, "comment-recovery": {"Trin 3 mangler"}}))
	w.wants(w.page("koordinator", "da", review), []string{"Sendt tilbage", "Backup: Kopien er for gammel", "Trin: Trin 3 mangler", "kladde"})
	said, err := w.office.Said(t.Context(), "esdh")
	w.ok(err)
	if last := said[len(said)-1]; last.Kind != approval.ChangesAsked || len(last.Comments) != 2 || last.By.Person != w.ids["ejer"] {
		t.Errorf("it was said: %+v", last)
	}
}

// Nobody says what is not his to say, whatever he sends; and to approve one must
// have shown who he is.
func TestWhoMaySayWhat(t *testing.T) {
	w := newTown(t)
	if answer := w.says("chef", "approve", nil); answer.Code != http.StatusConflict && answer.Code != http.StatusUnprocessableEntity {
		t.Errorf("a draft is approved: %d", answer.Code)
	}
	w.done(w.says("koordinator", "submit", nil))
	seen := w.page("ejer", "da", review)
	fields := url.Values{"version": {field(seen, "version")}, "seen": {field(seen, "seen")}}
	for who, act := range map[string]string{"koordinator": "confirm", "chef": "confirm", "tekniker": "accept", "ejer": "approve"} {
		if answer := w.post(who, review+"/"+act, fields); answer.Code != http.StatusForbidden && answer.Code != http.StatusConflict {
			t.Errorf("%s by %s: %d", act, who, answer.Code)
		}
	}
	for _, act := range []string{"submit", "confirm", "accept", "return", "withdraw", "approve"} {
		if answer := w.post("admin", review+"/"+act, fields); answer.Code != http.StatusForbidden {
			t.Errorf("%s by an administrator: %d", act, answer.Code)
		}
		if answer := w.post("", review+"/"+act, fields); answer.Code != http.StatusUnauthorized {
			t.Errorf("%s by nobody: %d", act, answer.Code)
		}
	}
	if answer := w.post("chef-late", review+"/approve", fields); answer.Code != http.StatusSeeOther || !strings.HasPrefix(answer.Header().Get("Location"), "/prove?to=") {
		t.Errorf("approved without a fresh proof: %d", answer.Code)
	}
	if said, err := w.office.Said(t.Context(), "esdh"); err != nil || len(said) != 1 {
		t.Errorf("%d things were said: %v", len(said), err)
	}
}
