package governance_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
)

// held puts a run of a system's first drill into the register, which somebody led
// and which has ended.
func (w *ward) held(id, system, leader string) {
	w.t.Helper()
	p, _ := w.set.Plan(system)
	if _, err := w.register.Adopt(w.t.Context(), door.System("n1"), w.set); err != nil {
		w.t.Fatal(err)
	}
	row := kept.Run{
		ID: id, System: system, PlanHash: p.Hash(), StepsHash: p.StepsHash(), DrillID: p.Drills[0].ID, Type: p.Drills[0].Type, Director: "oevelsesleder",
		State: "ended", OpenedAt: w.wall.Add(-2 * time.Hour), StartedAt: w.wall.Add(-2 * time.Hour), EndedAt: w.wall.Add(-time.Hour),
	}
	w.fine(w.db.Update(w.t.Context(), func(tx door.Tx) error {
		body, err := json.Marshal(event.Event{Seq: 1, Kind: event.RunStarted, Actor: leader})
		_, errAdd := tx.AddRun(w.t.Context(), row)
		return errors.Join(err, errAdd, tx.AddEvents(w.t.Context(), id, []kept.Event{{Seq: 1, At: row.StartedAt, Kind: string(event.RunStarted), Body: body}}))
	}))
}

// loop is how the after-run loop of a run stands: its state, and what it waits for.
func (w *ward) loop(run string) string {
	w.t.Helper()
	e, err := w.Evaluation(w.t.Context(), run)
	w.fine(err)
	text := string(e.State())
	for _, need := range e.Missing() {
		text += " " + need.What + "(" + need.Person + need.Role + ")"
	}
	return text
}

func (w *ward) stands(run, want string) {
	w.t.Helper()
	if got := w.loop(run); got != want {
		w.t.Errorf("the loop is %q, not %q", got, want)
	}
}

func theReport() followup.Evidence {
	return followup.Evidence{SHA256: strings.Repeat("ab", 32), Name: "report.html", Size: 99, Media: "text/html"}
}

func assessed(w *ward, run string) followup.Assessment {
	w.t.Helper()
	e, err := w.Evaluation(w.t.Context(), run)
	w.fine(err)
	a := followup.Assessment{Weaknesses: []string{"Two phones had no battery"}, Deviations: []string{"The key was not in the safe"}}
	for _, aim := range e.Aims {
		a.Aims = append(a.Aims, followup.Aim{Text: aim, Met: "yes"})
	}
	return a
}

func TestTheLoopAfterARunOfAHighClass(t *testing.T) {
	w := newWard(t)
	w.staff()
	ctx := t.Context()
	w.held("2026-01", "omsorg", "vagt")
	w.stands("2026-01", "ended debrief(vagt) evaluation(ITB) approval(ITC) owner_informed(ejer) close(ITB)")

	w.denied(w.Evaluate(ctx, by("sikker"), "2026-01", assessed(w, "2026-01")), false, "it is ended")
	w.fine(w.Debrief(ctx, by("vagt"), "2026-01", "The list in the safe was old"))
	w.fine(w.AnswerSurvey(ctx, by("ejer"), "2026-01", followup.Survey{Prepared: 4, Usable: 3}))
	w.denied(w.AnswerSurvey(ctx, by("ejer"), "2026-01", followup.Survey{Prepared: 9, Usable: 3}), false, "1 to 5")

	w.denied(w.Evaluate(ctx, by("vagt"), "2026-01", assessed(w, "2026-01")), true, "never for the director")
	w.denied(w.Evaluate(ctx, by("itchef"), "2026-01", assessed(w, "2026-01")), false, "is for the continuity coordinator")
	w.denied(w.Evaluate(ctx, by("sikker"), "2026-01", followup.Assessment{}), false, "nothing is said of the objective")
	w.fine(w.Evaluate(ctx, by("sikker"), "2026-01", assessed(w, "2026-01")))

	w.denied(w.ApproveDrillReport(ctx, by("sikker"), "2026-01", theReport(), 0), false, "is for the IT manager")
	w.denied(w.ConfirmDrillReport(ctx, by("ejer"), "2026-01"), false, "it is evaluated")
	w.fine(w.ApproveDrillReport(ctx, by("itchef"), "2026-01", theReport(), 0))
	w.stands("2026-01", "approved owner_informed(ejer) close(ITB)")
	for key, state := range map[string]string{"2026-01/D14/omsorg/1": "breached", "2026-01/D15/omsorg/1": "at_risk"} {
		if f := w.state(key, state); f.Run != "2026-01" || f.Text == "" {
			t.Errorf("%+v", f)
		}
	}
	files, err := w.Evidence(ctx, record.Filter{System: "omsorg"})
	w.fine(err)
	if len(files) != 1 || files[0].SHA256 != theReport().SHA256 || files[0].Run != "2026-01" || files[0].By.Person != "itchef" {
		t.Errorf("what was approved is not kept: %+v", files)
	}

	w.denied(w.CloseEvaluation(ctx, by("vagt"), "2026-01"), false, "has not confirmed")
	w.denied(w.ConfirmDrillReport(ctx, by("sikker"), "2026-01"), false, "is for the system owner")
	w.fine(w.ConfirmDrillReport(ctx, by("ejer"), "2026-01"))
	w.fine(w.CloseEvaluation(ctx, by("vagt"), "2026-01"))
	w.stands("2026-01", "closed")
	w.denied(w.Debrief(ctx, by("vagt"), "2026-01", "One more thing"), false, "it is closed")

	list, err := w.Evaluations(ctx, "", 0)
	w.fine(err)
	if len(list) != 1 || list[0].Run != "2026-01" {
		t.Errorf("%+v", list)
	}
	acts := map[string]int{}
	entries, err := w.register.Entries(ctx, kept.EntryFilter{Object: "2026-01"})
	w.fine(err)
	for _, e := range entries {
		acts[strings.TrimPrefix(e.Act, "evaluation.")+" "+e.Outcome]++
	}
	for _, act := range []string{"debrief", "survey", "assess", "approve", "confirm", "close"} {
		if acts[act+" done"] != 1 {
			t.Errorf("%d lines of the log say %s", acts[act+" done"], act)
		}
	}
}

