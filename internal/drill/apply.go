package drill

import (
	"fmt"
	"slices"
	"time"

	"beredskab/internal/event"
)

// Refusal says that an event does not fit the run as it stands: somebody else
// was first, or the act is not possible there.
type Refusal struct {
	Kind event.Kind
	Step string
	Why  string
}

func (e *Refusal) Error() string {
	if e.Step == "" {
		return fmt.Sprintf("%s: %s", e.Kind, e.Why)
	}
	return fmt.Sprintf("%s of step %q: %s", e.Kind, e.Step, e.Why)
}

// jumpNoted is how far the wall clock may drift from the monotonic one within a
// run before it is noted (F19).
const jumpNoted = 2 * time.Second

// Apply gives the run after the event. The run itself is not changed; an event
// that does not fit gives a *Refusal. The event's Seq must be the next one.
func (r Run) Apply(e event.Event) (Run, error) {
	next := r
	next.Steps = slices.Clone(r.Steps)
	if err := next.fold(e); err != nil {
		return r, err
	}
	return next, nil
}

// Replay folds events over a run as Open gave it.
func Replay(r Run, events []event.Event) (Run, error) {
	r.Steps = slices.Clone(r.Steps) // once, since nobody sees the states between
	for _, e := range events {
		next := r
		if err := next.fold(e); err != nil {
			return r, fmt.Errorf("replaying event %d of run %s: %w", e.Seq, r.ID, err)
		}
		r = next
	}
	return r, nil
}

// fold changes the run by the event. What is refused is refused before any step
// has changed.
func (r *Run) fold(e event.Event) error {
	if e.Seq != r.Seq+1 {
		return &Refusal{e.Kind, e.Step, fmt.Sprintf("event %d does not follow event %d", e.Seq, r.Seq)}
	}
	e = e.Plain()
	r.Seq = e.Seq
	if r.State == Planned {
		r.clock = clock{wall: e.At.Wall} // it stands at zero until the run begins
	}
	if jump := r.clock.advance(e.At); jump.Abs() > jumpNoted {
		r.Jumps = append(slices.Clip(r.Jumps), Jump{At: e.At.Wall, By: jump})
	}
	if err := r.apply(e); err != nil {
		return err
	}
	r.settle(e.At.Wall)
	return nil
}

// within lists the states of the run in which an event of that kind fits.
func within(kind event.Kind) []State {
	switch kind {
	case event.RunStarted:
		return []State{Planned}
	case event.RunPaused:
		return []State{Running}
	case event.RunResumed:
		return []State{Paused}
	case event.RunAborted:
		return []State{Planned, Running, Paused}
	case event.RunBroken:
		return []State{Planned, Running, Paused, Cleaning}
	case event.RunEnded:
		return []State{Cleaning}
	case event.StepStarted, event.StepAsked, event.StepRaised, event.StepGivenUp:
		return []State{Running, Cleaning}
	case event.StepEnded, event.StepTaken, event.StepAnswered, event.StepSkipped, event.StepReopened, event.StepSettled:
		return []State{Running, Paused, Cleaning}
	case event.NoteAdded, event.TimeSet:
		return []State{Planned, Running, Paused, Cleaning, Ended}
	default:
		return nil
	}
}

// personal tells whether only a named person can have done it.
func personal(kind event.Kind) bool {
	switch kind {
	case event.RunPaused, event.RunResumed, event.RunAborted, event.RunBroken, event.StepTaken, event.StepAnswered, event.StepSkipped, event.StepReopened, event.StepSettled, event.NoteAdded, event.TimeSet:
		return true
	default:
		return false
	}
}

func (r *Run) apply(e event.Event) error {
	s, known := r.Find(e.Step)
	late := e.Late && e.Kind == event.StepEnded && r.State != Planned
	switch {
	case !late && !slices.Contains(within(e.Kind), r.State):
		return &Refusal{e.Kind, e.Step, r.stands()}
	case personal(e.Kind) && e.Actor == "":
		return &Refusal{e.Kind, e.Step, "nobody is named who did it"}
	case e.Late && !late:
		return &Refusal{e.Kind, e.Step, "only the end of an attempt can be late"}
	case e.Step != "" && !known:
		return &Refusal{e.Kind, e.Step, "the run has no such step"}
	}
	switch e.Kind {
	case event.NoteAdded:
		r.note(e, e.Text)
		return nil
	case event.TimeSet:
		return r.Times.mark(e)
	case event.RunStarted, event.RunPaused, event.RunResumed, event.RunAborted, event.RunBroken, event.RunEnded:
		return r.applyRun(e)
	case event.StepRaised:
		if !known {
			return r.overrun(e)
		}
	}
	if !known {
		return &Refusal{e.Kind, "", "no step is named"}
	}
	if late {
		text := fmt.Sprintf("late, not counted: attempt %d ended %s", e.Attempt, e.Outcome)
		if e.Spent > 0 {
			text += " after " + Words(time.Duration(e.Spent))
		}
		r.note(e, text)
		return nil
	}
	return r.applyStep(s, e)
}

