package plan

// activation says when the plan is put in force, by whom, and when it ends.
type activation struct {
	Criteria    []string `json:"criteria"`
	MayActivate []string `json:"may_activate,omitempty,omitzero"` // roles
	StandDown   []string `json:"stand_down,omitempty,omitzero"`
	Channels    []string `json:"channels,omitempty,omitzero"` // two independent ones at least (G4)
	CallTree    string   `json:"calltree,omitempty,omitzero"`
}

// Contact is a role that can be reached.
type Contact struct {
	Role       string `json:"role"`
	Mailbox    string `json:"mailbox,omitempty,omitzero" jsonschema:"format=mailbox"`
	Phone      string `json:"phone,omitempty,omitzero"` // a duty number, never a private one
	Hours      string `json:"hours,omitempty,omitzero"`
	VerifiedAt string `json:"verified_at,omitempty,omitzero" jsonschema:"format=date"`
}

// workaround is the nødplan: how the owner keeps the service going by hand from
// minute 0. It has its own time target and is never part of the recovery chain.
type workaround struct {
	NotPossible       string     `json:"not_possible,omitempty,omitzero"` // the reason
	StartWithin       Duration   `json:"start_within,omitempty,omitzero"`
	Steps             []string   `json:"steps,omitempty,omitzero"`
	Materials         []material `json:"materials,omitempty,omitzero"`
	MaxDuration       Duration   `json:"max_duration,omitempty,omitzero"`
	Responsible       string     `json:"responsible,omitempty,omitzero"`
	RegistrationAfter string     `json:"registration_after,omitempty,omitzero"`
}

// material is a thing that emergency operation needs at hand.
type material struct {
	What      string `json:"what"`
	Where     string `json:"where"`
	Refreshed string `json:"refreshed,omitempty,omitzero"`
}

// acceptance is one test by which the owner knows that the service is back.
type acceptance struct {
	What     string `json:"what"`
	By       string `json:"by,omitempty,omitzero"`
	Expected string `json:"expected,omitempty,omitzero"`
}

// returning is the way from temporary measures back to normal operation.
type returning struct {
	Steps              []string `json:"steps"`
	DataReconciliation string   `json:"data_reconciliation,omitempty,omitzero"`
}

// communication says who is told what.
type communication struct {
	Messages []announcement `json:"messages"`
}

// announcement is one prepared message to one audience.
type announcement struct {
	Audience string `json:"audience"`
	Channel  string `json:"channel,omitempty,omitzero"`
	Template string `json:"template,omitempty,omitzero"`
	Approver string `json:"approver,omitempty,omitzero"`
	Cadence  string `json:"cadence,omitempty,omitzero"`
}
