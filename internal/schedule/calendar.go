package schedule

import (
	"errors"
	"fmt"
	"time"

	"github.com/rickar/cal/v2/dk"
)

// Calendar knows Danish public holidays and what one municipality adds to them.
// It is immutable. A nil *Calendar knows the public holidays and nothing else.
type Calendar struct {
	loc       *time.Location
	closed    []season
	blackouts []season
	quiet     []season
	from, to  int // quiet hours in minutes after midnight; equal means none
}

// Settings is what a municipality says of its year.
type Settings struct {
	// Zone is the zone of the quiet hours; "" means Europe/Copenhagen.
	Zone string
	// Closed are days on which the town hall is closed though they are no public
	// holidays. Nil means closed days of most town halls (standardClosed); empty means none.
	Closed []Window
	// Blackouts are windows that a schedule may name to keep drills out.
	Blackouts []Window
	// QuietFrom and QuietTo bound the daily quiet hours as HH:MM, usually 17:00
	// and 07:00. Both empty: there is no quiet time at all, on no day.
	QuietFrom, QuietTo string
	// Quiet are windows, such as school holidays, that are quiet all day.
	Quiet []Window
}

// ErrSettings is wrapped by every error of [NewCalendar] and [Spec.Check].
var ErrSettings = errors.New("the calendar settings cannot be used")

// standardClosed are the days on which most Danish town halls are closed although
// they are no public holidays: Grundlovsdag, 24 and 31 December.
func standardClosed() []Window {
	return []Window{
		{Name: "Grundlovsdag", When: []string{"06-05"}},
		{Name: "Juleaftensdag", When: []string{"12-24"}},
		{Name: "Nytårsaftensdag", When: []string{"12-31"}},
	}
}

// NewCalendar checks and compiles the settings. Errors wrap [ErrSettings].
func NewCalendar(s Settings) (*Calendar, error) {
	if s.Zone == "" {
		s.Zone = defaultZone
	}
	if s.Closed == nil {
		s.Closed = standardClosed()
	}
	loc, err := loadZone(s.Zone)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSettings, err)
	}
	c := &Calendar{loc: loc}
	for _, part := range []struct {
		into *[]season
		from []Window
		name string
	}{{&c.closed, s.Closed, "closed days"}, {&c.blackouts, s.Blackouts, "blackouts"}, {&c.quiet, s.Quiet, "quiet windows"}} {
		if *part.into, err = compile(part.from); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrSettings, part.name, err)
		}
	}
	if s.QuietFrom == "" && s.QuietTo == "" {
		return c, nil
	}
	var okFrom, okTo bool
	c.from, okFrom = parseTimeOfDay(s.QuietFrom)
	c.to, okTo = parseTimeOfDay(s.QuietTo)
	if !okFrom || !okTo || c.from == c.to {
		return nil, fmt.Errorf("%w: quiet hours %q to %q: write two different times as HH:MM, for example 17:00 and 07:00", ErrSettings, s.QuietFrom, s.QuietTo)
	}
	return c, nil
}

// Holiday gives the Danish name of the public holiday on the date of t, as the
// clock of t's own zone shows it. Store bededag ended with 2023.
func (c *Calendar) Holiday(t time.Time) (string, bool) {
	name := holiday(dayOf(t.Date()))
	return name, name != ""
}

// DayOff says why the date of t, read in t's own zone, is no working day; false
// means that it is one.
func (c *Calendar) DayOff(t time.Time) (Reason, bool) {
	return c.dayOff(dayOf(t.Date()))
}

// Blackout gives the first of the named windows that holds the date of t.
func (c *Calendar) Blackout(t time.Time, names []string) (string, bool) {
	return c.blackout(dayOf(t.Date()), names)
}

