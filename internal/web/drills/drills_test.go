package drills

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/drill"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/rights"
	"beredskab/plans"
)

func languages() []string { return []string{"da", "en"} }

// TestWhoMaySeeThePages walks every GET by somebody who may, by somebody who may not,
// and by nobody.
func TestWhoMaySeeThePages(t *testing.T) {
	h := newHall(t)
	run := h.open()
	h.drive(run)
	paths := []string{
		"/drills", "/drills?system=esdh", "/drills?page=2", "/drills/new", "/drills/new?system=esdh", "/drills/new?system=esdh&drill=gendan-fra-backup",
		"/drills/new?system=esdh&drill=papirjournal", "/drills/" + run, "/drills/" + run + "?view=graph", "/drills/" + run + "?view=time",
		"/drills/" + run + "?log=all", "/drills/" + run + "/report", "/wall/" + run,
	}
	for _, path := range paths {
		for _, who := range []string{"koordinator", "ejer", "revisor"} {
			for _, lang := range languages() {
				h.see(who, path, lang)
			}
		}
		if got := h.ask(http.MethodGet, "admin", path, nil); got.StatusCode != http.StatusForbidden {
			t.Errorf("%s by the administrator, who may not read plans: %s", path, got.Status)
		}
		got := h.ask(http.MethodGet, "", path, nil)
		if to := got.Header.Get("Location"); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/sign-in?to="+url.QueryEscape(path[:4])) {
			t.Errorf("%s by nobody: %s to %q", path, got.Status, to)
		}
	}
	for _, path := range []string{"/drills/2026-99", "/drills/new?system=ukendt"} {
		if got := h.ask(http.MethodGet, "koordinator", path, nil); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, got.Status)
		}
	}
}

// TestEveryActByNobody: no form answers whoever is not signed in.
func TestEveryActByNobody(t *testing.T) {
	h := newHall(t)
	run := h.open()
	before := h.run(run).Seq
	for name := range h.part.acts() {
		h.post(http.StatusUnauthorized, "", "/drills/"+run+"/"+name, "reason", "x", "text", "x")
		h.post(http.StatusForbidden, "admin", "/drills/"+run+"/"+name, "reason", "x", "text", "x")
	}
	if after := h.run(run).Seq; after != before {
		t.Errorf("%d events came of it", after-before)
	}
}

func TestStartingADrill(t *testing.T) {
	h := newHall(t)
	page := h.see("koordinator", "/drills/new?system=esdh&drill=gendan-fra-backup", "da")
	for _, want := range []string{
		"Er alt klar?", "Udkast – tæller ikke som bevis", "demo-restore-database", "Ejer af ESDH", "isoleret testmiljø", "Start øvelsen", "19 min", "24 t",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the dress check does not say %q", want)
		}
	}
	if strings.Contains(h.see("revisor", "/drills/new?system=esdh&drill=gendan-fra-backup", "da"), "Start øvelsen<") {
		t.Error("an auditor is offered the start")
	}
	h.post(http.StatusUnprocessableEntity, "koordinator", "/drills/new", "system", "esdh", "drill", "gendan-fra-backup")
	h.post(http.StatusUnprocessableEntity, "koordinator", "/drills/new", "ready", "yes")
	h.post(http.StatusForbidden, "revisor", "/drills/new", "system", "esdh", "drill", "gendan-fra-backup", "ready", "yes")
	h.post(http.StatusNotFound, "koordinator", "/drills/new", "system", "esdh", "drill", "ukendt", "ready", "yes")

	got := h.post(http.StatusSeeOther, "koordinator", "/drills/new", "system", "esdh", "drill", "gendan-fra-backup", "ready", "yes")
	if to := got.Header.Get("Location"); to != "/drills/2026-01?done=drills.started" {
		t.Fatalf("on to %q", to)
	}
	if run := h.run("2026-01"); run.State != drill.Running || run.Drill.ID != "gendan-fra-backup" {
		t.Errorf("%s of %s", run.State, run.Drill.ID)
	}
	if e := h.logged(); e.Act != "drill.start" || e.Actor != h.ids["koordinator"] || e.Outcome != "done" {
		t.Errorf("the log says %s by %s, %s", e.Act, e.Actor, e.Outcome)
	}
	if page := h.see("koordinator", "/drills/2026-01?done=drills.started", "da"); !strings.Contains(page, "Øvelsen er startet.") || !strings.Contains(page, "ØVELSE") {
		t.Error("the live page does not say that the drill has started")
	}
	h.post(http.StatusConflict, "koordinator", "/drills/new", "system", "esdh", "drill", "papirjournal", "ready", "yes")
	if page := h.see("koordinator", "/drills/new?system=esdh&drill=papirjournal", "da"); !strings.Contains(page, "Forløb 2026-01 er i gang") {
		t.Error("the dress check does not say that the system is held")
	}
}

