// Package event says what can happen to a run: the words that the register keeps
// for ever and that a run is replayed from. It stands below the run itself, so
// that the words and the rules do not share one package.
package event

import (
	"time"
)

// Kind says what happened.
type Kind string

// The kinds of event. A kind never changes its meaning; new ones are added.
const (
	RunStarted   Kind = "run_started"
	RunPaused    Kind = "run_paused"
	RunResumed   Kind = "run_resumed"
	RunAborted   Kind = "run_aborted"     // a person ends it; cleanup still runs
	RunBroken    Kind = "run_interrupted" // a real incident began in mid-drill (F32)
	RunEnded     Kind = "run_ended"
	StepStarted  Kind = "step_started"  // an attempt by the machine, claimed
	StepEnded    Kind = "step_ended"    // an attempt by the machine, with its outcome
	StepAsked    Kind = "step_asked"    // a person has been asked
	StepTaken    Kind = "step_taken"    // «jeg er i gang»
	StepAnswered Kind = "step_answered" // a person's answer, or a manual step finished
	StepSkipped  Kind = "step_skipped"
	StepReopened Kind = "step_reopened"  // a step that is over is done again, with what follows from it
	StepSettled  Kind = "step_settled"   // a person decides how an unknown attempt counts: done, failed or rerun
	StepRaised   Kind = "step_escalated" // nobody answered, or a person passed it on, so the next on the ladder is asked; without a step, the run takes too long
	StepGivenUp  Kind = "step_given_up"  // of an exercise of the alarm: nobody was reached, and it goes on without
	NoteAdded    Kind = "note"
	TimeSet      Kind = "time_set"
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
	Kind     Kind      `json:"kind"`
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
	Chain    []Link    `json:"chain,omitempty"`      // RunStarted of an alert exercise: whom it calls, in order
}

// Link is one link of the alert chain as the organisation's file had it when the
// run began.
type Link struct {
	Role    string `json:"role"`
	Name    string `json:"name,omitempty"`
	Decides bool   `json:"decides,omitempty"` // may declare the state of readiness
}

// Moment is a reading of both clocks. Wall is for people and records; Mono is
// the monotonic clock of the machine that booted as Boot, for durations.
type Moment struct {
	Wall time.Time     `json:"wall"`
	Boot string        `json:"boot,omitempty"`
	Mono time.Duration `json:"mono,omitempty"`
}

// Output is what a command printed: its head and tail, with the length and
// SHA-256 of the whole.
type Output struct {
	Head   string `json:"head,omitempty"`
	Tail   string `json:"tail,omitempty"`
	Length int64  `json:"length,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
}

// Plain gives the event as it comes back from storage, so that the run that was
// folded live and the one that is replayed are the same.
func (e Event) Plain() Event {
	e.At = e.At.Plain()
	e.Time, e.Recovery = e.Time.Round(0).UTC(), e.Recovery.Round(0).UTC()
	return e
}

func (m Moment) Plain() Moment {
	m.Wall = m.Wall.Round(0).UTC()
	return m
}
