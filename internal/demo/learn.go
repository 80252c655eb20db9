package demo

import (
	"cmp"
	"context"
	"time"

	"beredskab/internal/followup"
)

// How far the loop after a drill has come.
const (
	evaluated = iota + 1
	approved
	closed
)

// lesson is what was learnt of a drill.
type lesson struct {
	strength, weakness, deviation, advice string
	steps                                 int // that were taken with it; 0: none
}

// learn tells the loop after a drill: it is talked over, evaluated by somebody who
// did not lead it, its report is approved, and its owner has read it.
func (t *story) learn(h *held, run *string) {
	if h.lesson.steps == 0 {
		return
	}
	owner := t.ownerOf(h.system)
	for i, step := range []func(context.Context) error{
		func(ctx context.Context) error {
			return t.app.Office.Debrief(ctx, as(leader), *run, cmp.Or(h.lesson.deviation, h.lesson.weakness, h.lesson.strength))
		},
		func(ctx context.Context) error { return t.evaluate(ctx, *run, h.lesson) },
		func(ctx context.Context) error {
			_, code, err := t.app.After.Report(ctx, *run)
			if err != nil {
				return err
			}
			return t.app.After.Approve(ctx, as(manager), *run, code)
		},
		func(ctx context.Context) error { return t.app.Office.ConfirmDrillReport(ctx, as(owner), *run) },
		func(ctx context.Context) error { return t.app.Office.CloseEvaluation(ctx, as(coordinator), *run) },
	} {
		if i <= h.lesson.steps || h.lesson.steps == closed {
			t.on(t.after(t.day(h.ago, h.hour), 1+3*i), step)
		}
	}
}

// after is the same hour so many days later, or on the first working day from then.
func (t *story) after(at time.Time, days int) time.Time {
	for at = at.AddDate(0, 0, days); ; at = at.AddDate(0, 0, 1) {
		if _, off := t.calendar.DayOff(at); !off {
			return at
		}
	}
}

// evaluate is the evaluator's judgement.
func (t *story) evaluate(ctx context.Context, run string, l lesson) error {
	e, err := t.app.Office.Evaluation(ctx, run)
	if err != nil {
		return err
	}
	judged := followup.Assessment{
		Strengths: some(l.strength), Weaknesses: some(l.weakness), Deviations: some(l.deviation), Recommendations: some(l.advice),
	}
	for _, aim := range e.Aims {
		met := "yes"
		if l.deviation != "" {
			met = "partly"
		}
		judged.Aims = append(judged.Aims, followup.Aim{Text: aim, Met: met})
	}
	return t.app.Office.Evaluate(ctx, as(security), run, judged)
}

// some is a list of what was said; none when nothing was.
func some(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}