// TestALedDrill goes through a drill on its page from its start to its report.
func TestALedDrill(t *testing.T) {
	h := newHall(t, "mail")
	id := h.open()
	h.drive(id)
	path := "/drills/" + id
	page := h.see("ejer", path, "da")
	for _, want := range []string{
		"Viser ESDH de rigtige sager?", "Ja, det virker", "Nej, noget er galt", "Jeg er i gang", "Det er dig: svar på trinnet", "til der sendes en påmindelse",
		"Beskeden er på vej (mail)", "Find sag 2026-114", `data-live="/drills/` + id + `/stream"`, "Trin 3 Gendan ESDH-databasen fra seneste kopi er færdigt"[:6],
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the owner's page does not say %q", want)
		}
	}
	page = h.see("vagt", path, "da")
	for _, unwanted := range []string{"Ja, det virker", "Jeg er i gang"} {
		if strings.Contains(page, unwanted) {
			t.Errorf("whoever is not asked is offered %q", unwanted)
		}
	}
	// The coordinator leads, and may answer for the owner with a reason.
	page = h.see("koordinator", path, "da")
	for _, want := range []string{"Svar på vegne af", "Hold pause …", "Spring trinnet over …", "Afbryd øvelsen …", "Stop, det er alvor …", "Sæt et tidspunkt …"} {
		if !strings.Contains(page, want) {
			t.Errorf("the leader's page does not offer %q", want)
		}
	}
	if strings.Contains(h.see("revisor", path, "da"), "Hold pause …") {
		t.Error("an auditor is offered a pause")
	}

	h.asked(id, path)
	h.answered(id, path)
	if turn := h.drive(id); turn.State != drill.Ended {
		t.Fatalf("the run is %s", turn.State)
	}
	h.ended(id)
}

// asked takes the step in hand, remarks on it and sets a time.
func (h *hall) asked(id, path string) {
	t := h.t
	t.Helper()
	h.post(http.StatusSeeOther, "ejer", path+"/take", "step", "bekraeft-data")
	if s := h.step(id, "bekraeft-data"); s.State != drill.Taken || s.By != h.ids["ejer"] {
		t.Errorf("%s by %s", s.State, s.By)
	}
	h.post(http.StatusConflict, "ejer", path+"/take", "step", "bekraeft-data")
	h.post(http.StatusForbidden, "revisor", path+"/take", "step", "bekraeft-data")
	h.post(http.StatusNotFound, "ejer", path+"/take", "step", "ukendt")

	h.post(http.StatusUnprocessableEntity, "koordinator", path+"/note", "text", " ")
	h.post(http.StatusSeeOther, "koordinator", path+"/note", "text", "Mail er langsom <b>")
	h.post(http.StatusForbidden, "revisor", path+"/note", "text", "x")
	if page := h.see("ejer", path, "da"); !strings.Contains(page, "Mail er langsom &lt;b&gt;") {
		t.Error("the note is not in the log, or not as text")
	}

	h.post(http.StatusUnprocessableEntity, "koordinator", path+"/time", "point", "disrupted_at", "at", "i går")
	h.post(http.StatusConflict, "koordinator", path+"/time", "point", "verified_at", "at", "2026-11-23T08:30")
	h.post(http.StatusSeeOther, "koordinator", path+"/time", "point", "recovery_point_at", "at", "2026-11-23T08:30")
	if at := h.run(id).Times.RecoveryPointAt; !at.Equal(time.Date(2026, 11, 23, 7, 30, 0, 0, time.UTC)) {
		t.Errorf("what was typed as half past eight in Denmark is %s", at)
	}
}

