package register

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/drill"
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

// Orphan is an attempt that an earlier start of this node had in hand. The node
// looks whether its supervisor still has it.
type Orphan struct{ Job }

// Orphans takes over the open attempts of this node's earlier starts, so that
// only this start may write their results. It compares epochs, never times.
func (r *Register) Orphans(ctx context.Context, n Node) (list []Orphan, err error) {
	err = r.store.Update(ctx, func(tx Tx) error {
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
			if err := tx.SaveAttempt(ctx, a, before, AttemptStarting, AttemptRunning); errors.Is(err, ErrConflict) {
				continue
			} else if err != nil {
				return err
			}
			job, err := r.job(ctx, tx, a)
			if err != nil {
				return err
			}
			list = append(list, Orphan{job})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("taking over what node %s had in hand: %w", n.Name, err)
	}
	return list, nil
}

// job rebuilds what an attempt was to do from the run's pinned plan.
func (r *Register) job(ctx context.Context, tx Tx, a Attempt) (Job, error) {
	_, run, err := r.load(ctx, tx, a.Run)
	if err != nil {
		return Job{}, err
	}
	j := Job{Run: a.Run, Step: a.Step, Attempt: a.Number, Epoch: a.Epoch}
	if s, ok := run.Find(a.Step); ok {
		j.Action, j.With, j.Timeout, j.Site = s.Action, s.With, s.Timeout.Std(), s.Site
	}
	return j, nil
}

// Rescue declares the open attempts of nodes unknown that have been silent for
// that long by the database's clock: this node cannot see their processes, so
// only a person or the plan's `rerun: safe` can let them run again (F5). It
// gives the runs that have to be driven.
func (r *Register) Rescue(ctx context.Context, n Node, silence time.Duration) (runs []string, err error) {
	err = r.store.Update(ctx, func(tx Tx) error {
		runs = nil
		silent, err := tx.SilentNodes(ctx, silence)
		if err != nil || len(silent) == 0 {
			return err
		}
		dead := map[string]bool{}
		for _, s := range silent {
			dead[s.Name] = s.Name != n.Name
		}
		if runs, err = r.bury(ctx, tx, n, dead); err != nil {
			return err
		}
		open, err := tx.Runs(ctx, RunFilter{Open: true})
		if err != nil {
			return err
		}
		for _, row := range open {
			if dead[row.Node] {
				runs = append(runs, row.ID)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("rescuing the runs of silent nodes: %w", err)
	}
	return runs, nil
}

func (r *Register) bury(ctx context.Context, tx Tx, n Node, dead map[string]bool) (runs []string, err error) {
	open, err := tx.OpenAttempts(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range open {
		if !dead[a.Node] {
			continue
		}
		before := a.Epoch
		a.Node, a.Epoch = n.Name, n.Epoch
		if err := tx.SaveAttempt(ctx, a, before, AttemptStarting, AttemptRunning); errors.Is(err, ErrConflict) {
			continue
		} else if err != nil {
			return nil, err
		}
		row, run, err := r.load(ctx, tx, a.Run)
		if err != nil {
			return nil, err
		}
		s := r.session(ctx, tx, row, run)
		if err := s.record(n, Result{Step: a.Step, Attempt: a.Number, Outcome: "unknown", Text: "the node that ran it is silent"}); err != nil {
			return nil, err
		}
		if err := s.save(); err != nil {
			return nil, err
		}
		runs = append(runs, a.Run)
	}
	return runs, nil
}

// OpenRuns lists the runs that have not ended; a starting server drives them
// all, so that none is left lying.
func (r *Register) OpenRuns(ctx context.Context) (ids []string, err error) {
	rows, err := r.Runs(ctx, RunFilter{Open: true})
	for _, row := range rows {
		if row.State != string(drill.Ended) {
			ids = append(ids, row.ID)
		}
	}
	return ids, err
}
