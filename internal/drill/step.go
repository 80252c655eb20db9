package drill

import (
	"fmt"
	"slices"
	"time"

	"beredskab/internal/event"
	"beredskab/internal/plan"
)

// from lists the step states in which an event of that kind fits.
func from(kind event.Kind) []StepState {
	switch kind {
	case event.StepStarted, event.StepAsked:
		return []StepState{Waiting}
	case event.StepEnded:
		return []StepState{Started, Unknown}
	case event.StepTaken:
		return []StepState{Asked}
	case event.StepAnswered, event.StepGivenUp:
		return []StepState{Asked, Taken}
	case event.StepRaised:
		return []StepState{Asked, Taken, Failed, Unknown}
	case event.StepSkipped:
		return []StepState{Waiting, Asked, Taken, Failed, Unknown}
	case event.StepReopened:
		return []StepState{Done, Failed}
	case event.StepSettled:
		return []StepState{Unknown}
	default:
		return nil
	}
}

func (r *Run) applyStep(s *Step, e event.Event) error {
	if why := r.misfit(s, e); why != "" {
		return &Refusal{e.Kind, s.ID, why}
	}
	switch e.Kind {
	case event.StepStarted:
		s.Attempt = e.Attempt
		r.begin(s, e, Started)
	case event.StepAsked:
		r.begin(s, e, Asked)
	case event.StepTaken:
		r.take(s, e)
	case event.StepEnded:
		r.end(s, e)
	case event.StepAnswered:
		r.answer(s, e)
	case event.StepRaised:
		s.Level = e.Level
		passed := e.Actor != "" && e.Actor != "system" // by somebody who said that he cannot answer
		s.Unreached = s.Unreached || (e.Level >= 2 && s.Human() && s.State != Failed && !passed)
	case event.StepGivenUp:
		r.giveUp(s, e)
	case event.StepSkipped:
		r.skip(s, e)
	case event.StepReopened:
		return r.reopen(s, e)
	case event.StepSettled:
		r.decide(s, e)
	}
	return nil
}

// misfit says why the event cannot happen to the step as it stands; empty when
// it can.
func (r *Run) misfit(s *Step, e event.Event) string {
	if why := s.unlike(r, e); why != "" || s.late(e) {
		return why
	}
	if !slices.Contains(from(e.Kind), s.State) {
		if s.By != "" && s.Over() {
			return fmt.Sprintf("it is %s already, by %s at %s", s.State, s.By, s.EndedAt.Format(time.RFC3339))
		}
		return fmt.Sprintf("it is %s", s.State)
	}
	switch e.Kind {
	case event.StepStarted, event.StepAsked:
		return r.unready(s, e)
	case event.StepEnded:
		if e.Attempt != s.Attempt {
			return fmt.Sprintf("attempt %d has been followed by attempt %d", e.Attempt, s.Attempt)
		}
	case event.StepAnswered:
		return noAnswer(s, e.Outcome)
	case event.StepRaised:
		if s.State == Failed && !r.Held(s) {
			return "it is failed"
		}
		if e.Level <= s.Level || e.Level > 3 {
			return fmt.Sprintf("rung %d does not follow rung %d of 3", e.Level, s.Level)
		}
	case event.StepSkipped, event.StepReopened:
		if r.State == Cleaning && !s.Cleanup && s.State != Unknown {
			return "the run is cleaning up"
		}
	case event.StepSettled:
		return r.noWord(s, e.Outcome)
	}
	return ""
}

func (r *Run) unready(s *Step, e event.Event) string {
	switch {
	case s.Human() != (e.Kind == event.StepAsked):
		return fmt.Sprintf("it is a step of kind %s", s.Kind())
	case !r.ready(s, !s.Cleanup || r.restOver()):
		return "it waits for other steps"
	case r.due(s) > r.clock.elapsed:
		return "its time has not come"
	case e.Kind == event.StepStarted && e.Attempt != s.Attempt+1:
		return fmt.Sprintf("attempt %d does not follow attempt %d", e.Attempt, s.Attempt)
	default:
		return ""
	}
}

func noAnswer(s *Step, outcome string) string {
	choices := []string{"yes", "no"}
	if s.Kind() == plan.StepDecision {
		choices = s.Decision.Options
	}
	if !slices.Contains(choices, outcome) {
		return fmt.Sprintf("%q is not one of the choices: %q", outcome, choices)
	}
	return ""
}

func (r *Run) noWord(s *Step, outcome string) string {
	switch {
	case outcome == "done" || outcome == "failed":
		return ""
	case outcome != "rerun":
		return fmt.Sprintf("%q is not one of the choices: done, failed, rerun", outcome)
	case s.Rerun == "never":
		return "the plan says that it must never be run again"
	case r.State == Cleaning && !s.Cleanup:
		return "the run is cleaning up"
	default:
		return ""
	}
}

// begin marks that the step is in somebody's hands. Time since it could have
// begun counts as waiting.
func (r *Run) begin(s *Step, e event.Event, to StepState) {
	ready := r.readySince(s)
	s.State, s.Outcome, s.Level, s.spent = to, "", 0, 0
	s.EndedAt = time.Time{}
	s.Waited += r.spell(ready)
	s.readyOn, s.takenOn = r.clock.elapsed, r.clock.elapsed
	if s.StartedAt.IsZero() {
		s.ReadyAt = e.At.Wall.Add(ready - r.clock.elapsed)
		s.StartedAt = e.At.Wall
	}
}