// answered passes the step on and answers it all the same.
func (h *hall) answered(id, path string) {
	t := h.t
	t.Helper()
	h.post(http.StatusForbidden, "vagt", path+"/pass", "step", "bekraeft-data")
	h.post(http.StatusSeeOther, "ejer", path+"/pass", "step", "bekraeft-data")
	if page := h.see("ejer", path, "da"); !strings.Contains(page, "og sendte det videre") {
		t.Error("the log does not say that the step was passed on")
	}
	h.pass(3 * time.Minute)
	h.post(http.StatusUnprocessableEntity, "ejer", path+"/answer", "step", "bekraeft-data")
	h.post(http.StatusUnprocessableEntity, "ejer", path+"/answer", "step", "bekraeft-data", "answer", "no", "asked", "yes")
	h.post(http.StatusForbidden, "vagt", path+"/answer", "step", "bekraeft-data", "answer", "yes")
	h.post(http.StatusSeeOther, "ejer", path+"/answer", "step", "bekraeft-data", "answer", "yes", "note", "Tre dokumenter set")
	if s := h.step(id, "bekraeft-data"); s.State != drill.Done || s.By != h.ids["ejer"] || s.Assured != "login" {
		t.Errorf("%s by %s, %s", s.State, s.By, s.Assured)
	}
	if e := h.logged(); e.Act != "step.answer" || e.Actor != h.ids["ejer"] {
		t.Errorf("the log says %s by %s", e.Act, e.Actor)
	}
}

// ended looks at a run that is over.
func (h *hall) ended(id string) {
	h.t.Helper()
	page := h.see("koordinator", "/drills/"+id, "da")
	for _, want := range []string{"Resultat", "bestået", "Reetableringstid (RTA)", "Læs rapporten", "mangler opsamling", "Forløbet er slut", "Tre dokumenter set"} {
		if !strings.Contains(page, want) {
			h.t.Errorf("the page of a run that is over does not say %q", want)
		}
	}
	for _, unwanted := range []string{"data-live=", "Hold pause …", "Jeg er i gang"} {
		if strings.Contains(page, unwanted) {
			h.t.Errorf("the page of a run that is over has %q", unwanted)
		}
	}
	got := h.ask(http.MethodGet, "koordinator", "/drills/"+id+"/report", nil)
	text, _ := io.ReadAll(got.Body)
	if csp := got.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "sandbox; default-src 'none'") || !strings.Contains(string(text), "Reetableringstid") {
		h.t.Errorf("the report under %q", csp)
	}
	got = h.ask(http.MethodGet, "koordinator", "/drills/"+id+"/report?download=1", nil)
	if !strings.Contains(got.Header.Get("Content-Disposition"), "attachment") {
		h.t.Error("the download is no file")
	}
	if list := h.see("koordinator", "/drills", "da"); !strings.Contains(list, ">"+id+"</a>") || strings.Contains(list, "ikke afgjort") {
		h.t.Error("the list does not have the run that is over")
	}
}

func (h *hall) step(run, id string) drill.Step {
	h.t.Helper()
	r := h.run(run)
	s, found := r.Find(id)
	if !found {
		h.t.Fatalf("no step %s", id)
	}
	return *s
}

