package drill

import (
	"time"
)

// EventKind says what happened.
type EventKind string

// The kinds of event. A kind never changes its meaning; new ones are added.
const (
	RunStarted   EventKind = "run_started"
	RunPaused    EventKind = "run_paused"
	RunResumed   EventKind = "run_resumed"
	RunAborted   EventKind = "run_aborted"     // a person ends it; cleanup still runs
	RunBroken    EventKind = "run_interrupted" // a real incident began in mid-drill (F32)
	RunEnded     EventKind = "run_ended"
	StepStarted  EventKind = "step_started"  // an attempt by the machine, claimed
	StepEnded    EventKind = "step_ended"    // an attempt by the machine, with its outcome
	StepAsked    EventKind = "step_asked"    // a person has been asked
	StepTaken    EventKind = "step_taken"    // «jeg er i gang»
	StepAnswered EventKind = "step_answered" // a person's answer, or a manual step finished
	StepSkipped  EventKind = "step_skipped"
	StepReopened EventKind = "step_reopened"  // a step that is over is done again, with what follows from it
	StepSettled  EventKind = "step_settled"   // a person decides how an unknown attempt counts: done, failed or rerun
	StepRaised   EventKind = "step_escalated" // nobody answered, so the next on the ladder is asked; without a step, the run takes too long
	NoteAdded    EventKind = "note"
	TimeSet      EventKind = "time_set"
)

// Event is one thing that happened to a run. Attempt counts from 1.
//
// Outcome of StepEnded: ok; failed, timed_out, aborted and any other word count
// as failed; unknown; not_started when nothing was spawned. Of StepAnswered: yes
// or no, and one of the options for a decision. Of StepSettled: done, failed or
// rerun.
type Event struct {
	Seq      int       `json:"seq"`
	At       Moment    `json:"at"`
	Kind     EventKind `json:"kind"`
	Step     string    `json:"step,omitempty"`
	Attempt  int       `json:"attempt,omitempty"`
	Actor    string    `json:"actor,omitempty"`
	Assured  string    `json:"assured,omitempty"`
	Outcome  string    `json:"outcome,omitempty"`
	Text     string    `json:"text,omitempty"`
	Point    string    `json:"point,omitempty"` // TimeSet: which time point, e.g. "caught_up_at"
	Time     time.Time `json:"time,omitzero"`   // TimeSet
	Level    int       `json:"level,omitempty"` // StepRaised
	Spent    int64     `json:"spent_ns,omitempty"`
	Output   *Output   `json:"output,omitempty"`
	Fences   []string  `json:"fences,omitempty"`
	Missing  []string  `json:"missing,omitempty"`
	Recovery time.Time `json:"recovery_point_at,omitzero"`
	Artifice bool      `json:"artificial,omitempty"` // RunPaused: made by the exercise
	Late     bool      `json:"late,omitempty"`       // StepEnded: too late, kept but not counted (F6)
}
