package duty

import (
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/matrix"
	"beredskab/internal/rights"
)

// Stand says what the step is to somebody who would answer it: "ask" where there is
// something for him to answer, or why there is not. It waits for its turn (waiting), for
// the one who leads (lead), or for others (foreign). When it is over he answered it
// (mine) or somebody else did (other), it was carried out by itself (carried), skipped
// or blocked, or the run was closed before it was answered (aborted, interrupted).
func (r Run) Stand(b *rights.Book, who string, step *drill.Step, at time.Time) string {
	asked := step.State == drill.Asked || step.State == drill.Taken
	switch {
	case step.Over() && !r.Held(step) && !step.Awaited(r.Run):
		return r.over(who, step)
	case step.Human() && step.State == drill.Waiting:
		return "waiting"
	case !step.Human() || !asked && !step.Awaited(r.Run):
		return "lead"
	}
	if _, err := r.Answer(step)(b, who, at); err != nil {
		return "foreign"
	}
	return "ask"
}

// over says what became of a step of which nothing more is expected.
func (r Run) over(who string, step *drill.Step) string {
	switch {
	case r.Closing != "" && step.Note == r.Closing:
		return r.Closing
	case step.State == drill.Blocked:
		return "blocked"
	case step.State == drill.Skipped:
		return "skipped"
	case !step.Human():
		return "carried"
	case step.By == who:
		return "mine"
	}
	return "other"
}

// Waits tells whether the step waits for that person: for his answer, or, where an
// attempt ended badly, for his word as the one who leads; and on what ground.
func (r Run) Waits(b *rights.Book, who string, step *drill.Step, at time.Time) (basis rights.Basis, leads, waits bool) {
	whom, on := r.Director, About(r.Plan, step.Team)
	switch {
	case step.Human() && (step.State == drill.Asked || step.State == drill.Taken):
		if whom = r.Asks(step); step.Verifies {
			basis, err := b.Decide(who, matrix.Verification, matrix.Approve, on, at)
			return basis, false, err == nil
		}
	case step.State == drill.Unknown || r.Held(step):
		leads = true
	default:
		return basis, false, false
	}
	if named := b.Named(whom); len(named) == 1 && named[0] == who {
		return rights.Basis{Person: who}, leads, true
	}
	basis, err := b.Fill(who, r.People.Called(whom, r.Plan), on, "answering", at)
	return basis, leads, err == nil
}
