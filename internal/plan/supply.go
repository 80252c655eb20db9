package plan

// Dependency is a system that this one needs.
type Dependency struct {
	ID        string   `json:"id" jsonschema:"format=slug"`
	Kind      string   `json:"kind,omitempty,omitzero" jsonschema:"enum=opstart,enum=drift,enum=data,enum=login"` // opstart, drift, data, login
	NeededFor string   `json:"needed_for,omitempty,omitzero" jsonschema:"enum=recovery,enum=operation"`           // recovery (default) or operation
	Tolerates Duration `json:"tolerates,omitempty,omitzero"`                                                      // how long this system does without it
}

// dataFlow is data that flows in or out, and what breaks without it.
type dataFlow struct {
	To          string `json:"to"`
	Direction   string `json:"direction,omitempty,omitzero"`
	Consequence string `json:"consequence,omitempty,omitzero"`
}

// Supplier is an outside party that recovery leans on (C11).
type Supplier struct {
	Name          string   `json:"name"`
	Role          string   `json:"role,omitempty,omitzero" jsonschema:"enum=drift,enum=udvikling,enum=support"` // drift, udvikling, support
	ContractRef   string   `json:"contract_ref,omitempty,omitzero"`
	ContractEnd   string   `json:"contract_end,omitempty,omitzero" jsonschema:"format=date"`
	SupportWindow string   `json:"support_window,omitempty,omitzero"` // "24/7" or "hverdage 8-16"
	Response      Duration `json:"response,omitempty,omitzero"`
	RestoreSLA    Duration `json:"restore_sla,omitempty,omitzero"`
	AlarmChannel  string   `json:"alarm_channel,omitempty,omitzero"`
	Escalation    string   `json:"escalation,omitempty,omitzero"`
	Exit          string   `json:"exit,omitempty,omitzero"`
	// NeededFor says whether recovery cannot finish without the supplier:
	// recovery or support.
	NeededFor     string `json:"needed_for,omitempty,omitzero" jsonschema:"enum=recovery,enum=support"`
	OwnPlanTested string `json:"own_plan_tested,omitempty,omitzero"` // date and evidence
}

// Backup is how data can come back. C5 wants interval + duration ≤ rpo.
type Backup struct {
	Method             string   `json:"method"` // "none" wants a reason
	Reason             string   `json:"reason,omitempty,omitzero"`
	Interval           Duration `json:"interval,omitempty,omitzero"`
	Duration           Duration `json:"duration,omitempty,omitzero"`
	Retention          Duration `json:"retention,omitempty,omitzero"`
	Copies             int      `json:"copies,omitempty,omitzero" jsonschema:"minimum=0"`
	Offsite            bool     `json:"offsite,omitempty,omitzero"`
	OfflineOrImmutable bool     `json:"offline_or_immutable,omitempty,omitzero"`
	Encrypted          bool     `json:"encrypted,omitempty,omitzero"`
	KeyLocation        string   `json:"key_location,omitempty,omitzero"`
	RestoreOrder       []string `json:"restore_order,omitempty,omitzero"`
	LastVerified       string   `json:"last_verified,omitempty,omitzero" jsonschema:"format=date"`
	CloudOutsideCopy   bool     `json:"cloud_outside_copy,omitempty,omitzero"`
}
