package preparedness

import (
	"cmp"
	"slices"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/report"
	"beredskab/internal/schedule"
)

// tasks are the duties of the year wheel (spec/domain.md 5.4) from the period's
// first year until the end of the next, and the exercises that the plans ask for.
func (m *measuring) tasks() (list []report.Task) {
	first, last := m.From.In(m.Zone).Year(), m.Until.Add(-time.Nanosecond).In(m.Zone).Year()+1
	for year := first; year <= last; year++ {
		list = append(list, m.wheel(year)...)
	}
	list = append(list, m.held()...)
	list = append(list, m.planned(time.Date(last+1, 1, 1, 0, 0, 0, 0, m.Zone))...)
	slices.SortStableFunc(list, func(a, b report.Task) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Code, b.Code), cmp.Compare(a.System, b.System))
	})
	return list
}

// duty is one line of the year wheel. What nothing in the register shows has no
// done, and is only told of beforehand.
type duty struct {
	code, role string
	end        time.Month // its last day is the due day
	done       func(from, due time.Time) bool
}

func (m *measuring) wheel(year int) (list []report.Task) {
	month := time.Month(m.Set.Organisation.Report.DueMonth)
	if month < time.January || month > time.December {
		month = time.March
	}
	about := func(years []int) func(_, _ time.Time) bool {
		return func(_, _ time.Time) bool { return slices.Contains(years, year-1) }
	}
	held := func(measured bool, kinds ...string) func(from, due time.Time) bool {
		return func(from, due time.Time) bool { return m.heldBetween(from, due, measured, kinds...) }
	}
	for _, d := range []duty{
		{"freeze", "beredskabskoordinator", time.January, about(m.Frozen)},
		{"approve", "it-chef", max(time.January, month-1), nil},
		{"treat", "oekonomiudvalget", month, about(m.Treated)},
		{"review", "systemejer", time.May, func(from, due time.Time) bool { return m.reviewedAll(from, due) }},
		{"alert", "beredskabskoordinator", time.May, held(false, "alert")},
		{"measure", "it-driftsleder", time.October, held(true)},
		{"tabletop", "systemejer", time.October, held(false, "tabletop")},
		{"alert", "beredskabskoordinator", time.November, held(false, "alert")},
		{"staff", "direktionen", time.November, held(false, "staff")},
		{"programme", "it-chef", time.November, nil},
		{"stop", "it-driftsleder", time.December, nil},
		{"offline", "beredskabskoordinator", time.December, nil},
	} {
		due := time.Date(year, d.end+1, 1, 12, 0, 0, 0, m.Zone).AddDate(0, 0, -1)
		state := m.state(d, due)
		if state != "" {
			list = append(list, report.Task{At: due, Code: d.code, Role: m.Set.Organisation.Reach(d.role, nil).Role, State: state})
		}
	}
	return list
}

// state is how a duty stands: done, late, missed after three months, or planned;
// empty where nobody can tell any more.
func (m *measuring) state(d duty, due time.Time) string {
	from := due.AddDate(0, -6, 0)
	switch {
	case d.done != nil && !from.After(m.At) && d.done(from, due):
		return "done"
	case due.After(m.At):
		return "planned"
	case d.done == nil:
		return ""
	case m.At.After(due.AddDate(0, 3, 0)):
		return "missed"
	default:
		return "late"
	}
}

// heldBetween tells whether an exercise of one of those kinds, or one that
// measured, ended in that time.
func (m *measuring) heldBetween(from, due time.Time, measured bool, kinds ...string) bool {
	return slices.ContainsFunc(m.systems, func(s *system) bool {
		return slices.ContainsFunc(s.held, func(r kept.Run) bool {
			return r.EndedAt.After(from) && !r.EndedAt.After(due) && (measured && r.Measured || slices.Contains(kinds, r.Type))
		})
	})
}

// reviewedAll tells whether every owner confirmed his plan in that time.
func (m *measuring) reviewedAll(from, due time.Time) bool {
	return len(m.systems) > 0 && !slices.ContainsFunc(m.systems, func(s *system) bool {
		at := s.standing.Reviewed()
		return at.Before(from) || at.After(due)
	})
}

// held are the due times of the period that are over.
func (m *measuring) held() (list []report.Task) {
	for _, o := range m.occurrences {
		run, missed := m.missed(o)
		if missed {
			list = append(list, report.Task{At: run.At, Text: run.Title, System: run.System, State: "missed"})
		}
	}
	for _, s := range m.systems {
		for _, row := range s.runs {
			if m.during(row.EndedAt) && !row.Incident {
				list = append(list, report.Task{At: row.EndedAt, Text: row.Title, System: row.System, State: "done"})
			}
		}
	}
	return list
}

// planned are the exercises that the schedules ask for until that moment. A
// schedule that cannot be read says so where plans are checked.
func (m *measuring) planned(until time.Time) (list []report.Task) {
	for _, s := range m.systems {
		for _, d := range s.plan.Drills {
			if d.Schedule.When == "" {
				continue
			}
			spec, cal, err := schedule.FromPlan(m.Set.Organisation, d.Schedule)
			if err != nil {
				continue
			}
			role := cmp.Or(d.Participants.Director, m.Set.Organisation.Leader())
			for due := range spec.Occurrences(cal, m.At, until) {
				if due.Fate == schedule.FateDue || due.Fate == schedule.FateMoved {
					list = append(list, report.Task{
						At: due.Due, Text: d.Title, System: s.plan.ID, Role: m.Set.Organisation.Reach(role, s.plan).Role, State: "planned",
					})
				}
			}
		}
	}
	return list
}
