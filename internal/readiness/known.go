package readiness

import (
	"slices"
	"sort"
	"time"
)

// known is what was known at a moment. Read at a later moment it tells what
// becomes of the readiness when nothing happens, and that only ever falls.
type known struct {
	System
	plan *Version // in force, or else the newest adopted; nil: none
}

// know leaves out what lies after the moment.
func know(s System, at time.Time) known {
	future := func(t time.Time) bool { return t.After(at) }
	past := func(t time.Time) time.Time {
		if future(t) {
			return time.Time{}
		}
		return t
	}
	k := known{System: s}
	k.Versions = without(s.Versions, func(v *Version) bool {
		v.From, v.Until = past(v.From), past(v.Until)
		return future(v.Adopted)
	})
	k.Evidence = newest(s.Evidence, future)
	k.Confirmed = without(s.Confirmed, func(t *time.Time) bool { return future(*t) })
	k.Contacts = without(s.Contacts, func(c *Contact) bool {
		c.Verified = without(c.Verified, func(t *time.Time) bool { return future(*t) })
		return false
	})
	k.Hands = without(s.Hands, func(h *Hand) bool { return future(h.At) })
	k.Actions = without(s.Actions, func(a *Action) bool {
		a.Closed = past(a.Closed)
		return future(a.Raised) || !a.Closed.IsZero()
	})
	k.Findings = without(s.Findings, func(f *Finding) bool {
		f.Closed = past(f.Closed)
		return future(f.Raised) || !f.Closed.IsZero()
	})
	k.plan = current(k.Versions)
	return k
}

// without gives a copy of the list after each has been looked at, without those
// that are to go. Nil stays nil: not known.
func without[T any](list []T, gone func(*T) bool) []T {
	if list == nil {
		return nil
	}
	out := make([]T, 0, len(list))
	for _, item := range list {
		if !gone(&item) {
			out = append(out, item)
		}
	}
	return out
}

// newest leaves of the evidence the newest of each sort that is not in the future.
// Of two that show the same on the same steps the older one never says more.
func newest(list []Evidence, future func(time.Time) bool) []Evidence {
	type sort struct {
		kind, steps              string
		measured, hasRTA, hasRPA bool
	}
	at := map[sort]int{}
	out := make([]Evidence, 0, 8)
	for _, e := range list {
		if future(e.At) {
			continue
		}
		key := sort{e.Type, e.StepsHash, e.Measured, e.RTA != nil, e.RPA != nil}
		switch i, known := at[key]; {
		case !known:
			at[key] = len(out)
			out = append(out, e)
		case e.At.After(out[i].At):
			out[i] = e
		}
	}
	return out
}

// current is the version in force, or else the newest that was adopted.
func current(versions []Version) *Version {
	var best *Version
	for i := range versions {
		v := &versions[i]
		if best == nil || v.before(best) {
			best = v
		}
	}
	return best
}

func (v *Version) inForce() bool { return !v.From.IsZero() && v.Until.IsZero() }

// before tells whether v says more of how things are than the other version.
func (v *Version) before(o *Version) bool {
	if v.inForce() != o.inForce() {
		return v.inForce()
	}
	if v.inForce() && !v.From.Equal(o.From) {
		return v.From.After(o.From)
	}
	return v.Adopted.After(o.Adopted)
}

// part is one kind of point: how it stands at a moment, and the moments at which
// it may fall by itself. Its value never rises from one to the next.
type part struct {
	what    string
	of      int
	judge   func(at time.Time) Point
	moments func(have int) []time.Time // nil: it never falls by itself
}

// falls is the first moment at which the part has less than the point; zero when
// there is none.
func (p part) falls(at time.Time, now Point) time.Time {
	if p.moments == nil {
		return time.Time{}
	}
	moments := slices.DeleteFunc(p.moments(now.Have), func(t time.Time) bool { return !t.After(at) })
	slices.SortFunc(moments, time.Time.Compare)
	i := sort.Search(len(moments), func(i int) bool { return p.judge(moments[i]).Have < now.Have })
	if i == len(moments) {
		return time.Time{}
	}
	return moments[i]
}

const aDay = 24 * time.Hour

// days is a length in whole days, begun ones not counted.
func days(d time.Duration) int { return int(d / aDay) }

// cadenceDays is a cadence in days, at least one; a year when none is given.
func cadenceDays(d time.Duration) int {
	if d <= 0 {
		return 365
	}
	return max(1, days(d))
}

// fade is a value that grows old: all of it for half the cadence, then less by
// the day, half when the cadence is over.
type fade struct {
	percent int // of the points, when new
	since   time.Time
	cadence int // days
}

func (f fade) at(of int, t time.Time) int { return f.on(of, days(t.Sub(f.since))) }

func (f fade) on(of, day int) int {
	left := min(2*f.cadence, max(0, 3*f.cadence-2*day))
	return of * f.percent * left / (200 * f.cadence)
}

// below is when the value first is less than that.
func (f fade) below(of, have int) time.Time {
	last := 2 * f.cadence // by then nothing is left
	return f.since.Add(time.Duration(sort.Search(last, func(day int) bool { return f.on(of, day) < have })) * aDay)
}