// TestWhatTheLeaderDoes takes every act of the leader, once rightly and once not.
func TestWhatTheLeaderDoes(t *testing.T) {
	h := newHall(t)
	id := h.open()
	h.drive(id)
	path := "/drills/" + id
	for _, name := range []string{"skip", "pause", "abort", "stop", "reopen", "settle"} {
		h.post(http.StatusUnprocessableEntity, "koordinator", path+"/"+name, "step", "bekraeft-data")
		h.post(http.StatusForbidden, "revisor", path+"/"+name, "step", "bekraeft-data", "reason", "x", "outcome", "done")
	}
	h.post(http.StatusSeeOther, "koordinator", path+"/pause", "reason", "Brandøvelse", "artificial", "yes")
	if run := h.run(id); run.State != drill.Paused || !run.Pauses[0].Artificial {
		t.Errorf("%s, %+v", run.State, run.Pauses)
	}
	if page := h.see("koordinator", path, "da"); strings.Contains(page, "Hold pause …") || !strings.Contains(page, "Fortsæt efter pausen") || !strings.Contains(page, "Brandøvelse") {
		t.Error("a run that pauses offers a pause, or not to go on")
	}
	h.pass(10 * time.Minute)
	h.post(http.StatusConflict, "koordinator", path+"/pause", "reason", "igen")
	h.post(http.StatusSeeOther, "koordinator", path+"/resume")
	h.post(http.StatusConflict, "koordinator", path+"/resume")

	// What was typed stands there again.
	got := h.ask(http.MethodPost, "koordinator", path+"/answer", url.Values{"step": {"bekraeft-data"}, "note": {"kun en halv"}})
	if text, _ := io.ReadAll(got.Body); !strings.Contains(string(text), "kun en halv") || got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("%s, and what was typed is lost", got.Status)
	}
	h.post(http.StatusUnprocessableEntity, "koordinator", path+"/answer", "step", "bekraeft-data", "answer", "no", "behalf", "yes")
	h.post(http.StatusForbidden, "vagt", path+"/answer", "step", "bekraeft-data", "answer", "no", "behalf", "yes", "note", "x")
	h.post(http.StatusSeeOther, "koordinator", path+"/answer", "step", "bekraeft-data", "answer", "no", "behalf", "yes", "note", "Ejeren er syg")
	if s := h.step(id, "bekraeft-data"); s.State != drill.Failed || s.Assured != "on_behalf" || s.By != h.ids["koordinator"] {
		t.Errorf("%s by %s, %s", s.State, s.By, s.Assured)
	}
	page := h.see("koordinator", path, "da")
	if !strings.Contains(page, "på en andens vegne") {
		t.Error("the log does not say that it was on somebody's behalf")
	}
}

// TestUnknownAndAborted settles an attempt whose end nobody knows, then ends the run.
func TestUnknownAndAborted(t *testing.T) {
	h := newHall(t)
	id := h.open()
	turn, err := h.register.Advance(t.Context(), h.node, id)
	h.ok(err)
	turn, err = h.register.Advance(t.Context(), h.node, id, register.Result{Step: turn.Jobs[0].Step, Attempt: 1, Outcome: "ok", Worked: time.Second})
	h.ok(err)
	_, err = h.register.Advance(t.Context(), h.node, id, register.Result{Step: turn.Jobs[0].Step, Attempt: 1, Outcome: "unknown", Text: "the machine went away"})
	h.ok(err)
	path := "/drills/" + id
	for _, lang := range languages() {
		h.see("koordinator", path, lang)
		h.see("koordinator", path+"?view=time", lang)
	}
	if page := h.see("koordinator", path, "da"); !strings.Contains(page, "Ingen ved, hvordan trinnet endte. Hvordan tæller det?") || !strings.Contains(page, "Afgør, om det tæller som udført") {
		t.Error("the leader is not asked how the attempt counts")
	}
	h.post(http.StatusSeeOther, "koordinator", path+"/settle", "step", "gendan-database", "outcome", "failed", "reason", "Databasen er tom")
	if s := h.step(id, "gendan-database"); s.State != drill.Failed || s.SettledAs != "failed" {
		t.Errorf("%s, %s", s.State, s.SettledAs)
	}
	h.post(http.StatusConflict, "koordinator", path+"/settle", "step", "gendan-database", "outcome", "done", "reason", "nej")
	if got := h.run(id); got.State == drill.Running {
		h.post(http.StatusSeeOther, "koordinator", path+"/reopen", "step", "gendan-database", "reason", "Ny kopi")
	}
	if run := h.run(id); run.State == drill.Running {
		h.post(http.StatusSeeOther, "koordinator", path+"/skip", "step", "gendan-database", "reason", "Uden kopi")
		h.post(http.StatusSeeOther, "koordinator", path+"/abort", "reason", "Ingen kopi at gendanne fra")
	}
	h.drive(id)
	for _, lang := range languages() {
		h.see("ejer", path, lang)
	}
}

