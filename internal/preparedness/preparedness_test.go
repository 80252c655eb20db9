package preparedness_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/dossier"
	"beredskab/internal/event"
	"beredskab/internal/followup"
	"beredskab/internal/governance"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/preparedness"
	"beredskab/internal/register"
	"beredskab/internal/report"
	"beredskab/internal/rights"
	"beredskab/internal/store"
)

// hall is the sample's register, where time passes when it is told to.
type hall struct {
	t        *testing.T
	wall     time.Time
	door     *door.Door
	register *register.Register
	office   *governance.Office
	set      *plan.Set
}

func (h *hall) Now() event.Moment {
	return event.Moment{Wall: h.wall, Boot: "boot", Mono: h.wall.Sub(day(2025, 1, 1))}
}

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 9, 0, 0, 0, time.UTC)
}

// newHall takes the sample's plans over on 2 January 2026.
func newHall(t *testing.T) *hall {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "register.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	set, problems := plan.NewReader().Load(os.DirFS("../../plans"))
	if problems.Failed() {
		t.Fatal(problems)
	}
	h := &hall{t: t, wall: day(2026, 1, 2), set: set}
	h.door = door.New(db, h)
	h.register, h.office = register.New(h.door, register.Options{}), governance.New(h.door)
	h.staff()
	_, err = h.register.Adopt(t.Context(), h.actor("koordinator"), set)
	h.ok(err)
	return h
}

func (h *hall) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *hall) actor(name string) door.Actor {
	return door.Actor{Name: name, Assurance: "login", Via: name}
}

// staff registers who acts here, each with an account of that name.
func (h *hall) staff() {
	h.t.Helper()
	ids := map[string]string{}
	for _, name := range []string{"admin", "itchef", "koordinator", "ejer"} {
		id, err := h.office.AddPerson(h.t.Context(), h.actor("admin"), rights.Person{Name: name, Accounts: []rights.Account{{Issuer: rights.Local, Subject: name}}})
		h.ok(err)
		ids[name] = id
	}
	for _, g := range []struct {
		by   string
		give rights.Grant
	}{
		{"admin", rights.Grant{Person: ids["admin"], Role: matrix.Administrator}},
		{"admin", rights.Grant{Person: ids["itchef"], Role: matrix.ITManager}},
		{"admin", rights.Grant{Person: ids["koordinator"], Role: matrix.Coordinator}},
		{"admin", rights.Grant{Person: ids["ejer"], Role: matrix.SystemOwner, Scope: rights.Scope{System: "noedkald"}}},
		{"admin", rights.Grant{Person: ids["ejer"], Role: matrix.SystemOwner, Scope: rights.Scope{System: "gis"}}},
		{"admin", rights.Grant{Person: ids["ejer"], Role: matrix.SystemOwner, Scope: rights.Scope{System: "sql-klynge"}}},
	} {
		_, err := h.office.Give(h.t.Context(), h.actor(g.by), g.give)
		h.ok(err)
	}
}

// held takes an exercise over that took so many minutes and lost so many.
func (h *hall) held(system, kind, verdict string, ended time.Time, rta, rpa int) {
	h.t.Helper()
	held := register.Held{System: system, Type: kind, Title: kind, Scope: "isolated", Verdict: verdict, StartedAt: ended.Add(-time.Duration(rta) * time.Minute), EndedAt: ended}
	if rta > 0 {
		took, lost := time.Duration(rta)*time.Minute, time.Duration(rpa)*time.Minute
		held.RTA, held.RPA = &took, &lost
	}
	h.ok(h.register.Import(h.t.Context(), h.actor("koordinator"), []register.Held{held}))
}

// force brings the version that the files hold into force.
func (h *hall) force(system string) {
	h.t.Helper()
	p, _ := h.set.Plan(system)
	o := approval.Objectives{MTPD: p.Objectives.MTPD, RTO: p.Objectives.RTO, RPO: p.Objectives.RPO}
	review := approval.Review{Difference: []string{"new"}, Commands: []approval.Command{}}
	for _, a := range []struct {
		by  string
		act approval.Act
	}{
		{"koordinator", approval.Act{Kind: approval.Submitted, Authors: []string{"koordinator"}}},
		{"ejer", approval.Act{Kind: approval.Confirmed, Shown: approval.Digest("x")}},
		{"ejer", approval.Act{Kind: approval.Accepted, Values: &o, Shown: approval.Digest("x")}},
		{"itchef", approval.Act{Kind: approval.Approved, Review: &review, Shown: review.Digest()}},
	} {
		h.ok(h.office.Say(h.t.Context(), h.actor(a.by), system, a.act))
	}
}

