package register

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
)

// Opening says which run is wanted.
type Opening struct {
	System string
	Drill  string // empty: a real incident
	// Hash pins a version; empty takes the one that the files hold now.
	Hash string
	// Director leads where the plan names nobody; empty takes the actor.
	Director string
}

// Open opens a run of one plan version and starts it: the run, its first
// events, its messages and its wake-up in one transaction.
func (r *Register) Open(ctx context.Context, a Actor, o Opening) (id string, err error) {
	act := "drill.start"
	if o.Drill == "" {
		act = "incident.start"
	}
	err = r.change(ctx, a, act, o.System, func(tx Tx) (any, error) {
		row, err := r.open(ctx, tx, a, o)
		id = row.ID
		return map[string]string{"run": row.ID, "drill": row.DrillID, "plan": row.PlanHash}, err
	})
	if err != nil {
		return "", fmt.Errorf("starting %s of %s: %w", words(o.Drill, "an incident"), o.System, err)
	}
	return id, nil
}

func words(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// open writes the run within a transaction that somebody else began.
func (r *Register) open(ctx context.Context, tx Tx, a Actor, o Opening) (RunRow, error) {
	p, err := r.pinned(ctx, tx, o)
	if err != nil {
		return RunRow{}, err
	}
	now := r.now()
	run, err := drill.Open("", p, o.Drill, words(o.Director, a.Name))
	if err != nil {
		return RunRow{}, err
	}
	if err := free(ctx, tx, p.ID, &run); err != nil {
		return RunRow{}, err
	}
	last, err := tx.LastRunNumber(ctx, now.Wall.Year())
	if err != nil {
		return RunRow{}, err
	}
	run.ID = fmt.Sprintf("%d-%02d", now.Wall.Year(), last+1)
	row := RunRow{
		ID: run.ID, System: p.ID, PlanHash: p.Hash(), StepsHash: p.StepsHash(), DrillID: o.Drill, Type: run.Drill.Type,
		Title: run.Drill.Title, Scope: words(run.Drill.Scope, "isolated"), Incident: run.Incident, State: string(run.State),
		Director: run.Director, OpenedAt: now.Wall, Measured: run.Measured(),
	}
	if added, err := tx.AddRun(ctx, row); err != nil || !added {
		return RunRow{}, errors.Join(err, conflictUnless(added))
	}
	s := r.session(ctx, tx, row, run)
	if err := s.apply(drill.Event{Kind: drill.RunStarted, Actor: a.Name, Assured: a.Assurance}, now); err != nil {
		return RunRow{}, err
	}
	if err := s.tell(outbox.Started, nil, 0); err != nil {
		return RunRow{}, err
	}
	if err := s.save(); err != nil {
		return RunRow{}, err
	}
	return s.row, tx.Wake(ctx, row.ID, time.Time{})
}

func conflictUnless(added bool) error {
	if added {
		return nil
	}
	return ErrConflict
}

// free refuses a second run on a system that one holds, unless the plan allows
// it. A real incident is never refused.
func free(ctx context.Context, tx Tx, system string, run *drill.Run) error {
	if run.Incident || run.Drill.AllowParallel {
		return nil
	}
	open, err := tx.Runs(ctx, RunFilter{System: system, Open: true, Limit: 1})
	if err != nil || len(open) == 0 {
		return err
	}
	return fmt.Errorf("run %s on %s has not ended: %w", open[0].ID, system, ErrBusy)
}

// pinned gives the plan version that the run is of.
func (r *Register) pinned(ctx context.Context, tx Tx, o Opening) (*plan.Plan, error) {
	if o.Hash != "" {
		return r.plan(ctx, tx, o.Hash)
	}
	versions, err := tx.Current(ctx, "plan")
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		if v.ID == o.System {
			return r.plan(ctx, tx, v.Hash)
		}
	}
	return nil, fmt.Errorf("plan of system %q: %w", o.System, ErrNotFound)
}

// plan reads an immutable version, once.
func (r *Register) plan(ctx context.Context, tx Tx, hash string) (*plan.Plan, error) {
	r.mu.Lock()
	p, ok := r.plans[hash]
	r.mu.Unlock()
	if ok {
		return p, nil
	}
	v, err := tx.Version(ctx, hash)
	if err != nil {
		return nil, fmt.Errorf("plan version %.12s: %w", hash, err)
	}
	if p, err = plan.ParseCanonical(v.Canonical); err != nil {
		return nil, fmt.Errorf("plan version %.12s of %s: %w", hash, v.ID, err)
	}
	p.File = v.File
	r.mu.Lock()
	r.plans[hash] = p
	r.mu.Unlock()
	return p, nil
}

// Run gives a run as its events say it is.
func (r *Register) Run(ctx context.Context, id string) (row RunRow, run drill.Run, err error) {
	err = r.store.View(ctx, func(tx Tx) error {
		row, run, err = r.load(ctx, tx, id)
		return err
	})
	return row, run, err
}

// load replays a run, from the newest state known when the row has not moved.
func (r *Register) load(ctx context.Context, tx Tx, id string) (RunRow, drill.Run, error) {
	row, err := tx.Run(ctx, id)
	if err != nil {
		return row, drill.Run{}, fmt.Errorf("run %q: %w", id, err)
	}
	r.mu.Lock()
	run, ok := r.runs[id]
	r.mu.Unlock()
	if ok && run.Seq == row.Seq || row.Imported {
		return row, run, nil
	}
	if !ok || run.Seq > row.Seq {
		p, err := r.plan(ctx, tx, row.PlanHash)
		if err != nil {
			return row, run, err
		}
		if run, err = drill.Open(id, p, row.DrillID, row.Director); err != nil {
			return row, run, fmt.Errorf("run %s: %w", id, err)
		}
	}
	rows, err := tx.Events(ctx, id, run.Seq)
	if err != nil {
		return row, run, fmt.Errorf("events of run %s: %w", id, err)
	}
	if run, err = replay(run, rows); err == nil {
		r.remember(run)
	}
	return row, run, err
}

func replay(run drill.Run, rows []EventRow) (drill.Run, error) {
	events := make([]drill.Event, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal(row.Body, &events[i]); err != nil {
			return run, fmt.Errorf("event %d of run %s: %w", row.Seq, run.ID, err)
		}
	}
	return drill.Replay(run, events)
}

// remember keeps the state of an open run, so that a step costs its own events
// and not the whole history.
func (r *Register) remember(run drill.Run) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if run.State == drill.Ended {
		delete(r.runs, run.ID)
		return
	}
	r.runs[run.ID] = run
}

// Runs lists runs, newest first.
func (r *Register) Runs(ctx context.Context, f RunFilter) (list []RunRow, err error) {
	err = r.store.View(ctx, func(tx Tx) error {
		list, err = tx.Runs(ctx, f)
		return err
	})
	return list, err
}

// Events lists what happened to a run after that sequence number.
func (r *Register) Events(ctx context.Context, id string, after int) (list []EventRow, err error) {
	err = r.store.View(ctx, func(tx Tx) error {
		list, err = tx.Events(ctx, id, after)
		return err
	})
	return list, err
}
