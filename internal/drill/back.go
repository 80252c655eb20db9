package drill

import (
	"fmt"
	"time"

	"beredskab/internal/event"
)

// backWithin is for how long somebody may take back what he answered.
const backWithin = 10 * time.Minute

// TakeBack says until when that person may take back his answer to the step. The
// error is a *Refusal: the answer is another's or too old, or what waited for it has
// begun, because what others have built on it is for the one who leads to undo.
func (r *Run) TakeBack(s *Step, who string, now time.Time) (until time.Time, err error) {
	until = s.EndedAt.Add(backWithin)
	why := ""
	switch {
	case !s.Human() || s.State != Done && s.State != Failed:
		why = "it has no answer"
	case s.By != who:
		why = "the answer is " + s.By + "'s"
	case !now.Before(until):
		why = fmt.Sprintf("an answer can be taken back for %s", backWithin)
	case r.State == Ended || r.State == Cleaning && !s.Cleanup:
		why = "the run has gone on"
	}
	for i, behind := range r.behind(s.Number - 1) {
		if f := &r.Steps[i]; why == "" && behind && f.ID != s.ID && (f.inHand() || f.State == Done || f.State == Failed) {
			why = fmt.Sprintf("the run has gone on: step %q, which follows from it, is %s", f.ID, f.State)
		}
	}
	if why != "" {
		return until, &Refusal{event.StepReopened, s.ID, why}
	}
	return until, nil
}

// Stops lists the steps that the machine is to end because a person closed the run
// early. Cleanup is never ended: it runs whatever happened.
func (r *Run) Stops() (steps []string) {
	for i := range r.Steps {
		if step := &r.Steps[i]; r.Closing != "" && step.State == Started && !step.Cleanup {
			steps = append(steps, step.ID)
		}
	}
	return steps
}
