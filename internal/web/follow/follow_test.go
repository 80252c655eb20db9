package follow_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/record"
)

func (w *town) action() followup.Action {
	w.t.Helper()
	list, err := w.office.Actions(w.t.Context(), record.Filter{})
	w.ok(err)
	return list[len(list)-1]
}

func (w *town) dispensation() followup.Dispensation {
	w.t.Helper()
	list, err := w.office.Dispensations(w.t.Context(), record.Filter{})
	w.ok(err)
	return list[len(list)-1]
}

// open is a finding of that system that stands.
func (w *town) open(system string) kept.Finding {
	w.t.Helper()
	list, err := w.register.Findings(w.t.Context(), kept.FindingFilter{System: system, Open: true})
	w.ok(err)
	if len(list) == 0 {
		w.t.Fatalf("nothing was found of %q", system)
	}
	return list[0]
}

// Every list can be read in both languages, with nonsense in its address too; by
// nobody who is not signed in.
func TestEveryList(t *testing.T) {
	w := newTown(t)
	for _, path := range []string{
		"/actions", "/actions?show=mine", "/actions?show=late", "/actions?show=closed&system=omsorg", "/actions?show=x&page=99", "/actions/new", "/findings",
		"/findings?show=broken", "/findings?show=over", "/findings?code=C8&system=omsorg&page=-1", "/dispensations", "/dispensations?show=asked",
		"/dispensations?show=past", "/dispensations/new?code=C5&system=gis",
	} {
		for _, who := range []string{"koordinator", "ejer", "admin"} {
			w.page(who, "da", path)
			w.page(who, "en", path)
		}
		if answer := w.ask("", "da", http.MethodGet, path, nil); answer.Code != http.StatusSeeOther || !strings.HasPrefix(answer.Header().Get("Location"), "/sign-in") {
			t.Errorf("nobody reads %s: %d", path, answer.Code)
		}
	}
	for _, path := range []string{"/actions/A-2026-9", "/dispensations/D-1", "/findings/one?key=x"} {
		if answer := w.ask("chef", "da", http.MethodGet, path, nil); answer.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
	w.wants(w.page("koordinator", "da", "/findings"), []string{"Systemet er øvet i tide", "/findings?page=2", "Ikke holdt"})
}

// A finding is explained, answered with an action, which its owner finishes and
// somebody else verifies; each sees the buttons that are his.
func TestAnActionFromAFindingToItsEffect(t *testing.T) {
	w := newTown(t)
	f := w.open("omsorg")
	one := "/findings/one?key=" + url.QueryEscape(f.Key)
	w.wants(w.page("koordinator", "da", one), []string{"Opret handlingspunkt", "Næste skridt:", "Søg dispensation"})
	if answer := w.ask("leder", "da", http.MethodGet, one, nil); answer.Code != http.StatusForbidden {
		t.Errorf("the manager of another unit reads it: %d", answer.Code)
	}
	form := url.Values{"finding": {f.Key}, "text": {"Del gendannelsen i to"}, "owner": {w.ids["ejer"]}, "due": {"2026-12-31"}}
	w.wants(w.fails("koordinator", "/actions", 422, url.Values{"finding": {f.Key}, "text": {"Del gendannelsen"}, "owner": {w.ids["ejer"]}}),
		[]string{"Skriv, hvornår det senest", "Del gendannelsen", f.Code})
	w.wants(w.fails("koordinator", "/actions", 422, url.Values{"text": {"x"}, "owner": {w.ids["ejer"]}, "due": {"i morgen"}}), []string{"er ikke en dag"})
	w.fails("admin", "/actions", 403, form)
	to := w.does("koordinator", "/actions", "action.open", form)
	a := w.action()
	if a.System != "omsorg" || a.Owner != w.ids["ejer"] || !strings.HasPrefix(to, "/actions/"+a.ID) || !a.Due.After(w.wall) {
		t.Fatalf("opened %+v, and went to %s", a, to)
	}
	path := "/actions/" + a.ID
	w.wants(w.page("ejer", "da", path), []string{"Meld færdig", "Person ejer", "Flyt frist"}, "Bekræft virkningen")
	w.wants(w.page("sikkerhed", "da", path), []string{"Flyt frist"}, "Meld færdig", "Bekræft virkningen")
	w.wants(w.page("ejer", "da", "/actions?show=mine"), []string{"Del gendannelsen i to"})
	w.wants(w.page("koordinator", "da", one), []string{a.ID})
	w.wants(w.page("leder", "da", "/actions"), nil, a.ID)
	w.fails("koordinator", path+"/done", 409, url.Values{"done": {"x"}})
	w.does("ejer", path+"/done", "action.done", url.Values{"done": {"Planens version 4"}})
	w.wants(w.page("ejer", "da", path), []string{"klar til kontrol", "Planens version 4"}, "Bekræft virkningen")
	w.wants(w.page("sikkerhed", "da", path), []string{"Bekræft virkningen"})
	w.fails("ejer", path+"/verify", 403, url.Values{"verify": {"Det gik"}})
	w.wants(w.fails("sikkerhed", path+"/verify", 422, url.Values{}), []string{"Skriv, hvordan du så"})
	w.does("sikkerhed", path+"/verify", "action.verify", url.Values{"verify": {"Øvelsen holdt tiden"}})
	if a = w.action(); a.State != followup.Verified || a.Verified.Person != w.ids["sikkerhed"] {
		t.Errorf("verified: %+v", a)
	}
	w.wants(w.page("koordinator", "da", "/actions?show=closed"), []string{a.ID})
}

// An action is moved, is late, is reopened and is closed, with a reason each time.
func TestAnActionIsMovedReopenedAndClosed(t *testing.T) {
	w := newTown(t)
	w.does("koordinator", "/actions", "action.open", url.Values{"system": {"gis"}, "text": {"=1+1 bestil diske"}, "owner": {w.ids["koordinator"]}, "due": {"2026-11-25"}})
	path := "/actions/" + w.action().ID
	w.wants(w.fails("koordinator", path+"/move", 422, url.Values{"move": {"De kommer senere"}}), []string{"Skriv en ny frist", "De kommer senere"})
	w.does("koordinator", path+"/move", "action.move", url.Values{"move": {"De kommer senere"}, "move_due": {"2026-11-26"}, "move_owner": {w.ids["leder"]}})
	if a := w.action(); a.Owner != w.ids["leder"] || a.Due.In(time.UTC).Day() != 26 {
		t.Errorf("moved: %+v", a)
	}
	w.wall = w.wall.AddDate(0, 0, 5)
	w.wants(w.page("leder", "da", "/actions?show=late"), []string{"over tid 2 dage", "1 over tid"})
	answer := w.ask("koordinator", "da", http.MethodGet, "/actions.csv?show=late", nil)
	if text := answer.Body.String(); answer.Code != http.StatusOK || !strings.Contains(text, "'=1+1 bestil diske;") || !strings.Contains(answer.Header().Get("Content-Disposition"), "handlingspunkter.csv") {
		t.Errorf("the file: %d %v\n%s", answer.Code, answer.Header(), text)
	}
	w.wants(w.fails("chef", path+"/close", 422, url.Values{}), []string{"Skriv, hvorfor det ikke udføres"})
	w.does("chef", path+"/close", "action.close", url.Values{"close": {"Systemet udskiftes"}})
	w.fails("koordinator", path+"/reopen", 422, url.Values{"reopen": {"Det blev ikke udskiftet"}})
	w.does("koordinator", path+"/reopen", "action.reopen", url.Values{"reopen": {"Det blev ikke udskiftet"}, "reopen_due": {"2027-01-31"}})
	if a := w.action(); a.State != followup.Open || a.Reopened != 1 {
		t.Errorf("reopened: %+v", a)
	}
}

// A finding is closed with a reason.
func TestAFindingIsClosed(t *testing.T) {
	w := newTown(t)
	f := w.open("gis")
	w.wants(w.fails("koordinator", "/findings/close", 422, url.Values{"key": {f.Key}}), []string{"Skriv begrundelsen"})
	w.fails("admin", "/findings/close", 403, url.Values{"key": {f.Key}, "reason": {"x"}})
	w.does("koordinator", "/findings/close", "finding.close", url.Values{"key": {f.Key}, "reason": {"Rettet i går"}})
	w.wants(w.page("koordinator", "da", "/findings/one?key="+url.QueryEscape(f.Key)), []string{"Rettet i går", "Lukket"}, "Luk fundet")
	w.wants(w.page("koordinator", "da", "/findings?show=over"), []string{strings.ToLower(url.QueryEscape(f.Key)[2:])})
}

// A dispensation is asked for, and decided by somebody else; then the checks run anew.
func TestDispensations(t *testing.T) {
	w := newTown(t)
	form := url.Values{
		"code": {"C8"}, "system": {"omsorg"}, "reason": {"Ny leverandør"}, "risk": {"Et døgn uden adgang"}, "measures": {"Papirskema\nEkstra vagt"},
		"until": {"2027-04-01"}, "bound": {"1440"},
	}
	for _, name := range []string{"code", "reason", "risk", "measures", "until"} {
		less := url.Values{}
		for key, value := range form {
			if key != name {
				less[key] = value
			}
		}
		w.fails("ejer", "/dispensations", 422, less)
	}
	form.Set("bound", "mange")
	w.wants(w.fails("ejer", "/dispensations", 422, form), []string{"er ikke et tal", "Ny leverandør"})
	form.Set("bound", "1440")
	w.fails("leder", "/dispensations", 403, form)
	w.does("ejer", "/dispensations", "dispensation.apply", form)
	d := w.dispensation()
	path := "/dispensations/" + d.ID
	if d.Bound != 1440 || len(d.Measures) != 2 || d.Applied.Person != w.ids["ejer"] || d.To.Format(time.DateOnly) != "2027-04-01" {
		t.Fatalf("applied for %+v", d)
	}
	w.wants(w.page("ejer", "da", path), []string{"Venter på svar", "Træk tilbage", "Papirskema", "24 t"}, "Giv dispensation")
	w.wants(w.page("chef", "da", path), []string{"Giv dispensation", "Afslå"})
	w.wants(w.page("chef", "da", "/dispensations?show=asked"), []string{d.ID, "1 venter på svar"})
	if answer := w.ask("leder", "da", http.MethodGet, path, nil); answer.Code != http.StatusForbidden {
		t.Errorf("another unit reads it: %d", answer.Code)
	}
	w.fails("ejer", path+"/grant", 403, url.Values{})
	w.wants(w.fails("chef", path+"/refuse", 422, url.Values{}), []string{"Skriv, hvorfor den afslås"})
	before := w.judged
	w.does("chef", path+"/grant", "dispensation.grant", url.Values{"grant": {"Til leverandøren er klar"}})
	if w.judged != before+1 || w.dispensation().State(w.wall) != followup.Running {
		t.Errorf("granted: %+v, judged %d times", w.dispensation(), w.judged-before)
	}
	w.wants(w.page("ejer", "da", "/dispensations"), []string{d.ID, "Gælder"})
	w.fails("chef", path+"/withdraw", 422, url.Values{})
	w.does("chef", path+"/withdraw", "dispensation.withdraw", url.Values{"withdraw": {"Den er klar"}})
	form.Set("code", "G3")
	w.does("ejer", "/dispensations", "dispensation.apply", form)
	w.does("chef", "/dispensations/"+w.dispensation().ID+"/refuse", "dispensation.refuse", url.Values{"refuse": {"Risikoen er for stor"}})
	w.wants(w.page("ejer", "da", "/dispensations?show=past"), []string{"Afslået", "Trukket tilbage"})
}
