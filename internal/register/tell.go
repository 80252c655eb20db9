package register

import (
	"context"
	"fmt"
	"slices"
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

// tell owes the messages of one event of the run, in the event's transaction.
// The event's number is in the key: what is asked again is told again.
func (s *session) tell(kind outbox.Kind, step *drill.Step, level int, why string) error {
	now := s.r.now().Wall
	facts := s.facts(kind, step)
	facts.Text = words(facts.Text, why)
	key, lives := fmt.Sprintf("%s/%s", s.row.ID, kind), resultLives
	if step != nil {
		key, lives = fmt.Sprintf("%s/%s/%d/%d/%s", s.row.ID, step.ID, step.Attempt, s.run.Seq, kind), requestLives
		if level >= 2 && step.Human() && step.State != drill.Failed {
			facts.Absent = s.org.Reach(s.run.Asks(step), s.run.Plan).Role
		}
	}
	return s.r.owe(s.ctx, s.tx, s.org, outbox.Notice{
		Key: key, Kind: kind, Facts: facts, CreatedAt: now, ExpiresAt: now.Add(lives),
	}, s.receivers(kind, step, level))
}

// owe writes one row for each route: a personal one for each receiver, and one
// only for roles that share a mailbox.
func (r *Register) owe(ctx context.Context, tx Tx, org *plan.Organisation, n outbox.Notice, to []plan.Contact) error {
	base := n.Key
	n.NextTry, n.State = n.CreatedAt, outbox.Owed
	to = unique(to)
	for _, route := range r.options.Routes {
		n.Channel, n.Language = route.Channel, words(route.Language, words(org.Language, "da"))
		targets := to
		if !route.Personal {
			targets = []plan.Contact{{Role: names(to)}}
		}
		for _, t := range targets {
			n.Receiver, n.Address = t.Role, t.Mailbox
			n.Key = fmt.Sprintf("%s/%s/", base, route.Channel)
			if route.Personal {
				n.Key += words(t.Mailbox, t.Role)
			}
			if _, _, err := tx.AddNotice(ctx, n); err != nil {
				return fmt.Errorf("owing the message %s: %w", n.Key, err)
			}
		}
	}
	return nil
}

func names(to []plan.Contact) string {
	list := make([]string, len(to))
	for i, t := range to {
		list[i] = t.Role
	}
	return strings.Join(list, ", ")
}

// receivers are the roles that an event concerns. An attempt whose end nobody
// knows was made by the machine: there the leader is asked from the first rung.
func (s *session) receivers(kind outbox.Kind, step *drill.Step, level int) []plan.Contact {
	p := s.run.Plan
	director := s.org.Reach(s.run.Director, p)
	asks := kind == outbox.Request || kind == outbox.Escalation
	switch {
	case asks && step != nil && step.Human() && level <= 1:
		return []plan.Contact{s.org.Reach(s.run.Asks(step), p)}
	case asks && step != nil && step.Human() && level == 2:
		return []plan.Contact{s.org.Deputy(s.run.Asks(step), p)}
	case asks, kind == outbox.Unknown:
		return []plan.Contact{director}
	default:
		return []plan.Contact{director, s.org.Reach("systemejer", p)}
	}
}

// unique leaves out who is named twice.
func unique(list []plan.Contact) (out []plan.Contact) {
	for _, r := range list {
		if r.Role != "" && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// facts are what the message may say: the run's figures and one step.
func (s *session) facts(kind outbox.Kind, step *drill.Step) outbox.Facts {
	run := &s.run
	f := outbox.Facts{
		System: s.row.System, SystemName: run.Plan.Name, Run: s.row.ID, Drill: s.row.Title, Incident: run.Incident,
		Steps: len(run.Steps), StartsAt: run.Times.Start, EndsAt: run.Times.End, Phone: s.org.DutyPhone,
		Leader: s.org.Reach(run.Director, run.Plan).Role, RTOMinutes: run.Plan.Objectives.RTO.Minutes(),
		RPOMinutes: run.Plan.Objectives.RPO.Minutes(),
	}
	if step != nil {
		s.stepFacts(&f, step)
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

func (s *session) stepFacts(f *outbox.Facts, step *drill.Step) {
	f.Step, f.StepTitle, f.StepNumber, f.Minutes = step.ID, step.Title, step.Number, step.Estimate.Minutes()
	f.AnswerBy = s.run.AnswerBy(step, s.r.now().Wall, ladder(s.org))
	verb := "confirm"
	switch {
	case step.State == drill.Unknown:
		verb, f.Text = "settle", step.Note
	case step.State == drill.Failed:
		verb, f.Text = "retry", step.Note
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
	remind, deputy, leader := org.Ladder()
	return drill.Ladder{Remind: remind.Std(), Deputy: deputy.Std(), Leader: leader.Std()}
}
