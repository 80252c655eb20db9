// Package outbox says what a message owed is: the row that a change of the
// register writes in its own transaction and that is delivered after commit, at
// least once (DESIGN 2.5). It stands below the register so that the register's
// words and the messages' words do not share one package.
package outbox

import "time"

// Kind says why a message is owed. It picks the text in templates/notify.
type Kind string

// The kinds of notice. A kind never changes its meaning; new ones are added.
const (
	Reminder   Kind = "reminder"   // a drill comes in 14, 7 or 1 days
	Cancelled  Kind = "cancelled"  // a drill that people were invited to does not come then
	Started    Kind = "started"    // a run has begun
	Request    Kind = "request"    // a person is asked to answer, decide or carry out a step
	Escalation Kind = "escalation" // the person asked has not answered; the deputy or the leader is asked
	Unknown    Kind = "unknown"    // the program cannot know how a step ended; a named person decides
	Stalled    Kind = "stalled"    // a step is ready, and there is no node to carry it out
	Finished   Kind = "finished"   // a run has ended, with its verdict
	Missed     Kind = "missed"     // an occurrence was missed or skipped, and why
	Finding    Kind = "finding"    // an RTO check found something
	Misuse     Kind = "misuse"     // what the log shows of misuse, once a day
	Test       Kind = "test"       // somebody tries a channel
)

// Kinds lists all of them.
func Kinds() []Kind {
	return []Kind{Reminder, Cancelled, Started, Request, Escalation, Unknown, Stalled, Finished, Missed, Finding, Misuse, Test}
}

// Notice is one message owed to one receiver through one channel: a row of the
// outbox, written in the transaction that caused it (DESIGN 2.5) and delivered
// after commit, at least once, until ExpiresAt.
type Notice struct {
	ID       int64
	Key      string // natural key; the same message is never owed twice
	Kind     Kind
	Channel  string // name of a configured channel, e.g. "slack", "mail", "webhook", "folder"
	Receiver string // role or person as the plan names it
	Address  string // mailbox, Slack channel or user; empty lets the channel's default apply
	Language string // "da" or "en"
	Facts    Facts
	Only     []string  // channels that it may take when it is owed; empty: all of them. Not kept
	Began    time.Time // of the run, when it is about one. Not kept
	AnyHour  bool      // it may come outside working hours, as the drill is held then on purpose. Not kept

	CreatedAt time.Time
	ExpiresAt time.Time
	NextTry   time.Time
	Tries     int
	State     State
	LastError string
}

// State is where a notice stands in the outbox.
type State string

// The states of a notice; delivered, expired and refused are final.
const (
	Owed      State = "owed"
	Delivered State = "delivered"
	Expired   State = "expired"
	Refused   State = "refused"
)

