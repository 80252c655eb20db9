package drill

import (
	"time"

	"beredskab/internal/event"
	"beredskab/internal/plan"
)

// Task is one thing that has to happen now.
type Task struct {
	Kind    event.Kind    // StepStarted, StepAsked, StepRaised or RunEnded
	Step    string        // empty for RunEnded, and for a StepRaised of the run as a whole
	Attempt int           // StepStarted: the attempt to claim
	Level   int           // StepRaised: 1 remind, 2 ask the deputy, 3 ask the director
	Why     string        // what the task is for, for the log
	Waited  time.Duration // StepStarted: how long the step could have begun
}

// Ladder is after how long an unanswered request is escalated, counted from the
// moment it was asked. The defaults are 15, 30 and 45 minutes (spec/ux.md 4.1).
type Ladder struct{ Remind, Deputy, Leader time.Duration }

// Standard is the ladder without the organisation's own numbers.
func Standard() Ladder {
	return Ladder{Remind: 15 * time.Minute, Deputy: 30 * time.Minute, Leader: 45 * time.Minute}
}

// Next lists what has to happen at that moment, in step order, and when to ask
// again if nothing happens before (zero: only when something happens). It
// decides nothing that a person has to decide: time only escalates. The tasks of
// one answer can all be carried out, in any order.
func (r *Run) Next(now event.Moment, ladder Ladder) (tasks []Task, again time.Time) {
	if r.State != Running && r.State != Cleaning {
		return nil, time.Time{}
	}
	if r.Finished() {
		return []Task{{Kind: event.RunEnded, Why: "every step is over"}}, time.Time{}
	}
	elapsed, _ := r.clock.at(now.Plain())
	wake := func(left time.Duration) {
		if t := now.Wall.Add(left); again.IsZero() || t.Before(again) {
			again = t
		}
	}
	if over, left := r.overdue(elapsed); over && left > 0 {
		wake(left)
	} else if over {
		tasks = append(tasks, Task{Kind: event.StepRaised, Level: 3, Why: "the run takes longer than its max_duration"})
	}
	rest := r.restOver()
	for i := range r.Steps {
		s := &r.Steps[i]
		switch {
		case r.ready(s, rest):
			if left := r.due(s) - elapsed; left > 0 {
				wake(left)
				continue
			}
			t := r.begins(s)
			t.Waited = max(elapsed-r.readySince(s), 0)
			tasks = append(tasks, t)
		case s.State == Asked || s.State == Taken || s.State == Unknown:
			level, left := r.climb(s, elapsed, ladder)
			if r.lost(s, level) {
				tasks = append(tasks, Task{Kind: event.StepGivenUp, Step: s.ID, Why: "nobody was reached"})
			} else if level > s.Level {
				tasks = append(tasks, Task{Kind: event.StepRaised, Step: s.ID, Level: level, Why: "nobody has answered"})
			}
			if left > 0 {
				wake(left)
			}
		case s.Level < 3 && r.Held(s):
			tasks = append(tasks, Task{Kind: event.StepRaised, Step: s.ID, Level: 3, Why: "it failed, and somebody has to decide how to go on"})
		}
	}
	return tasks, again
}

func (r *Run) begins(s *Step) Task {
	if s.Human() {
		return Task{Kind: event.StepAsked, Step: s.ID}
	}
	return Task{Kind: event.StepStarted, Step: s.ID, Attempt: s.Attempt + 1}
}

// climb tells how far up the ladder an open request has come and how long it
// takes to the next rung. Somebody who has taken the step is left in peace for
// its estimated time, and nobody is chased for time in which the run stood still.
// A plan's own `within` is when the deputy is asked.
func (r *Run) climb(s *Step, elapsed time.Duration, ladder Ladder) (level int, left time.Duration) {
	if within := answerWithin(s.Step); within > 0 {
		ladder = Ladder{Remind: within / 2, Deputy: within, Leader: within + within/2}
	}
	since, leave := s.readyOn, time.Duration(0)
	if s.State == Taken {
		since, leave = s.takenOn, s.Estimate.Std()
	}
	waited := elapsed - since - r.paused(since, elapsed, true) - leave
	for i, rung := range r.rungs(s, ladder) {
		if waited < rung {
			return level, rung - waited
		}
		level = i + 1
	}
	return level, 0
}

func answerWithin(s *plan.Step) time.Duration {
	switch {
	case s.Confirm != nil:
		return s.Confirm.Within.Std()
	case s.Decision != nil:
		return s.Decision.Within.Std()
	default:
		return 0
	}
}

// AnswerBy is when an answer is wanted: at the rung on which the deputy is
// asked.
func (r *Run) AnswerBy(s *Step, asked time.Time, ladder Ladder) time.Time {
	if within := answerWithin(s.Step); within > 0 {
		return asked.Add(within)
	}
	return asked.Add(ladder.Deputy)
}
