// Package plan is what a plan file says: the content model of one system's
// continuity plan and of the organisation around it, strict reading with every
// problem at its place, canonical bytes with their SHA-256, and the difference
// between two versions in sentences. It touches nothing outside its arguments.
package plan

// Plan is one system's plan as one file says it: the emergency operation that
// the owner runs (workaround) and the recovery that IT runs (spec/domain.md
// 4.1). A parsed Plan is never changed; a change is a new version with a new
// Hash. What the register derives (status, last exercises, approvals,
// dispensations) never stands in the file.
type Plan struct {
	Schema          int               `yaml:"schema"`
	ID              string            `yaml:"id"`
	Name            string            `yaml:"name"`
	Aliases         []string          `yaml:"aliases,omitempty"`
	Purpose         string            `yaml:"purpose,omitempty"`
	PlanVersion     string            `yaml:"plan_version,omitempty"`
	ValidFrom       string            `yaml:"valid_from,omitempty"` // ISO 8601 date
	Supersedes      string            `yaml:"supersedes,omitempty"`
	GoverningPolicy *Policy           `yaml:"governing_policy,omitempty"`
	Confidentiality string            `yaml:"confidentiality,omitempty"` // offentlig, intern, fortrolig
	Confidential    []string          `yaml:"confidential_sections,omitempty"`
	ExternalIDs     map[string]string `yaml:"external_ids,omitempty"`

	Owner         Owner    `yaml:"owner"`
	Custodian     *person  `yaml:"custodian,omitempty"`
	TechnicalTeam string   `yaml:"technical_team,omitempty"`
	RecoveryLead  *person  `yaml:"recovery_lead,omitempty"`
	DataOwner     string   `yaml:"data_owner,omitempty"`
	DPOInformed   string   `yaml:"dpo_informed,omitempty"`
	Criticality   string   `yaml:"criticality"`    // samfundskritisk, forretningskritisk, ikke_kritisk
	RecoveryClass int      `yaml:"recovery_class"` // 0 foundation, 1 within the day, 2 within days, 3 later
	Hosting       string   `yaml:"hosting"`        // on_premise, ekstern, hybrid
	Serves        []string `yaml:"serves,omitempty"`
	Tasks         []string `yaml:"tasks,omitempty"`
	Processes     []string `yaml:"processes,omitempty"`
	PersonalData  string   `yaml:"personal_data,omitempty"`

	BIA           *analysis    `yaml:"bia,omitempty"`
	PeakPeriods   []peakPeriod `yaml:"peak_periods,omitempty"`
	LevelOverride string       `yaml:"level_override,omitempty"` // why the class differs from the derived one (R24)
	Objectives    Objectives   `yaml:"objectives"`

	DependsOn  []Dependency `yaml:"depends_on"`
	Facilities []string     `yaml:"facilities,omitempty"`
	Interfaces []dataFlow   `yaml:"interfaces,omitempty"`
	Suppliers  []Supplier   `yaml:"suppliers,omitempty"`
	Backup     *Backup      `yaml:"backup,omitempty"`
	Redundancy string       `yaml:"redundancy,omitempty"`

	Activation    *activation    `yaml:"activation,omitempty"`
	Contacts      []Contact      `yaml:"contacts,omitempty"`
	Workaround    *workaround    `yaml:"workaround,omitempty"`
	Recovery      Recovery       `yaml:"recovery"`
	Acceptance    []acceptance   `yaml:"acceptance_tests,omitempty"`
	Return        *returning     `yaml:"return,omitempty"`
	Communication *communication `yaml:"communication,omitempty"`
	Resources     []string       `yaml:"resources,omitempty"`

	Drills          []Drill       `yaml:"drills,omitempty"`
	ExercisePolicy  string        `yaml:"exercise_policy,omitempty"`
	ReviewEvery     Duration      `yaml:"review_every,omitempty"`
	ReviewTriggers  []string      `yaml:"review_triggers,omitempty"`
	OfflineCopies   []offlineCopy `yaml:"offline_copies,omitempty"`
	SecurityDuring  string        `yaml:"security_during_disruption,omitempty"` // A.5.29
	Alternatives    string        `yaml:"alternative,omitempty"`                // when it cannot be restored in time
	NotifyAuthority []string      `yaml:"notify_authorities,omitempty"`

	// File is where the plan was read from, relative to the plan folder. It is
	// not part of the canonical bytes.
	File string `yaml:"-"`
}

// Policy names one governing document and its version (R1, R2).
type Policy struct {
	ID      string `yaml:"id"`
	Version string `yaml:"version"`
}

// Owner is the accountable systemejer: a role in a unit, reached through a
// mailbox, with a deputy that duties fall to (R13, F31).
type Owner struct {
	Role    string `yaml:"role"`
	Unit    string `yaml:"unit"`
	Mailbox string `yaml:"mailbox,omitempty"`
	Deputy  string `yaml:"deputy,omitempty"` // mailbox of the deputy
}

// person is a role with its deputy, never a private person.
type person struct {
	Role    string `yaml:"role"`
	Mailbox string `yaml:"mailbox,omitempty"`
	Deputy  string `yaml:"deputy,omitempty"`
}

// offlineCopy is one place where the plan lies when everything is down.
type offlineCopy struct {
	Place     string `yaml:"place"`
	Form      string `yaml:"form,omitempty"`
	Date      string `yaml:"date,omitempty"`
	Custodian string `yaml:"custodian,omitempty"`
}