// TestStopThisIsReal ends a drill because it is serious, and puts the plan in force.
func TestStopThisIsReal(t *testing.T) {
	h := newHall(t)
	id := h.open()
	h.drive(id)
	got := h.post(http.StatusSeeOther, "koordinator", "/drills/"+id+"/stop", "reason", "Kryptering ses på filserveren", "incident", "yes")
	to := got.Header.Get("Location")
	if to != "/drills/2026-02?done=drills.stop" {
		t.Fatalf("on to %q", to)
	}
	if run := h.run(id); run.Closing != "interrupted" {
		t.Errorf("the drill is closed as %q", run.Closing)
	}
	if run := h.run("2026-02"); !run.Incident || run.State != drill.Running {
		t.Errorf("%+v", run.State)
	}
	_, err := h.register.Advance(t.Context(), h.node, "2026-02")
	h.ok(err)
	page := h.see("koordinator", "/drills/2026-02", "da")
	if !strings.Contains(page, "HÆNDELSE") || strings.Contains(page, "Ingen borgere er berørt") || strings.Contains(page, "Stop, det er alvor …") || strings.Contains(page, "Hold pause …") {
		t.Error("an incident looks like a drill")
	}
	h.post(http.StatusConflict, "koordinator", "/drills/2026-02/pause", "reason", "pause")
	// In an incident a step that failed is held until somebody decides.
	h.post(http.StatusSeeOther, "vagt", "/drills/2026-02/take", "step", "s1")
	h.post(http.StatusSeeOther, "vagt", "/drills/2026-02/answer", "step", "s1", "answer", "no", "note", "Kopien kan ikke læses", "asked", "yes")
	page = h.see("koordinator", "/drills/2026-02", "da")
	if !strings.Contains(page, "Afgør, om det skal prøves igen eller springes over.") || !strings.Contains(page, "Prøv trinnet igen …") {
		t.Error("nobody is asked to decide about the failed step")
	}
	h.post(http.StatusSeeOther, "koordinator", "/drills/2026-02/reopen", "step", "s1", "reason", "Den ældre kopi")
	if s := h.step("2026-02", "s1"); s.State != drill.Waiting {
		t.Errorf("%s", s.State)
	}
	for _, lang := range languages() {
		h.see("direktion", "/drills/2026-02", lang)
		h.see("direktion", "/drills", lang)
	}
}

// TestATabletop answers injects and a decision.
func TestATabletop(t *testing.T) {
	h := newHall(t)
	id, err := h.register.Open(t.Context(), h.actor("koordinator"), register.Opening{System: "esdh", Drill: "papirjournal"})
	h.ok(err)
	h.drive(id)
	path := "/drills/" + id
	page := h.see("koordinator", path, "da")
	if !strings.Contains(page, "En journalist minder om") || strings.Contains(page, "Tidshorisonten (RTO) nås") {
		t.Error("a tabletop shows no inject, or measures recovery")
	}
	for _, lang := range languages() {
		h.see("koordinator", path+"?view=graph", lang)
		h.see("koordinator", path+"?view=time", lang)
	}
	h.post(http.StatusSeeOther, "koordinator", path+"/answer", "step", "indspil-1", "answer", "yes")
	if page := h.see("koordinator", path, "da"); !strings.Contains(page, "Fortryd mit svar (til kl. 09.10)") {
		t.Error("the answer cannot be taken back")
	}
	h.post(http.StatusForbidden, "revisor", path+"/back", "step", "indspil-1")
	h.post(http.StatusSeeOther, "koordinator", path+"/back", "step", "indspil-1")
	if s := h.step(id, "indspil-1"); s.State != drill.Asked {
		t.Errorf("what was taken back is %s", s.State)
	}
	h.post(http.StatusConflict, "koordinator", path+"/back", "step", "indspil-1")
	h.post(http.StatusSeeOther, "koordinator", path+"/answer", "step", "indspil-1", "answer", "yes")
	h.pass(25 * time.Minute)
	h.drive(id)
	h.post(http.StatusSeeOther, "koordinator", path+"/answer", "step", "indspil-2", "answer", "yes")
	h.drive(id)
	if page := h.see("ejer", path, "da"); !strings.Contains(page, "Nej, papirkopi") {
		t.Error("the choices of the decision are not offered")
	}
	h.post(http.StatusConflict, "ejer", path+"/answer", "step", "beslutning", "answer", "Måske")
	h.post(http.StatusSeeOther, "ejer", path+"/answer", "step", "beslutning", "answer", "Nej, papirkopi")
	h.drive(id)
	if page := h.see("ejer", path, "da"); !strings.Contains(page, "Nej, papirkopi") || !strings.Contains(page, "ikke målt") {
		t.Error("the choice is not in the log, or what was not measured is not said")
	}
}

