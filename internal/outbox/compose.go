package outbox

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/plan"
)

// About is what a message about a run may say: the run's figures, and no plan
// content.
func About(kind Kind, run *drill.Run, org *plan.Organisation) Facts {
	f := Facts{
		System: run.Plan.ID, SystemName: run.Plan.Name, Run: run.ID, Drill: run.Drill.Title, Incident: run.Incident,
		Steps: len(run.Steps), StartsAt: run.Times.Start, EndsAt: run.Times.End, Phone: org.DutyPhone,
		Leader: org.Reach(run.Director, run.Plan).Role, RTOMinutes: run.Plan.Objectives.RTO.Minutes(),
		RPOMinutes: run.Plan.Objectives.RPO.Minutes(), Without: without(run, org),
	}
	if kind == Finished {
		f.Verdict, f.Text = string(run.Verdict), run.Reason
		if rta, _ := run.RTA(); rta.Known {
			f.Measured, f.RTAMinutes = true, minutes(rta)
		}
		if rpa := run.RPA(); rpa.Known {
			f.DataMeasured, f.RPAMinutes = true, minutes(rpa)
		}
		f.Findings = len(run.Findings())
		calling := run.Calling()
		f.Called, f.Reached = calling.Called, calling.Reached
		f.SlowStep, f.SlowBy = slowest(run)
	}
	return f
}

// OfStep adds the one step that the message is about, and how it is answered;
// command is how the program is called.
func (f *Facts) OfStep(run *drill.Run, step *drill.Step, org *plan.Organisation, now time.Time, command string) {
	f.Step, f.StepTitle, f.StepNumber, f.Minutes = step.ID, step.Title, step.Number, step.Estimate.Minutes()
	f.Site = step.Site
	if step.State == drill.Waiting {
		f.Command = fmt.Sprintf("%s drill show %s", command, run.ID)
		return
	}
	f.AnswerBy = run.AnswerBy(step, now, Ladder(org, run))
	verb := "confirm"
	switch {
	case step.State == drill.Unknown:
		verb, f.Text = "settle", step.Note
	case step.State == drill.Failed:
		verb, f.Text, f.Failed = "retry", step.Note, true
	case step.Link:
		f.Asks = AskedAlarm
	case step.Confirm != nil:
		f.Asks, f.Question, f.Todo = string(step.Kind()), step.Confirm.Question, step.Confirm.Instructions
	case step.Decision != nil:
		f.Asks, f.Question, f.Todo = string(step.Kind()), step.Decision.Text, step.Decision.Options
	case step.Inject != nil:
		f.Asks, f.Question, f.Text = string(step.Kind()), step.Inject.Expected, step.Inject.Text
	case step.Human():
		if f.Asks = string(step.Kind()); step.Instruction != "" {
			f.Todo = []string{step.Instruction}
		}
	}
	if f.Asks != "" {
		f.Deputy = next(run, step, org)
	}
	f.Command = fmt.Sprintf("%s drill %s %s %s", command, verb, run.ID, step.ID)
}

// next is the role that is asked when who reads now passes the step on: the deputy,
// then the one who leads, then nobody.
func next(run *drill.Run, step *drill.Step, org *plan.Organisation) string {
	switch asked := run.Asks(step); {
	case step.Level >= 3:
		return ""
	case step.Level < 2 && len(org.Called(asked, run.Plan)) > 1:
		return org.Deputy(asked, run.Plan).Role
	default:
		return org.Reach(run.Director, run.Plan).Role
	}
}

// OfDrill adds the drill that is due at StartsAt, and gives whom that concerns: who
// leads it, first, the owner and its people. Of a plan that cannot be read, nil, it
// is the leader alone.
func (f *Facts) OfDrill(p *plan.Plan, id string, org *plan.Organisation) (to []plan.Contact) {
	f.Phone = org.DutyPhone
	if p == nil {
		to = append(to, org.Reach(org.Leader(), nil))
	} else {
		d, _ := p.Drill(id)
		f.SystemName, f.Drill, f.Minutes = p.Name, cmp.Or(d.Title, id), Minutes(p, d)
		f.EndsAt = f.StartsAt.Add(time.Duration(f.Minutes) * time.Minute)
		to = append(to, org.Reach(cmp.Or(d.Participants.Director, org.Leader()), p), org.Reach("systemejer", p))
		for _, role := range d.Participants.Participants {
			to = append(to, org.Reach(role, p))
		}
	}
	f.Leader = to[0].Role
	return to
}

func minutes(m drill.Measure) int { return int((m.Length + time.Minute - 1) / time.Minute) }

// slowest is the step that ran furthest over its estimate, in minutes.
func slowest(run *drill.Run) (title string, over int) {
	for i := range run.Steps {
		s := &run.Steps[i]
		if by := int((s.Worked - s.Estimate.Std()) / time.Minute); by > over {
			title, over = s.Title, by
		}
	}
	return title, over
}

// Receivers are the roles that an event concerns. An attempt whose end nobody
// knows was made by the machine: there the leader is asked from the first rung.
func Receivers(kind Kind, run *drill.Run, step *drill.Step, level int, org *plan.Organisation) []plan.Contact {
	p := run.Plan
	director := reached(run, run.Director, org)
	asks := kind == Request || kind == Escalation
	switch {
	case asks && step != nil && step.Human() && level == 0 && run.Incident: // in a crisis nobody waits to be second
		return []plan.Contact{reached(run, run.Asks(step), org), second(run, run.Asks(step), org)}
	case asks && step != nil && step.Human() && level <= 1:
		return []plan.Contact{reached(run, run.Asks(step), org)}
	case asks && step != nil && step.Human() && level == 2:
		return []plan.Contact{second(run, run.Asks(step), org)}
	case asks, kind == Unknown, kind == Stalled:
		return []plan.Contact{director}
	default:
		return []plan.Contact{director, org.Reach("systemejer", p)}
	}
}

// Unique leaves out who is named twice.
func Unique(list []plan.Contact) (out []plan.Contact) {
	for _, r := range list {
		if r.Role != "" && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// Names lists the roles for one line.
func Names(to []plan.Contact) string {
	list := make([]string, len(to))
	for i, t := range to {
		list[i] = t.Role
	}
	return strings.Join(list, ", ")
}

// Ladder is the ladder of unanswered requests as that run climbs it.
func Ladder(org *plan.Organisation, run *drill.Run) drill.Ladder {
	remind, deputy, leader := org.Ladder(run.Plan, run.Incident)
	return drill.Ladder{Remind: remind.Std(), Deputy: deputy.Std(), Leader: leader.Std()}
}

// Minutes is how long a drill is planned to take, in minutes: its steps one
// after the other, which is what people should keep free.
func Minutes(p *plan.Plan, d plan.Drill) (total int) {
	run, err := drill.Open("", p, d.ID, "")
	if err != nil {
		return 0
	}
	for _, s := range run.Steps {
		total += s.Estimate.Minutes()
	}
	return total
}
