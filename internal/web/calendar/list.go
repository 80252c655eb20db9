package calendar

import (
	"cmp"
	"slices"
	"time"

	"beredskab/internal/frame"
	"beredskab/internal/plan"
)

// list is what is to come, soonest first.
type list struct {
	Lines []line
	Pager frame.Pager
}

func (d *desk) list() *list {
	coming := slices.DeleteFunc(slices.Clone(d.lines), func(l line) bool { return l.State != "planned" || l.At.Before(d.v.Now) })
	lines, pager := frame.Page(d.v, coming)
	return &list{Lines: lines, Pager: pager}
}

// proposal is a day for a system that nothing is planned for.
type proposal struct {
	System, Name, Title string
	Weekday             string
	At                  time.Time
}

// How many systems get a proposal, and how many days ahead the first can be: people
// are told fourteen days before.
const (
	mostProposals = 5
	notice        = 15
)

// proposals are the next free days for the systems for which nothing is planned, what
// others stand on first.
func (d *desk) proposals() (out []proposal) {
	unplanned := slices.DeleteFunc(slices.Clone(d.systems), func(p *plan.Plan) bool {
		return slices.ContainsFunc(d.lines, func(l line) bool { return l.System == p.ID && l.State == "planned" })
	})
	slices.SortStableFunc(unplanned, func(a, b *plan.Plan) int { return cmp.Compare(a.RecoveryClass, b.RecoveryClass) })
	today := d.v.Now.In(d.zone)
	at := time.Date(today.Year(), today.Month(), today.Day()+notice, 9, 0, 0, 0, d.zone)
	for _, p := range unplanned[:min(mostProposals, len(unplanned))] {
		free, ok := d.next(at)
		if !ok {
			break
		}
		one := proposal{System: p.ID, Name: p.Name, At: free, Weekday: d.weekday(int(free.Weekday()))}
		if len(p.Drills) > 0 {
			one.Title = p.Drills[0].Title
		}
		out, at = append(out, one), free.AddDate(0, 0, 1)
	}
	return out
}

// next is the first day from that one on which people are at work and nobody drills:
// from Tuesday to Thursday, no holiday, no time without drills.
func (d *desk) next(at time.Time) (time.Time, bool) {
	for range 400 {
		_, off := d.calendar.DayOff(at)
		_, bars := d.calendar.Blackout(at, d.windows())
		middle := at.Weekday() >= time.Tuesday && at.Weekday() <= time.Thursday
		if middle && !off && !bars && !d.taken[at.Format(time.DateOnly)] {
			return at, true
		}
		at = at.AddDate(0, 0, 1)
	}
	return at, false
}
