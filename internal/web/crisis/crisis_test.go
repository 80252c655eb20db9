package crisis

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/register"
)

func languages() []string { return []string{"da", "en"} }

// declared is a form that is filled in rightly; pairs are changed in it.
func declared(pairs ...string) url.Values {
	form := url.Values{
		"real": {"yes"}, "name": {"Kryptering på filserverne"}, "kind": {"attack"}, "reason": {"Filer er krypteret"}, "sure": {"yes"},
		"system": {"omsorg", "netvaerk-kerne", "virtualisering-san"}, "law": {"nis2", "gdpr"},
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			form.Del(pairs[i])
		}
	}
	return form
}

func (h *hall) send(status int, who, path string, form url.Values) *http.Response {
	h.t.Helper()
	got := h.ask(http.MethodPost, who, path, form)
	if got.StatusCode != status {
		text, _ := io.ReadAll(got.Body)
		h.t.Fatalf("POST %s by %s: %s, wanted %d\n%s", path, who, got.Status, status, problem(string(text)))
	}
	return got
}

// TestWhoMaySeeTheBoard walks every GET, without a crisis, in one, and after it.
func TestWhoMaySeeTheBoard(t *testing.T) {
	h := newHall(t)
	walk := func(paths ...string) {
		t.Helper()
		for _, path := range paths {
			for _, who := range []string{"itchef", "direktion", "ejer", "revisor"} {
				for _, lang := range languages() {
					h.see(who, path, lang)
				}
			}
			if got := h.ask(http.MethodGet, "admin", path, nil); got.StatusCode != http.StatusForbidden {
				t.Errorf("%s by the administrator: %s", path, got.Status)
			}
			if got := h.ask(http.MethodGet, "", path, nil); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/sign-in") {
				t.Errorf("%s by nobody: %s", path, got.Status)
			}
		}
	}
	walk("/crisis")
	h.send(http.StatusSeeOther, "itchef", "/crisis", declared())
	h.send(http.StatusSeeOther, "itchef", "/crisis", declared("real", "no", "name", "Øvelse i november"))
	walk("/crisis", "/crisis?new=1", "/crisis/K-2026-1", "/crisis/K-2026-1?log=all", "/crisis/K-2026-1/handover", "/crisis/K-2026-2", "/crisis/K-2026-2/handover")
	h.send(http.StatusSeeOther, "itchef", "/crisis/K-2026-1/end", url.Values{"reason": {"Alt er tilbage"}})
	h.send(http.StatusSeeOther, "itchef", "/crisis/K-2026-2/end", url.Values{"reason": {"Øvelsen er slut"}})
	walk("/crisis", "/crisis/K-2026-1", "/crisis/K-2026-1/handover")
	if got := h.ask(http.MethodGet, "itchef", "/crisis/K-2026-9", nil); got.StatusCode != http.StatusNotFound {
		t.Errorf("a crisis that there is not: %s", got.Status)
	}
}

// TestDeclaring puts the plans in force in their computed order, each in the name of
// whoever declared.
func TestDeclaring(t *testing.T) {
	h := newHall(t)
	for _, missing := range []string{"real", "name", "kind", "reason", "sure"} {
		h.send(http.StatusUnprocessableEntity, "itchef", "/crisis", declared(missing, ""))
	}
	h.send(http.StatusUnprocessableEntity, "itchef", "/crisis", declared("system", "ukendt"))
	for _, who := range []string{"revisor", "ejer"} {
		h.send(http.StatusForbidden, who, "/crisis", declared())
		if strings.Contains(h.see(who, "/crisis", "da"), "Jeg erklærer beredskab") {
			t.Errorf("%s is offered to declare", who)
		}
	}
	h.send(http.StatusForbidden, "admin", "/crisis", declared())
	h.send(http.StatusUnauthorized, "", "/crisis", declared())
	got := h.ask(http.MethodPost, "itchef", "/crisis", declared("reason", ""))
	if text, _ := io.ReadAll(got.Body); !strings.Contains(string(text), `value="Kryptering på filserverne"`) || !strings.Contains(string(text), `value="omsorg" checked`) {
		t.Error("what was typed is lost")
	}
	if h.part.Current(t.Context()) != nil {
		t.Error("a crisis goes on that nobody declared")
	}

	to := h.send(http.StatusSeeOther, "itchef", "/crisis", declared()).Header.Get("Location")
	if to != "/crisis/K-2026-1?done=crisis.declared" {
		t.Errorf("on to %s", to)
	}
	runs, err := h.register.Runs(t.Context(), kept.RunFilter{Open: true})
	h.ok(err)
	var opened []string
	for _, row := range runs { // newest first
		opened = append(opened, row.System)
		if !row.Incident || row.Director != h.ids["itchef"] {
			t.Errorf("%s of %s is led by %s", row.ID, row.System, row.Director)
		}
	}
	if text := strings.Join(opened, " "); text != "omsorg virtualisering-san netvaerk-kerne" {
		t.Errorf("in the order, newest first: %s", text)
	}
	c := h.part.Current(t.Context())
	if c == nil || c.Path != "/crisis/K-2026-1" || c.Title != "Kryptering på filserverne" || !c.Since.Equal(h.Now().Wall) {
		t.Errorf("the frame is told of %+v", c)
	}
	if page := h.see("revisor", to, "da"); !strings.Contains(page, `class="full crisis"`) || !strings.Contains(page, "planerne er aktiveret") {
		t.Error("the page has no mark of the crisis, or does not say what was done")
	}
	h.send(http.StatusConflict, "itchef", "/crisis", declared())
}

