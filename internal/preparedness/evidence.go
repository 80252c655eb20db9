package preparedness

import (
	"slices"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/plan"
	"beredskab/internal/report"
)

// evidence is what else there is to show for a control. What the register cannot
// know is left out, and is then said to be not stated.
func (m *measuring) evidence() []report.Evidence {
	list := []report.Evidence{
		m.counted("bia", func(s *system) (bool, time.Time) {
			if s.plan.BIA == nil || len(s.plan.BIA.Impact) == 0 {
				return false, time.Time{}
			}
			return true, m.day(s.plan.BIA.Date)
		}),
		m.counted("complete", m.without("G1")),
		m.counted("offline", m.without("G6")),
		m.counted("stand_down", said(func(p *plan.Plan) bool { return p.Return != nil && len(p.Return.Steps) > 0 })),
		m.counted("security", said(func(p *plan.Plan) bool { return p.SecurityDuring != "" })),
		m.among("redundancy", func(s *system) bool { return s.plan.RecoveryClass <= 1 }, said(func(p *plan.Plan) bool { return p.Redundancy != "" })),
		m.among("immutable", backedUp, said(func(p *plan.Plan) bool { return p.Backup.OfflineOrImmutable })),
		m.among("restored", backedUp, func(s *system) (bool, time.Time) {
			at := s.newest("restore", "full")
			return m.age(at, m.cadence(s).Measured) == "held", at
		}),
		m.counted("reviewed", m.without("G2")), m.identity(), m.reports(), m.incidents(), m.trainedPeople(),
	}
	if m.called.asked > 0 {
		list = append(list, report.Evidence{Code: "calltree", Count: m.called.answered, Of: m.called.asked, At: m.called.at})
	}
	if len(m.Frozen) > 0 {
		list = append(list, report.Evidence{Code: "treated", Count: len(m.Treated), Of: len(m.Frozen)})
	}
	if m.Known.Receipts != nil {
		list = append(list, m.counted("receipts", func(s *system) (bool, time.Time) { return len(m.Known.Receipts[s.plan.ID]) == 0, time.Time{} }))
	}
	return slices.DeleteFunc(list, func(e report.Evidence) bool { return e.Of == 0 })
}

// identity is what NSIS wants of the municipality's own sign-in, which are the
// systems that others need for their login: a plan in force, a workaround, and an
// exercise within the cadence.
func (m *measuring) identity() report.Evidence {
	e := report.Evidence{Code: "identity"}
	for _, s := range m.systems {
		if !slices.ContainsFunc(m.Set.Plans, func(p *plan.Plan) bool {
			return slices.ContainsFunc(p.DependsOn, func(d plan.Dependency) bool { return d.ID == s.plan.ID && d.Kind == "login" })
		}) {
			continue
		}
		_, _, inForce := s.standing.InForce()
		at := s.newest("tabletop", "restore", "functional", "failover", "full")
		for _, met := range []bool{inForce, m.workaround(s).Plan == "present", m.age(at, m.cadence(s).Exercise) == "held"} {
			if e.Of++; met {
				e.Count++
			}
		}
		e.At = later(e.At, at)
	}
	return e
}

// counted counts the systems for which a thing holds.
func (m *measuring) counted(code string, holds func(*system) (is bool, at time.Time)) report.Evidence {
	return m.among(code, func(*system) bool { return true }, holds)
}

func (m *measuring) among(code string, asked func(*system) bool, holds func(*system) (is bool, at time.Time)) report.Evidence {
	e := report.Evidence{Code: code}
	for _, s := range m.systems {
		if !asked(s) {
			continue
		}
		e.Of++
		if is, at := holds(s); is {
			e.Count++
			e.At = later(e.At, at)
		}
	}
	return e
}

func backedUp(s *system) bool { return s.plan.Backup != nil && s.plan.Backup.Method != "none" }

func said(is func(*plan.Plan) bool) func(*system) (bool, time.Time) {
	return func(s *system) (bool, time.Time) { return is(s.plan), time.Time{} }
}

// without holds for a system that the rule has nothing against.
func (m *measuring) without(code string) func(*system) (bool, time.Time) {
	against := map[string]bool{}
	for _, f := range m.report.Findings {
		if f.Code == code {
			against[f.System] = f.System != "" || f.State == check.Unknown
		}
	}
	return func(s *system) (bool, time.Time) { return !against[s.plan.ID] && !against[""], time.Time{} } // "": nothing is known of any
}

// reports are the exercises of the period whose report was approved.
func (m *measuring) reports() report.Evidence {
	e := report.Evidence{Code: "reports"}
	for _, s := range m.systems {
		for _, row := range s.runs {
			if row.Incident || !m.during(row.EndedAt) {
				continue
			}
			e.Of++
			if by := m.evaluations[row.ID].ApprovedBy; by != nil && !by.At.After(m.At) {
				e.Count++
				e.At = later(e.At, by.At)
			}
		}
	}
	return e
}

// incidents are the real incidents of the period that something is kept of.
func (m *measuring) incidents() report.Evidence {
	e := report.Evidence{Code: "incident_evidence"}
	for _, s := range m.systems {
		for _, row := range s.runs {
			if !row.Incident || !m.during(row.EndedAt) {
				continue
			}
			e.Of++
			if m.Facts.evidence[row.ID] {
				e.Count++
				e.At = later(e.At, row.EndedAt)
			}
		}
	}
	return e
}

// trainedPeople are the enabled persons with a role who were taught something
// that is still good.
func (m *measuring) trainedPeople() report.Evidence {
	e := report.Evidence{Code: "trained"}
	for _, p := range m.people.Persons() {
		if !p.Disabled.IsZero() && !p.Disabled.After(m.At) || len(m.people.Grants(p.ID)) == 0 {
			continue
		}
		e.Of++
		newest := time.Time{}
		for _, t := range m.trained {
			if t.Person == p.ID && !t.At.After(m.At) && (t.Until.IsZero() || t.Until.After(m.At)) {
				newest = later(newest, t.At)
			}
		}
		if !newest.IsZero() {
			e.Count++
			e.At = later(e.At, newest)
		}
	}
	return e
}
