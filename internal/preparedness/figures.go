package preparedness

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/readiness"
	"beredskab/internal/report"
)

// Asked says which report is wanted.
type Asked struct {
	From, Until time.Time   // the period: from its first moment to the first after it
	Program     string      // version of this program
	Log         report.Log  // what a reading of the log found
	Known       check.Facts // what people have said; and what is known of copies and of the log
	Treated     []int       // years whose report was treated
	Frozen      []int       // years whose report was frozen, treated or not
	Words       report.Words
}

// Figures are what reports on the period are made from, as of the moment at which
// the facts were read.
func (f *Facts) Figures(asked Asked) report.Figures {
	m := f.measure(asked)
	out := report.Figures{
		Schema: 1, Organisation: f.Set.Organisation.Name, From: asked.From, Until: asked.Until, CutOff: f.At,
		Program: asked.Program, Log: asked.Log, Words: asked.Words, Runs: m.runs(), Actions: m.actions(), Dispensations: m.dispensations(),
		Suppliers: m.suppliers(), Evidence: m.evidence(), Trend: m.trend(), Changes: m.changes(), Tasks: m.tasks(),
	}
	out.Log.Root, out.Log.Size = f.log.root, f.log.size
	for _, t := range m.report.Tally() {
		out.Rules = append(out.Rules, report.Rule{
			ID: t.Code, OK: t.States[check.OK], AtRisk: t.States[check.AtRisk], Breached: t.States[check.Breached],
			Waived: t.States[check.Waived], Unknown: t.States[check.Unknown],
		})
	}
	for i := range f.systems {
		out.Systems = append(out.Systems, m.system(i))
	}
	for _, l := range f.Alone() {
		at := slices.IndexFunc(out.Systems, func(s report.System) bool { return s.ID == l.System })
		out.Systems[at].Alone = append(out.Systems[at].Alone, l.Step)
	}
	return out
}

// measuring is the making of one set of figures.
type measuring struct {
	*Facts
	Asked
	report check.Report
	judged []readiness.System // as f.systems
	behind map[string]bool    // systems that are not back in time
	crises time.Time          // the newest exercise of the crisis organisation
}

func (f *Facts) measure(asked Asked) *measuring {
	m := &measuring{Facts: f, Asked: asked, report: f.Check(asked.Known, asked.Frozen, asked.Treated), behind: f.late(f.At)}
	for _, s := range f.systems {
		m.judged = append(m.judged, f.judged(s))
		m.crises = later(m.crises, s.newest("staff", "alert", "full"))
	}
	return m
}

// Check applies every rule as of the moment. known is what people have said, and
// what neither the register nor the plans say; reports are the years of which one
// was frozen, and treated those of which it was treated.
func (f *Facts) Check(known check.Facts, reports, treated []int) check.Report {
	in := check.Input{Set: f.Set, Facts: known, Evidence: f.shown(), Waivers: governance.Waivers(f.dispensations, f.At), Now: f.At.In(f.Zone)}
	if len(reports) > 0 {
		newest := slices.Max(append([]int{0}, treated...))
		in.Facts.ReportTreated = &newest
	}
	in.Facts.Actions = []check.Action{}
	for _, a := range f.actions {
		if opened, closed := span(a); !opened.After(f.At) && (closed.IsZero() || closed.After(f.At)) {
			in.Facts.Actions = append(in.Facts.Actions, check.Action{ID: a.ID, System: a.System, Due: late(a)})
		}
	}
	return check.Run(in)
}

// shown is the evidence of all runs.
func (f *Facts) shown() (list []check.Evidence) {
	for _, s := range f.systems {
		for i := range s.held {
			list = append(list, check.EvidenceOf(&s.held[i]))
		}
	}
	return list
}

// runs are the exercises and incidents that ended in the period, and the due
// times of it that nothing came of, oldest first.
func (m *measuring) runs() (list []report.Run) {
	found := map[string]int{}
	for _, x := range m.findings {
		found[x.Run]++
	}
	for _, s := range m.systems {
		for _, row := range s.runs {
			if !m.during(row.EndedAt) {
				continue
			}
			e := check.EvidenceOf(&row)
			r := report.Run{
				ID: row.ID, System: row.System, Title: row.Title, Type: row.Type, Incident: row.Incident, At: cmp.Or(row.StartedAt, row.OpenedAt),
				Scope: row.Scope, Verdict: row.Verdict, Findings: found[row.ID], RTA: known(e.HasRTA, e.RTAMinutes), RPA: known(e.HasRPA, e.RPAMinutes),
			}
			if p := s.versions[row.PlanHash]; p != nil {
				r.RTO, r.RPO = p.Objectives.RTO.Minutes(), p.Objectives.RPO.Minutes()
			}
			list = append(list, r)
		}
	}
	for _, o := range m.occurrences {
		if run, ok := m.missed(o); ok {
			list = append(list, run)
		}
	}
	slices.SortStableFunc(list, func(a, b report.Run) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return list
}

// missed is an exercise that should have been held.
func (m *measuring) missed(o kept.Occurrence) (report.Run, bool) {
	id, drill, ok := strings.Cut(o.Schedule, "/")
	s := m.of(id)
	if !ok || s == nil || o.State != kept.OccurrenceMissed || o.Due.After(m.At) || !m.during(o.Due) {
		return report.Run{}, false
	}
	r := report.Run{System: id, Title: drill, At: o.Due, RTO: s.plan.Objectives.RTO.Minutes(), Missed: o.Reason}
	if d, known := s.plan.Drill(drill); known {
		r.Title, r.Type, r.Scope = d.Title, d.Type, d.Scope
	}
	return r, true
}

// during tells whether a moment lies in the period.
func (m *measuring) during(at time.Time) bool { return !at.Before(m.From) && at.Before(m.Until) }

// trend is the readiness at the end of each month of the period, and at the
// moment.
func (m *measuring) trend() (list []report.Reading) {
	from := m.From.In(m.Zone)
	for month := 1; ; month++ {
		end := time.Date(from.Year(), from.Month()+time.Month(month), 1, 0, 0, 0, 0, m.Zone)
		begun := time.Date(from.Year(), from.Month()+time.Month(month-1), 1, 0, 0, 0, 0, m.Zone)
		if !begun.Before(m.Until) || begun.After(m.At) {
			return list
		}
		at := end.Add(-time.Microsecond)
		if at.After(m.At) {
			at = m.At
		}
		ready, all := m.ready(m.judged, at)
		list = append(list, report.Reading{Month: begun, Ready: ready, Total: all})
	}
}

// changes are the governing documents that became valid in the period.
func (m *measuring) changes() (list []report.Change) {
	for _, d := range m.documents {
		at, err := time.ParseInLocation(time.DateOnly, d.ValidFrom, m.Zone)
		if err == nil && m.during(at) && !at.After(m.At) {
			list = append(list, report.Change{Text: d.Title + " " + d.Version + " (" + d.ApprovedBy + ")", At: at})
		}
	}
	slices.SortStableFunc(list, func(a, b report.Change) int { return a.At.Compare(b.At) })
	return list
}

// known is a value, or nil where it is not known.
func known[T any](is bool, value T) *T {
	if !is {
		return nil
	}
	return &value
}
