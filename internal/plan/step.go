package plan

// Recovery is the reetableringsplan: what IT does to bring the service back.
// Steps, SecuritySteps and Cleanup form one graph; Cleanup runs last in a drill
// whatever happened.
type Recovery struct {
	Preconditions []string `yaml:"preconditions,omitempty"`
	Steps         []Step   `yaml:"steps"`
	SecuritySteps []Step   `yaml:"security_steps,omitempty"`
	Cleanup       []Step   `yaml:"cleanup,omitempty"`
}

// StepKind is how a step is carried out.
type StepKind string

// The kinds of step. A step without action, confirm, inject or decision is
// manual: a technician starts and finishes it.
const (
	StepManual   StepKind = "manual"
	StepAction   StepKind = "action"
	StepConfirm  StepKind = "confirm"
	StepInject   StepKind = "inject"
	StepDecision StepKind = "decision"
)

// Step is one recovery action. Action names a built-in probe or an entry of the
// administrator's catalogue; With holds its typed parameters as they were
// written. No plan carries a command (DESIGN 3).
type Step struct {
	ID          string            `yaml:"id"`
	Title       string            `yaml:"title"`
	Instruction string            `yaml:"instruction,omitempty"`
	Team        string            `yaml:"team,omitempty"` // required for manual steps
	Estimate    Duration          `yaml:"estimate"`
	After       []string          `yaml:"after,omitempty"`
	Only        string            `yaml:"only,omitempty"` // drill, incident or both (default)
	Site        string            `yaml:"site,omitempty"` // network zone that the step must run in
	Action      string            `yaml:"action,omitempty"`
	With        map[string]string `yaml:"with,omitempty"`
	Timeout     Duration          `yaml:"timeout,omitempty"` // required for an automatic step
	Rerun       string            `yaml:"rerun,omitempty"`   // safe, ask (default) or never
	Confirm     *Confirm          `yaml:"confirm,omitempty"`
	Inject      *Inject           `yaml:"inject,omitempty"`
	Decision    *Decision         `yaml:"decision,omitempty"`
	Verify      string            `yaml:"verify,omitempty"`
	OnFailure   string            `yaml:"on_failure,omitempty"` // text for people
	Evidence    string            `yaml:"evidence_wanted,omitempty"`
	// Verifies marks the step whose success gives t8 (verified by the owner); by
	// default the last confirm step by the system owner, else the last step.
	Verifies bool `yaml:"verifies,omitempty"`
}

// Kind tells how the step is carried out.
func (s *Step) Kind() StepKind {
	switch {
	case s.Action != "":
		return StepAction
	case s.Confirm != nil:
		return StepConfirm
	case s.Inject != nil:
		return StepInject
	case s.Decision != nil:
		return StepDecision
	default:
		return StepManual
	}
}

// Confirm asks a named role a question; only a person of that role or its
// deputy answers (DESIGN 3, 6).
type Confirm struct {
	By           string   `yaml:"by"` // a role: systemejer, or a role of the organisation
	Question     string   `yaml:"question"`
	Instructions []string `yaml:"instructions,omitempty"`
	Within       Duration `yaml:"within,omitempty"`    // then the deputy is asked, then the leader
	Assurance    string   `yaml:"assurance,omitempty"` // link (default), code, login
}

// Inject is an event of the script that a discussion or staff exercise gets.
type Inject struct {
	Offset   Duration `yaml:"offset,omitempty"` // from the start of the exercise
	Channel  string   `yaml:"channel,omitempty"`
	Text     string   `yaml:"text"`
	Sender   string   `yaml:"sender,omitempty"`
	Expected string   `yaml:"expected,omitempty"`
}

// Decision is a choice that a role makes; the choice is recorded.
type Decision struct {
	By      string   `yaml:"by"`
	Text    string   `yaml:"question"`
	Options []string `yaml:"options"`
	Within  Duration `yaml:"within,omitempty"`
}
