package schedule

import (
	"math/bits"
	"time"
)

// dates is the half of a rule that picks days. next gives the first day of the
// rule that is not before from; false means that there is none.
type dates interface {
	next(from day, cal *Calendar) (day, bool)
}

// cronDates matches month, day of month and weekday as bit sets, all three of
// which must agree. Cron's OR between the last two is refused by the parser.
type cronDates struct {
	months   uint16 // bit 1 is January
	days     uint32 // bit 1 is the first
	weekdays uint8  // bit 0 is Sunday
}

func (c cronDates) next(from day, _ *Calendar) (day, bool) {
	year, month, dom := from.date()
	d := from
	// Weekdays and 29 February together repeat within 40 years.
	for range 12 * 40 {
		length := daysIn(year, month)
		if c.months&(1<<month) == 0 {
			d += day(length - dom + 1)
		} else {
			for ; dom <= length; dom++ {
				if c.days&(1<<dom) != 0 && c.weekdays&(1<<d.weekday()) != 0 {
					return d, true
				}
				d++
			}
		}
		dom = 1
		year, month = monthAfter(year, month)
	}
	return 0, false
}

// everComes is false for dates such as 30 February.
func (c cronDates) everComes() bool {
	for m := time.January; m <= time.December; m++ {
		if c.months&(1<<m) != 0 && bits.TrailingZeros32(c.days) <= daysIn(2024, m) && c.weekdays != 0 {
			return true
		}
	}
	return false
}

// stepDays is every n-th day, counted from start.
type stepDays struct {
	n     int
	start day
}

func (s stepDays) next(from day, _ *Calendar) (day, bool) {
	return from + day(floorMod(int64(s.start-from), int64(s.n))), true
}

// stepWeeks is some weekdays of every n-th week, counted from the Monday start.
type stepWeeks struct {
	n        int
	start    day
	weekdays uint8 // bit 0 is Sunday
}

func (s stepWeeks) next(from day, _ *Calendar) (day, bool) {
	week := floorDiv(int64(from-s.start), 7)
	skip := floorMod(-week, int64(s.n))
	d := from
	if skip > 0 {
		d = s.start + day(7*(week+skip))
	}
	monday := s.start + day(7*(week+skip))
	for ; d < monday+7; d++ {
		if s.weekdays&(1<<d.weekday()) != 0 {
			return d, true
		}
	}
	return s.next(monday+7, nil)
}

// workingDays is each working day of the calendar.
type workingDays struct{}

func (workingDays) next(from day, cal *Calendar) (day, bool) {
	return cal.workingDay(from, 1)
}

// monthDates picks one day in every n-th month, counted from January of year 0
// with an offset of phase months.
type monthDates struct {
	n, phase int
	pick     pick
}

func (m monthDates) next(from day, cal *Calendar) (day, bool) {
	year, month, _ := from.date()
	index := int64(year)*12 + int64(month) - 1
	index += floorMod(int64(m.phase)-index, int64(m.n))
	// A calendar may close whole months, so a month without a hit is passed over.
	for range 12 * 10 {
		d, ok := m.pick.in(int(floorDiv(index, 12)), time.Month(floorMod(index, 12)+1), cal)
		if ok && d >= from {
			return d, true
		}
		index += int64(m.n)
	}
	return 0, false
}

type pickKind uint8

const (
	pickDay pickKind = iota
	pickWeekday
	pickWorkingDay
)

// pick is one day of a month: the nth one of its kind, -1 meaning the last.
type pick struct {
	kind    pickKind
	nth     int
	weekday time.Weekday
}

func (p pick) in(year int, month time.Month, cal *Calendar) (day, bool) {
	length := daysIn(year, month)
	first := dayOf(year, month, 1)
	last := first + day(length) - 1
	switch {
	case p.kind == pickDay && p.nth < 0:
		return last, true
	case p.kind == pickDay:
		return first + day(min(p.nth, length)) - 1, true
	case p.kind == pickWeekday && p.nth < 0:
		return last - day(floorMod(int64(last.weekday()-p.weekday), 7)), true
	case p.kind == pickWeekday:
		return first + day(floorMod(int64(p.weekday-first.weekday()), 7)) + day(7*(p.nth-1)), true
	default:
		return p.workingDayIn(first, last, cal)
	}
}

func (p pick) workingDayIn(first, last day, cal *Calendar) (day, bool) {
	if p.nth < 0 {
		d, ok := cal.workingDay(last, -1)
		return d, ok && d >= first
	}
	d, ok := first, true
	for i := 0; i < p.nth; i++ {
		if i > 0 {
			d++
		}
		if d, ok = cal.workingDay(d, 1); !ok || d > last {
			return 0, false
		}
	}
	return d, true
}

func monthAfter(year int, month time.Month) (int, time.Month) {
	if month == time.December {
		return year + 1, time.January
	}
	return year, month + 1
}