// leave counts the time for which the step was in the hands that it leaves now.
func (r *Run) leave(s *Step) {
	switch s.State {
	case Asked, Unknown:
		s.Waited += r.spell(s.readyOn)
	case Taken:
		s.Worked += r.spell(s.takenOn)
	}
}

func (r *Run) take(s *Step, e event.Event) {
	r.leave(s)
	s.State, s.By, s.Assured, s.takenOn = Taken, e.Actor, e.Assured, r.clock.elapsed
	if s.TakenAt.IsZero() {
		s.TakenAt = e.At.Wall
	}
	r.Times.mobilise(s, e)
}

// end takes the outcome of an attempt by the machine; also that of an attempt
// whose fate was unknown until now.
func (r *Run) end(s *Step, e event.Event) {
	found, now := s.State == Unknown, r.clock.elapsed
	r.leave(s)
	if e.Outcome == "not_started" { // given back before anything was spawned
		s.Worked, s.State, s.overOn = s.Worked-s.spent, Waiting, now
		s.Waited += r.spell(s.takenOn)
		return
	}
	r.spend(s, e, found)
	s.Outcome, s.By, s.Assured, s.Note = e.Outcome, e.Actor, e.Assured, e.Text
	s.EndedAt, s.overOn = e.At.Wall, now
	s.Fences, s.Missing, s.Recovery, s.Output = e.Fences, e.Missing, e.Recovery, event.Output{}
	if e.Output != nil {
		s.Output = *e.Output
	}
	switch {
	case e.Outcome == "ok":
		s.State = Done
	case e.Outcome != "unknown":
		r.fail(s)
	case s.Rerun == "safe":
		// The plan says that it may be repeated, so nobody needs to be asked.
		s.State = Waiting
		r.note(e, "outcome unknown; repeated, as the plan allows")
	default:
		s.State, s.readyOn = Unknown, now
	}
}

// spend counts the time of the attempt once: what it reports itself, else what
// the run's clock says between its start and its end.
func (r *Run) spend(s *Step, e event.Event, found bool) {
	spent := r.clock.elapsed - s.takenOn
	if found {
		spent = s.spent
	}
	if e.Spent > 0 {
		spent = time.Duration(e.Spent)
	}
	s.Worked, s.spent = s.Worked+spent-s.spent, spent
}

func (r *Run) fail(s *Step) {
	s.State, s.Level = Failed, 0
	s.Failures++
}

// answer takes a person's answer. For a manual step "yes" means carried out,
// for an inject that what was expected came about.
func (r *Run) answer(s *Step, e event.Event) {
	r.leave(s)
	s.Outcome, s.By, s.Assured, s.Note = e.Outcome, e.Actor, e.Assured, e.Text
	s.EndedAt, s.overOn = e.At.Wall, r.clock.elapsed
	if !e.Time.IsZero() {
		s.EndedAt, s.overOn = e.Time, s.readyOn+e.Time.Sub(s.StartedAt)
	}
	if e.Outcome == "no" && s.Kind() != plan.StepDecision {
		r.fail(s)
		return
	}
	s.State = Done
	r.Times.mobilise(s, e)
}

// skip leaves a step out by a person's word. What waits for it goes on.
func (r *Run) skip(s *Step, e event.Event) {
	r.leave(s)
	if s.State == Unknown {
		s.Settled, s.SettledBy, s.SettledAs = true, e.Actor, "skipped"
	}
	s.State, s.By, s.Assured, s.Note = Skipped, e.Actor, e.Assured, e.Text
	s.EndedAt, s.overOn = e.At.Wall, r.clock.elapsed
}

// decide takes a person's word on an attempt whose fate is unknown.
func (r *Run) decide(s *Step, e event.Event) {
	r.leave(s)
	s.Settled, s.SettledBy, s.SettledAs = true, e.Actor, e.Outcome
	s.By, s.Assured, s.Note = e.Actor, e.Assured, e.Text
	s.EndedAt, s.overOn = e.At.Wall, r.clock.elapsed
	switch e.Outcome {
	case "done":
		s.State = Done
	case "rerun":
		r.again(s)
	default:
		r.fail(s)
	}
}

// reopen has a step done again: one that failed, or one that a failed
// verification has shown to be wrong. What was built on it is done again too.
func (r *Run) reopen(s *Step, e event.Event) error {
	redo := []int{s.Number - 1}
	if !s.Cleanup && !s.Link {
		for i, behind := range r.behind(s.Number - 1) {
			f := &r.Steps[i]
			if behind && f.inHand() {
				return &Refusal{e.Kind, s.ID, fmt.Sprintf("step %q, which follows from it, is %s", f.ID, f.State)}
			}
			if behind && (f.State == Done || f.State == Failed) {
				redo = append(redo, i)
			}
		}
	}
	for _, i := range redo {
		r.again(&r.Steps[i])
	}
	r.note(e, "done again: "+e.Text)
	return nil
}

// again lets the step wait for its next attempt.
func (r *Run) again(s *Step) {
	s.State, s.Outcome, s.Level, s.GivenUp = Waiting, "", 0, false
	s.By, s.Assured, s.Note = "", "", ""
	s.EndedAt, s.Recovery, s.overOn = time.Time{}, time.Time{}, r.clock.elapsed
}
