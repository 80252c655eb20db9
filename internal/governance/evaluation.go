package governance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/duty"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/record"
)

// Debrief keeps the notes taken right after a run, by whoever may hold it.
func (o *Office) Debrief(ctx context.Context, a door.Actor, run, notes string) error {
	return o.onLoop(ctx, a, loopAct{"evaluation.debrief", matrix.Drill, matrix.Execute, false}, run, func(d *desk, l loop) (followup.Evaluation, any, error) {
		e, err := l.Debrief(d.hand(), notes)
		return e, map[string]string{"notes": notes}, err
	})
}

// AnswerSurvey keeps what a participant says of the exercise. Of the answer, the
// marks and the text are taken.
func (o *Office) AnswerSurvey(ctx context.Context, a door.Actor, run string, s followup.Survey) error {
	return o.onLoop(ctx, a, loopAct{"evaluation.survey", matrix.Drill, matrix.Execute, false}, run, func(d *desk, l loop) (followup.Evaluation, any, error) {
		s.By = d.hand()
		e, err := l.Answer(s)
		return e, s, err
	})
}

// Evaluate keeps the evaluator's judgement. On class 0 and 1 nobody who led the run
// evaluates it, and an attempt is kept in the log as one.
func (o *Office) Evaluate(ctx context.Context, a door.Actor, run string, judged followup.Assessment) error {
	return o.onLoop(ctx, a, loopAct{"evaluation.assess", matrix.Evaluation, matrix.Execute, true}, run, func(d *desk, l loop) (followup.Evaluation, any, error) {
		e, err := l.Evaluate(d.hand(), judged)
		return e, judged, err
	})
}

// ApproveDrillReport is the approval of a run's report, which is kept as evidence: the
// file of that hash is on the disk already. What the evaluation found weak or
// different from the plan becomes findings, once.
func (o *Office) ApproveDrillReport(ctx context.Context, a door.Actor, run string, report followup.Evidence, limit int64) error {
	return o.onLoop(ctx, a, loopAct{"evaluation.approve", matrix.DrillReport, matrix.Approve, false}, run, func(d *desk, l loop) (followup.Evaluation, any, error) {
		e, err := l.Approve(d.hand(), report.SHA256)
		if err != nil {
			return e, nil, err
		}
		file := report
		file.Run, file.System, file.Class, file.By = l.row.ID, l.row.System, "internal", d.hand()
		if file, err = followup.NewEvidence(file, limit); err != nil {
			return e, nil, err
		}
		if err := d.put(file.Row()); err != nil {
			return e, nil, err
		}
		for _, f := range e.Findings(d.now) {
			if err := d.tx.PutFinding(d.ctx, f); err != nil {
				return e, nil, fmt.Errorf("keeping the finding %s: %w", f.Key, err)
			}
		}
		return e, map[string]string{"report": e.Report}, nil
	})
}

// ConfirmDrillReport is the system owner's word of having read the approved report.
// Whoever may say it as owner of the system now is its owner.
func (o *Office) ConfirmDrillReport(ctx context.Context, a door.Actor, run string) error {
	return o.onLoop(ctx, a, loopAct{"evaluation.confirm", matrix.DrillReport, matrix.Confirm, false}, run, func(d *desk, l loop) (followup.Evaluation, any, error) {
		l.Owner = cmp.Or(d.basis.OnBehalfOf, d.basis.Person)
		e, err := l.Inform(d.hand())
		return e, map[string]string{"report": e.Report}, err
	})
}

// CloseEvaluation ends the after-run loop.
func (o *Office) CloseEvaluation(ctx context.Context, a door.Actor, run string) error {
	return o.onLoop(ctx, a, loopAct{"evaluation.close", matrix.Evaluation, matrix.Execute, false}, run, func(d *desk, l loop) (followup.Evaluation, any, error) {
		e, err := l.Close(d.hand())
		return e, nil, err
	})
}

// Evaluation is the after-run loop of a run as it stands. It begins by itself with
// the end of the run.
func (o *Office) Evaluation(ctx context.Context, run string) (followup.Evaluation, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) (followup.Evaluation, error) {
		l, err := loopOf(ctx, tx, run, o.door.Now().Wall)
		return l.Evaluation, err
	})
}

