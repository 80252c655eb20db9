package drill

import (
	"slices"
	"time"
)

// ready tells whether everything that the step waits for is over: for an
// ordinary step, done or skipped by a person; for cleanup, all the rest, which
// the run's state says.
func (r *Run) ready(s *Step, rest bool) bool {
	switch {
	case s.State != Waiting:
		return false
	case s.Cleanup:
		return r.State == Cleaning && rest && !slices.ContainsFunc(s.after, func(i int) bool {
			return r.Steps[i].Cleanup && !r.Steps[i].Over()
		})
	default:
		return r.State == Running && !slices.ContainsFunc(s.after, func(i int) bool {
			return r.Steps[i].State != Done && r.Steps[i].State != Skipped && !r.Steps[i].GivenUp
		})
	}
}

// Held tells whether a failed step waits for the one who leads: in an incident
// nothing is given up by itself, so somebody tries it again, skips it, or ends
// the incident.
func (r *Run) Held(s *Step) bool {
	return r.Incident && s.State == Failed && r.Closing == ""
}

// restOver tells whether every step but cleanup is over.
func (r *Run) restOver() bool {
	for i := range r.Steps {
		if s := &r.Steps[i]; !s.Cleanup && (!s.Over() || r.Held(s)) {
			return false
		}
	}
	return true
}

// Finished tells whether nothing is left to do, so that the run may end.
func (r *Run) Finished() bool {
	for i := range r.Steps {
		if s := &r.Steps[i]; !s.Over() || r.Held(s) {
			return false
		}
	}
	return r.State == Cleaning
}

// block gives up the steps that can no longer be carried out because one that
// they need has failed, and takes back those for which that is no longer so.
func (r *Run) block(now time.Time) {
	if r.Incident {
		return
	}
	stop := false
	for i := range r.Steps {
		stop = stop || (r.Drill.StopOnFailure && r.Steps[i].failed() && !r.Steps[i].Cleanup)
	}
	for _, i := range r.order {
		s := &r.Steps[i]
		if s.Cleanup || (s.State != Waiting && s.State != Blocked) {
			continue
		}
		barred := stop || slices.ContainsFunc(s.after, func(i int) bool {
			return r.Steps[i].failed() || r.Steps[i].State == Blocked
		})
		switch {
		case barred && s.State == Waiting:
			s.State, s.EndedAt, s.overOn = Blocked, now, r.clock.elapsed
		case !barred && s.State == Blocked:
			s.State, s.EndedAt, s.overOn = Waiting, time.Time{}, r.clock.elapsed
		}
	}
}

// readySince is the moment on the run's clock at which the step became ready:
// the end of the last step that it needs, or its offset from the start. An
// attempt after another one is ready from the end of that one.
func (r *Run) readySince(s *Step) time.Duration {
	since := max(r.due(s), s.overOn)
	for _, i := range s.after {
		since = max(since, r.Steps[i].overOn)
	}
	for i := range r.Steps {
		if s.Cleanup && !r.Steps[i].Cleanup {
			since = max(since, r.Steps[i].overOn)
		}
	}
	return min(since, r.clock.elapsed)
}

// due is where the run's clock stands when the script wants an inject: its
// offset from the start, and as much later as the run was paused before.
func (r *Run) due(s *Step) time.Duration {
	if s.Inject == nil {
		return 0
	}
	due := s.Inject.Offset.Std()
	for _, p := range r.Pauses {
		if p.on < due {
			due += p.Length
		}
	}
	return due
}

// paused is how much of that stretch of the run's clock lay in pauses; either
// all of them, or those only that the exercise itself made.
func (r *Run) paused(from, to time.Duration, all bool) (total time.Duration) {
	for _, p := range r.Pauses {
		end := p.on + p.Length
		if p.To.IsZero() {
			end = to // it still lasts
		}
		if all || p.Artificial {
			total += max(min(end, to)-max(p.on, from), 0)
		}
	}
	return total
}

// spell is a stretch of the run's clock up to now, without the pauses that the
// exercise itself made.
func (r *Run) spell(from time.Duration) time.Duration {
	now := r.clock.elapsed
	return max(now-from-r.paused(from, now, false), 0)
}

// overdue tells whether the director is still to be told that the run takes
// longer than the plan's max_duration, and how long it is until then.
func (r *Run) overdue(elapsed time.Duration) (wanted bool, left time.Duration) {
	limit := r.Drill.MaxDuration.Std()
	if limit <= 0 || !r.Overdue.IsZero() {
		return false, 0
	}
	return true, limit - elapsed + r.paused(0, elapsed, true)
}
