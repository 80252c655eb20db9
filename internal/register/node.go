package register

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
)

// Node is one start of one server process; its epoch fences what it writes.
type Node struct {
	kept.Node
	Spool string // which spool its commands are recorded in, noted at each claim
}

// ErrReplaced says that a newer start of this node has taken over, or that the
// node was forgotten.
var ErrReplaced = errors.New("a newer start of this node has taken over")

// stays refuses a start that is not its node's newest; none joins until the transaction ends.
func (n Node) stays(ctx context.Context, tx door.Tx) error {
	epoch, err := tx.Epoch(ctx, n.Name)
	if err == nil && epoch != n.Epoch {
		return ErrReplaced
	}
	return err
}

// Join registers a start of the server on that node and gives it a new epoch:
// whatever an earlier start still writes is refused from now on. A name belongs
// to the key that it first came with. The log keeps what the key signed.
func (r *Register) Join(ctx context.Context, id kept.Identity) (n Node, err error) {
	err = r.door.Do(ctx, door.System(id.Name), "node.start", id.Name, func(tx door.Tx) (any, error) {
		row := id.Node(r.door.Now().Wall)
		before, err := tx.Node(ctx, id.Name)
		if err != nil && !errors.Is(err, kept.ErrNotFound) {
			return nil, err
		}
		if before.Key != "" && before.Key != row.Key {
			return nil, fmt.Errorf("the register knows node %s by another key (%s), last heard from at %s; if this machine takes the place of the old one, make sure that the old one is off, then `beredskab node forget %s`; else give this one another name (`node:` in its settings): %w",
				id.Name, before.Fingerprint(), before.Beat.Format(time.RFC3339), id.Name, door.ErrNotAllowed)
		}
		if row.Epoch, err = tx.StartNode(ctx, row); err != nil {
			return nil, err
		}
		n = Node{Node: row}
		return id.Statement(row), nil
	})
	return n, err
}

// Forget lets another machine have the name of a node that is gone for good.
// Should it still run somewhere, its next beat is refused.
func (r *Register) Forget(ctx context.Context, a door.Actor, name string) error {
	return r.door.Do(ctx, a, "node.forget", name, func(tx door.Tx) (any, error) {
		basis, err := r.door.May(ctx, tx, a, door.Operator())
		if err != nil {
			return nil, err
		}
		n, err := tx.Node(ctx, name)
		if errors.Is(err, kept.ErrNotFound) {
			return nil, fmt.Errorf("%w; `beredskab node list` shows those that are", err)
		} else if err != nil {
			return nil, err
		}
		if n.Alive() {
			return nil, fmt.Errorf("node %s is alive, it was heard from %s ago; stop it first: %w", name, n.Quiet.Round(time.Second/10), door.ErrNotAllowed)
		}
		return door.Resting(basis, map[string]any{"epoch": n.Epoch, "public_key": n.Key}), tx.ForgetNode(ctx, name)
	})
}

// Beat says that the node lives; ErrConflict when a newer start has taken over.
func (r *Register) Beat(ctx context.Context, n Node) error {
	return r.door.Update(ctx, func(tx door.Tx) error { return tx.Beat(ctx, n.Name, n.Epoch) })
}

// Nodes lists the nodes of this register, with how many automatic steps each
// has in hand.
func (r *Register) Nodes(ctx context.Context) (list []kept.Node, inHand map[string]int, err error) {
	err = r.door.View(ctx, func(tx door.Tx) error {
		list, inHand = nil, map[string]int{}
		all, err := tx.Nodes(ctx)
		if err != nil {
			return err
		}
		for _, n := range all {
			if !n.Beat.IsZero() {
				list = append(list, n)
			}
		}
		open, err := tx.OpenAttempts(ctx)
		for _, a := range open {
			inHand[a.Node]++
		}
		return err
	})
	return list, inHand, err
}

// Leads tells whether this node delivers the messages, which one node does for
// all: the one that has been up longest of those that may and are not silent.
func (r *Register) Leads(ctx context.Context, n Node, silence time.Duration) (bool, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) (bool, error) {
		all, err := tx.Nodes(ctx)
		for _, other := range all {
			if other.Leads() && other.Epoch < n.Epoch && other.Quiet < silence {
				return false, err
			}
		}
		return n.Leads(), err
	})
}