// QuietUntil says whether messages that are no alarm should wait at the instant t
// and, if so, until when. Outside working days it is quiet all day.
func (c *Calendar) QuietUntil(t time.Time) (time.Time, bool) {
	if c == nil || c.from == c.to {
		return time.Time{}, false
	}
	local := t.In(c.loc)
	_, offset := local.Zone()
	start := wall(local.Unix() + int64(offset))
	w := start
	// Each step goes forward by a day or to the end of the night. A year that is
	// quiet throughout is a mistake in the settings, and then nothing waits.
	for range 2 * 366 {
		next, quiet := c.quietStep(w)
		if !quiet {
			until, _ := resolve(w, c.loc)
			return until, w != start && until.After(t)
		}
		w = next
	}
	return time.Time{}, false
}

func (c *Calendar) quietStep(w wall) (wall, bool) {
	d, minute := w.day(), w.minuteOfDay()
	if _, off := c.dayOff(d); off || within(c.quiet, d) {
		return wallAt(d+1, 0), true
	}
	overnight := c.from > c.to
	switch {
	case overnight && minute >= c.from:
		return wallAt(d+1, c.to), true
	case overnight && minute < c.to, !overnight && c.from <= minute && minute < c.to:
		return wallAt(d, c.to), true
	}
	return w, false
}

func within(list []season, d day) bool {
	for _, s := range list {
		if s.contains(d) {
			return true
		}
	}
	return false
}

func (c *Calendar) blackout(d day, names []string) (string, bool) {
	if c == nil {
		return "", false
	}
	for _, name := range names {
		for _, s := range c.blackouts {
			if s.name == name && s.contains(d) {
				return name, true
			}
		}
	}
	return "", false
}

// unknown gives the first name that is no blackout of the calendar.
func (c *Calendar) unknown(names []string) (string, bool) {
next:
	for _, name := range names {
		if c != nil {
			for _, s := range c.blackouts {
				if s.name == name {
					continue next
				}
			}
		}
		return name, true
	}
	return "", false
}

// dayOff names a holiday before the weekend, because people know it by its name.
func (c *Calendar) dayOff(d day) (Reason, bool) {
	if name := holiday(d); name != "" {
		return Reason{CauseHoliday, name}, true
	}
	if c != nil {
		for _, s := range c.closed {
			if s.contains(d) {
				return Reason{CauseClosed, s.name}, true
			}
		}
	}
	if w := d.weekday(); w == time.Saturday || w == time.Sunday {
		return Reason{CauseWeekend, w.String()}, true
	}
	return Reason{}, false
}

// maxClosed is the longest run of closed days, in days, that is looked across.
const maxClosed = 62

// workingDay gives the first working day at d or beyond it in the direction +1
// or -1; false when there is none within maxClosed days.
func (c *Calendar) workingDay(d day, direction day) (day, bool) {
	for range maxClosed {
		if _, off := c.dayOff(d); !off {
			return d, true
		}
		d += direction
	}
	return 0, false
}

// holiday gives the name of the public holiday, "" if there is none. The library
// counts Grundlovsdag as one; it is not (spec/domain 6.7), and the two Sundays
// that it leaves out are.
func holiday(d day) string {
	year, month, _ := d.date()
	if month != time.January && month != time.December && (month < time.March || month > time.June) {
		return ""
	}
	for _, h := range dk.Holidays {
		if h == dk.Grundlovsdag || h.Month != 0 && h.Month != month {
			continue
		}
		if actual, _ := h.Calc(year); !actual.IsZero() && holidayDay(actual) == d {
			return h.Name
		}
	}
	if d.weekday() == time.Sunday {
		switch d - easter(year) {
		case 0:
			return "Påskedag"
		case 49:
			return "Pinsedag"
		}
	}
	return ""
}

// holidayDay reads the date of a midnight in the machine's zone. Where a clock
// change removes that midnight it may show the evening before, hence the noon.
func holidayDay(midnight time.Time) day {
	return dayOf(midnight.Add(12 * time.Hour).Date())
}
