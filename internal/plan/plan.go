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
	Schema          int               `json:"schema" jsonschema:"minimum=1,maximum=1"`
	ID              string            `json:"id" jsonschema:"format=slug"`
	Name            string            `json:"name"`
	Aliases         []string          `json:"aliases,omitempty,omitzero"`
	Purpose         string            `json:"purpose,omitempty,omitzero"`
	PlanVersion     string            `json:"plan_version,omitempty,omitzero"`
	ValidFrom       string            `json:"valid_from,omitempty,omitzero" jsonschema:"format=date"` // ISO 8601 date
	Supersedes      string            `json:"supersedes,omitempty,omitzero"`
	GoverningPolicy *Policy           `json:"governing_policy,omitempty,omitzero"`
	Confidentiality string            `json:"confidentiality,omitempty,omitzero" jsonschema:"enum=offentlig,enum=intern,enum=fortrolig"` // offentlig, intern, fortrolig
	Confidential    []string          `json:"confidential_sections,omitempty,omitzero"`
	ExternalIDs     map[string]string `json:"external_ids,omitempty,omitzero"`

	Owner         Owner    `json:"owner"`
	Custodian     *person  `json:"custodian,omitempty,omitzero"`
	TechnicalTeam string   `json:"technical_team,omitempty,omitzero"`
	RecoveryLead  *person  `json:"recovery_lead,omitempty,omitzero"`
	DataOwner     string   `json:"data_owner,omitempty,omitzero"`
	DPOInformed   string   `json:"dpo_informed,omitempty,omitzero"`
	Criticality   string   `json:"criticality" jsonschema:"enum=samfundskritisk,enum=forretningskritisk,enum=ikke_kritisk"` // samfundskritisk, forretningskritisk, ikke_kritisk
	RecoveryClass int      `json:"recovery_class" jsonschema:"minimum=0,maximum=3"`                                         // 0 foundation, 1 within the day, 2 within days, 3 later
	Hosting       string   `json:"hosting" jsonschema:"enum=on_premise,enum=ekstern,enum=hybrid"`                           // on_premise, ekstern, hybrid
	Serves        []string `json:"serves,omitempty,omitzero" jsonschema:"enum=intern,enum=borgere,enum=virksomheder,enum=partnere"`
	Tasks         []string `json:"tasks,omitempty,omitzero"`
	Processes     []string `json:"processes,omitempty,omitzero"`
	PersonalData  string   `json:"personal_data,omitempty,omitzero" jsonschema:"enum=ingen,enum=almindelige,enum=følsomme,enum=fortrolige"`

	BIA           *analysis    `json:"bia,omitempty,omitzero"`
	PeakPeriods   []peakPeriod `json:"peak_periods,omitempty,omitzero"`
	LevelOverride string       `json:"level_override,omitempty,omitzero"` // why the class differs from the derived one (R24)
	Objectives    Objectives   `json:"objectives"`

	DependsOn  []Dependency `json:"depends_on"`
	Facilities []string     `json:"facilities,omitempty,omitzero"`
	Interfaces []dataFlow   `json:"interfaces,omitempty,omitzero"`
	Suppliers  []Supplier   `json:"suppliers,omitempty,omitzero"`
	Backup     *Backup      `json:"backup,omitempty,omitzero"`
	Redundancy string       `json:"redundancy,omitempty,omitzero"`

	Activation    *activation    `json:"activation,omitempty,omitzero"`
	Escalation    escalation     `json:"escalation,omitempty,omitzero"`
	Contacts      []Contact      `json:"contacts,omitempty,omitzero"`
	Workaround    *workaround    `json:"workaround,omitempty,omitzero"`
	Recovery      Recovery       `json:"recovery"`
	Acceptance    []acceptance   `json:"acceptance_tests,omitempty,omitzero"`
	Return        *returning     `json:"return,omitempty,omitzero"`
	Communication *communication `json:"communication,omitempty,omitzero"`
	Resources     []string       `json:"resources,omitempty,omitzero"`

	Drills          []Drill       `json:"drills,omitempty,omitzero"`
	ExercisePolicy  string        `json:"exercise_policy,omitempty,omitzero"`
	ReviewEvery     Duration      `json:"review_every,omitempty,omitzero"`
	ReviewTriggers  []string      `json:"review_triggers,omitempty,omitzero"`
	OfflineCopies   []offlineCopy `json:"offline_copies,omitempty,omitzero"`
	SecurityDuring  string        `json:"security_during_disruption,omitempty,omitzero"` // A.5.29
	Alternatives    string        `json:"alternative,omitempty,omitzero"`                // when it cannot be restored in time
	NotifyAuthority []string      `json:"notify_authorities,omitempty,omitzero"`

	// File is where the plan was read from, relative to the plan folder. It is
	// not part of the canonical bytes.
	File string `json:"-"`

	hash      string // set when read, so that asking is free
	stepsHash string
}

// Policy names one governing document and its version (R1, R2).
type Policy struct {
	ID      string `json:"id"`
	Version string `json:"version"`
}

// Owner is the accountable systemejer: a role in a unit, reached through a
// mailbox, with a deputy that duties fall to (R13, F31).
type Owner struct {
	Role    string `json:"role"`
	Unit    string `json:"unit"`
	Mailbox string `json:"mailbox,omitempty,omitzero" jsonschema:"format=mailbox"`
	Deputy  string `json:"deputy,omitempty,omitzero"` // mailbox of the deputy
}

// person is a role with its deputy, never a private person.
type person struct {
	Role    string `json:"role"`
	Mailbox string `json:"mailbox,omitempty,omitzero" jsonschema:"format=mailbox"`
	Deputy  string `json:"deputy,omitempty,omitzero"`
}

// offlineCopy is one place where the plan lies when everything is down.
type offlineCopy struct {
	Place     string `json:"place"`
	Form      string `json:"form,omitempty,omitzero"`
	Date      string `json:"date,omitempty,omitzero" jsonschema:"format=date"`
	Custodian string `json:"custodian,omitempty,omitzero"`
}