// TestTheBoard says what to recover now, what was promised, and who waits.
func TestTheBoard(t *testing.T) {
	h := newHall(t)
	h.send(http.StatusSeeOther, "itchef", "/crisis", declared())
	runs, err := h.register.Runs(t.Context(), kept.RunFilter{Open: true})
	h.ok(err)
	for _, row := range runs {
		_, err := h.register.Advance(t.Context(), h.node, row.ID)
		h.ok(err)
	}
	page := h.see("koordinator", "/crisis/K-2026-1", "da")
	for _, want := range []string{
		"1–4 timer", "Løfte: ", "Ventes efter planen: ", "0 af ", "Krisestab", "Kriseleder", "mangler", "Mødesteder",
		"NIS 2: tidlig varsling", "Underretning senest 24. november 2026 kl. 09.00", "Underretning senest 23. december 2026 kl. 09.00", "Venter",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the board does not say %q", want)
		}
	}
	if strings.Index(page, ">Kernenet") > strings.Index(page, ">Omsorg") && strings.Contains(page, ">Kernenet") {
		t.Error("the network comes after what stands on it")
	}
	h.pass(25 * time.Hour)
	page = h.see("koordinator", "/crisis/K-2026-1", "da")
	for _, want := range []string{"Fristen er overskredet: NIS 2: tidlig varsling", "over tidshorisonten"} {
		if !strings.Contains(page, want) {
			t.Errorf("a day later the board does not say %q", want)
		}
	}
	for _, lang := range languages() {
		h.see("koordinator", "/crisis/K-2026-1", lang)
	}
}

// TestTheActs takes every act on a crisis, once rightly and once not.
func TestTheActs(t *testing.T) {
	h := newHall(t)
	h.send(http.StatusSeeOther, "itchef", "/crisis", declared("law", ""))
	path := "/crisis/K-2026-1"
	for name := range h.part.acts() {
		form := url.Values{
			"reason": {"x"}, "text": {"x"}, "role": {"kriseleder"}, "person": {h.ids["ejer"]}, "law": {"nis2"}, "system": {"gis"},
		}
		h.send(http.StatusUnauthorized, "", path+"/"+name, form)
		h.send(http.StatusForbidden, "admin", path+"/"+name, form)
		if name != "open" { // which finds nothing to do
			h.send(http.StatusForbidden, "revisor", path+"/"+name, form)
			h.send(http.StatusUnprocessableEntity, "itchef", path+"/"+name, url.Values{})
		}
	}
	h.post(http.StatusSeeOther, "itchef", path+"/staff", "role", "kriseleder", "person", h.ids["direktion"], "where", "Mødested 1")
	if e := h.logged(); e.Act != "crisis.staff" || e.Actor != h.ids["itchef"] {
		t.Errorf("the log says %s by %s", e.Act, e.Actor)
	}
	h.post(http.StatusSeeOther, "ejer", path+"/log", "kind", "question", "text", "Er backup uden for angrebet?")
	h.post(http.StatusSeeOther, "ejer", path+"/log", "kind", "question", "text", "Hvem ringer til CFCS?")
	h.post(http.StatusSeeOther, "itchef", path+"/log", "kind", "decision", "text", "Nettet lukkes <nu>")
	h.post(http.StatusSeeOther, "itchef", path+"/log", "kind", "answer", "to", "3", "text", "Ja, båndet ligger i boksen")
	h.post(http.StatusConflict, "itchef", path+"/log", "kind", "rumour", "text", "x")
	h.post(http.StatusSeeOther, "itchef", path+"/report", "law", "gdpr")
	h.post(http.StatusConflict, "itchef", path+"/report", "law", "gdpr")
	h.post(http.StatusUnprocessableEntity, "itchef", path+"/report", "law", "gdpr", "stage", "notice")
	h.post(http.StatusSeeOther, "itchef", path+"/report", "law", "gdpr", "stage", "notice", "note", "Datatilsynet, sag 2026-4")
	h.post(http.StatusUnprocessableEntity, "itchef", path+"/widen", "system", "ukendt")
	h.post(http.StatusSeeOther, "itchef", path+"/widen", "system", "gis")
	h.post(http.StatusSeeOther, "itchef", path+"/open")
	if rows, err := h.register.Runs(t.Context(), kept.RunFilter{Open: true}); err != nil || len(rows) != 4 || rows[0].System != "gis" {
		t.Errorf("%d runs, %v", len(rows), err)
	}
	page := h.see("ejer", path, "da")
	for _, want := range []string{"Direktionen · Mødested 1", "Er backup uden for angrebet? → Ja, båndet ligger i boksen", "Nettet lukkes &lt;nu&gt;", "Datatilsynet, sag 2026-4", "Hvem ringer til CFCS?", "Kriseleder: Direktionen"} {
		if !strings.Contains(page, want) {
			t.Errorf("the board does not say %q", want)
		}
	}
	paper := h.see("itchef", path+"/handover", "da")
	questions := paper[strings.Index(paper, "Åbne spørgsmål"):]
	if !strings.Contains(questions, "Hvem ringer til CFCS?") || strings.Contains(questions, "Er backup uden for angrebet?") || strings.Contains(paper, "<form method=\"post\" action=\"/crisis") {
		t.Error("the page for whoever takes over asks what was answered, or has something to fill in")
	}
	h.post(http.StatusForbidden, "koordinator", path+"/end", "reason", "x")
	h.post(http.StatusSeeOther, "direktion", path+"/end", "reason", "Alt er tilbage")
	if e := h.logged(); e.Act != "crisis.stand_down" || e.Actor != h.ids["direktion"] {
		t.Errorf("the log says %s by %s", e.Act, e.Actor)
	}
	h.post(http.StatusConflict, "direktion", path+"/end", "reason", "igen")
	h.post(http.StatusUnprocessableEntity, "itchef", path+"/open")
	if h.part.Current(t.Context()) != nil {
		t.Error("a crisis that was stood down goes on")
	}
}