// TestTheLadderIsShown follows a request up to the leader.
func TestTheLadderIsShown(t *testing.T) {
	h := newHall(t, "mail")
	id := h.open()
	h.drive(id)
	for _, rung := range []struct {
		after time.Duration
		want  string
	}{{16 * time.Minute, "til stedfortræderen spørges"}, {16 * time.Minute, "får besked"}, {16 * time.Minute, "Alle er spurgt"}} {
		h.pass(rung.after)
		h.drive(id)
		for _, lang := range languages() {
			h.see("koordinator", "/drills/"+id, lang)
		}
		if page := h.see("koordinator", "/drills/"+id, "da"); !strings.Contains(page, rung.want) {
			t.Errorf("after %s the page does not say %q", rung.after, rung.want)
		}
	}
}

// TestPhonesAreConfidential: a duty number is for whoever may see such numbers.
func TestPhonesAreConfidential(t *testing.T) {
	h := newHall(t)
	s, err := h.part.scene(t.Context(), h.open())
	h.ok(err)
	book, err := h.office.Book(t.Context())
	h.ok(err)
	for who, sees := range map[string]bool{"koordinator": true, "ejer": true, "fremmed": false} {
		v := &frame.Visit{Person: rights.Person{ID: h.ids[who]}, Book: book, Now: h.Now().Wall}
		if number := h.part.teller(v, s).phone("it-vagt"); sees != (number == "+45 00 00 00 10") {
			t.Errorf("%s sees %q", who, number)
		}
	}
	if got := dialled("+45 00 00 00 10 (vagt)"); got != "+4500000010" {
		t.Errorf("a telephone gets %q", got)
	}
}

// TestWhatWasHeldBefore shows runs that were taken over, a page at a time.
func TestWhatWasHeldBefore(t *testing.T) {
	h := newHall(t)
	var before []register.Held
	for i := range 60 {
		took := time.Hour
		ended := h.Now().Wall.AddDate(0, 0, -i-1)
		before = append(before, register.Held{System: "gis", Type: "restore", Title: "Fra arket", Scope: "isolated", Verdict: "passed", StartedAt: ended.Add(-took), EndedAt: ended, RTA: &took})
	}
	h.ok(h.register.Import(t.Context(), h.actor("koordinator"), before))
	rows := func(page string) int { return strings.Count(page, "Fra arket") }
	first, second := h.see("koordinator", "/drills", "da"), h.see("koordinator", "/drills?page=2&system=gis", "da")
	if rows(first) != 50 || rows(second) != 10 || !strings.Contains(first, `href="/drills?page=2"`) || !strings.Contains(second, `href="/drills?page=1&amp;system=gis"`) {
		t.Errorf("%d on the first page, %d on the second", rows(first), rows(second))
	}
	if page := h.see("koordinator", "/drills?system=esdh", "da"); rows(page) != 0 || !strings.Contains(page, "Ingen øvelse er holdt endnu") {
		t.Error("another system has these runs")
	}
	list, err := h.register.Runs(t.Context(), kept.RunFilter{Limit: 1})
	h.ok(err)
	for _, lang := range languages() {
		h.see("koordinator", "/drills/"+list[0].ID, lang)
		h.see("koordinator", "/wall/"+list[0].ID, lang)
	}
	if got := h.ask(http.MethodGet, "koordinator", "/drills/"+list[0].ID+"/report", nil); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a report of what has no events: %s", got.Status)
	}
	h.post(http.StatusConflict, "koordinator", "/drills/"+list[0].ID+"/note", "text", "x")
}