// What the role of the director was filled by is told by the acts; where nobody did
// one, by the role alone. On a low class the director may evaluate too.
func TestWhoLedARun(t *testing.T) {
	w := newWard(t)
	w.staff()
	w.held("2026-01", "gis", "vagt")
	w.fine(w.Debrief(t.Context(), by("vagt"), "2026-01", "All well"))
	w.fine(w.Evaluate(t.Context(), by("vagt"), "2026-01", assessed(w, "2026-01")))
	w.held("2026-02", "omsorg", "system")
	w.stands("2026-02", "ended debrief(oevelsesleder) evaluation(ITB) approval(ITC) owner_informed(ejer) close(ITB)")
	w.holds("ny-ejer", matrix.SystemOwner, "loen")
	w.held("2026-03", "loen", "ukendt-konto")
	if !strings.Contains(w.loop("2026-03"), "debrief(oevelsesleder)") || !strings.Contains(w.loop("2026-03"), "owner_informed(ny-ejer)") {
		t.Error(w.loop("2026-03"))
	}
}

func TestARunWithoutALoopSaysWhy(t *testing.T) {
	w := newWard(t)
	w.staff()
	ctx := t.Context()
	if err := w.Debrief(ctx, by("vagt"), "2026-09", "x"); !errors.Is(err, kept.ErrNotFound) || !strings.Contains(err.Error(), "`beredskab drill list`") {
		t.Errorf("an unknown run: %v", err)
	}
	w.held("2026-01", "omsorg", "vagt")
	w.fine(w.db.Update(ctx, func(tx door.Tx) error {
		row, err := tx.Run(ctx, "2026-01")
		open, imported := row, row
		open.ID, open.EndedAt, imported.ID, imported.Imported = "2026-02", time.Time{}, "2026-03", true
		_, errOpen := tx.AddRun(ctx, open)
		_, errImported := tx.AddRun(ctx, imported)
		return errors.Join(err, errOpen, errImported)
	}))
	for run, why := range map[string]string{"2026-02": "it has not ended", "2026-03": "before this register"} {
		if err := w.Debrief(ctx, by("vagt"), run, "x"); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", run, err)
		}
	}
	list, err := w.Evaluations(ctx, "omsorg", 0)
	w.fine(err)
	if !slices.Equal([]string{"2026-01"}, runs(list)) {
		t.Errorf("%v", runs(list))
	}
}

func runs(list []followup.Evaluation) (ids []string) {
	for _, e := range list {
		ids = append(ids, e.Run)
	}
	return ids
}

// As long as nobody is registered, everybody is whom he says he is; still nobody
// evaluates what he led.
func TestTheLoopWithoutRegisteredPeople(t *testing.T) {
	w := newWard(t)
	ctx := t.Context()
	w.held("2026-01", "omsorg", "drift")
	as := func(name string) door.Actor { return door.Actor{Name: name, Via: "root", Assurance: "login"} }
	w.fine(w.Debrief(ctx, as("oevelsesleder"), "2026-01", "All well"))
	for _, leader := range []string{"drift", "oevelsesleder"} {
		w.denied(w.Evaluate(ctx, as(leader), "2026-01", assessed(w, "2026-01")), true, "director")
	}
	w.fine(w.Evaluate(ctx, as("sikker"), "2026-01", assessed(w, "2026-01")))
	w.denied(w.ApproveDrillReport(ctx, as("sikker"), "2026-01", theReport(), 0), true, "somebody else than its evaluator")
	w.fine(w.ApproveDrillReport(ctx, as("it-chef"), "2026-01", theReport(), 0))
	w.fine(w.ConfirmDrillReport(ctx, as("systemejer"), "2026-01"))
	w.fine(w.CloseEvaluation(ctx, as("sikker"), "2026-01"))
}