// Facts is what a message may say: one step and the run's figures, never
// secrets and never plan content beyond that step (spec/ux.md 4.1). Fields that
// do not apply to the kind are zero. Durations are minutes.
type Facts struct {
	System     string    `json:"system,omitempty"`      // id
	SystemName string    `json:"system_name,omitempty"` // as the plan says it
	Run        string    `json:"run,omitempty"`         // run number, e.g. "2026-07"
	Drill      string    `json:"drill,omitempty"`       // title of the drill
	Incident   bool      `json:"incident,omitempty"`    // a real incident: KRISE, never ØVELSE
	Step       string    `json:"step,omitempty"`        // step id
	StepTitle  string    `json:"step_title,omitempty"`
	StepNumber int       `json:"step_number,omitempty"` // from 1
	Steps      int       `json:"steps,omitempty"`       // number of steps of the run
	Site       string    `json:"site,omitempty"`        // where the step must be carried out
	Heard      time.Time `json:"heard,omitzero"`        // when a node there was last heard from (stalled)
	Asks       string    `json:"asks,omitempty"`        // the kind of the step whose answer is wanted, as plan.StepKind has it; empty: none can be given at once
	Question   string    `json:"question,omitempty"`
	Todo       []string  `json:"todo,omitempty"` // the instructions of the one step
	Minutes    int       `json:"minutes,omitempty"`
	AnswerBy   time.Time `json:"answer_by,omitzero"`
	StartsAt   time.Time `json:"starts_at,omitzero"`
	EndsAt     time.Time `json:"ends_at,omitzero"`
	DaysBefore int       `json:"days_before,omitempty"`
	Occurrence string    `json:"occurrence,omitempty"` // which time of which schedule, for calendars (reminder, cancelled)
	Sequence   int       `json:"sequence,omitempty"`   // how often what was said of it has changed
	MovedTo    time.Time `json:"moved_to,omitzero"`    // when it comes instead (cancelled)
	Absent     string    `json:"absent,omitempty"`     // who has not answered (escalation)
	Passed     bool      `json:"passed,omitempty"`     // because he said that he cannot
	Failed     bool      `json:"failed,omitempty"`     // the step did, and its leader decides (escalation)
	Deputy     string    `json:"deputy,omitempty"`     // who is asked when the reader passes the step on; empty: nobody is left
	Without    []string  `json:"without,omitempty"`    // roles that the drill is held without
	Called     int       `json:"called,omitempty"`     // links of the alert chain that were called (finished)
	Reached    int       `json:"reached,omitempty"`    // and how many of them answered in time
	Leader     string    `json:"leader,omitempty"`
	Phone      string    `json:"phone,omitempty"` // the duty phone, from settings
	Verdict    string    `json:"verdict,omitempty"`
	RTAMinutes int       `json:"rta_minutes,omitempty"`
	RTOMinutes int       `json:"rto_minutes,omitempty"`
	RPAMinutes int       `json:"rpa_minutes,omitempty"`
	RPOMinutes int       `json:"rpo_minutes,omitempty"`
	Measured   bool      `json:"measured,omitempty"` // false: "not measured", never shown green
	// DataMeasured says the same of RPAMinutes, so that a loss of 0 minutes can be told from one that nobody measured.
	DataMeasured bool   `json:"data_measured,omitempty"`
	Findings     int    `json:"findings,omitempty"`  // number of findings of the run
	SlowStep     string `json:"slow_step,omitempty"` // slowest step against its estimate
	SlowBy       int    `json:"slow_by,omitempty"`   // minutes over its estimate
	Code         string `json:"code,omitempty"`      // rule code, e.g. C6
	Text         string `json:"text,omitempty"`      // the finding's or the reason's own words
	Hint         string `json:"hint,omitempty"`
	Command      string `json:"command,omitempty"` // what to type to answer where there are no pages
	// Link and ShortCode lead the receiver to the step. They are put in for one try to
	// deliver and are kept nowhere: whoever read them in the register could answer.
	Link      string `json:"link,omitempty"`
	ShortCode string `json:"short_code,omitempty"`

	// What the log shows of the time from StartsAt to EndsAt (misuse).
	Signs   []Sign `json:"signs,omitempty"`
	Lines   int    `json:"lines,omitempty"`
	Unread  int    `json:"unread,omitempty"` // lines that were too many to be looked at
	People  int    `json:"people,omitempty"`
	Refused int    `json:"refused,omitempty"`  // acts
	SignIns int    `json:"sign_ins,omitempty"` // that failed
	Exports int    `json:"exports,omitempty"`
}

// Sign is a pattern in the log that somebody should look at; it accuses nobody.
type Sign struct {
	Code   string `json:"code"` // as followup.Suspicion has it
	Person string `json:"person,omitempty"`
	Count  int    `json:"count"`
}

// Delivery is one try to deliver a notice, kept for ever (spec/ux.md 4.1).
type Delivery struct {
	Notice  int64
	Try     int
	At      time.Time
	Channel string
	Outcome Outcome
	Detail  string // what the receiver's side answered
	RetryAt time.Time
}

// Outcome is how one try ended.
type Outcome string

// The outcomes of a try.
const (
	Accepted Outcome = "delivered"
	TryAgain Outcome = "try_again"
	GiveUp   Outcome = "give_up"
)

// Filter narrows a list of notices; zero fields do not.
type Filter struct {
	State State
	Run   string
	Limit int
}
