// Package drill is a run as a state machine: one held exercise, or one real
// incident, of one plan version. Apply takes an event and gives the new run, its
// times, verdict and findings; Next says what has to happen now. A run is never
// stored as it stands: it is the fold of its events over the pinned plan
// (DESIGN 1), so what the register shows is always what the events say.
package drill

import (
	"time"

	"beredskab/internal/event"
	"beredskab/internal/plan"
)

// State is where a run stands (docs/states.md).
type State string

// The states of a run. Ended is final.
const (
	Planned  State = "planned"  // opened, waiting for its start
	Running  State = "running"  // steps are carried out
	Paused   State = "paused"   // a person stopped the clock for the exercise's sake
	Cleaning State = "cleaning" // everything else is over; cleanup steps run
	Ended    State = "ended"
)

// Run is one held drill or incident. It is a value: Apply returns a new one.
type Run struct {
	ID       string // e.g. "2026-07"
	Plan     *plan.Plan
	Drill    plan.Drill
	Incident bool
	State    State
	Seq      int // number of events applied
	Steps    []Step
	Times    Times
	Pauses   []Pause
	Notes    []Note
	Jumps    []Jump    // wall clock against monotonic clock (F19)
	Overdue  time.Time // when the director was told that it takes longer than the plan's max_duration
	Director string    // role that leads and decides when nobody else does
	Verdict  Verdict
	Closing  string // why it ended early, if it did: "aborted", "interrupted"
	Reason   string

	clock  clock
	order  []int // the steps so that each stands behind those that it waits for
	verify int   // index of the step that gives t8; -1 when there is none
}

// Step is one step of the run with what happened to it. What the plan says of it
// is shared by all states of the run and never changes.
type Step struct {
	*plan.Step
	Number   int // from 1
	Cleanup  bool
	State    StepState
	Attempt  int    // number of attempts begun
	Outcome  string // of the newest attempt: ok, failed, timed_out, aborted, unknown, yes, no, or the choice
	By       string // who answered or carried it out
	Assured  string // how that person was known: link, code, login, on_behalf, system
	Note     string
	Level    int // how far an open request has been escalated: 0 asked, 1 reminded, 2 deputy, 3 leader
	Output   event.Output
	Fences   []string
	Missing  []string
	Recovery time.Time // newest consistent data that the newest attempt found

	Settled   bool   // a person decided how an unknown attempt counts
	SettledBy string // who did
	SettledAs string // done, failed, rerun or skipped
	Failures  int    // attempts and answers that failed, also those that were made good
	Unreached bool   // some request went to the deputy or the leader for want of an answer

	Link    bool // a link of the alert chain, which an alert exercise calls
	Decides bool // a link that may declare the state of readiness
	GivenUp bool // nobody was reached in time; a link that answers later is done all the same

	// ReadyAt is when the step could first begin, StartedAt when the machine
	// first began or a person was first asked, TakenAt when a person first took
	// it in hand, and EndedAt when the newest attempt was over.
	ReadyAt, StartedAt, TakenAt, EndedAt time.Time
	// Waited and Worked split the time of the step on the run's own clock:
	// nobody had it in hand, and somebody or something worked on it. For people
	// the pauses that the exercise itself made are left out.
	Waited, Worked time.Duration

	after  []int         // indexes of the steps that must be over first
	proves bool          // t7 waits for it
	spent  time.Duration // what the newest attempt added to Worked
	// Readings of the run's clock: when it was asked for, taken in hand, and
	// left all hands.
	readyOn, takenOn, overOn time.Duration
}

// StepState is where a step stands.
type StepState string

// The states of a step. Done, Failed, Skipped and Blocked are over; an Unknown
// step waits for a named person.
const (
	Waiting StepState = "waiting" // for other steps, or for its offset
	Started StepState = "started" // the machine works on it
	Asked   StepState = "asked"   // a person has been asked
	Taken   StepState = "taken"   // that person works on it
	Done    StepState = "done"
	Failed  StepState = "failed"
	Skipped StepState = "skipped"
	Blocked StepState = "blocked" // a step that it needs failed
	Unknown StepState = "unknown" // the program cannot know how it ended
)

// Over tells whether nothing more is expected of the step.
func (s *Step) Over() bool {
	return s.State == Done || s.State == Failed || s.State == Skipped || s.State == Blocked
}

// inHand tells whether the machine or a person is at it, or may be.
func (s *Step) inHand() bool {
	return s.State == Started || s.State == Asked || s.State == Taken || s.State == Unknown
}

// technical tells whether the step brings the service back, rather than asks or
// tells somebody something.
func (s *Step) technical() bool {
	k := s.Kind()
	return !s.Cleanup && (k == plan.StepAction || k == plan.StepManual)
}

// Human tells whether a person carries the step out or answers it.
func (s *Step) Human() bool { return s.Kind() != plan.StepAction }

// Asks names the role that the step waits for: the role asked, the team of a
// manual step, or the run's director for an inject.
func (r *Run) Asks(s *Step) string {
	switch s.Kind() {
	case plan.StepConfirm:
		return s.Confirm.By
	case plan.StepDecision:
		return s.Decision.By
	case plan.StepManual:
		return s.Team
	default:
		return r.Director
	}
}

// Pause is a stop of the clock. Only a pause that exercise itself made is taken
// off the net time; waiting for a supplier is not (spec/domain.md 3.2).
type Pause struct {
	From, To   time.Time
	Reason     string
	Artificial bool
	Length     time.Duration

	on time.Duration
}

// Note is a remark in the run's log.
type Note struct {
	At   time.Time
	By   string
	Step string
	Text string
}

// Jump is a moment at which the wall clock and the monotonic clock disagreed by
// more than two seconds.
type Jump struct {
	At time.Time
	By time.Duration
}

// Find returns the step with that id.
func (r *Run) Find(id string) (*Step, bool) {
	for i := range r.Steps {
		if r.Steps[i].ID == id {
			return &r.Steps[i], true
		}
	}
	return nil, false
}

// Elapsed is the run's own clock at its newest event: from its start, without
// jumps of the wall clock.
func (r *Run) Elapsed() time.Duration { return r.clock.elapsed }
