package register

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/kept"
)

// Join registers a start of the server on that node and gives it a new epoch:
// whatever an earlier start still writes is refused from now on.
func (r *Register) Join(ctx context.Context, name string) (n Node, err error) {
	err = r.change(ctx, System(name), "node.start", name, func(tx Tx) (any, error) {
		epoch, err := tx.Beat(ctx, name, 0)
		n = Node{Name: name, Epoch: epoch}
		return map[string]int64{"epoch": epoch}, err
	})
	return n, err
}

// Beat says that the node lives; ErrConflict when a newer start has taken over.
func (r *Register) Beat(ctx context.Context, n Node) error {
	return r.store.Update(ctx, func(tx Tx) error {
		_, err := tx.Beat(ctx, n.Name, n.Epoch)
		return err
	})
}

// Leads tells whether this node delivers the messages, which one node does for
// all: the one that has been up longest of those that are not silent.
func (r *Register) Leads(ctx context.Context, n Node, silence time.Duration) (bool, error) {
	return read(ctx, r, func(tx Tx) (bool, error) {
		all, err := tx.SilentNodes(ctx, -ever)
		if err != nil {
			return false, err
		}
		silent, err := tx.SilentNodes(ctx, silence)
		for _, other := range all {
			if other.Epoch < n.Epoch && !slices.Contains(silent, other) {
				return false, err
			}
		}
		return true, err
	})
}

// ever is longer than two nodes' clocks can differ.
const ever = 24 * 365 * time.Hour

// Orphans takes over the open attempts of this node's earlier starts, so that
// only this start may write their results; the node looks whether a supervisor
// still has them. It compares epochs, never times.
func (r *Register) Orphans(ctx context.Context, n Node) (list []Job, err error) {
	err = r.update(ctx, func(tx Tx) error {
		list = nil
		open, err := tx.OpenAttempts(ctx)
		if err != nil {
			return err
		}
		for _, a := range open {
			if a.Node != n.Name || a.Epoch == n.Epoch {
				continue
			}
			before := a.Epoch
			a.Epoch = n.Epoch
			if err := tx.SaveAttempt(ctx, a, before, a.State); err != nil {
				return err
			}
			job, err := r.job(ctx, tx, a)
			if err != nil {
				return err
			}
			list = append(list, job)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("taking over what node %s had in hand: %w", n.Name, err)
	}
	return list, nil
}

// job rebuilds what an attempt was to do from the run's pinned plan. Where that
// cannot be read, its name is enough to find its process.
func (r *Register) job(ctx context.Context, tx Tx, a kept.Attempt) (Job, error) {
	var noted struct{ Spool string }
	_ = json.Unmarshal(a.Process, &noted) // where it does not say its spool, nothing is believed
	j := Job{Run: a.Run, Step: a.Step, Attempt: a.Number, Epoch: a.Epoch, Spool: noted.Spool}
	_, run, err := r.load(ctx, tx, a.Run)
	if err != nil && !errors.Is(err, errBroken) {
		return j, err
	}
	if s, ok := run.Find(a.Step); ok {
		j.Action, j.With, j.Timeout, j.Site = s.Action, s.With, s.Timeout.Std(), s.Site
	}
	return j, nil
}

// Rescue declares the open attempts of nodes unknown that have been silent for
// that long by the database's clock: this node cannot see their processes, so
// only a person or the plan's `rerun: safe` can let them run again (F5). It
// gives the runs that have to be driven, also beside an error: one run that
// cannot be read holds up no other.
func (r *Register) Rescue(ctx context.Context, n Node, silence time.Duration) (runs []string, err error) {
	left, err := read(ctx, r, func(tx Tx) (map[string][]kept.Attempt, error) { return leftBehind(ctx, tx, n, silence) })
	if err != nil {
		return nil, fmt.Errorf("looking for silent nodes: %w", err)
	}
	var problems []error
	for id, attempts := range left {
		if err := r.takeOver(ctx, n, id, attempts); err != nil {
			problems = append(problems, fmt.Errorf("rescuing run %s: %w", id, err))
			continue
		}
		runs = append(runs, id)
	}
	return runs, errors.Join(problems...)
}

// leftBehind gives the runs of silent nodes, with their open attempts.
func leftBehind(ctx context.Context, tx Tx, n Node, silence time.Duration) (map[string][]kept.Attempt, error) {
	silent, errSilent := tx.SilentNodes(ctx, silence)
	open, errOpen := tx.OpenAttempts(ctx)
	runs, errRuns := tx.Runs(ctx, kept.RunFilter{Open: true})
	dead, left := map[string]bool{}, map[string][]kept.Attempt{}
	for _, s := range silent {
		dead[s.Name] = s.Name != n.Name
	}
	for _, row := range runs {
		if dead[row.Node] {
			left[row.ID] = nil
		}
	}
	for _, a := range open {
		if dead[a.Node] {
			left[a.Run] = append(left[a.Run], a)
		}
	}
	return left, errors.Join(errSilent, errOpen, errRuns)
}

// takeOver makes one run this node's, with what the silent node had in hand.
func (r *Register) takeOver(ctx context.Context, n Node, id string, attempts []kept.Attempt) error {
	return r.update(ctx, func(tx Tx) error {
		s, err := r.session(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, a := range attempts {
			before := a.Epoch
			a.Node, a.Epoch = n.Name, n.Epoch
			err := tx.SaveAttempt(ctx, a, before, kept.AttemptStarting, kept.AttemptRunning)
			if errors.Is(err, kept.ErrConflict) {
				continue // it has spoken meanwhile
			} else if err != nil {
				return err
			}
			if err := s.record(n, Result{Step: a.Step, Attempt: a.Number, Outcome: "unknown", Text: "the node that ran it is silent"}); err != nil {
				return err
			}
		}
		s.row.Node = n.Name
		return s.save()
	})
}

// OpenRuns lists the runs that have not ended; a starting server drives them
// all, so that none is left lying.
func (r *Register) OpenRuns(ctx context.Context) (ids []string, err error) {
	rows, err := r.Runs(ctx, kept.RunFilter{Open: true})
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	return ids, err
}
