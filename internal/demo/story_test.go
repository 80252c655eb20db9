package demo_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"beredskab/internal/app"
	"beredskab/internal/check"
	"beredskab/internal/demo"
	"beredskab/internal/kept"
	"beredskab/internal/proof"
	"beredskab/internal/record"
)

// town is a prepared demo, opened.
type town struct {
	*app.App
	t   *testing.T
	now time.Time
}

func prepared(t *testing.T, now time.Time) *town {
	t.Helper()
	s, err := demo.Prepare(t.Context(), filepath.Join(t.TempDir(), "demo"), "/bin/true", "guest", now)
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Open(t.Context(), app.Use)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return &town{a, t, now}
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (w *town) same(what string, got, want any) {
	w.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// The sample says the same on every day on which it is made: its fixtures, and what
// two years have left.
func TestStory(t *testing.T) {
	days := []time.Time{day(), time.Date(2028, 2, 29, 22, 30, 0, 0, time.UTC)}
	for _, now := range days[:proof.Size(1, 1, len(days))] {
		t.Run(now.Format(time.DateOnly), func(t *testing.T) {
			w := prepared(t, now)
			w.fixtures()
			w.sound()
			w.versions()
			w.drilled()
			w.followed()
			w.reported()
		})
	}
}

func (w *town) fixtures() {
	w.t.Helper()
	report := must(w.Check(w.t.Context(), must(w.Register.Set(w.t.Context()))(w.t), w.now))(w.t)
	var found []string
	for _, f := range report.Findings {
		if f.State != check.Unknown {
			found = append(found, fmt.Sprintf("%s %s %s", f.Code, f.System, f.State))
		}
	}
	slices.Sort(found)
	w.same("what the checks say", found, []string{
		"C10 ad-entra breached", "C10 esdh breached", "C10 gis waived", "C10 sql-klynge breached", "C11 idp-mfa breached",
		"C2 loen breached", "C2 omsorg breached", "C3 omsorg breached", "C5 gis breached",
		"C6 loen breached", "C6 omsorg breached", "C6 sql-klynge breached",
		"C8 esdh breached", "C8 print breached", "C8 skole-dagtilbud breached", "C9 idp-mfa breached", "C9 m365 breached",
		"G2 print breached", "G5 ad-entra breached", "G8 esdh breached",
	})
}

// sound wants a log that was written in order, and a register that is what was written.
func (w *town) sound() {
	w.t.Helper()
	verdict := must(w.Notary.Audit(w.t.Context()))(w.t)
	if verdict.Problem != "" || verdict.Checkpoints == 0 {
		w.t.Errorf("the log: %+v", verdict)
	}
	if problems := w.Store().Check(w.t.Context()).Problems; len(problems) > 0 {
		w.t.Errorf("the register: %q", problems)
	}
	entries := must(w.Register.Entries(w.t.Context(), kept.EntryFilter{}))(w.t)
	if !slices.IsSortedFunc(entries, func(a, b kept.Entry) int { return b.At.Compare(a.At) }) {
		w.t.Error("the log was not written in order")
	}
	first, last := entries[len(entries)-1].At, entries[0].At
	if years := last.Sub(first).Hours() / 24 / 365; last.After(w.now) || years < 1.99 {
		w.t.Errorf("from %s to %s", first, last)
	}
	for _, e := range entries {
		if e.Outcome != "done" {
			w.t.Errorf("%s of %s at %s: %s", e.Act, e.Object, e.At, e.Outcome)
		}
	}
}

// versions wants most plans in force, one that waits, one that came back and one
// that nobody submitted.
func (w *town) versions() {
	w.t.Helper()
	states := map[string]int{}
	for _, p := range must(w.Register.Set(w.t.Context()))(w.t).Plans {
		standing := must(w.Office.Standing(w.t.Context(), p.ID, time.Time{}))(w.t)
		states[string(standing.State(p.Hash()))]++
	}
	w.same("versions in the files", states, map[string]int{"in_force": 16, "to_approve": 1, "draft": 2})
}

// drilled wants drills of the sheet and of the program, of every kind and with
// every verdict, and one real incident.
func (w *town) drilled() {
	w.t.Helper()
	runs := must(w.Register.Runs(w.t.Context(), kept.RunFilter{}))(w.t)
	kinds, verdicts := map[string]bool{}, map[string]bool{}
	sheet := 0
	for _, r := range runs {
		if r.Imported {
			sheet++
			continue
		}
		if r.State != "ended" {
			w.t.Errorf("run %s is %s", r.ID, r.State)
		}
		kinds[r.Type], verdicts[r.Verdict] = true, true
	}
	w.same("kinds", slices.Sorted(maps.Keys(kinds)), []string{"alert", "functional", "incident", "restore", "tabletop"})
	w.same("verdicts", slices.Sorted(maps.Keys(verdicts)), []string{"aborted", "not_measured", "not_passed", "passed", "passed_with_remarks"})
	if sheet != 17 || len(runs)-sheet < 19 { // a schedule may ask for one more
		w.t.Errorf("%d runs, %d of them from the sheet", len(runs), sheet)
	}
	loops := map[string]int{}
	for _, e := range must(w.Office.Evaluations(w.t.Context(), "", 0))(w.t) {
		loops[string(e.State())]++
	}
	delete(loops, "ended")
	w.same("loops after runs", loops, map[string]int{"closed": 8, "approved": 1, "evaluated": 1})
}

// followed wants actions and dispensations in every state.
func (w *town) followed() {
	w.t.Helper()
	actions, late, again := map[string]int{}, 0, 0
	for _, a := range must(w.Office.Actions(w.t.Context(), record.Filter{}))(w.t) {
		actions[string(a.State)]++
		if again += a.Reopened; a.Overdue(w.now) {
			late++
		}
	}
	w.same("actions", actions, map[string]int{"verified": 3, "closed": 1, "open": 4, "done": 1})
	w.same("late, and opened again", []int{late, again}, []int{1, 1})
	waivers := map[string]int{}
	for _, d := range must(w.Office.Dispensations(w.t.Context(), record.Filter{}))(w.t) {
		waivers[string(d.State(w.now))]++
	}
	w.same("dispensations", waivers, map[string]int{"expired": 2, "refused": 1, "running": 1, "applied": 1})
	open := must(w.Register.Findings(w.t.Context(), kept.FindingFilter{Open: true}))(w.t)
	if all := must(w.Register.Findings(w.t.Context(), kept.FindingFilter{}))(w.t); len(open) < 20 || len(all) < 2*len(open) {
		w.t.Errorf("%d findings, %d of them open", len(all), len(open))
	}
}

// reported wants the people, and last year's report treated.
func (w *town) reported() {
	w.t.Helper()
	gone, persons := 0, must(w.Office.Book(w.t.Context()))(w.t).Persons()
	for _, p := range persons {
		if p.DisabledAt(w.now) {
			gone++
		}
	}
	if len(persons) < 30 || gone != 1 {
		w.t.Errorf("%d persons, %d of them gone", len(persons), gone)
	}
	reports := must(w.Office.Reports(w.t.Context()))(w.t)
	if len(reports) != 2 || reports[0].Treated == nil {
		w.t.Errorf("yearly reports: %+v", reports)
	}
}
