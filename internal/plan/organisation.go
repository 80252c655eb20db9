package plan

// Organisation is the one file about the municipality itself (spec/domain.md
// 4.2): the crisis organisation, the teams and their size, calendars, and the
// thresholds of the checks.
type Organisation struct {
	Schema        int        `json:"schema" jsonschema:"minimum=1,maximum=1"`
	Name          string     `json:"organisation"`
	CVR           string     `json:"cvr,omitempty,omitzero"`
	Zone          string     `json:"zone,omitempty,omitzero"`                                  // default Europe/Copenhagen
	Language      string     `json:"language,omitempty,omitzero" jsonschema:"enum=da,enum=en"` // da (default) or en
	DutyPhone     string     `json:"duty_phone,omitempty,omitzero"`
	Policies      []document `json:"policies,omitempty,omitzero"`
	Roles         []Role     `json:"roles,omitempty,omitzero"`
	CrisisRoles   []Role     `json:"crisis_roles,omitempty,omitzero"`
	Levels        []level    `json:"levels,omitempty,omitzero"`
	MeetingPlaces []string   `json:"meeting_places,omitempty,omitzero"`
	AlertChain    alertChain `json:"alert_chain,omitempty,omitzero"`
	OnCall        []onCall   `json:"on_call,omitempty,omitzero"`
	Teams         []Team     `json:"teams"`
	Authorities   []Contact  `json:"authorities,omitempty,omitzero"`
	Calendar      Calendar   `json:"calendar,omitempty,omitzero"`
	Cadence       []Cadence  `json:"cadence"`
	Thresholds    Thresholds `json:"thresholds,omitempty,omitzero"`
	Checks        Schedule   `json:"checks,omitempty,omitzero"` // when the RTO checks run
	Escalation    escalation `json:"escalation,omitempty,omitzero"`
	Report        reportRule `json:"report,omitempty,omitzero"`
	Retention     Duration   `json:"retention,omitempty,omitzero"`
	// File is where it was read from; not part of the canonical bytes.
	File string `json:"-"`

	hash string // set when read
}

// document is a governing document and who approved it (R1, R2).
type document struct {
	ID         string `json:"id"`
	Version    string `json:"version"`
	ApprovedBy string `json:"approved_by,omitempty,omitzero"`
	ApprovedAt string `json:"approved_at,omitempty,omitzero" jsonschema:"format=date"`
	ValidFrom  string `json:"valid_from,omitempty,omitzero" jsonschema:"format=date"`
	Supersedes string `json:"supersedes,omitempty,omitzero"`
}

// Role is a function that people fill, with its deputy and how it is reached.
type Role struct {
	ID      string `json:"id" jsonschema:"format=slug"`
	Name    string `json:"name,omitempty,omitzero"`
	Mailbox string `json:"mailbox,omitempty,omitzero" jsonschema:"format=mailbox"`
	Phone   string `json:"phone,omitempty,omitzero"`
	Slack   string `json:"slack,omitempty,omitzero"`
	Deputy  string `json:"deputy,omitempty,omitzero"` // mailbox or role id
}

// level is one level of raised readiness.
type level struct {
	ID       string   `json:"id"`
	Criteria []string `json:"criteria,omitempty,omitzero"`
	Decides  []string `json:"decides,omitempty,omitzero"`
}

// alertChain is who calls whom, and how when the telephone net is down.
type alertChain struct {
	Order      []string `json:"order,omitempty,omitzero"`
	Channels   []string `json:"channels,omitempty,omitzero"`
	PhonesDown string   `json:"phones_down,omitempty,omitzero"`
}

// onCall is when somebody answers.
type onCall struct {
	Days  string `json:"days"`
	Hours string `json:"hours"`
	Role  string `json:"role"`
}

// Team is a group of people with the number that can work at once. Teams that
// are not listed are unlimited (C12).
type Team struct {
	ID       string   `json:"id" jsonschema:"format=slug"`
	Name     string   `json:"name,omitempty,omitzero"`
	Capacity int      `json:"capacity" jsonschema:"minimum=1"`
	Skills   []string `json:"skills,omitempty,omitzero"`
	Mailbox  string   `json:"mailbox,omitempty,omitzero" jsonschema:"format=mailbox"`
	Slack    string   `json:"slack,omitempty,omitzero"`
}

// Calendar is when the town hall is closed and when no drill may run. Danish
// public holidays are computed and never listed.
type Calendar struct {
	Holidays   string      `json:"holidays,omitempty,omitzero" jsonschema:"enum=dk,enum=none"` // dk (default) or none
	ClosedDays []closedDay `json:"closed_days,omitempty,omitzero"`
	Blackouts  []blackout  `json:"blackouts,omitempty,omitzero"`
	QuietHours string      `json:"quiet_hours,omitempty,omitzero"` // "16:00-08:00"
}

// closedDay is a day of the municipality's own: "12-24", or a full date.
type closedDay struct {
	Date string `json:"date" jsonschema:"format=day"`
	Name string `json:"name"`
}

// blackout is a named time without drills: dates, month-days or ISO weeks.
type blackout struct {
	ID    string `json:"id" jsonschema:"format=slug"`
	Name  string `json:"name,omitempty,omitzero"`
	From  string `json:"from,omitempty,omitzero" jsonschema:"format=day"` // "2026-12-15" or "12-15"
	To    string `json:"to,omitempty,omitzero" jsonschema:"format=day"`   // inclusive
	Weeks string `json:"weeks,omitempty,omitzero"`                        // "7", "28-30"
}

// Cadence is how often systems of a class are exercised and measured (C8, C9).
type Cadence struct {
	Class    int      `json:"class" jsonschema:"minimum=0,maximum=3"`
	Exercise Duration `json:"exercise"`
	Measured Duration `json:"measured"`
	Review   Duration `json:"review,omitempty,omitzero"`
	Contacts Duration `json:"contacts,omitempty,omitzero"`
}

// Thresholds are the numbers of the checks (spec/domain.md 3.4). Zero means
// the default that the docstring gives.
type Thresholds struct {
	DecisionAllowance Duration `json:"decision_allowance,omitempty,omitzero"`                      // C2, default 15m
	EstimatePercent   int      `json:"estimate_percent,omitempty,omitzero" jsonschema:"minimum=1"` // C10, default 120
	AtRiskPercent     int      `json:"at_risk_percent,omitempty,omitzero" jsonschema:"minimum=1"`  // slack below this share of the RTO, default 10
	GraceDays         int      `json:"grace_days,omitempty,omitzero" jsonschema:"minimum=1"`       // C8, C9: warning turns to error, default 30
}

// escalation is after how long an unanswered request goes on, in a drill and in a
// crisis. Zero means the organisation's own, and there what Ladder says.
type escalation struct {
	Remind Duration `json:"remind,omitempty,omitzero"`
	Deputy Duration `json:"deputy,omitempty,omitzero"`
	Leader Duration `json:"leader,omitempty,omitzero"`
	Crisis rungs    `json:"crisis,omitempty,omitzero"`
}

// rungs are those of a crisis.
type rungs struct {
	Remind Duration `json:"remind,omitempty,omitzero"`
	Deputy Duration `json:"deputy,omitempty,omitzero"`
	Leader Duration `json:"leader,omitempty,omitzero"`
}

// reportRule says who gets the yearly report and in which month.
type reportRule struct {
	Recipients []string `json:"recipients,omitempty,omitzero"`
	DueMonth   int      `json:"due_month,omitempty,omitzero" jsonschema:"minimum=1,maximum=12"`
}
