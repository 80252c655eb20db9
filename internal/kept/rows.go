// Package kept is what the register keeps: one type for each kind of row, what
// narrows a list of them, and what a store says when a row is not as expected.
// It decides nothing; register does, and its Store keeps.
package kept

import (
	"encoding/json"
	"time"
)

// Version is one immutable version of a plan (Kind "plan", ID the system) or of
// the organisation file (Kind "organisation", ID "organisation"), named by the
// SHA-256 of its canonical bytes.
type Version struct {
	Hash      string
	Kind      string
	ID        string
	Number    int
	Label     string // plan_version as the author wrote it
	StepsHash string // as the program reckoned it that took the version over
	File      string
	Canonical []byte
	AdoptedAt time.Time
	AdoptedBy string
}

// Run is a run as the register lists it; its truth is its events. Lengths
// are nanoseconds.
type Run struct {
	ID        string // "2026-07": year and number
	System    string
	PlanHash  string
	StepsHash string // as the program reckoned it that opened the run
	DrillID   string
	Type      string
	Title     string
	Scope     string
	Incident  bool
	Imported  bool // held before this register existed; has no events
	State     string
	Verdict   string
	Director  string
	Seq       int
	Node      string // that drives it
	OpenedAt  time.Time
	StartedAt time.Time
	EndedAt   time.Time
	RTA       *int64 // nil: not measured
	RPA       *int64
	Measured  bool
}

// Event is one event.Event as stored; Body is its JSON.
type Event struct {
	Seq  int
	At   time.Time
	Kind string
	Step string
	Body json.RawMessage
}

// AttemptState is where an attempt of an automatic step stands (DESIGN 2.2).
type AttemptState string

// The states of an attempt. Starting is committed before anything is spawned.
const (
	AttemptStarting AttemptState = "starting"
	AttemptRunning  AttemptState = "running"
	AttemptRecorded AttemptState = "recorded"
	AttemptUnknown  AttemptState = "unknown"
)

// Attempt is one start of one automatic step by one node.
type Attempt struct {
	Run, Step string
	Number    int
	Node      string
	Epoch     int64
	State     AttemptState
	Process   json.RawMessage // PID, start and boot ID, once known
	Outcome   string
	ClaimedAt time.Time
	EndedAt   time.Time
}

// Occurrence is one due time of one schedule and what became of it. Its natural
// key is (Schedule, Nominal, Zone).
type Occurrence struct {
	Schedule string // "esdh/gendan-fra-backup"
	Nominal  string // local wall time, "2026-11-23T09:00"
	Zone     string
	Due      time.Time
	State    OccurrenceState
	Reason   string
	Run      string
	At       time.Time // when this was decided
}

// OccurrenceState is what became of an occurrence.
type OccurrenceState string

// The states of an occurrence. Announced and Asked wait; the rest are final.
const (
	OccurrenceAsked   OccurrenceState = "asked"
	OccurrenceStarted OccurrenceState = "started"
	OccurrenceMissed  OccurrenceState = "missed"
	OccurrenceSkipped OccurrenceState = "skipped"
)

// Schedule is a schedule as the register knows it: what the plan in the
// register asks for, and how far it has been followed.
type Schedule struct {
	Key      string // "system/drill", or "@checks"
	System   string
	Drill    string
	PlanHash string
	Spec     json.RawMessage
	Born     time.Time // occurrences before this were never due here
	Nominal  string    // of the newest occurrence that has its row; empty: none
	Followed time.Time // its due time
	Next     time.Time // when the register must look at it again; zero: never
	Due      time.Time // of the next occurrence, after any move
	Problem  string    // why it cannot be followed
}

// Same tells whether both ask for the same and are due at the same moment.
func (s Schedule) Same(o Schedule) bool {
	return s.PlanHash == o.PlanHash && string(s.Spec) == string(o.Spec) && s.Next.Equal(o.Next) && s.Due.Equal(o.Due) && s.Problem == o.Problem
}

// Entry is one line of the trace: who did what to what, when, and how that
// person was known. Bytes are canonical and are what Hash, an RFC 6962 leaf
// hash, is of; the other fields are read out of them for looking up.
type Entry struct {
	Seq     int64
	At      time.Time
	Actor   string
	Act     string
	Object  string
	Outcome string // done or refused
	Bytes   []byte
	Hash    []byte
}

// Finding is something that a check or a run showed, from when it was first
// seen until it was gone.
type Finding struct {
	Key      string // code, system and what else makes it one thing
	Code     string
	System   string
	Run      string
	Severity string
	State    string // breached, at_risk, unknown, waived
	Text     string
	Hint     string
	Value    int64 // minutes, or nanoseconds for findings of runs
	Limit    int64
	RaisedAt time.Time
	SeenAt   time.Time
	ClosedAt time.Time
	Reason   string // why it was closed
}