// TestAPlanThatChanges: a run stays with its version and says that there is a newer
// one; what is drilled of a draft is marked so.
func TestAPlanThatChanges(t *testing.T) {
	h := newHall(t)
	h.force("esdh")
	h.pass(time.Minute)
	if page := h.see("koordinator", "/drills/new?system=esdh&drill=gendan-fra-backup", "da"); strings.Contains(page, "Udkast") {
		t.Error("the version in force is called a draft")
	}
	id := h.open()
	h.drive(id)
	h.pass(time.Minute)
	set, err := h.register.Set(t.Context())
	h.ok(err)
	text, err := plans.Files.ReadFile("esdh.yaml")
	h.ok(err)
	changed, problems := plan.NewReader().Load(fstest.MapFS{
		"esdh.yaml": {Data: []byte(strings.Replace(string(text), "title: Gendan applikationsservere", "title: Gendan begge servere", 1))},
	})
	if len(changed.Plans) != 1 {
		t.Fatal(problems)
	}
	next := &plan.Set{Organisation: set.Organisation}
	for _, p := range set.Plans {
		if p.ID == "esdh" {
			p = changed.Plans[0]
		}
		next.Plans = append(next.Plans, p)
	}
	_, err = h.register.Adopt(t.Context(), h.actor("koordinator"), next)
	h.ok(err)
	for _, lang := range languages() {
		h.see("ejer", "/drills/"+id, lang)
	}
	if page := h.see("ejer", "/drills/"+id, "da"); !strings.Contains(page, "Der findes en nyere udgave af planen") || strings.Contains(page, "Udkast") {
		t.Error("the page does not say that there is a newer version, or calls the one in force a draft")
	}
	if page := h.see("koordinator", "/drills/new?system=esdh&drill=gendan-fra-backup", "da"); !strings.Contains(page, "Øv udkastet i stedet") {
		t.Error("the draft cannot be drilled")
	}
	h.post(http.StatusSeeOther, "koordinator", "/drills/"+id+"/abort", "reason", "Ny plan")
	h.drive(id)
	if page := h.see("koordinator", "/drills/new?system=esdh&drill=gendan-fra-backup&draft=yes", "da"); !strings.Contains(page, "Udkast – tæller ikke som bevis") {
		t.Error("the draft is not called one")
	}
	h.post(http.StatusSeeOther, "koordinator", "/drills/new", "system", "esdh", "drill", "gendan-fra-backup", "draft", "yes", "ready", "yes")
	if page := h.see("ejer", "/drills/2026-02", "da"); !strings.Contains(page, "Udkast – tæller ikke som bevis") {
		t.Error("a drill of a draft is not marked so")
	}
}

// force brings the version that the files hold into force.
func (h *hall) force(system string) {
	h.t.Helper()
	set, err := h.register.Set(h.t.Context())
	h.ok(err)
	p, _ := set.Plan(system)
	o := approval.Objectives{MTPD: p.Objectives.MTPD, RTO: p.Objectives.RTO, RPO: p.Objectives.RPO}
	review := approval.Review{Difference: []string{"new"}, Commands: []approval.Command{}}
	for _, a := range []struct {
		by  string
		act approval.Act
	}{
		{"koordinator", approval.Act{Kind: approval.Submitted, Authors: []string{h.ids["koordinator"]}}},
		{"ejer", approval.Act{Kind: approval.Confirmed, Shown: approval.Digest("x")}},
		{"ejer", approval.Act{Kind: approval.Accepted, Values: &o, Shown: approval.Digest("x")}},
		{"itchef", approval.Act{Kind: approval.Approved, Review: &review, Shown: review.Digest()}},
	} {
		h.ok(h.office.Say(h.t.Context(), h.actor(a.by), system, a.act))
	}
}