func (r *Run) stands() string {
	switch r.State {
	case Planned:
		return "the run has not started"
	case Ended:
		return "the run has ended"
	default:
		return fmt.Sprintf("the run is %s", r.State)
	}
}

func (r *Run) note(e event.Event, text string) {
	r.Notes = append(slices.Clip(r.Notes), Note{At: e.At.Wall, By: e.Actor, Step: e.Step, Text: text})
}

func (r *Run) applyRun(e event.Event) error {
	refuse := func(why string) error { return &Refusal{e.Kind, e.Step, why} }
	switch e.Kind {
	case event.RunStarted:
		if r.call(e.Chain); len(r.Steps) == 0 {
			return ErrNoSteps
		}
		r.State = Running
		r.Times.start(r, e.At.Wall)
	case event.RunPaused:
		if r.Incident {
			return refuse("a real incident does not pause")
		}
		r.State = Paused
		r.Pauses = append(slices.Clip(r.Pauses), Pause{From: e.At.Wall, Reason: e.Text, Artificial: e.Artifice, on: r.clock.elapsed})
	case event.RunResumed:
		r.State = Running
		r.resume(e.At.Wall)
	case event.RunAborted, event.RunBroken:
		if e.Kind == event.RunBroken && r.Incident {
			return refuse("it is a real incident already")
		}
		r.close(e)
	case event.RunEnded:
		if !r.Finished() {
			return refuse("steps are still open")
		}
		r.State = Ended
		r.Times.End = e.At.Wall
	}
	return nil
}

func (r *Run) resume(at time.Time) {
	r.Pauses = slices.Clone(r.Pauses)
	last := &r.Pauses[len(r.Pauses)-1]
	last.To = at
	last.Length = r.clock.elapsed - last.on
}

// overrun notes that the director has been told that the run takes longer than
// the plan allows. It goes on: only a person ends it.
func (r *Run) overrun(e event.Event) error {
	if over, left := r.overdue(r.clock.elapsed); !over || left > 0 {
		return &Refusal{e.Kind, "", "the run is within its time"}
	}
	r.Overdue = e.At.Wall
	return nil
}

// close ends a run early. What the machine has in hand may finish and is
// recorded, and a person still says how an unknown attempt counts, because it
// may have left something behind. Everything else is skipped, and cleanup runs
// whatever happened.
func (r *Run) close(e event.Event) {
	if r.State == Paused {
		r.resume(e.At.Wall)
	}
	begun := r.State != Planned
	r.Closing, r.Reason = "aborted", e.Text
	if e.Kind == event.RunBroken {
		r.Closing = "interrupted"
	}
	for i := range r.Steps {
		s := &r.Steps[i]
		if s.Over() || s.State == Started || s.State == Unknown || (s.Cleanup && begun) {
			continue
		}
		r.drop(s, e.At.Wall)
	}
	r.State = Cleaning
}

// drop leaves a step out because the run ends early.
func (r *Run) drop(s *Step, at time.Time) {
	r.leave(s)
	s.State, s.Note, s.EndedAt, s.overOn = Skipped, r.Closing, at, r.clock.elapsed
}

// settle works out what follows by itself from the event: steps that a failure
// blocks, times, the change to cleaning, and the verdict of an ended run, which
// a time that a person sets afterwards may still change.
func (r *Run) settle(now time.Time) {
	if r.State == Running {
		r.block(now)
		if r.restOver() {
			r.State = Cleaning
		}
	}
	for i := range r.Steps {
		if s := &r.Steps[i]; r.State == Cleaning && s.State == Waiting && !s.Cleanup {
			r.drop(s, now) // an attempt that came back after the run was closed
		}
	}
	r.Times.derive(r)
	if r.State == Ended {
		r.Verdict = r.judge()
	}
}
