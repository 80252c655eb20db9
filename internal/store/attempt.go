package store

import (
	"context"
	"fmt"

	"beredskab/internal/fault"
	"beredskab/internal/kept"

	"beredskab/internal/store/queries"
)

func (t *transaction) AddAttempt(ctx context.Context, a kept.Attempt) (bool, error) {
	rows, err := t.q.AddAttempt(ctx, queries.AddAttemptParams{
		Run: a.Run, Step: a.Step, Number: int64(a.Number), Node: a.Node, Epoch: a.Epoch, State: string(a.State),
		Process: string(a.Process), Outcome: a.Outcome, ClaimedAt: micros(a.ClaimedAt), EndedAt: micros(a.EndedAt),
	})
	fault.Point("store.claim.written")
	return added(rows, err, "adding attempt", a.Run, a.Step, a.Number)
}

func (t *transaction) SaveAttempt(ctx context.Context, a kept.Attempt, epoch int64, from ...kept.AttemptState) error {
	var states [4]string // As many as there are.
	if len(from) > len(states) {
		return fmt.Errorf("saving attempt %s %s %d: %d states named, there are %d", a.Run, a.Step, a.Number, len(from), len(states))
	}
	for i, state := range from {
		states[i] = string(state)
	}
	rows, err := t.q.SaveAttempt(ctx, queries.SaveAttemptParams{
		Run: a.Run, Step: a.Step, Number: int64(a.Number), Node: a.Node, Epoch: a.Epoch, State: string(a.State),
		Process: string(a.Process), Outcome: a.Outcome, ClaimedAt: micros(a.ClaimedAt), EndedAt: micros(a.EndedAt),
		ExpectedEpoch: epoch, From1: states[0], From2: states[1], From3: states[2], From4: states[3],
	})
	fault.Point("store.result.written")
	return changed(rows, err, kept.ErrConflict, "saving attempt", a.Run, a.Step, a.Number)
}

func (t *transaction) Attempt(ctx context.Context, run, step string, number int) (kept.Attempt, error) {
	row, err := t.q.Attempt(ctx, queries.AttemptParams{Run: run, Step: step, Number: int64(number)})
	return one(row, err, attempt, "attempt", run, step, number)
}

func (t *transaction) OpenAttempts(ctx context.Context) ([]kept.Attempt, error) {
	rows, err := t.q.OpenAttempts(ctx)
	return each(rows, doing(err, "listing open attempts"), attempt)
}

func (t *transaction) UnknownAttempts(ctx context.Context, node string) ([]kept.Attempt, error) {
	rows, err := t.q.UnknownAttempts(ctx, node)
	return each(rows, doing(err, "listing unknown attempts"), attempt)
}

func attempt(row queries.Attempt) kept.Attempt {
	return kept.Attempt{
		Run: row.Run, Step: row.Step, Number: int(row.Number), Node: row.Node, Epoch: row.Epoch,
		State: kept.AttemptState(row.State), Process: raw(row.Process), Outcome: row.Outcome,
		ClaimedAt: moment(row.ClaimedAt), EndedAt: moment(row.EndedAt),
	}
}