// TestAnExerciseIsNeverTakenForReal: no plan is put in force, no page is framed, and
// the board says in words what it is.
func TestAnExerciseIsNeverTakenForReal(t *testing.T) {
	h := newHall(t)
	to := h.send(http.StatusSeeOther, "itchef", "/crisis", declared("real", "no")).Header.Get("Location")
	if rows, err := h.register.Runs(t.Context(), kept.RunFilter{}); err != nil || len(rows) != 0 {
		t.Errorf("%d runs, %v", len(rows), err)
	}
	if h.part.Current(t.Context()) != nil {
		t.Error("every page is framed for an exercise")
	}
	page := h.see("itchef", to, "da")
	if !strings.Contains(page, "KRISEØVELSE") || !strings.Contains(page, "dette er ikke alvor") || strings.Contains(page, "Aktivér planerne nu") || strings.Contains(page, `class="full crisis"`) {
		t.Error("the board of an exercise looks like that of a crisis")
	}
	h.post(http.StatusUnprocessableEntity, "itchef", "/crisis/K-2026-1/open")
	h.post(http.StatusSeeOther, "itchef", "/crisis/K-2026-1/widen", "system", "gis")
	if rows, err := h.register.Runs(t.Context(), kept.RunFilter{}); err != nil || len(rows) != 0 {
		t.Errorf("%d runs after more systems were hit, %v", len(rows), err)
	}
	// A real crisis goes before the exercise.
	h.send(http.StatusSeeOther, "itchef", "/crisis", declared("name", "Strømsvigt", "kind", "power"))
	if page := h.see("itchef", "/crisis", "da"); !strings.Contains(page, "Strømsvigt</h1>") {
		t.Error("the exercise stands before the crisis")
	}
}

// TestAnIncidentThatGoesOnIsTakenIn: a system whose plan is in force already gets no
// second run, and what was recovered is said to be back when its owner says so.
func TestAnIncidentThatGoesOnIsTakenIn(t *testing.T) {
	h := newHall(t)
	id, err := h.register.Open(t.Context(), h.actor("itchef"), register.Opening{System: "omsorg"})
	h.ok(err)
	h.pass(time.Minute)
	h.send(http.StatusSeeOther, "itchef", "/crisis", declared())
	rows, err := h.register.Runs(t.Context(), kept.RunFilter{Open: true})
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d runs, %v", len(rows), err)
	}
	if page := h.see("itchef", "/crisis", "da"); !strings.Contains(page, `href="/drills/`+id+`"`) {
		t.Error("the run that went on is not on the board")
	}
}
