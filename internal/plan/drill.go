package plan

import "cmp"

// Drill is an exercise that the plan asks for: which kind, when, over which
// steps, with which aims and by whom (spec/domain.md 4.3).
type Drill struct {
	ID             string   `json:"id" jsonschema:"format=slug"`
	Title          string   `json:"title"`
	Type           string   `json:"type" jsonschema:"enum=review,enum=tabletop,enum=alert,enum=restore,enum=functional,enum=failover,enum=staff,enum=full"` // review, tabletop, alert, restore, functional, failover, staff, full
	Environment    string   `json:"environment,omitempty,omitzero" jsonschema:"enum=produktion,enum=isoleret,enum=papir"`                                   // produktion, isoleret, papir
	Scope          string   `json:"rta_scope,omitempty,omitzero" jsonschema:"enum=isolated,enum=end_to_end"`                                                // isolated (default) or end_to_end
	Announced      bool     `json:"announced,omitempty,omitzero"`
	Schedule       Schedule `json:"schedule,omitempty,omitzero"`
	Steps          []string `json:"steps,omitempty,omitzero"`   // step ids; empty means all
	Injects        []Step   `json:"injects,omitempty,omitzero"` // steps that stand in this drill only
	Objectives     []aim    `json:"objectives,omitempty,omitzero"`
	Participants   Cast     `json:"participants,omitempty,omitzero"`
	Scenario       string   `json:"scenario,omitempty,omitzero"`
	Tags           []string `json:"tags,omitempty,omitzero"`
	Included       string   `json:"included,omitempty,omitzero"`
	Excluded       string   `json:"excluded,omitempty,omitzero"`
	AbortCriteria  []string `json:"abort_criteria,omitempty,omitzero"`
	ChangeTicket   string   `json:"change_ticket,omitempty,omitzero"`
	AllowParallel  bool     `json:"allow_parallel,omitempty,omitzero"`  // else one run a system at a time
	StopOnFailure  bool     `json:"stop_on_failure,omitempty,omitzero"` // a failed step ends the run after cleanup
	MaxDuration    Duration `json:"max_duration,omitempty,omitzero"`
	DisruptedAtT0  string   `json:"disrupted_at,omitempty,omitzero"` // step id whose start is the simulated t0; default: the start
	RecoveryPoint  string   `json:"recovery_point,omitempty,omitzero"`
	RemindDaysOnly []int    `json:"remind_days,omitempty,omitzero"` // default 14, 7, 1
	AssessedAt     string   `json:"assessed_at,omitempty,omitzero"` // step id whose answer is the first assessment, t3
	DeclaredAt     string   `json:"declared_at,omitempty,omitzero"` // step id whose answer declares the state of readiness, t4
	OutsideHours   bool     `json:"outside_hours,omitempty,omitzero"`
	Alarm          alarm    `json:"alarm,omitempty,omitzero"` // how an alert exercise calls the chain of organisation.yaml
}

// alarm is how an alert exercise calls the alert chain: each link is asked
// whether the alarm has come, then through the second channel, then its deputy,
// and each time waits as long.
type alarm struct {
	Within     Duration `json:"within,omitempty,omitzero"`   // default 10m
	Channels   []string `json:"channels,omitempty,omitzero"` // names of channels of the settings: the first, and the second; empty: all of them
	PhonesDown bool     `json:"phones_down,omitempty,omitzero"`
}

// Wait is how long a link of the chain has to answer on each rung.
func (a alarm) Wait() Duration { return cmp.Or(a.Within, 10) }

// Schedule says when a drill is due, as text that package schedule reads.
type Schedule struct {
	When        string   `json:"when,omitempty,omitzero"`                                                              // cron text of five fields, or words
	Zone        string   `json:"zone,omitempty,omitzero"`                                                              // default: the organisation's
	Move        string   `json:"move,omitempty,omitzero" jsonschema:"enum=next_working_day,enum=previous_working_day"` // "", next_working_day, previous_working_day
	Blackout    []string `json:"blackout,omitempty,omitzero"`
	StartWithin Duration `json:"start_within,omitempty,omitzero"`                                         // default 24h
	Missed      string   `json:"missed,omitempty,omitzero" jsonschema:"enum=run_once,enum=skip,enum=ask"` // run_once (default), skip, ask
}

// aim is one objective of an exercise: what is measured and what is wanted.
type aim struct {
	Text    string `json:"text"`
	Measure string `json:"measure,omitempty,omitzero"` // rta, rpa, chain, or a step id
	Target  string `json:"target,omitempty,omitzero"`  // a duration, or words
}

// Cast names the roles of an exercise.
type Cast struct {
	Director     string   `json:"director,omitempty,omitzero"`
	Facilitator  string   `json:"facilitator,omitempty,omitzero"`
	Controllers  []string `json:"controllers,omitempty,omitzero"`
	Evaluators   []string `json:"evaluators,omitempty,omitzero"`
	Participants []string `json:"participants,omitempty,omitzero"`
	Observers    []string `json:"observers,omitempty,omitzero"`
	Barred       []string `json:"barred,omitempty,omitzero"` // roles and teams that the drill is held without; their deputies are asked
}

// Measured tells whether a drill of this type measures recovery time. A review,
// tabletop, alert or staff exercise never satisfies a demand for a measured
// test (spec/domain.md 4.3, C9).
func Measured(drillType string) bool {
	switch drillType {
	case "restore", "functional", "failover", "full", "incident":
		return true
	default:
		return false
	}
}
