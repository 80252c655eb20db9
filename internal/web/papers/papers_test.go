package papers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"beredskab/internal/event"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/record"
	"beredskab/internal/register"
)

// Every page can be read in both languages by who may, and by nobody else.
func TestEveryPage(t *testing.T) {
	w := newTown(t)
	for path, outside := range map[string]string{
		"/reports": "ejer", "/reports/2026": "ejer", "/documents": "", "/bundle": "admin",
	} {
		w.page("koordinator", "da", path)
		w.page("koordinator", "en", path)
		if outside != "" {
			if answer := w.ask(outside, "da", http.MethodGet, path, nil); answer.Code != http.StatusForbidden {
				t.Errorf("%s for %s: %d", path, outside, answer.Code)
			}
		}
		if answer := w.ask("", "da", http.MethodGet, path, nil); answer.Code != http.StatusSeeOther {
			t.Errorf("%s for nobody: %d", path, answer.Code)
		}
	}
	for _, path := range []string{"/reports/1", "/reports/2027", "/reports/2019", "/documents/read?object=x", "/drills/2026-99/evaluation"} {
		if answer := w.ask("chef", "da", http.MethodGet, path, nil); answer.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
	w.wants(w.page("koordinator", "da", "/bundle"), []string{"18 systemer er ikke i kopien", "siden</time>", "/bundle/file"})
	if answer := w.ask("chef", "da", http.MethodGet, "/bundle/file", nil); answer.Body.String() != "PK" || !strings.Contains(answer.Header().Get("Content-Disposition"), "kopi.zip") {
		t.Errorf("the copy: %d %v", answer.Code, answer.Header())
	}
}

// Each document can be had in each form; what cannot be made says why.
func TestDocumentsAreHandedOut(t *testing.T) {
	w := newTown(t)
	for _, path := range []string{
		"/reports/2026/file?form=md", "/reports/2026/file?form=json", "/reports/2026/file?form=html&part=annex", "/reports/quarter/file?form=html&quarter=2026-4",
		"/reports/control/file?form=csv", "/reports/wheel/file?form=html", "/reports/plan/file?form=html", "/reports/cards/file?form=md",
	} {
		answer := w.ask("chef", "da", http.MethodGet, path, nil)
		if answer.Code != http.StatusOK || answer.Body.Len() < 500 || !strings.HasPrefix(answer.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %d, %d bytes, %v", path, answer.Code, answer.Body.Len(), answer.Header())
		}
	}
	for path, why := range map[string]string{
		"/reports/2026/file?form=exe": "Vælg en form", "/reports/plan/file": "Vælg en form", "/reports/quarter/file?form=html&quarter=2030-1": "ikke et kvartal",
		"/reports/quarter/file?form=html&quarter=2025-1": "ingen planer",
	} {
		w.wants(w.read(422, path, w.ask("chef", "da", http.MethodGet, path, nil)), []string{why})
	}
	if answer := w.ask("ejer", "da", http.MethodGet, "/reports/plan/file?form=html", nil); answer.Code != http.StatusForbidden {
		t.Errorf("an owner gets what is confidential of all systems: %d", answer.Code)
	}
	t.Setenv("PATH", "")
	w.wants(w.read(422, "/reports/2026", w.ask("chef", "da", http.MethodGet, "/reports/2026/file?form=pdf", nil)), []string{"ingen Chromium"})
}

// The yearly report is frozen with people's sentences, approved as it was read, and
// treated.
func TestTheYearlyReport(t *testing.T) {
	w := newTown(t)
	w.wants(w.page("koordinator", "da", "/reports/2026"), []string{"Udkast", "Frys tallene", "Konklusion"}, "Godkend rapporten")
	form := url.Values{"conclusion": {"Kommunen kan genskabe det vigtigste.\nResten følger."}, "good": {"Alle øvede"}, "changes": {"2026-07-01 Ny lov | Flere øvelser"}}
	if answer := w.ask("ejer", "da", http.MethodPost, "/reports/2026/freeze", form); answer.Code != http.StatusForbidden {
		t.Errorf("an owner freezes: %d", answer.Code)
	}
	w.does("koordinator", "/reports/2026/freeze", "report.freeze", form)
	page := w.page("chef", "da", "/reports/2026")
	w.wants(page, []string{"Kommunen kan genskabe det vigtigste.", "Godkend rapporten", "Alle øvede", "Ny lov"})
	seen := regexp.MustCompile(`name="seen" value="([0-9a-f]{64})"`).FindStringSubmatch(page)
	if seen == nil {
		t.Fatal("what is approved has no fingerprint")
	}
	w.fails("koordinator", "/reports/2026/treat", 422, url.Values{"on": {"2026-11-30"}})
	w.wants(w.fails("chef", "/reports/2026/approve", 422, url.Values{}), []string{"læs tallene"})
	w.fails("chef", "/reports/2026/approve", 409, url.Values{"seen": {strings.Repeat("0", 64)}})
	w.does("chef", "/reports/2026/approve", "report.approve", url.Values{"seen": {seen[1]}})
	w.wants(w.page("koordinator", "da", "/reports/2026"), []string{"Skriv, hvad udvalget besluttede"}, "Godkend rapporten", "Frys tallene</")
	w.fails("koordinator", "/reports/2026/freeze", 409, form)
	w.wants(w.fails("koordinator", "/reports/2026/treat", 422, url.Values{"on": {"mandag"}, "committee": {"Økonomiudvalget"}, "decision": {"Taget til efterretning"}}),
		[]string{"er ikke en dag", "Taget til efterretning"})
	w.does("koordinator", "/reports/2026/treat", "report.treat", url.Values{"on": {"2026-11-20"}, "committee": {"Økonomiudvalget"}, "item": {"7"}, "decision": {"Taget til efterretning"}})
	list, err := w.office.Reports(t.Context())
	w.ok(err)
	if len(list) != 1 || list[0].State() != "treated" || list[0].Approved.Person != w.ids["chef"] {
		t.Errorf("the report: %+v", list)
	}
	w.wants(w.page("chef", "da", "/reports"), []string{"Behandlet", "Økonomiudvalget"})
}

// A governing document is registered, approved, read with a receipt, and reviewed.
func TestGoverningDocuments(t *testing.T) {
	w := newTown(t)
	w.wants(w.fails("koordinator", "/documents", 422, url.Values{"title": {"It-sikkerhedspolitik"}}), []string{"Skriv et kort navn", "It-sikkerhedspolitik"})
	draft := url.Values{"title": {"It-sikkerhedspolitik"}, "id": {"it-sikkerhedspolitik"}, "version": {"5.1"}, "every": {"mange"}}
	w.wants(w.fails("koordinator", "/documents", 422, draft), []string{"antal dage"})
	draft.Set("every", "365")
	w.does("koordinator", "/documents", "document.add", draft)
	said := url.Values{"id": {"it-sikkerhedspolitik"}, "version": {"5.1"}, "by": {"Kommunalbestyrelsen"}}
	w.wants(w.page("chef", "da", "/documents"), []string{"Skriv, hvem der godkendte", "Kladde"})
	w.wants(w.fails("chef", "/documents/approve", 422, said), []string{"hvilken dag"})
	said.Set("at", "2026-10-01")
	w.does("chef", "/documents/approve", "document.approve", said)
	w.does("koordinator", "/documents/review", "document.review", url.Values{"id": {"it-sikkerhedspolitik"}, "version": {"5.1"}})
	w.fails("koordinator", "/documents/review", 404, url.Values{"id": {"x"}, "version": {"1"}})
	w.wants(w.page("chef", "da", "/documents"), []string{"Hvem mangler at læse", "Person ejer"})
	w.wants(w.page("ejer", "da", "/documents"), []string{"Det skal du læse", "/documents/read?object=document%2fit-sikkerhedspolitik"}, "Hvem mangler")
	page := w.page("ejer", "da", "/documents/read?object=document/it-sikkerhedspolitik")
	w.page("ejer", "en", "/documents/read?object=document/it-sikkerhedspolitik")
	w.wants(page, []string{"Jeg har læst og forstået"})
	form := url.Values{"object": {"document/it-sikkerhedspolitik"}, "seen": {"0"}}
	w.wants(w.fails("ejer", "/receipts", 422, form), []string{"er ændret"})
	form.Set("seen", regexp.MustCompile(`name="seen" value="([0-9a-f]{64})"`).FindStringSubmatch(page)[1])
	w.does("ejer", "/receipts", "receipt.give", form)
	list, err := w.office.Receipts(t.Context(), record.Filter{Person: w.ids["ejer"]})
	w.ok(err)
	if len(list) != 1 || list[0].Version != "5.1" || list[0].Shown != form.Get("seen") {
		t.Errorf("receipts: %+v", list)
	}
	w.wants(w.page("ejer", "da", "/documents"), []string{"Du har læst og kvitteret"})
}

// After a run comes the debrief, the evaluation, the approval by somebody else, the
// owner's word and the end, each by whose it is.
func TestTheLoopAfterARun(t *testing.T) {
	w := newTown(t)
	p, _ := w.set.Plan("gis")
	run, err := w.register.Open(t.Context(), w.as("koordinator"), register.Opening{System: "gis", Drill: p.Drills[0].ID})
	w.ok(err)
	path := "/drills/" + run + "/evaluation"
	if answer := w.ask("koordinator", "da", http.MethodGet, path, nil); answer.Code != http.StatusConflict {
		t.Errorf("before its end: %d", answer.Code)
	}
	w.ok(w.register.Lead(t.Context(), w.as("koordinator"), register.Lead{Run: run, Kind: event.RunAborted, Reason: "prøve"}))
	node, err := w.register.Join(t.Context(), kept.Identity{Name: "server", Role: kept.Everything})
	w.ok(err)
	_, err = w.register.Advance(t.Context(), node, run)
	w.ok(err)
	w.page("koordinator", "en", path)
	w.wants(w.page("koordinator", "da", path), []string{"ØVELSE", "Næste skridt: skriv noterne"})
	if answer := w.ask("admin", "da", http.MethodGet, path, nil); answer.Code != http.StatusForbidden {
		t.Errorf("an administrator reads it: %d", answer.Code)
	}
	w.wants(w.fails("koordinator", path+"/debrief", 422, url.Values{}), []string{"Skriv, hvad der gik godt"})
	w.does("koordinator", path+"/debrief", "evaluation.debrief", url.Values{"notes": {"Nøglen lå ikke i skabet"}})
	w.fails("koordinator", path+"/survey", 422, url.Values{"prepared": {"9"}, "usable": {"1"}})
	w.does("koordinator", path+"/survey", "evaluation.survey", url.Values{"prepared": {"4"}, "usable": {"3"}})
	e, err := w.office.Evaluation(t.Context(), run)
	w.ok(err)
	judged := url.Values{"weaknesses": {"To telefoner uden strøm"}, "strengths": {"Alle kom"}}
	if len(e.Aims) > 0 {
		w.wants(w.fails("sikkerhed", path+"/assess", 422, judged), []string{"Svar på hvert mål", "To telefoner"})
	}
	for i := range e.Aims {
		judged.Set("met"+string(rune('0'+i)), "yes")
	}
	w.does("sikkerhed", path+"/assess", "evaluation.assess", judged)
	w.wants(w.page("sikkerhed", "da", path), []string{"To telefoner uden strøm", "Hent rapporten"}, "Godkend rapporten</span>")
	page := w.page("chef", "da", path)
	if answer := w.ask("chef", "da", http.MethodGet, path+"/report", nil); answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "To telefoner") {
		t.Errorf("the report: %d", answer.Code)
	}
	w.fails("chef", path+"/approve", 422, url.Values{})
	w.does("chef", path+"/approve", "evaluation.approve", url.Values{"seen": {regexp.MustCompile(`name="seen" value="([0-9a-f]{64})"`).FindStringSubmatch(page)[1]}})
	w.wants(w.page("ejer", "da", path), []string{"Jeg har læst rapporten", "fund fra forløbet"})
	w.fails("chef", path+"/confirm", 403, url.Values{})
	w.does("ejer", path+"/confirm", "evaluation.confirm", url.Values{})
	w.does("sikkerhed", path+"/close", "evaluation.close", url.Values{})
	if e, err = w.office.Evaluation(t.Context(), run); err != nil || e.State() != followup.Closed {
		t.Errorf("at the end: %+v, %v", e, err)
	}
	w.wants(w.page("sikkerhed", "da", path), []string{"Evalueringen er afsluttet"})
}
