package drills

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/plan"
)

// step is one step as the page shows it, with what this visitor may do to it now.
type step struct {
	Run, ID, Title    string
	Number            int
	State, StateText  string
	Text              string // state, times, who and how far from the plan, in one line
	Who               string
	Kind              string
	Ask               string // question of a step in somebody's hands
	Todo              []string
	Expected          string
	AnswerBy          time.Time
	Note, Output, Log string
	Cleanup           bool
	Real              bool // a machine carries it out
	Verify            string

	Answers []option // for whoever is asked
	Behalf  []option // for the director on behalf of the one asked
	Take    bool
	Skip    bool
	Reopen  bool
	Settle  []option
	Pass    string    // whom it goes to when the one asked cannot answer
	Back    time.Time // until when the visitor may take his answer back
	Typed   string    // what was typed about it in a form that was refused
}

// steps are all steps of the run in its order.
func (t *teller) steps() []step {
	lead := t.may(t.duty.Lead())
	list := make([]step, len(t.run.Steps))
	for i := range t.run.Steps {
		list[i] = t.step(&t.run.Steps[i], lead)
	}
	return list
}

// state is the look of a step, as badge has it; empty: it has not begun.
func state(s *drill.Step) string {
	switch s.State {
	case drill.Started, drill.Taken:
		return "running"
	case drill.Asked:
		return "waiting"
	case drill.Unknown:
		return "unknown"
	case drill.Done:
		return "done"
	case drill.Failed:
		return "failed"
	case drill.Skipped, drill.Blocked:
		return "skipped"
	default:
		return ""
	}
}

func (t *teller) step(s *drill.Step, lead bool) step {
	out := step{
		Run: t.run.ID, ID: s.ID, Title: s.Title, Number: s.Number, State: state(s), StateText: t.say("drills.step." + string(s.State)),
		Kind: string(s.Kind()), Cleanup: s.Cleanup, Real: !s.Human(), Who: t.hands(s), Note: s.Note, Verify: s.Verify,
	}
	out.Text = t.summary(s)
	if s.Output.Head != "" || s.Output.Tail != "" {
		out.Output = s.Output.Head
		if s.Output.Tail != "" && s.Output.Tail != s.Output.Head {
			out.Output += "\n…\n" + s.Output.Tail
		}
	}
	if t.v.Field("step") == s.ID {
		out.Typed = cmp.Or(t.v.Field("note"), t.v.Field("reason"))
	}
	t.asked(&out, s)
	t.offer(&out, s, lead)
	return out
}

// hands is whose the step is, or was.
func (t *teller) hands(s *drill.Step) string {
	switch {
	case s.By != "" && (s.Over() || s.State == drill.Taken):
		return t.who(s.By)
	case !s.Human():
		if s.Team != "" {
			return t.say("drills.machine.for", t.role(s.Team))
		}
		return t.say("drills.machine")
	default:
		return t.role(t.run.Asks(s))
	}
}

// times says when the step began and ended, or how long it is planned to take.
func (t *teller) times(s *drill.Step) string {
	switch {
	case s.State == drill.Waiting && s.Estimate > 0:
		return t.say("drills.estimate", t.v.Texts.Span(estimated(s.Step)))
	case s.StartedAt.IsZero():
		return ""
	case s.EndedAt.IsZero():
		return t.say("drills.since", t.at(s.StartedAt))
	default:
		return t.say("drills.between", t.at(s.StartedAt), t.at(s.EndedAt))
	}
}

// summary is what there is to say of a step in one line.
func (t *teller) summary(s *drill.Step) string {
	who := t.hands(s)
	if s.Over() && s.Assured != "" && s.Assured != "system" {
		who += " (" + t.v.Texts.Word("drills.assured", s.Assured) + ")"
	}
	parts := []string{t.say("drills.step." + string(s.State)), t.times(s), who, t.deviation(s)}
	if s.Link && s.Over() && s.State != drill.Skipped {
		parts = append(parts, t.say("drills.way."+s.Way()))
	}
	if s.Cleanup {
		parts = append(parts, t.say("drills.cleanup"))
	}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), " · ")
}

// deviation holds the work on a step against its estimate; what took far longer is
// marked.
func (t *teller) deviation(s *drill.Step) string {
	if s.Estimate <= 0 || s.State != drill.Done || s.Worked <= 0 {
		return ""
	}
	by := (s.Worked - estimated(s.Step)).Round(time.Minute)
	switch {
	case by == 0:
		return t.say("drills.against.none")
	case s.Worked > estimated(s.Step)*6/5:
		return "▲ " + t.say("drills.against", t.v.Texts.Signed(by))
	default:
		return t.say("drills.against", t.v.Texts.Signed(by))
	}
}

// asked is what stands by a step that is in a person's hands.
func (t *teller) asked(out *step, s *drill.Step) {
	out.Ask = t.question(s)
	switch {
	case s.Confirm != nil:
		out.Todo = s.Confirm.Instructions
	case s.Inject != nil:
		out.Expected = s.Inject.Expected
	}
	if s.State != drill.Asked {
		return
	}
	if e, found := t.newest(event.StepAsked, s.ID); found {
		out.AnswerBy = t.run.AnswerBy(s, e.At.Wall, t.ladder())
	}
}

// offer lists what the run would take from this visitor.
func (t *teller) offer(out *step, s *drill.Step, lead bool) {
	takes := func(kind event.Kind, outcome string) bool { return t.takes[key(kind, s.ID, outcome)] }
	answers := func() (list []option) {
		for _, c := range choices(s) {
			if takes(event.StepAnswered, c) {
				list = append(list, option{Value: c, Text: t.choice(s, c)})
			}
		}
		return list
	}
	if s.Human() && (!s.Over() || s.Awaited(&t.run)) {
		switch {
		case t.may(t.duty.Answer(s)):
			out.Answers, out.Take = answers(), takes(event.StepTaken, "")
			if len(out.Answers) > 0 && s.Level < 3 {
				out.Pass = t.next(s)
			}
		case t.may(t.duty.AnswerFor(s)):
			out.Behalf = answers()
		}
	}
	if until, err := t.run.TakeBack(s, t.v.Person.ID, t.now); err == nil {
		out.Back = until
	}
	if lead {
		out.Skip, out.Reopen = takes(event.StepSkipped, ""), takes(event.StepReopened, "")
		for _, word := range []string{"done", "failed", "rerun"} {
			if takes(event.StepSettled, word) {
				out.Settle = append(out.Settle, option{Value: word, Text: t.say("drills.settle." + word)})
			}
		}
	}
}

// next is who is asked when the one asked cannot answer.
func (t *teller) next(s *drill.Step) string {
	if asked := t.run.Asks(s); s.Level < 2 && len(t.org.Called(asked, t.run.Plan)) > 1 {
		return t.deputy(asked)
	}
	return t.leader()
}

// choice is what the button of an answer says: a confirmation, a task or a choice.
func (t *teller) choice(s *drill.Step, outcome string) string {
	if s.Kind() == plan.StepDecision {
		return outcome
	}
	if s.Link {
		return t.say("drills.answer.alarm." + outcome)
	}
	return t.say("drills.answer." + string(s.Kind()) + "." + outcome)
}
