package register

import (
	"context"
	"slices"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
)

// share parts what this node may do from what is for others: a step is carried
// out by a node of its site, and everything else is done by nodes that lead,
// whose settings know the channels.
func (s *session) share(n Node, tasks []drill.Task) (mine, others []drill.Task) {
	for _, t := range tasks {
		may := n.Leads()
		if step, ok := s.run.Find(t.Step); ok && t.Kind == event.StepStarted {
			may = n.Carries(step.Site)
		}
		if may {
			mine = append(mine, t)
		} else {
			others = append(others, t)
		}
	}
	return mine, others
}

// handOver wakes the run for the nodes that are to do the rest. Of a step for
// which there has been no living node since the first rung of the ladder, the
// one who leads the run is told, once for each attempt.
func (s *session) handOver(n Node, others []drill.Task, now time.Time, turn *Turn) error {
	var woken []string
	for _, t := range others {
		queue := kept.LookQueue
		if step, ok := s.run.Find(t.Step); ok && t.Kind == event.StepStarted {
			queue = kept.CarryQueue(step.Site)
			if err := s.complain(n, step, t, now, turn); err != nil {
				return err
			}
		}
		if slices.Contains(woken, queue) {
			continue
		}
		woken = append(woken, queue)
		if err := s.tx.Wake(s.ctx, s.row.ID, queue, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// complain tells of a step that nobody can carry out, or has the run looked at
// again when it is time to.
func (s *session) complain(n Node, step *drill.Step, t drill.Task, now time.Time, turn *Turn) error {
	if !n.Leads() {
		return nil
	}
	nodes, err := s.tx.Nodes(s.ctx)
	w := kept.WaitFor(step.ID, step.Site, nodes)
	if err != nil || w.Served {
		return err
	}
	if left := outbox.Ladder(s.org, &s.run).Remind - t.Waited; left > 0 {
		if at := now.Add(left); turn.Again.IsZero() || at.Before(turn.Again) {
			turn.Again = at
		}
		return nil
	}
	facts := s.facts(outbox.Stalled, step)
	facts.Heard = w.Heard
	return s.send(outbox.Stalled, step, 0, facts)
}

// askUnknown asks about every step whose end nobody knows, once. It is not done
// where that is noticed, because that node may know no channels.
func (s *session) askUnknown(n Node) error {
	for i := range s.run.Steps {
		if step := &s.run.Steps[i]; step.State == drill.Unknown && n.Leads() {
			if err := s.tell(outbox.Unknown, step, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// Waits lists the automatic steps of a run that could begin now, and whether
// there is anybody to carry them out.
func (r *Register) Waits(ctx context.Context, id string) (list []kept.Wait, err error) {
	err = r.door.View(ctx, func(tx door.Tx) error {
		list = nil
		s, err := r.session(ctx, tx, id)
		if err != nil || s.row.Imported {
			return err
		}
		nodes, err := tx.Nodes(ctx)
		if err != nil {
			return err
		}
		tasks, _ := s.run.Next(r.door.Now(), outbox.Ladder(s.org, &s.run))
		for _, t := range tasks {
			if step, ok := s.run.Find(t.Step); ok && t.Kind == event.StepStarted {
				list = append(list, kept.WaitFor(step.ID, step.Site, nodes))
			}
		}
		return nil
	})
	return list, err
}
