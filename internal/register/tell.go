package register

import (
	"context"
	"fmt"
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
)

// How long a message is still worth sending. After that it expires and only the
// log and the outbox still know of it (DESIGN 2.5).
const (
	requestLives = 24 * time.Hour
	resultLives  = 72 * time.Hour
)

// receiver is a role that a message goes to, and its mailbox.
type receiver struct{ Name, Address string }

// tell owes the messages of one event of the run, in the event's transaction.
func (s *session) tell(kind outbox.Kind, step *drill.Step, level int) error {
	org, err := s.r.organisation(s.ctx, s.tx)
	if err != nil {
		return err
	}
	now := s.r.now().Wall
	facts := s.facts(kind, step, org)
	key := fmt.Sprintf("%s/%s", s.row.ID, kind)
	if step != nil {
		key = fmt.Sprintf("%s/%s/%d/%d/%s", s.row.ID, step.ID, step.Attempt, s.run.Seq, kind)
		if level >= 2 {
			facts.Absent = s.run.Asks(step)
		}
	}
	lives := resultLives
	if step != nil {
		lives = requestLives
	}
	return s.r.owe(s.ctx, s.tx, org, outbox.Notice{
		Key: key, Kind: kind, Facts: facts, CreatedAt: now, NextTry: now, ExpiresAt: now.Add(lives), State: outbox.Owed,
	}, s.receivers(kind, step, level, org))
}

// owe writes one row for each route: a personal one for each receiver.
func (r *Register) owe(ctx context.Context, tx Tx, org *plan.Organisation, n outbox.Notice, to []receiver) error {
	base := n.Key
	for _, route := range r.options.Routes {
		n.Channel, n.Language = route.Channel, words(route.Language, words(org.Language, "da"))
		targets := to
		if !route.Personal {
			targets = []receiver{{Name: names(to)}}
		}
		for _, t := range targets {
			n.Receiver, n.Address = t.Name, t.Address
			n.Key = fmt.Sprintf("%s/%s/%s", base, route.Channel, t.Address)
			if _, _, err := tx.AddNotice(ctx, n); err != nil {
				return fmt.Errorf("owing the message %s: %w", n.Key, err)
			}
		}
	}
	return nil
}

func names(to []receiver) string {
	list := make([]string, len(to))
	for i, t := range to {
		list[i] = t.Name
	}
	return strings.Join(list, ", ")
}

// receivers are the roles that an event concerns.
func (s *session) receivers(kind outbox.Kind, step *drill.Step, level int, org *plan.Organisation) []receiver {
	p := s.run.Plan
	director := reach(s.run.Director, p, org)
	switch {
	case kind == outbox.Request || (kind == outbox.Escalation && level == 1):
		return unique(reach(s.run.Asks(step), p, org))
	case kind == outbox.Escalation && level == 2:
		return unique(deputy(s.run.Asks(step), p, org))
	case kind == outbox.Escalation, kind == outbox.Unknown:
		return unique(director)
	default:
		return unique(director, reach("systemejer", p, org))
	}
}

// reach finds the mailbox of a role: the system's owner, a role or a team of the
// organisation. A role without a mailbox is still named.
func reach(role string, p *plan.Plan, org *plan.Organisation) receiver {
	if role == "systemejer" && p != nil {
		return receiver{Name: p.Owner.Role + " " + p.Owner.Unit, Address: p.Owner.Mailbox}
	}
	for _, o := range append(org.Roles[:len(org.Roles):len(org.Roles)], org.CrisisRoles...) {
		if o.ID == role {
			return receiver{Name: words(o.Name, o.ID), Address: o.Mailbox}
		}
	}
	for _, t := range org.Teams {
		if t.ID == role {
			return receiver{Name: words(t.Name, t.ID), Address: t.Mailbox}
		}
	}
	return receiver{Name: role}
}

// deputy finds who answers when that role does not.
func deputy(role string, p *plan.Plan, org *plan.Organisation) receiver {
	if role == "systemejer" {
		return receiver{Name: "stedfortræder for " + p.Owner.Role + " " + p.Owner.Unit, Address: p.Owner.Deputy}
	}
	for _, o := range append(org.Roles[:len(org.Roles):len(org.Roles)], org.CrisisRoles...) {
		if o.ID == role && o.Deputy != "" {
			if named := reach(o.Deputy, p, org); named.Address != "" {
				return named
			}
			return receiver{Name: o.Deputy, Address: o.Deputy}
		}
	}
	return reach(role, p, org)
}

func unique(list ...receiver) (out []receiver) {
	seen := map[receiver]bool{}
	for _, r := range list {
		if !seen[r] && r.Name != "" {
			seen[r] = true
			out = append(out, r)
		}
	}
	return out
}

// facts are what the message may say: the run's figures and one step.
func (s *session) facts(kind outbox.Kind, step *drill.Step, org *plan.Organisation) outbox.Facts {
	run := &s.run
	f := outbox.Facts{
		System: s.row.System, SystemName: run.Plan.Name, Run: s.row.ID, Drill: s.row.Title, Incident: run.Incident,
		Steps: len(run.Steps), StartsAt: run.Times.Start, EndsAt: run.Times.End, Phone: org.DutyPhone,
		Leader: reach(run.Director, run.Plan, org).Name, RTOMinutes: run.Plan.Objectives.RTO.Minutes(),
		RPOMinutes: run.Plan.Objectives.RPO.Minutes(),
	}
	if step != nil {
		s.stepFacts(&f, kind, step, org)
	}
	if kind == outbox.Finished {
		f.Verdict, f.Text = string(run.Verdict), run.Reason
		if rta, _ := run.RTA(); rta.Known {
			f.Measured, f.RTAMinutes = true, minutes(rta)
		}
		if rpa := run.RPA(); rpa.Known {
			f.DataMeasured, f.RPAMinutes = true, minutes(rpa)
		}
		f.Findings = len(run.Findings())
		f.SlowStep, f.SlowBy = slowest(run)
	}
	return f
}

func (s *session) stepFacts(f *outbox.Facts, kind outbox.Kind, step *drill.Step, org *plan.Organisation) {
	f.Step, f.StepTitle, f.StepNumber, f.Minutes = step.ID, step.Title, step.Number, step.Estimate.Minutes()
	f.AnswerBy = s.run.AnswerBy(step, s.r.now().Wall, ladder(org))
	verb := "confirm"
	switch {
	case kind == outbox.Unknown:
		verb, f.Text = "settle", step.Note
	case step.Confirm != nil:
		f.Question, f.Todo = step.Confirm.Question, step.Confirm.Instructions
	case step.Decision != nil:
		f.Question, f.Todo = step.Decision.Text, step.Decision.Options
	case step.Inject != nil:
		f.Question, f.Text = step.Inject.Expected, step.Inject.Text
	case step.Instruction != "":
		f.Todo = []string{step.Instruction}
	}
	f.Command = fmt.Sprintf("%s drill %s %s %s", words(s.r.options.Command, "beredskab"), verb, s.row.ID, step.ID)
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

func ladder(org *plan.Organisation) drill.Ladder {
	l := drill.Standard()
	for _, rung := range []struct {
		set plan.Duration
		to  *time.Duration
	}{{org.Escalation.Remind, &l.Remind}, {org.Escalation.Deputy, &l.Deputy}, {org.Escalation.Leader, &l.Leader}} {
		if rung.set > 0 {
			*rung.to = rung.set.Std()
		}
	}
	return l
}
