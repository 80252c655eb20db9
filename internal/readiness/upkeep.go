package readiness

import (
	"slices"
	"time"
)

// parts are the points in the order of the package's table.
func (k known) parts() []part {
	if k.plan == nil {
		k.plan = &Version{}
		return nothing(k.parts())
	}
	return []part{
		k.measured(40),
		k.margin("rta", 12, k.plan.RTO, func(e *Evidence) *time.Duration { return e.RTA }),
		k.margin("rpa", 8, k.plan.RPO, func(e *Evidence) *time.Duration { return e.RPA }),
		k.exercise(8),
		k.inForce(5),
		k.confirmed(5),
		k.contacts(6),
		k.deputies(4),
		k.hands(4),
		k.actions(4),
		k.findings(4),
	}
}

// nothing are the points of a system that nobody has written a plan for.
func nothing(parts []part) []part {
	for i := range parts {
		parts[i].judge, parts[i].moments = func(time.Time) Point { return Point{Why: "no_plan", Unknown: true} }, nil
	}
	return parts
}

// share gives the points of those that are in order among all.
func share(of, good, all int) int {
	if all == 0 {
		return 0
	}
	return of * good / all
}

func (k known) inForce(of int) part {
	return part{what: "in_force", of: of, judge: func(time.Time) Point {
		if !k.plan.inForce() {
			return Point{Why: "not_in_force", Values: Values{At: k.plan.Adopted}}
		}
		return Point{Have: of, Why: "in_force", Values: Values{At: k.plan.From}}
	}}
}

func (k known) confirmed(of int) part {
	limit := cadenceDays(k.Cadence.Review)
	newest := newestOf(k.Confirmed)
	judge := func(at time.Time) Point {
		p := Point{Why: "confirmed_never", Unknown: true, Values: Values{LimitDays: limit}}
		if !newest.IsZero() {
			p = Point{Why: "confirmed_old", Values: Values{At: newest, Days: days(at.Sub(newest)), LimitDays: limit}}
			if at.Before(newest.Add(time.Duration(limit) * aDay)) {
				p.Have, p.Why = of, "confirmed"
			}
		}
		return p
	}
	return part{"confirmed", of, judge, func(int) []time.Time { return []time.Time{newest.Add(time.Duration(limit) * aDay)} }}
}

func newestOf(times []time.Time) time.Time {
	if len(times) == 0 {
		return time.Time{}
	}
	return slices.MaxFunc(times, time.Time.Compare)
}

func (k known) contacts(of int) part {
	limit := cadenceDays(k.Cadence.Contacts)
	ends := make([]time.Time, len(k.Contacts)) // zero: never verified
	for i, c := range k.Contacts {
		if newest := newestOf(c.Verified); !newest.IsZero() {
			ends[i] = newest.Add(time.Duration(limit) * aDay)
		}
	}
	judge := func(at time.Time) Point {
		p := Point{Why: "contacts_verified", Values: Values{Total: len(ends), LimitDays: limit}}
		for i, end := range ends {
			if at.Before(end) {
				p.Values.Count++
			} else {
				p.Why, p.Values.Names = "contacts_old", append(p.Values.Names, k.Contacts[i].Name)
			}
		}
		if len(ends) == 0 {
			p.Why, p.Unknown = "contacts_none", true
		}
		p.Have = share(of, p.Values.Count, len(ends))
		return p
	}
	return part{"contacts", of, judge, func(int) []time.Time { return slices.Clone(ends) }}
}

func (k known) deputies(of int) part {
	return part{what: "deputies", of: of, judge: func(time.Time) Point {
		p := Point{Why: "deputies_all", Values: Values{Total: len(k.plan.Roles)}}
		for _, r := range k.plan.Roles {
			if r.Deputy {
				p.Values.Count++
			} else {
				p.Why, p.Values.Names = "deputies_missing", append(p.Values.Names, r.Name)
			}
		}
		if p.Values.Total == 0 {
			p.Why, p.Unknown = "deputies_unknown", true
		}
		p.Have = share(of, p.Values.Count, p.Values.Total)
		return p
	}}
}

// hands counts the steps that two persons or more have ever done: what one
// person alone knows is gone with that person.
func (k known) hands(of int) part {
	people := map[string]map[string]bool{}
	for _, h := range k.Hands {
		if people[h.Step] == nil {
			people[h.Step] = map[string]bool{}
		}
		people[h.Step][h.Person] = true
	}
	return part{what: "hands", of: of, judge: func(time.Time) Point {
		p := Point{Why: "hands_enough", Values: Values{Total: len(k.plan.Steps)}}
		if p.Values.Total == 0 {
			return Point{Have: of, Why: "hands_automatic"}
		}
		done := 0
		for _, step := range k.plan.Steps {
			done += len(people[step])
			if len(people[step]) >= 2 {
				p.Values.Count++
			} else {
				p.Why, p.Values.Names = "hands_few", append(p.Values.Names, step)
			}
		}
		p.Have, p.Unknown = share(of, p.Values.Count, p.Values.Total), done == 0
		return p
	}}
}

func (k known) actions(of int) part {
	judge := func(at time.Time) Point {
		if k.Actions == nil {
			return Point{Why: "actions_unknown", Unknown: true}
		}
		p := Point{Why: "actions_in_time", Values: Values{Total: len(k.Actions)}}
		for _, a := range k.Actions {
			if !at.Before(a.Due) {
				p.Why, p.Values.Names = "actions_overdue", append(p.Values.Names, a.ID)
			}
		}
		p.Values.Count = len(p.Values.Names)
		p.Have = of >> p.Values.Count
		return p
	}
	return part{"actions", of, judge, func(int) []time.Time {
		var due []time.Time
		for _, a := range k.Actions {
			due = append(due, a.Due)
		}
		return due
	}}
}

func (k known) findings(of int) part {
	judge := func(at time.Time) Point {
		if k.Findings == nil {
			return Point{Why: "findings_unknown", Unknown: true}
		}
		p, cost := Point{Why: "findings_none"}, 0
		for _, f := range k.Findings {
			cost += f.cost(at)
			p.Why, p.Values.Names = "findings_open", append(p.Values.Names, f.Code)
		}
		p.Values.Count = len(p.Values.Names)
		p.Have = max(0, of-cost)
		return p
	}
	return part{"findings", of, judge, func(int) []time.Time {
		var ends []time.Time
		for _, f := range k.Findings {
			if f.State == "waived" {
				ends = append(ends, f.WaivedUntil)
			}
		}
		return ends
	}}
}

// cost is what an open finding takes away. A dispensation halves it and never
// takes it away, and gives it back when it ends.
func (f Finding) cost(at time.Time) int {
	breached := 1
	switch f.Severity {
	case "error":
		breached = 4
	case "warning":
		breached = 2
	}
	switch {
	case f.State == "breached", f.State == "waived" && !at.Before(f.WaivedUntil):
		return breached
	case f.State == "waived":
		return (breached + 1) / 2
	case f.State == "ok":
		return 0
	default:
		return 1
	}
}
