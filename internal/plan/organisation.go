package plan

// Organisation is the one file about the municipality itself (spec/domain.md
// 4.2): the crisis organisation, the teams and their size, calendars, and the
// thresholds of the checks.
type Organisation struct {
	Schema        int        `yaml:"schema"`
	Name          string     `yaml:"organisation"`
	CVR           string     `yaml:"cvr,omitempty"`
	Zone          string     `yaml:"zone,omitempty"`     // default Europe/Copenhagen
	Language      string     `yaml:"language,omitempty"` // da (default) or en
	DutyPhone     string     `yaml:"duty_phone,omitempty"`
	Policies      []document `yaml:"policies,omitempty"`
	Roles         []Role     `yaml:"roles,omitempty"`
	CrisisRoles   []Role     `yaml:"crisis_roles,omitempty"`
	Levels        []level    `yaml:"levels,omitempty"`
	MeetingPlaces []string   `yaml:"meeting_places,omitempty"`
	AlertChain    alertChain `yaml:"alert_chain,omitempty"`
	OnCall        []onCall   `yaml:"on_call,omitempty"`
	Teams         []Team     `yaml:"teams"`
	Authorities   []Contact  `yaml:"authorities,omitempty"`
	Calendar      Calendar   `yaml:"calendar,omitempty"`
	Cadence       []Cadence  `yaml:"cadence"`
	Thresholds    Thresholds `yaml:"thresholds,omitempty"`
	Checks        Schedule   `yaml:"checks,omitempty"` // when the RTO checks run
	Escalation    escalation `yaml:"escalation,omitempty"`
	Report        reportRule `yaml:"report,omitempty"`
	Retention     Duration   `yaml:"retention,omitempty"`
	File          string     `yaml:"-"`
}

// document is a governing document and who approved it (R1, R2).
type document struct {
	ID         string `yaml:"id"`
	Version    string `yaml:"version"`
	ApprovedBy string `yaml:"approved_by,omitempty"`
	ApprovedAt string `yaml:"approved_at,omitempty"`
	ValidFrom  string `yaml:"valid_from,omitempty"`
	Supersedes string `yaml:"supersedes,omitempty"`
}

// Role is a function that people fill, with its deputy and how it is reached.
type Role struct {
	ID      string `yaml:"id"`
	Name    string `yaml:"name,omitempty"`
	Mailbox string `yaml:"mailbox,omitempty"`
	Phone   string `yaml:"phone,omitempty"`
	Slack   string `yaml:"slack,omitempty"`
	Deputy  string `yaml:"deputy,omitempty"` // mailbox or role id
}

// level is one level of raised readiness.
type level struct {
	ID       string   `yaml:"id"`
	Criteria []string `yaml:"criteria,omitempty"`
	Decides  []string `yaml:"decides,omitempty"`
}

// alertChain is who calls whom, and how when the telephone net is down.
type alertChain struct {
	Order      []string `yaml:"order,omitempty"`
	Channels   []string `yaml:"channels,omitempty"`
	PhonesDown string   `yaml:"phones_down,omitempty"`
}

// onCall is when somebody answers.
type onCall struct {
	Days  string `yaml:"days"`
	Hours string `yaml:"hours"`
	Role  string `yaml:"role"`
}

// Team is a group of people with the number that can work at once. Teams that
// are not listed are unlimited (C12).
type Team struct {
	ID       string   `yaml:"id"`
	Name     string   `yaml:"name,omitempty"`
	Capacity int      `yaml:"capacity"`
	Skills   []string `yaml:"skills,omitempty"`
	Mailbox  string   `yaml:"mailbox,omitempty"`
	Slack    string   `yaml:"slack,omitempty"`
}

// Calendar is when the town hall is closed and when no drill may run. Danish
// public holidays are computed and never listed.
type Calendar struct {
	Holidays   string      `yaml:"holidays,omitempty"` // dk (default) or none
	ClosedDays []closedDay `yaml:"closed_days,omitempty"`
	Blackouts  []blackout  `yaml:"blackouts,omitempty"`
	QuietHours string      `yaml:"quiet_hours,omitempty"` // "16:00-08:00"
}

// closedDay is a day of the municipality's own: "12-24", or a full date.
type closedDay struct {
	Date string `yaml:"date"`
	Name string `yaml:"name"`
}

// blackout is a named time without drills: dates, month-days or ISO weeks.
type blackout struct {
	ID    string `yaml:"id"`
	Name  string `yaml:"name,omitempty"`
	From  string `yaml:"from,omitempty"`  // "2026-12-15" or "12-15"
	To    string `yaml:"to,omitempty"`    // inclusive
	Weeks string `yaml:"weeks,omitempty"` // "7", "28-30"
}

// Cadence is how often systems of a class are exercised and measured (C8, C9).
type Cadence struct {
	Class    int      `yaml:"class"`
	Exercise Duration `yaml:"exercise"`
	Measured Duration `yaml:"measured"`
	Review   Duration `yaml:"review,omitempty"`
	Contacts Duration `yaml:"contacts,omitempty"`
}

// Thresholds are the numbers of the checks (spec/domain.md 3.4). Zero means
// the default that the docstring gives.
type Thresholds struct {
	DecisionAllowance Duration `yaml:"decision_allowance,omitempty"` // C2, default 15m
	EstimatePercent   int      `yaml:"estimate_percent,omitempty"`   // C10, default 120
	AtRiskPercent     int      `yaml:"at_risk_percent,omitempty"`    // slack below this share of the RTO, default 10
	GraceDays         int      `yaml:"grace_days,omitempty"`         // C8, C9: warning turns to error, default 30
}

// escalation is the ladder of unanswered requests; zero means 15, 30, 45 min.
type escalation struct {
	Remind Duration `yaml:"remind,omitempty"`
	Deputy Duration `yaml:"deputy,omitempty"`
	Leader Duration `yaml:"leader,omitempty"`
}

// reportRule says who gets the yearly report and in which month.
type reportRule struct {
	Recipients []string `yaml:"recipients,omitempty"`
	DueMonth   int      `yaml:"due_month,omitempty"`
}
