package calendar

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/duty"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/schedule"
)

// line is one drill that was held, was not held, or is planned.
type line struct {
	At                       time.Time
	System, Name, Title, Why string
	Type                     string // as a drill's
	State                    string // held, failed, missed or planned
	Slow                     bool   // held, and later back than is accepted now
	Path                     string
}

// newest is how far back is looked: enough for years of a large municipality, and
// a bound for what one visit costs.
const newest = 3000

// gather reads what was and computes what will be, in the order of its time.
func (d *desk) gather() error {
	all := map[string]*plan.Plan{}
	for _, p := range d.set.Plans {
		if d.v.May(matrix.PlanInternal, matrix.Read, duty.About(p, "")) {
			all[p.ID] = p
			d.systems = append(d.systems, p)
		}
	}
	runs, err := d.Register.Runs(d.v.Context(), kept.RunFilter{Limit: newest})
	if err != nil {
		return err
	}
	occurrences, err := d.Register.Occurrences(d.v.Context(), "", newest)
	if err != nil {
		return err
	}
	for _, row := range runs {
		if all[row.System] != nil && !row.Incident {
			d.lines = append(d.lines, ofRun(row, all[row.System]))
		}
	}
	for _, o := range occurrences {
		if system, drillID, _ := strings.Cut(o.Schedule, "/"); o.State == kept.OccurrenceMissed && all[system] != nil {
			d.lines = append(d.lines, d.line(all[system], drillID, o.Due, "missed"))
		}
	}
	for _, p := range d.systems {
		d.lines = append(d.lines, d.planned(p)...)
	}
	d.narrow()
	slices.SortStableFunc(d.lines, func(a, b line) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.System, b.System)) })
	return nil
}

// ofRun is a run as the calendar shows it. One that goes on is still planned; one
// that was broken off was not held.
func ofRun(row kept.Run, p *plan.Plan) line {
	l := line{At: cmp.Or(row.EndedAt, row.OpenedAt), System: p.ID, Name: p.Name, Title: row.Title, Type: row.Type, State: "held", Path: "/drills/" + row.ID}
	switch {
	case row.EndedAt.IsZero():
		l.State = "planned"
	case row.Verdict == string(drill.NotFinished):
		l.State = "missed"
	case row.Verdict == string(drill.NotPassed):
		l.State = "failed"
	}
	l.Slow = l.State != "missed" && row.RTA != nil && time.Duration(*row.RTA) > p.Objectives.RTO.Std()
	return l
}

func (d *desk) line(p *plan.Plan, drillID string, at time.Time, state string) line {
	l := line{At: at, System: p.ID, Name: p.Name, Title: drillID, State: state, Path: "/systems/" + p.ID + "/drills"}
	if asked, ok := p.Drill(drillID); ok {
		l.Title, l.Type = asked.Title, asked.Type
	}
	return l
}

// ahead is how far the calendar looks into what is to come.
func (d *desk) ahead() time.Time {
	year := max(d.asked.Of, d.asked.First.Year(), d.v.Now.In(d.zone).Year()+1)
	return time.Date(year+1, 1, 1, 0, 0, 0, 0, d.zone)
}

// planned are the coming drills of a system as its schedules ask for them.
func (d *desk) planned(p *plan.Plan) (list []line) {
	for _, one := range p.Drills {
		if one.Schedule.When == "" {
			continue
		}
		spec, cal, err := schedule.FromPlan(d.set.Organisation, one.Schedule)
		if err != nil {
			continue // the checks tell of it
		}
		for due := range spec.Occurrences(cal, d.v.Now, d.ahead()) {
			if len(list) == mostPlanned {
				return list
			}
			if due.Fate == schedule.FateDue || due.Fate == schedule.FateMoved {
				list = append(list, d.line(p, one.ID, due.Due, "planned"))
			}
		}
	}
	return list
}

// mostPlanned bounds what a schedule that comes each hour costs.
const mostPlanned = 500

// narrow keeps the systems that were asked for, and what is of them.
func (d *desk) narrow() {
	planned := map[string]bool{}
	d.taken = map[string]bool{}
	for _, l := range d.lines {
		if l.State == "planned" && l.At.Before(d.v.Now.AddDate(1, 0, 0)) {
			planned[l.System] = true
			d.taken[l.At.In(d.zone).Format(time.DateOnly)] = true
		}
	}
	d.systems = slices.DeleteFunc(d.systems, func(p *plan.Plan) bool {
		switch d.asked.Filter {
		case "mine":
			return !owns(d.v, p)
		case "critical":
			return p.RecoveryClass > 1
		case "unplanned":
			return planned[p.ID]
		}
		return false
	})
	shown := map[string]bool{}
	for _, p := range d.systems {
		shown[p.ID] = true
	}
	d.lines = slices.DeleteFunc(d.lines, func(l line) bool { return !shown[l.System] })
}