// figures are those of 2026 as of the moment that it is.
func (h *hall) figures() report.Figures {
	h.t.Helper()
	facts, err := preparedness.Read(h.t.Context(), h.door, h.wall)
	h.ok(err)
	known, err := dossier.New(h.door).Facts(h.t.Context(), h.wall)
	h.ok(err)
	return facts.Figures(preparedness.Asked{From: day(2026, 1, 1), Until: day(2027, 1, 1), Program: "test", Known: known})
}

func of(t *testing.T, f report.Figures, id string) report.System {
	t.Helper()
	i := slices.IndexFunc(f.Systems, func(s report.System) bool { return s.ID == id })
	if i < 0 {
		t.Fatalf("no system %s", id)
	}
	return f.Systems[i]
}

// What a system promises, what was measured and what was said of it stand in the
// figures as the register has them, and nothing that was not measured does.
func TestASystemIsReadyWhenItWasMeasuredAndApproved(t *testing.T) {
	h := newHall(t)
	h.wall = day(2026, 3, 2)
	if s := of(t, h.figures(), "noedkald"); s.RTA != nil || s.Ready || !s.Approved.IsZero() || s.State == "ok" || s.Recovery.Test != "never" {
		t.Errorf("before anything was done: %+v", s)
	}
	h.held("noedkald", "functional", "passed", day(2026, 3, 1), 55, 5)
	if s := of(t, h.figures(), "noedkald"); s.RTA == nil || *s.RTA != 55 || s.RPA == nil || *s.RPA != 5 || s.Ready || s.Recovery.Test != "held" {
		t.Errorf("measured, and not approved: %+v", s)
	}
	h.force("noedkald")
	s := of(t, h.figures(), "noedkald")
	if !s.Ready || !s.Approved.Equal(h.wall) || !s.Accepted.Equal(h.wall) || s.Readiness < 60 {
		t.Errorf("measured and approved: %+v", s)
	}
	h.wall = h.wall.AddDate(2, 0, 0)
	if s := of(t, h.figures(), "noedkald"); s.Ready || s.Recovery.Test != "overdue" {
		t.Errorf("two years later: %+v", s)
	}
}

// A report about a time past says what was known then.
func TestWhatCameLaterIsNotInIt(t *testing.T) {
	h := newHall(t)
	h.wall = day(2026, 6, 1)
	before := h.figures()
	h.wall = day(2026, 9, 1)
	h.held("gis", "restore", "passed", day(2026, 8, 1), 110, 10)
	h.force("gis")
	_, err := h.office.OpenAction(t.Context(), h.actor("koordinator"), followup.Action{System: "gis", Text: "x", Owner: "ejer", Due: day(2026, 10, 1)})
	h.ok(err)
	now := h.figures()
	if s := of(t, now, "gis"); s.RTA == nil || len(now.Runs) != 1 || len(now.Actions) != 1 {
		t.Errorf("now: %+v, %d runs, %d actions", s, len(now.Runs), len(now.Actions))
	}
	h.wall = day(2026, 6, 1)
	again := h.figures()
	again.Log = before.Log // grows, and is told as it is
	one, err := report.Freeze(before)
	h.ok(err)
	other, err := report.Freeze(again)
	h.ok(err)
	if !bytes.Equal(one, other) {
		t.Errorf("what 1 June looked like became\n%s\nfrom\n%s", other, one)
	}
	if _, err := preparedness.Read(t.Context(), h.door, day(2025, 12, 31)); !errors.Is(err, preparedness.ErrNoPlans) {
		t.Errorf("before the first plan: %v", err)
	}
}

