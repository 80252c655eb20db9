package plan

// Recovery is the reetableringsplan: what IT does to bring the service back.
// Steps, SecuritySteps and Cleanup form one graph; Cleanup runs last in a drill
// whatever happened.
type Recovery struct {
	Preconditions []string `json:"preconditions,omitempty,omitzero"`
	Steps         []Step   `json:"steps" jsonschema:"minItems=1"`
	SecuritySteps []Step   `json:"security_steps,omitempty,omitzero"`
	Cleanup       []Step   `json:"cleanup,omitempty,omitzero"`
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
	ID          string            `json:"id" jsonschema:"format=slug"`
	Title       string            `json:"title"`
	Instruction string            `json:"instruction,omitempty,omitzero"`
	Team        string            `json:"team,omitempty,omitzero"` // required for manual steps
	Estimate    Duration          `json:"estimate,omitempty,omitzero"`
	After       []string          `json:"after,omitempty,omitzero"`
	Only        string            `json:"only,omitempty,omitzero" jsonschema:"enum=drill,enum=incident,enum=both"` // drill, incident or both (default)
	Site        string            `json:"site,omitempty,omitzero" jsonschema:"format=site"`                        // network zone that the step must run in
	Action      string            `json:"action,omitempty,omitzero"`
	With        map[string]string `json:"with,omitempty,omitzero"`
	Timeout     Duration          `json:"timeout,omitempty,omitzero"`                                          // required for an automatic step
	Rerun       string            `json:"rerun,omitempty,omitzero" jsonschema:"enum=safe,enum=ask,enum=never"` // safe, ask (default) or never
	Confirm     *Confirm          `json:"confirm,omitempty,omitzero"`
	Inject      *Inject           `json:"inject,omitempty,omitzero"`
	Decision    *Decision         `json:"decision,omitempty,omitzero"`
	Verify      string            `json:"verify,omitempty,omitzero"`
	OnFailure   string            `json:"on_failure,omitempty,omitzero"` // text for people
	Evidence    string            `json:"evidence_wanted,omitempty,omitzero"`
	// Verifies marks the step whose success gives t8 (verified by the owner); by
	// default the last confirm step by the system owner, else the last step.
	Verifies bool `json:"verifies,omitempty,omitzero"`
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
	By           string   `json:"by"` // a role: systemejer, or a role of the organisation
	Question     string   `json:"question"`
	Instructions []string `json:"instructions,omitempty,omitzero"`
	Within       Duration `json:"within,omitempty,omitzero"`                                                // then the deputy is asked, then the leader
	Assurance    string   `json:"assurance,omitempty,omitzero" jsonschema:"enum=link,enum=code,enum=login"` // link (default), code, login
}

// Inject is an event of the script that a discussion or staff exercise gets.
type Inject struct {
	Offset   Duration `json:"offset,omitempty,omitzero"` // from the start of the exercise
	Channel  string   `json:"channel,omitempty,omitzero"`
	Text     string   `json:"text"`
	Sender   string   `json:"sender,omitempty,omitzero"`
	Expected string   `json:"expected,omitempty,omitzero"`
}

// Decision is a choice that a role makes; the choice is recorded.
type Decision struct {
	By      string   `json:"by"`
	Text    string   `json:"question"`
	Options []string `json:"options" jsonschema:"minItems=2"`
	Within  Duration `json:"within,omitempty,omitzero"`
}
