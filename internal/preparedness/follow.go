package preparedness

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/followup"
	"beredskab/internal/report"
)

// actions are those that were open at the moment, and those that the period saw.
func (m *measuring) actions() (list []report.Action) {
	for _, a := range m.Facts.actions {
		opened, closed := span(a)
		if opened.After(m.At) {
			continue
		}
		if closed.After(m.At) {
			closed = time.Time{}
		}
		if !closed.IsZero() && closed.Before(m.From) {
			continue
		}
		out := report.Action{
			ID: a.ID, System: a.System, Text: a.Text, Severity: string(check.Warning), Owner: m.people.Name(a.Owner),
			Opened: opened, Due: a.Due, Closed: closed, Reopened: a.Reopened,
		}
		if a.Verified != nil && !a.Verified.At.After(m.At) {
			out.Verified = a.Verified.At
		}
		for _, x := range m.findings {
			if !slices.Contains(a.Findings, x.Key) {
				continue
			}
			if out.Source = cmp.Or(out.Source, x.Run, x.Code); x.Severity == string(check.Error) {
				out.Severity = x.Severity
			}
		}
		list = append(list, out)
	}
	return list
}

// dispensations are those that held at some time of the period. One that was
// withdrawn held until then.
func (m *measuring) dispensations() (list []report.Dispensation) {
	for _, d := range m.Facts.dispensations {
		if d.Decided == nil || d.Decided.At.After(m.At) {
			continue
		}
		until := d.To
		switch d.State(m.At) {
		case followup.Running, followup.Expired:
		case followup.Withdrawn:
			until = d.History[len(d.History)-1].At
		default:
			continue
		}
		if !d.From.Before(m.Until) || !until.After(m.From) || !until.After(d.From) {
			continue
		}
		list = append(list, report.Dispensation{
			ID: d.ID, Rule: d.Code, System: d.System, Reason: d.Reason, Risk: d.Risk, Compensation: strings.Join(d.Measures, "; "),
			Applicant: m.people.Name(d.Applied.Person), Decider: m.people.Name(d.Decided.Person), From: d.From, Until: until,
		})
	}
	return list
}

// suppliers are all that plans name, by name. What is agreed is as good as it is
// for the system that it fits worst.
func (m *measuring) suppliers() (list []report.Supplier) {
	states := map[[2]string]check.State{}
	for _, f := range m.report.Findings {
		if f.Code == "C11" {
			states[[2]string{f.System, f.Subject}] = f.State
		}
	}
	at := map[string]int{}
	for _, s := range m.systems {
		for i := range s.plan.Suppliers {
			x := &s.plan.Suppliers[i]
			n, known := at[x.Name]
			if !known {
				n = len(list)
				at[x.Name] = n
				list = append(list, report.Supplier{Name: x.Name})
			}
			state := cmp.Or(states[[2]string{s.plan.ID, x.Name}], check.OK)
			if x.NeededFor == "support" {
				state = check.OK // recovery does not wait for it
			}
			out := &list[n]
			out.State = string(check.Worse(check.State(out.State), state))
			out.Window = cmp.Or(out.Window, x.SupportWindow)
			out.Systems = append(out.Systems, s.plan.ID)
			out.Tested = later(out.Tested, m.day(x.OwnPlanTested))
			out.TookPart = later(out.TookPart, m.tookPart(s, x.Name))
			out.ContractEnd = later(out.ContractEnd, m.day(x.ContractEnd))
		}
	}
	slices.SortFunc(list, func(a, b report.Supplier) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// tookPart is when the supplier was last in an exercise of the system's: a plan
// names it among the participants of the drill that was held.
func (m *measuring) tookPart(s *system, name string) time.Time {
	for _, row := range s.held { // newest first
		p := s.versions[row.PlanHash]
		if p == nil {
			continue
		}
		if d, known := p.Drill(row.DrillID); known && slices.Contains(d.Participants.Participants, name) {
			return row.EndedAt
		}
	}
	return time.Time{}
}

// day reads the day that a text of a plan begins with; zero when it says none.
func (m *measuring) day(text string) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, text[:min(len(text), len(time.DateOnly))], m.Zone)
	if err != nil {
		return time.Time{}
	}
	return at
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
