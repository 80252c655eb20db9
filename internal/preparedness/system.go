package preparedness

import (
	"slices"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/check"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/readiness"
	"beredskab/internal/recovery"
	"beredskab/internal/report"
)

// system is one system with its promise and what is known of it.
func (m *measuring) system(i int) report.System {
	s, p := m.systems[i], m.systems[i].plan
	ready := readiness.Of(m.judged[i], m.At)
	out := report.System{
		ID: p.ID, Name: p.Name, Owner: p.Owner.Unit, Criticality: p.Criticality, Class: p.RecoveryClass,
		Ready: ready.Ready() && !m.behind[p.ID], Readiness: ready.Total, RTO: p.Objectives.RTO.Minutes(), RPO: p.Objectives.RPO.Minutes(),
		PlanVersion: p.PlanVersion, PlanHash: s.row.Hash, Accepted: s.accepted(),
	}
	if _, since, ok := s.standing.InForce(); ok {
		out.Approved = since
	}
	m.promise(i, &out)
	m.tested(s, &out)
	out.Basis, out.Crisis, out.Workaround, out.Recovery = m.basis(s), m.crisis(s), m.workaround(s), m.recovery(s, out.Measured)
	m.remedy(&out)
	return out
}

// accepted is when the owner accepted the objectives of the version.
func (s *system) accepted() (at time.Time) {
	for _, a := range s.acts {
		if a.Version == s.row.Hash && a.Kind == approval.Accepted {
			at = a.At
		}
	}
	return at
}

// promise tells whether the accepted time can be kept. Only the rules about that
// time count here: a system that nobody has exercised of late is not late itself.
func (m *measuring) promise(i int, out *report.System) {
	about := m.report.Systems[i]
	if about.Result != nil {
		r := about.Result
		out.State = string(r.State)
		out.Planned = &r.PlannedFinish
		if r.Measured != recovery.NotMeasured {
			out.Projected, out.RTA = &r.ProjectedFinish, &r.Measured
		}
	}
	worst := check.State("")
	for _, f := range m.report.Findings { // gravest first
		if f.System != out.ID || !slices.Contains([]string{"C2", "C3", "C4", "C6", "C11", "C12"}, f.Code) {
			continue
		}
		state := f.Weight()
		if check.Worse(worst, state) == worst {
			continue
		}
		worst = state
		out.State = string(check.Worse(check.State(out.State), state))
		out.Rule, out.Subject, out.Limit = f.Code, f.Subject, 0
		if f.Limit > 0 && f.Limit < out.RTO && slices.Contains([]string{"C2", "C6"}, f.Code) {
			out.Limit = f.Limit
		}
		if state == check.Waived {
			out.WaivedUntil = f.WaivedUntil
		}
	}
	if out.State == "" {
		out.State = string(check.Unknown)
	}
}

// tested is when the system was exercised and measured on its present steps.
func (m *measuring) tested(s *system, out *report.System) {
	for i := range s.held { // newest first
		row := &s.held[i]
		if row.StepsHash != s.plan.StepsHash() {
			continue
		}
		if out.Exercised.IsZero() {
			out.Exercised = row.EndedAt
		}
		if e := check.EvidenceOf(row); e.Measured && (e.HasRTA || e.HasRPA) {
			if out.Measured.IsZero() {
				out.Measured = row.EndedAt
			}
			if out.RPA == nil && e.HasRPA {
				out.RPA = known(true, e.RPAMinutes)
			}
		}
	}
}

// The four things that Rigsrevisionen asks of a critical system.

func (m *measuring) basis(s *system) report.Part {
	return part(s.plan.BIA != nil && len(s.plan.BIA.Impact) > 0, "not_needed", time.Time{})
}

// crisis is the crisis management plan: who decides, and how this plan is
// activated. It is exercised for all systems at once.
func (m *measuring) crisis(s *system) report.Part {
	return part(len(m.Set.Organisation.CrisisRoles) > 0 && s.plan.Activation != nil, m.age(m.crises, 365*24*time.Hour), m.crises)
}

// newest is when an exercise of one of those kinds last ended.
func (s *system) newest(kinds ...string) time.Time {
	i := slices.IndexFunc(s.held, func(r kept.Run) bool { return slices.Contains(kinds, r.Type) })
	if i < 0 {
		return time.Time{}
	}
	return s.held[i].EndedAt
}

// workaround is the emergency operation. One that is said to be impossible is
// missing all the same, except where nobody depends on the system.
func (m *measuring) workaround(s *system) report.Part {
	if w := s.plan.Workaround; (w == nil || len(w.Steps) == 0) && s.plan.Criticality == "ikke_kritisk" {
		return report.Part{Plan: "not_needed", Test: "not_needed"}
	}
	at := s.newest("tabletop", "staff", "functional", "full", "incident")
	return part(s.plan.Workaround != nil && len(s.plan.Workaround.Steps) > 0, m.age(at, m.cadence(s).Exercise), at)
}

func (m *measuring) recovery(s *system, measured time.Time) report.Part {
	return part(len(s.plan.Recovery.Steps) > 0, m.age(measured, m.cadence(s).Measured), measured)
}

func (m *measuring) cadence(s *system) check.Cadence {
	return check.CadenceOf(m.Set.Organisation, s.plan.RecoveryClass)
}

func part(there bool, test string, at time.Time) report.Part {
	if there {
		return report.Part{Plan: "present", Test: test, Tested: at}
	}
	return report.Part{Plan: "missing", Test: "never"}
}

// age says of a test whether it is held, overdue or was never.
func (m *measuring) age(at time.Time, every time.Duration) string {
	switch {
	case at.IsZero():
		return "never"
	case m.At.Sub(at) > every:
		return "overdue"
	default:
		return "held"
	}
}

// remedy is what is done about a system that cannot keep its time: the open
// action that is due first.
func (m *measuring) remedy(out *report.System) {
	if !out.Outside() {
		return
	}
	var first *followup.Action
	for i := range m.Facts.actions {
		a := &m.Facts.actions[i]
		opened, closed := span(*a)
		open := !opened.After(m.At) && (closed.IsZero() || closed.After(m.At))
		if a.System == out.ID && open && (first == nil || a.Due.Before(first.Due)) {
			first = a
		}
	}
	if first != nil {
		out.Remedy, out.RemedyBy, out.RemedyDue = first.Text, m.people.Name(first.Owner), first.Due
	}
}
