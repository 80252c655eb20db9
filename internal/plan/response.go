package plan

// activation says when the plan is put in force, by whom, and when it ends.
type activation struct {
	Criteria    []string `yaml:"criteria"`
	MayActivate []string `yaml:"may_activate,omitempty"` // roles
	StandDown   []string `yaml:"stand_down,omitempty"`
	Channels    []string `yaml:"channels,omitempty"` // two independent ones at least (G4)
	CallTree    string   `yaml:"calltree,omitempty"`
}

// Contact is a role that can be reached.
type Contact struct {
	Role       string `yaml:"role"`
	Mailbox    string `yaml:"mailbox,omitempty"`
	Phone      string `yaml:"phone,omitempty"` // a duty number, never a private one
	Hours      string `yaml:"hours,omitempty"`
	VerifiedAt string `yaml:"verified_at,omitempty"`
}

// workaround is the nødplan: how the owner keeps the service going by hand from
// minute 0. It has its own time target and is never part of the recovery chain.
type workaround struct {
	NotPossible       string     `yaml:"not_possible,omitempty"` // the reason
	StartWithin       Duration   `yaml:"start_within,omitempty"`
	Steps             []string   `yaml:"steps,omitempty"`
	Materials         []material `yaml:"materials,omitempty"`
	MaxDuration       Duration   `yaml:"max_duration,omitempty"`
	Responsible       string     `yaml:"responsible,omitempty"`
	RegistrationAfter string     `yaml:"registration_after,omitempty"`
}

// material is a thing that emergency operation needs at hand.
type material struct {
	What      string `yaml:"what"`
	Where     string `yaml:"where"`
	Refreshed string `yaml:"refreshed,omitempty"`
}

// acceptance is one test by which the owner knows that the service is back.
type acceptance struct {
	What     string `yaml:"what"`
	By       string `yaml:"by,omitempty"`
	Expected string `yaml:"expected,omitempty"`
}

// returning is the way from temporary measures back to normal operation.
type returning struct {
	Steps              []string `yaml:"steps"`
	DataReconciliation string   `yaml:"data_reconciliation,omitempty"`
}

// communication says who is told what.
type communication struct {
	Messages []announcement `yaml:"messages"`
}

// announcement is one prepared message to one audience.
type announcement struct {
	Audience string `yaml:"audience"`
	Channel  string `yaml:"channel,omitempty"`
	Template string `yaml:"template,omitempty"`
	Approver string `yaml:"approver,omitempty"`
	Cadence  string `yaml:"cadence,omitempty"`
}
