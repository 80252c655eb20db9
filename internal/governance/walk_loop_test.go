package governance_test

import (
	"fmt"
	"strings"

	"beredskab/internal/door"
	"beredskab/internal/followup"
	"beredskab/internal/matrix"
	"beredskab/internal/yearly"
)

// The stages of the loop after a run, as they are prepared.
const (
	justEnded = iota
	debriefed
	evaluated
	approved
	informed
	loopStages
)

func loopRun(side string, stage int) string { return fmt.Sprintf("2025-%s%d", side, stage) }

// after brings a run of one side to each stage, and keeps evidence of each class.
func (w *ward) after(side string) {
	ctx, system := w.t.Context(), side+drafted
	for stage := range loopStages {
		run := loopRun(side, stage)
		w.held(run, system, "owner")
		for i, next := range []func() error{
			func() error { return w.Debrief(ctx, by("spare"), run, "old list") },
			func() error { return w.Evaluate(ctx, by("spare"), run, assessed(w, run)) },
			func() error { return w.ApproveDrillReport(ctx, by(string(matrix.ITManager)), run, theReport(), 0) },
			func() error { return w.ConfirmDrillReport(ctx, by("owner"), run) },
		} {
			if i < stage {
				w.fine(next())
			}
		}
	}
	for name, class := range map[string]string{"aa": "internal", "bb": "confidential"} {
		_, err := w.AddEvidence(ctx, by("spare"), seen(side, name, class), 0)
		w.fine(err)
	}
}

// seen is a file about a system of that side.
func seen(side, name, class string) followup.Evidence {
	f := file(name, class)
	f.SHA256 = strings.Repeat(map[string]string{own: "0", foreign: "f"}[side], 8) + f.SHA256[8:]
	f.System = side + drafted
	return f
}

// loopActs are the acts on evaluations and evidence.
func loopActs() []act {
	drills, reports := just(matrix.Drill, matrix.Execute), matrix.DrillReport
	evaluations, drafts := just(matrix.Evaluation, matrix.Execute), just(matrix.PlanDraft, matrix.Write)
	in := func(stage int, do func(w *walk, a door.Actor, run string) error) func(*walk, door.Actor, string) error {
		return func(w *walk, a door.Actor, side string) error { return do(w, a, loopRun(side, stage)) }
	}
	read := func(name string) func(*walk, door.Actor, string) error {
		return func(w *walk, a door.Actor, side string) error {
			_, err := w.office.ReadEvidence(ctx(), a, seen(side, name, "").SHA256)
			return err
		}
	}
	return []act{
		{method: "Office.Debrief", needs: drills, do: in(justEnded, func(w *walk, a door.Actor, run string) error { return w.office.Debrief(ctx(), a, run, "old list") })},
		{method: "Office.AnswerSurvey", needs: drills, do: in(justEnded, func(w *walk, a door.Actor, run string) error {
			return w.office.AnswerSurvey(ctx(), a, run, followup.Survey{Prepared: 4, Usable: 3})
		})},
		{method: "Office.Evaluate", needs: evaluations, do: in(debriefed, func(w *walk, a door.Actor, run string) error {
			return w.office.Evaluate(ctx(), a, run, followup.Assessment{Weaknesses: []string{"a battery"}})
		})},
		{method: "Office.ApproveDrillReport", needs: just(reports, matrix.Approve), do: in(evaluated, func(w *walk, a door.Actor, run string) error {
			return w.office.ApproveDrillReport(ctx(), a, run, theReport(), 0)
		})},
		{method: "Office.ConfirmDrillReport", needs: just(reports, matrix.Confirm), do: in(approved, func(w *walk, a door.Actor, run string) error {
			return w.office.ConfirmDrillReport(ctx(), a, run)
		})},
		{method: "Office.CloseEvaluation", needs: evaluations, do: in(informed, func(w *walk, a door.Actor, run string) error {
			return w.office.CloseEvaluation(ctx(), a, run)
		})},
		{method: "Office.MayAddEvidence", what: "of a run", needs: drills, do: in(justEnded, func(w *walk, a door.Actor, run string) error {
			_, err := w.office.MayAddEvidence(ctx(), a, followup.Evidence{Run: run})
			return err
		})},
		{method: "Office.AddEvidence", what: "of a run", needs: drills, do: in(justEnded, func(w *walk, a door.Actor, run string) error {
			f := file("cc", "internal")
			f.Run = run
			_, err := w.office.AddEvidence(ctx(), a, f, 0)
			return err
		})},
		{method: "Office.AddEvidence", what: "of a system", needs: drafts, do: func(w *walk, a door.Actor, side string) error {
			_, err := w.office.AddEvidence(ctx(), a, seen(side, "cc", "internal"), 0)
			return err
		}},
		{method: "Office.ReadEvidence", what: "internal", needs: just(matrix.PlanInternal, matrix.Read), do: read("aa")},
		{method: "Office.ReadEvidence", what: "confidential", needs: just(matrix.PlanConfidential, matrix.Read), do: read("bb")},
	}
}

// The years of the reports that are prepared.
const (
	frozenYear   = 2024
	approvedYear = 2023
)

// reports freezes the figures of two years, and has those of one approved.
func (w *ward) reports() {
	for _, year := range []int{frozenYear, approvedYear} {
		_, err := w.FreezeReport(w.t.Context(), by("spare"), year, []byte("{}"))
		w.fine(err)
	}
	w.fine(w.ApproveReport(w.t.Context(), by(string(matrix.ITManager)), approvedYear, ""))
}

// reportActs are the acts on the yearly report.
func reportActs() []act {
	write := just(matrix.Report, matrix.Write)
	return []act{
		{method: "Office.FreezeReport", needs: write, do: func(w *walk, a door.Actor, _ string) error {
			_, err := w.office.FreezeReport(ctx(), a, frozenYear, []byte("[]"))
			return err
		}},
		{method: "Office.ApproveReport", needs: just(matrix.Report, matrix.Approve), do: func(w *walk, a door.Actor, _ string) error {
			return w.office.ApproveReport(ctx(), a, frozenYear, "")
		}},
		{method: "Office.TreatReport", needs: write, do: func(w *walk, a door.Actor, _ string) error {
			return w.office.TreatReport(ctx(), a, approvedYear, yearly.Treatment{On: "2026-11-20", Committee: "Økonomiudvalget", Decision: "taken note of"})
		}},
	}
}
