package schedule

import (
	"fmt"
	"math/bits"
	"strings"
	"time"
)

const (
	defaultZone = "Europe/Copenhagen"
	// maxText bounds what is read of a plan file; no sensible rule is longer.
	maxText = 200
)

// Rule is a parsed schedule text in its zone. The zero Rule never comes. Rules
// are immutable and may be shared.
type Rule struct {
	text, zone string
	loc        *time.Location
	cal        *Calendar
	dates      dates
	clock      clock
}

// clock is the half of a rule that picks times of day: either every so many
// minutes since 2001-01-01T00:00, or the product of hours and minutes.
type clock struct {
	every   int64
	hours   uint32
	minutes uint64
}

// Error says what is wrong with a schedule text and what to write instead.
type Error struct {
	// Offset is the byte in the text where the trouble begins; -1 when the zone
	// and not the text is wrong.
	Offset  int
	Message string
	Hint    string
}

// Error gives message and hint on one line, without the position.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "; " + e.Hint
}

// Parse reads a schedule text in the named IANA zone; "" means Europe/Copenhagen.
// The text is either cron text of five fields, one of the words @hourly, @daily,
// @weekly, @monthly, @yearly and @every DURATION, or a phrase in English such as
// "first monday of month at 09:00", "last working day of quarter", "every 2 weeks
// on tuesday at 10:00", "every 6 months from march on day 15", "every 15 minutes"
// or "yearly on 15 march". A phrase without "at HH:MM" means 09:00.
//
// Every error is an [*Error]. No text makes it panic (R19). It refuses a zone
// inside the text, a day of the month together with a weekday, intervals below a
// minute, and dates that never come.
func Parse(text, zone string) (Rule, error) {
	if zone == "" {
		zone = defaultZone
	}
	loc, err := loadZone(zone)
	if err != nil {
		return Rule{}, err
	}
	d, c, bad := parseText(text)
	if bad != nil {
		return Rule{}, bad
	}
	return Rule{text: text, zone: zone, loc: loc, dates: d, clock: c}, nil
}

func loadZone(zone string) (*time.Location, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return nil, &Error{
			Offset:  -1,
			Message: fmt.Sprintf("%q is no known time zone", zone),
			Hint:    "write an IANA name such as Europe/Copenhagen or UTC",
		}
	}
	return loc, nil
}

func parseText(text string) (dates, clock, *Error) {
	if len(text) > maxText {
		return nil, clock{}, &Error{maxText, fmt.Sprintf("the schedule is longer than %d bytes", maxText), "one schedule is one short line"}
	}
	words := split(text)
	if len(words) == 0 {
		return nil, clock{}, &Error{0, "the schedule is empty", `write for example "first monday of month at 09:00"`}
	}
	first := words[0]
	switch {
	case strings.HasPrefix(first.text, "tz=") || strings.HasPrefix(first.text, "cron_tz="):
		return nil, clock{}, &Error{first.offset, "a time zone has no place in the schedule text", "set the schedule's zone instead"}
	case first.text[0] == '@':
		return parseDescriptor(words)
	case strings.ContainsRune("0123456789*?,-/", rune(first.text[0])):
		return parseCron(words)
	default:
		return parsePhrase(text, words)
	}
}

// Text gives the text as it was parsed.
func (r Rule) Text() string { return r.text }

// Zone gives the IANA name that, with the nominal time, names an occurrence.
func (r Rule) Zone() string { return r.zone }

// With gives the same rule counting working days by cal. Without it a working day
// is Monday to Friday except Danish public holidays.
func (r Rule) With(cal *Calendar) Rule {
	r.cal = cal
	return r
}

// Intraday says whether the rule may come more than once on one day.
func (r Rule) Intraday() bool {
	return r.clock.every > 0 && r.clock.every < minutesPerDay ||
		bits.OnesCount32(r.clock.hours)*bits.OnesCount64(r.clock.minutes) > 1
}

// movable says whether each nominal time has the same time of day. Only then does
// moving by whole days keep the order of due times, on which Pending relies.
func (r Rule) movable() bool { return r.clock.every == 0 && !r.Intraday() }

// nextWall gives the first nominal time that is not before w.
func (r Rule) nextWall(w wall) (wall, bool) {
	minute := -floorDiv(-int64(w), 60)
	if r.clock.every > 0 {
		anchor := int64(epochMonday()) * minutesPerDay
		next := wall((minute + floorMod(anchor-minute, r.clock.every)) * 60)
		return next, next.day() <= lastDay()
	}
	from := day(floorDiv(minute, minutesPerDay))
	if r.dates == nil || from > lastDay() {
		return 0, false
	}
	d, ok := r.dates.next(from, r.cal)
	if ok && d == from {
		if m, found := r.clock.next(int(floorMod(minute, minutesPerDay))); found {
			return wallAt(d, m), true
		}
		d, ok = r.dates.next(from+1, r.cal)
	}
	if !ok || d > lastDay() {
		return 0, false
	}
	m, ok := r.clock.next(0)
	return wallAt(d, m), ok
}

// next gives the first minute of the day, counted from midnight, not before from.
func (c clock) next(from int) (int, bool) {
	hour, minute := from/60, from%60
	if c.hours&(1<<hour) != 0 {
		if rest := c.minutes >> minute; rest != 0 {
			return from + bits.TrailingZeros64(rest), true
		}
	}
	later := c.hours >> (hour + 1)
	if later == 0 || c.minutes == 0 {
		return 0, false
	}
	hour += 1 + bits.TrailingZeros32(later)
	return hour*60 + bits.TrailingZeros64(c.minutes), true
}
