package schedule

import "time"

// Occurrence is one time at which a rule comes. Nominal and Zone are, with the
// schedule's own identity, the natural key of its row (DESIGN 2.1): for one rule
// no two occurrences share them, and they can be computed again at any time.
type Occurrence struct {
	// Nominal is the local wall time that the rule names, as 2006-01-02T15:04.
	Nominal string
	// Zone is the IANA name of the zone in which Nominal is read.
	Zone string
	// Due is the instant at which it is due, in UTC.
	Due time.Time
	// Clock is set when a clock change touched Nominal: CauseGap or CauseFold.
	Clock Cause
	// StandsFor counts further nominal times of the rule that fall on the same
	// instant because the clock jumped over them. They are no occurrences.
	StandsFor int
}

// Next gives the first occurrence that is due after the instant, false if there
// is none. Due times strictly increase, so feeding Due back lists them all.
func (r Rule) Next(after time.Time) (Occurrence, bool) {
	if r.loc == nil || after.Unix() > int64(wallAt(lastDay(), 0)) {
		return Occurrence{}, false
	}
	from := max(unpassed(after, r.loc), wallAt(firstDay(), 0))
	w, ok := r.nextWall(from)
	if !ok {
		return Occurrence{}, false
	}
	due, clock := resolve(w, r.loc)
	occ := Occurrence{Nominal: w.String(), Zone: r.zone, Due: due, Clock: clock}
	if clock == CauseGap {
		occ.StandsFor = r.countPassed(w, unpassed(due, r.loc))
	}
	return occ, true
}

// countPassed counts the nominal times after w and before until.
func (r Rule) countPassed(w, until wall) int {
	n := 0
	for {
		var ok bool
		if w, ok = r.nextWall(w + 60); !ok || w >= until {
			return n
		}
		n++
	}
}

// Reminder is a moment at which the people of a drill are to be told of it.
type Reminder struct {
	// At is the moment, in UTC; the same time of day as the start.
	At time.Time
	// DaysBefore is 14, 7, 1, or 0 for the start itself.
	DaysBefore int
	// Past is true when At is not after the given now. A reminder that was past
	// already when the occurrence became known is better left unsent.
	Past bool
}

// Reminders gives the four moments before and at Due, earliest first. Take the
// occurrence of a [Decision], so that moved drills are announced for the new day.
func (o Occurrence) Reminders(now time.Time) []Reminder {
	loc, err := loadZone(o.Zone)
	if err != nil {
		loc = time.UTC
	}
	return o.remindersIn(loc, now)
}

func (o Occurrence) remindersIn(loc *time.Location, now time.Time) []Reminder {
	local := o.Due.In(loc)
	_, offset := local.Zone()
	start := wall(local.Unix() + int64(offset))
	list := make([]Reminder, 0, 4)
	for _, days := range []int{14, 7, 1} {
		at, _ := resolve(start-wall(days*secondsPerDay), loc)
		list = append(list, Reminder{At: at, DaysBefore: days, Past: !at.After(now)})
	}
	return append(list, Reminder{At: o.Due, Past: !o.Due.After(now)})
}
