package plan

// Drill is an exercise that the plan asks for: which kind, when, over which
// steps, with which aims and by whom (spec/domain.md 4.3).
type Drill struct {
	ID             string   `yaml:"id"`
	Title          string   `yaml:"title"`
	Type           string   `yaml:"type"`                  // review, tabletop, alert, restore, functional, failover, staff, full
	Environment    string   `yaml:"environment,omitempty"` // produktion, isoleret, papir
	Scope          string   `yaml:"rta_scope,omitempty"`   // isolated (default) or end_to_end
	Announced      bool     `yaml:"announced,omitempty"`
	Schedule       Schedule `yaml:"schedule,omitempty"`
	Steps          []string `yaml:"steps,omitempty"`   // step ids; empty means all
	Injects        []Step   `yaml:"injects,omitempty"` // steps that stand in this drill only
	Objectives     []aim    `yaml:"objectives,omitempty"`
	Participants   Cast     `yaml:"participants,omitempty"`
	Scenario       string   `yaml:"scenario,omitempty"`
	Tags           []string `yaml:"tags,omitempty"`
	Included       string   `yaml:"included,omitempty"`
	Excluded       string   `yaml:"excluded,omitempty"`
	AbortCriteria  []string `yaml:"abort_criteria,omitempty"`
	ChangeTicket   string   `yaml:"change_ticket,omitempty"`
	AllowParallel  bool     `yaml:"allow_parallel,omitempty"`  // else one run a system at a time
	StopOnFailure  bool     `yaml:"stop_on_failure,omitempty"` // a failed step ends the run after cleanup
	MaxDuration    Duration `yaml:"max_duration,omitempty"`
	DisruptedAtT0  string   `yaml:"disrupted_at,omitempty"` // step id whose start is the simulated t0; default: the start
	RecoveryPoint  string   `yaml:"recovery_point,omitempty"`
	RemindDaysOnly []int    `yaml:"remind_days,omitempty"` // default 14, 7, 1
}

// Schedule says when a drill is due, as text that package schedule reads.
type Schedule struct {
	When        string   `yaml:"when,omitempty"` // cron text of five fields, or words
	Zone        string   `yaml:"zone,omitempty"` // default: the organisation's
	Move        string   `yaml:"move,omitempty"` // "", next_working_day, previous_working_day
	Blackout    []string `yaml:"blackout,omitempty"`
	StartWithin Duration `yaml:"start_within,omitempty"` // default 24h
	Missed      string   `yaml:"missed,omitempty"`       // run_once (default), skip, ask
}

// aim is one objective of an exercise: what is measured and what is wanted.
type aim struct {
	Text    string `yaml:"text"`
	Measure string `yaml:"measure,omitempty"` // rta, rpa, or a step id
	Target  string `yaml:"target,omitempty"`  // a duration, or words
}

// Cast names the roles of an exercise.
type Cast struct {
	Director     string   `yaml:"director,omitempty"`
	Facilitator  string   `yaml:"facilitator,omitempty"`
	Controllers  []string `yaml:"controllers,omitempty"`
	Evaluators   []string `yaml:"evaluators,omitempty"`
	Participants []string `yaml:"participants,omitempty"`
	Observers    []string `yaml:"observers,omitempty"`
	Barred       []string `yaml:"barred,omitempty"` // roles that must not take part
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