// A drill that was broken off is told of and shows nothing; a tabletop measures
// nothing, whatever it says.
func TestWhatIsNoEvidence(t *testing.T) {
	h := newHall(t)
	h.wall = day(2026, 9, 1)
	h.held("gis", "restore", "aborted", day(2026, 8, 1), 110, 10)
	h.held("omsorg", "tabletop", "not_measured", day(2026, 8, 2), 0, 0)
	f := h.figures()
	for _, id := range []string{"gis", "omsorg"} {
		if s := of(t, f, id); s.RTA != nil || s.Projected != nil || !s.Measured.IsZero() || s.State == "ok" {
			t.Errorf("%+v", s)
		}
	}
	if s := of(t, f, "omsorg"); s.Exercised.IsZero() || s.Workaround.Test != "held" {
		t.Errorf("the tabletop: %+v", s)
	}
	if len(f.Runs) != 2 {
		t.Errorf("%d runs", len(f.Runs))
	}
}

// Every rule has a judgement for each system, or for the organisation, and the
// figures agree with the checks.
func TestRulesAreCountedOnce(t *testing.T) {
	h := newHall(t)
	f := h.figures()
	if len(f.Rules) != len(check.Codes()) {
		t.Fatalf("%d rules", len(f.Rules))
	}
	for _, r := range f.Rules {
		all := r.OK + r.AtRisk + r.Breached + r.Waived + r.Unknown
		want := []int{19, 20}
		if r.ID == "G7" || r.ID == "G9" {
			want = []int{1}
		}
		if !slices.Contains(want, all) {
			t.Errorf("%s: %d judgements, %+v", r.ID, all, r)
		}
	}
}

// Every document can be made of them, in both languages.
func TestEveryDocument(t *testing.T) {
	h := newHall(t)
	h.wall = day(2026, 9, 1)
	h.held("sql-klynge", "restore", "not_passed", day(2026, 8, 1), 400, 10)
	h.force("sql-klynge")
	frozen, err := report.Freeze(h.figures())
	h.ok(err)
	in := report.YearInput{Frozen: frozen, PrintedAt: h.wall}
	facts, err := preparedness.Read(context.Background(), h.door, h.wall)
	h.ok(err)
	book := report.BookInput{Set: facts.Set, Versions: facts.Versions(), Measured: facts.Measured(), Frozen: frozen, PrintedAt: h.wall}
	if v := book.Versions["sql-klynge"]; v.ApprovedBy != "itchef" || v.ConfirmedBy != "ejer" || len(book.Versions) != 1 || book.Measured["sql-klynge"] != 400 {
		t.Errorf("%+v, %v", book.Versions, book.Measured)
	}
	for _, lang := range report.Languages() {
		for name, write := range map[string]func(*bytes.Buffer) error{
			"year":    func(out *bytes.Buffer) error { return report.Year(out, in, report.HTML, lang) },
			"annex":   func(out *bytes.Buffer) error { return report.Annex(out, in, report.HTML, lang) },
			"control": func(out *bytes.Buffer) error { return report.Control(out, in, report.HTML, lang) },
			"wheel":   func(out *bytes.Buffer) error { return report.Wheel(out, in, report.HTML, lang) },
			"book":    func(out *bytes.Buffer) error { return report.Book(out, book, report.HTML, lang) },
			"cards":   func(out *bytes.Buffer) error { return report.Cards(out, book, report.HTML, lang) },
		} {
			var out bytes.Buffer
			if err := write(&out); err != nil || strings.Contains(out.String(), "%!") || out.Len() < 2000 {
				t.Errorf("%s in %s: %d bytes, %v", name, lang, out.Len(), err)
			}
		}
	}
}

// The year wheel says what is done, and what is left out of it nobody can tell.
func TestTheYearWheel(t *testing.T) {
	h := newHall(t)
	h.wall = day(2026, 12, 1)
	h.held("omsorg", "alert", "not_measured", day(2026, 5, 20), 0, 0)
	states := map[string]string{}
	for _, task := range h.figures().Tasks {
		if task.Code != "" {
			states[task.Code+task.At.Format(" 2006-01")] = task.State
		}
	}
	for key, want := range map[string]string{
		"alert 2026-05": "done", "alert 2026-11": "late", "review 2026-05": "missed", "treat 2026-03": "missed", "measure 2026-10": "late",
		"treat 2027-03": "planned", "programme 2026-11": "", "offline 2026-12": "planned",
	} {
		if states[key] != want {
			t.Errorf("%s is %q, want %q", key, states[key], want)
		}
	}
}