// Evaluations lists the loops of the newest runs that have ended, newest first;
// limit 0 is all of them. A run whose plan cannot be read is left out.
func (o *Office) Evaluations(ctx context.Context, system string, limit int) ([]followup.Evaluation, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) (list []followup.Evaluation, err error) {
		rows, err := tx.Runs(ctx, kept.RunFilter{System: system, Limit: limit})
		if err != nil {
			return nil, fmt.Errorf("reading the runs: %w", err)
		}
		for _, row := range rows {
			if row.Imported || row.EndedAt.IsZero() {
				continue
			}
			l, err := loopOf(ctx, tx, row.ID, o.door.Now().Wall)
			if err != nil {
				return nil, err
			}
			list = append(list, l.Evaluation)
		}
		return list, nil
	})
}

// loopAct is one act of the loop as the matrix looks at it.
type loopAct struct {
	act        string
	permission matrix.Permission
	verb       matrix.Verb
	apart      bool // it is kept from those who led the run, as far as its row says so
}

// onLoop does one act to the loop of a run. Whose the run is never changes once it
// has ended, so it may be read before the act is decided.
func (o *Office) onLoop(ctx context.Context, a door.Actor, act loopAct, run string, fn func(*desk, loop) (after followup.Evaluation, detail any, err error)) error {
	was, err := door.Read(ctx, o.door, func(tx door.Tx) (loop, error) { return loopOf(ctx, tx, run, o.door.Now().Wall) })
	if err != nil {
		return err
	}
	w := wish{act: act.act, object: run, permission: act.permission, verb: act.verb, on: duty.About(was.plan, "")}
	if act.apart {
		w.on.By = was.leaders
	}
	return o.do(ctx, a, w, func(d *desk) (any, error) {
		l, err := loopOf(ctx, d.tx, run, d.now)
		if err != nil {
			return nil, err
		}
		after, detail, err := fn(d, l)
		if err != nil {
			return nil, err
		}
		return detail, d.keep(after, l.rev)
	})
}

// loop is the after-run loop of a run, with what its acts are decided by.
type loop struct {
	followup.Evaluation
	rev     int // of its record; 0: it has none yet
	row     kept.Run
	plan    *plan.Plan
	leaders []string // who led the run: persons, or the words for them where nobody is registered
}

// loopOf reads the loop of a run, or begins it out of the run's row. Who is waited
// for as the owner follows the book, until the owner has read the report.
func loopOf(ctx context.Context, tx door.Tx, id string, now time.Time) (l loop, err error) {
	if l.row, l.plan, err = runOf(ctx, tx, id); err != nil {
		return l, err
	}
	refused := &followup.Refusal{Act: "evaluate", Object: "run " + id}
	switch {
	case l.row.Imported:
		refused.Why = "it was held before this register, and has no after-run loop here; add what there is of it with: beredskab evidence add " + id
		return l, refused
	case l.row.EndedAt.IsZero():
		refused.Why = "it has not ended"
		return l, refused
	}
	people, err := door.Book(ctx, tx)
	if err != nil {
		return l, err
	}
	events, err := tx.Events(ctx, id, 0)
	if err == nil {
		l.leaders, err = duty.Leaders(people, l.row, events, now)
	}
	if err != nil {
		return l, fmt.Errorf("reading who led run %s: %w", id, err)
	}
	held, err := tx.Record(ctx, followup.EvaluationKind, id)
	switch {
	case err == nil:
		l.rev = held.Rev
		l.Evaluation, err = record.Read[followup.Evaluation](held)
	case errors.Is(err, kept.ErrNotFound):
		draft := followup.Evaluation{Run: id, System: l.row.System, Class: l.plan.RecoveryClass, Director: l.leaders[0], Owner: duty.Owner(people, l.plan, now)}
		if d, ok := l.plan.Drill(l.row.DrillID); ok {
			for _, aim := range d.Objectives {
				draft.Aims = append(draft.Aims, aim.Text)
			}
		}
		l.Evaluation, err = followup.NewEvaluation(draft, followup.By{Person: l.leaders[0], At: l.row.EndedAt})
	}
	if err == nil && l.Informed == nil {
		l.Owner = duty.Owner(people, l.plan, now)
	}
	return l, err
}
