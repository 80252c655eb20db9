package drills

import (
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/plan"
)

// course is what each step takes in the run's own order, by plan and as it stands:
// offsets from the start, and moments.
type course struct {
	begins, ends []time.Duration // by plan
	over         []time.Time     // as it stands
}

// needs are the steps of the run that each step waits for. A step that the run
// leaves out hands on what it waited for.
func needs(run *drill.Run) [][]int {
	at, all := map[string]int{}, map[string]*plan.Step{}
	for i := range run.Steps {
		at[run.Steps[i].ID] = i
	}
	for _, list := range [][]plan.Step{run.Plan.Recovery.SecuritySteps, run.Plan.Recovery.Steps, run.Plan.Recovery.Cleanup} {
		for i := range list {
			all[list[i].ID] = &list[i]
		}
	}
	out := make([][]int, len(run.Steps))
	for i := range run.Steps {
		seen := map[string]bool{run.Steps[i].ID: true}
		var reach func(ids []string)
		reach = func(ids []string) {
			for _, id := range ids {
				if seen[id] {
					continue
				}
				seen[id] = true
				if n, held := at[id]; held {
					out[i] = append(out[i], n)
				} else if left := all[id]; left != nil {
					reach(left.After)
				}
			}
		}
		reach(run.Steps[i].After)
	}
	return out
}

// course walks through the steps so that each comes behind those that it waits for.
// Cleanup, which comes last whatever happens, waits for all the rest.
func (t *teller) course() course {
	run := &t.run
	before := needs(run)
	n := len(run.Steps)
	c := course{begins: make([]time.Duration, n), ends: make([]time.Duration, n), over: make([]time.Time, n)}
	done := make([]bool, n)
	var walk func(i int)
	walk = func(i int) {
		if done[i] {
			return
		}
		done[i] = true
		s := &run.Steps[i]
		wait := before[i]
		if s.Cleanup {
			for j := range run.Steps {
				if !run.Steps[j].Cleanup {
					wait = append(wait, j)
				}
			}
		}
		from, free := time.Duration(0), t.now
		if s.Inject != nil {
			from = s.Inject.Offset.Std()
			free = latest(free, run.Times.Start.Add(from))
		}
		for _, j := range wait {
			walk(j)
			from, free = max(from, c.ends[j]), latest(free, c.over[j])
		}
		c.begins[i], c.ends[i] = from, from+estimated(s.Step)
		c.over[i] = t.ends(s, free)
	}
	for i := range run.Steps {
		walk(i)
	}
	return c
}

// ends is when a step is expected to be over that may begin at that moment.
func (t *teller) ends(s *drill.Step, free time.Time) time.Time {
	switch s.State {
	case drill.Waiting:
		return free.Add(estimated(s.Step))
	case drill.Started, drill.Asked, drill.Taken:
		began := s.StartedAt
		if s.State == drill.Taken {
			began = later(s.TakenAt, began)
		}
		return latest(t.now, began.Add(estimated(s.Step)))
	case drill.Failed:
		if t.run.Held(s) {
			return t.now.Add(estimated(s.Step)) // somebody has to try it again
		}
		return s.EndedAt
	case drill.Unknown:
		return t.now
	default:
		return s.EndedAt
	}
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// forecast is when the last step that is no cleanup is expected to be over.
func (t *teller) forecast() (ends time.Time) {
	c := t.course()
	for i := range t.run.Steps {
		if !t.run.Steps[i].Cleanup {
			ends = latest(ends, c.over[i])
		}
	}
	return ends
}

// planned is how long the steps that are no cleanup take by plan, side by side where
// the plan lets them.
func (t *teller) planned() (length time.Duration) {
	c := t.course()
	for i := range t.run.Steps {
		if !t.run.Steps[i].Cleanup {
			length = max(length, c.ends[i])
		}
	}
	return length
}