// Orphans takes over this node's open attempts, so that only this start may write
// their results. It is asked before this start claims anything: what has its epoch
// was taken over by a call whose answer was lost (F12). Beside them it gives those
// that were declared unknown meanwhile: their true end may stand in the spool.
// A start that was replaced itself gets nothing: nobody would record its results.
func (r *Register) Orphans(ctx context.Context, n Node) (list []Job, err error) {
	err = r.door.Update(ctx, func(tx door.Tx) error {
		list = nil
		if err := n.stays(ctx, tx); err != nil {
			return err
		}
		open, err := tx.OpenAttempts(ctx)
		if err != nil {
			return err
		}
		for _, a := range open {
			if a.Node != n.Name {
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
		unknown, err := tx.UnknownAttempts(ctx, n.Name)
		for _, a := range unknown {
			list = append(list, Job{Run: a.Run, Step: a.Step, Attempt: a.Number, Epoch: a.Epoch})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("taking over what node %s had in hand: %w", n.Name, err)
	}
	return list, nil
}

// job rebuilds what an attempt was to do from the run's pinned plan. Where that
// cannot be read, its name is enough to find its process.
func (r *Register) job(ctx context.Context, tx door.Tx, a kept.Attempt) (Job, error) {
	var noted struct{ Spool string }
	_ = json.Unmarshal(a.Process, &noted) // where it does not say its spool, nothing is believed
	j := Job{Run: a.Run, Step: a.Step, Attempt: a.Number, Epoch: a.Epoch, Spool: noted.Spool}
	_, run, err := r.load(ctx, tx, a.Run)
	if err != nil && !errors.Is(err, door.ErrBroken) {
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
// cannot be read holds up no other. The silent nodes are named, because a
// wake-up that one of them took may be lost with it.
func (r *Register) Rescue(ctx context.Context, n Node, silence time.Duration) (runs []string, silent []kept.Node, err error) {
	var left map[string][]kept.Attempt
	err = r.door.View(ctx, func(tx door.Tx) (err error) {
		silent, left, err = leftBehind(ctx, tx, n, silence)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("looking for silent nodes: %w", err)
	}
	var problems []error
	for id, attempts := range left {
		if err := r.takeOver(ctx, n, id, attempts, silence); err != nil {
			problems = append(problems, fmt.Errorf("rescuing run %s: %w", id, err))
			continue
		}
		runs = append(runs, id)
	}
	return runs, silent, errors.Join(problems...)
}

// leftBehind gives the silent nodes and their runs, with their open attempts.
func leftBehind(ctx context.Context, tx door.Tx, n Node, silence time.Duration) (silent []kept.Node, left map[string][]kept.Attempt, err error) {
	all, err := tx.Nodes(ctx)
	left = map[string][]kept.Attempt{}
	dead := map[string]bool{}
	for _, other := range all {
		if other.Name != n.Name && other.Quiet >= silence {
			silent, dead[other.Name] = append(silent, other), true
		}
	}
	if err != nil || len(silent) == 0 {
		return nil, nil, err
	}
	open, errOpen := tx.OpenAttempts(ctx)
	runs, errRuns := tx.Runs(ctx, kept.RunFilter{Open: true})
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
	return silent, left, errors.Join(errOpen, errRuns)
}

// takeOver makes one run this node's, with what silent nodes had in hand. Each
// of them is looked at again and kept from beating until the commit: one that
// speaks at this moment either keeps its attempts or sees that it has lost them.
func (r *Register) takeOver(ctx context.Context, n Node, id string, attempts []kept.Attempt, silence time.Duration) error {
	return r.door.Update(ctx, func(tx door.Tx) error {
		lost, err := stillSilent(ctx, tx, attempts, silence)
		if err != nil {
			return err
		}
		s, err := r.session(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, a := range lost {
			before := a.Epoch
			a.Epoch = n.Epoch
			err := tx.SaveAttempt(ctx, a, before, kept.AttemptStarting, kept.AttemptRunning)
			if errors.Is(err, kept.ErrConflict) {
				continue // it has spoken meanwhile
			} else if err != nil {
				return err
			}
			if err := s.record(n, Result{Step: a.Step, Attempt: a.Number, Outcome: "unknown", Text: "the node that ran it, " + a.Node + ", is silent"}); err != nil {
				return err
			}
		}
		s.row.Node = n.Name
		// The answer to this commit may be lost with this node too.
		return errors.Join(s.save(), tx.Wake(ctx, id, kept.LookQueue, time.Time{}))
	})
}

// stillSilent leaves out the attempts of nodes that have spoken meanwhile.
func stillSilent(ctx context.Context, tx door.Tx, attempts []kept.Attempt, silence time.Duration) ([]kept.Attempt, error) {
	awake := map[string]bool{}
	for _, a := range attempts {
		if _, known := awake[a.Node]; known {
			continue
		}
		owner, err := tx.Node(ctx, a.Node)
		if err != nil && !errors.Is(err, kept.ErrNotFound) {
			return nil, err
		}
		awake[a.Node] = err == nil && owner.Quiet < silence
	}
	return slices.DeleteFunc(slices.Clone(attempts), func(a kept.Attempt) bool { return awake[a.Node] }), nil
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
