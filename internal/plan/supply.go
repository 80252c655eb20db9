package plan

// Dependency is a system that this one needs.
type Dependency struct {
	ID        string   `yaml:"id"`
	Kind      string   `yaml:"kind,omitempty"`       // opstart, drift, data, login
	NeededFor string   `yaml:"needed_for,omitempty"` // recovery (default) or operation
	Tolerates Duration `yaml:"tolerates,omitempty"`  // how long this system does without it
}

// dataFlow is data that flows in or out, and what breaks without it.
type dataFlow struct {
	To          string `yaml:"to"`
	Direction   string `yaml:"direction,omitempty"`
	Consequence string `yaml:"consequence,omitempty"`
}

// Supplier is an outside party that recovery leans on (C11).
type Supplier struct {
	Name          string   `yaml:"name"`
	Role          string   `yaml:"role,omitempty"` // drift, udvikling, support
	ContractRef   string   `yaml:"contract_ref,omitempty"`
	ContractEnd   string   `yaml:"contract_end,omitempty"`
	SupportWindow string   `yaml:"support_window,omitempty"` // "24/7" or "hverdage 8-16"
	Response      Duration `yaml:"response,omitempty"`
	RestoreSLA    Duration `yaml:"restore_sla,omitempty"`
	AlarmChannel  string   `yaml:"alarm_channel,omitempty"`
	Escalation    string   `yaml:"escalation,omitempty"`
	Exit          string   `yaml:"exit,omitempty"`
	// NeededFor says whether recovery cannot finish without the supplier:
	// recovery or support.
	NeededFor     string `yaml:"needed_for,omitempty"`
	OwnPlanTested string `yaml:"own_plan_tested,omitempty"` // date and evidence
}

// Backup is how data can come back. C5 wants interval + duration ≤ rpo.
type Backup struct {
	Method             string   `yaml:"method"` // "none" wants a reason
	Reason             string   `yaml:"reason,omitempty"`
	Interval           Duration `yaml:"interval,omitempty"`
	Duration           Duration `yaml:"duration,omitempty"`
	Retention          Duration `yaml:"retention,omitempty"`
	Copies             int      `yaml:"copies,omitempty"`
	Offsite            bool     `yaml:"offsite,omitempty"`
	OfflineOrImmutable bool     `yaml:"offline_or_immutable,omitempty"`
	Encrypted          bool     `yaml:"encrypted,omitempty"`
	KeyLocation        string   `yaml:"key_location,omitempty"`
	RestoreOrder       []string `yaml:"restore_order,omitempty"`
	LastVerified       string   `yaml:"last_verified,omitempty"`
	CloudOutsideCopy   bool     `yaml:"cloud_outside_copy,omitempty"`
}
