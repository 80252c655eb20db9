package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"beredskab/internal/fault"
	"beredskab/internal/kept"
	"beredskab/internal/store/queries"
)

func (t *transaction) AddRun(ctx context.Context, r kept.Run) (bool, error) {
	year, number := runNumber(r.ID)
	rows, err := t.q.AddRun(ctx, queries.AddRunParams{
		ID: r.ID, Year: year, Number: number,
		System: r.System, PlanHash: r.PlanHash, StepsHash: r.StepsHash, DrillID: r.DrillID, Type: r.Type,
		Title: r.Title, Scope: r.Scope, Incident: bit(r.Incident), Imported: bit(r.Imported), State: r.State,
		Verdict: r.Verdict, Director: r.Director, Seq: int64(r.Seq), Node: r.Node, OpenedAt: micros(r.OpenedAt),
		StartedAt: micros(r.StartedAt), EndedAt: micros(r.EndedAt), Rta: optional(r.RTA), Rpa: optional(r.RPA),
		Measured: bit(r.Measured),
	})
	fault.Point("store.run.written")
	return added(rows, err, "adding run", r.ID)
}

func (t *transaction) SaveRun(ctx context.Context, r kept.Run, expectedSeq int) error {
	rows, err := t.q.SaveRun(ctx, queries.SaveRunParams{
		ID: r.ID, ExpectedSeq: int64(expectedSeq),
		System: r.System, PlanHash: r.PlanHash, StepsHash: r.StepsHash, DrillID: r.DrillID, Type: r.Type,
		Title: r.Title, Scope: r.Scope, Incident: bit(r.Incident), Imported: bit(r.Imported), State: r.State,
		Verdict: r.Verdict, Director: r.Director, Seq: int64(r.Seq), Node: r.Node, OpenedAt: micros(r.OpenedAt),
		StartedAt: micros(r.StartedAt), EndedAt: micros(r.EndedAt), Rta: optional(r.RTA), Rpa: optional(r.RPA),
		Measured: bit(r.Measured),
	})
	fault.Point("store.run.saved")
	return changed(rows, err, kept.ErrConflict, "saving run", r.ID, expectedSeq)
}

func (t *transaction) Run(ctx context.Context, id string) (kept.Run, error) {
	row, err := t.q.Run(ctx, id)
	return one(row, err, runRow, "run", id)
}

func (t *transaction) Runs(ctx context.Context, f kept.RunFilter) ([]kept.Run, error) {
	var rows []queries.Run
	var err error
	switch {
	case f.Open:
		rows, err = t.q.OpenRuns(ctx, queries.OpenRunsParams{System: f.System, Most: most(f.Limit)})
	case f.System != "":
		rows, err = t.q.RunsOfSystem(ctx, queries.RunsOfSystemParams{System: f.System, Most: most(f.Limit)})
	default:
		rows, err = t.q.Runs(ctx, most(f.Limit))
	}
	return each(rows, doing(err, "listing runs", f.System), runRow)
}

func (t *transaction) LastRunNumber(ctx context.Context, year int) (int, error) {
	number, err := t.q.LastRunNumber(ctx, int64(year))
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return int(number), doing(err, "finding the last run of", year)
}

func (t *transaction) NewestEvidence(ctx context.Context) ([]kept.Run, error) {
	rows, err := t.q.NewestEvidence(ctx)
	return each(rows, doing(err, "listing the newest evidence"), runRow)
}

// runNumber reads the year and the number out of "2026-07". An id of another
// form, of an imported run, counts for no year.
func runNumber(id string) (year, number int64) {
	front, back, _ := strings.Cut(id, "-")
	year, errYear := strconv.ParseInt(front, 10, 32)
	number, errNumber := strconv.ParseInt(back, 10, 32)
	if errYear != nil || errNumber != nil {
		return 0, 0
	}
	return year, number
}

func runRow(row queries.Run) kept.Run {
	return kept.Run{
		ID: row.ID, System: row.System, PlanHash: row.PlanHash, StepsHash: row.StepsHash, DrillID: row.DrillID,
		Type: row.Type, Title: row.Title, Scope: row.Scope, Incident: row.Incident != 0, Imported: row.Imported != 0,
		State: row.State, Verdict: row.Verdict, Director: row.Director, Seq: int(row.Seq), Node: row.Node,
		OpenedAt: moment(row.OpenedAt), StartedAt: moment(row.StartedAt), EndedAt: moment(row.EndedAt),
		RTA: pointer(row.Rta), RPA: pointer(row.Rpa), Measured: row.Measured != 0,
	}
}

func (t *transaction) AddEvents(ctx context.Context, run string, events []kept.Event) error {
	for _, e := range events {
		rows, err := t.q.AddEvent(ctx, queries.AddEventParams{
			Run: run, Seq: int64(e.Seq), At: micros(e.At), Kind: e.Kind, Step: e.Step, Body: string(e.Body),
		})
		if err := changed(rows, err, kept.ErrConflict, "adding event", run, e.Seq); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) Events(ctx context.Context, run string, after int) ([]kept.Event, error) {
	rows, err := t.q.Events(ctx, queries.EventsParams{Run: run, After: int64(after)})
	return each(rows, doing(err, "listing events", run), func(row queries.Event) kept.Event {
		return kept.Event{Seq: int(row.Seq), At: moment(row.At), Kind: row.Kind, Step: row.Step, Body: raw(row.Body)}
	})
}

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
