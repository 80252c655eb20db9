package schedule

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// phrase reads a rule in words, left to right. The first error sticks, so that
// the reading functions need not hand it through; after it they find no words.
type phrase struct {
	words []word
	pos   int
	end   int // offset behind the text
	err   *Error
}

// maxStep bounds "every N": nobody plans a drill further ahead, and the
// arithmetic stays far from overflow.
const maxStep = 1000

func parsePhrase(text string, words []word) (dates, clock, *Error) {
	p := &phrase{end: len(text)}
	for _, w := range words {
		p.addWords(w)
	}
	d, c := p.rule()
	if p.err == nil && p.pos < len(p.words) {
		p.fail("the schedule should end here", `write for example "first monday of month at 09:00"`)
	}
	if p.err != nil {
		return nil, clock{}, p.err
	}
	return d, c, nil
}

// addWords splits at commas, which separate weekdays, and leaves out "the".
func (p *phrase) addWords(w word) {
	offset := w.offset
	for part := range strings.SplitSeq(w.text, ",") {
		if part != "" && part != "the" {
			p.words = append(p.words, word{part, offset})
		}
		offset += len(part) + 1
	}
}

func (p *phrase) fail(message, hint string) {
	if p.err != nil {
		return
	}
	offset := p.end
	if p.pos < len(p.words) {
		offset = p.words[p.pos].offset
		message = fmt.Sprintf("%s, found %q", message, p.words[p.pos].text)
	}
	p.err = &Error{Offset: offset, Message: message, Hint: hint}
}

func (p *phrase) peek() string {
	if p.err != nil || p.pos >= len(p.words) {
		return ""
	}
	return p.words[p.pos].text
}

// take steps over the next word if it is one of these.
func (p *phrase) take(any ...string) bool {
	next := p.peek()
	for _, w := range any {
		if next == w && next != "" {
			p.pos++
			return true
		}
	}
	return false
}

func (p *phrase) must(w, hint string) {
	if !p.take(w) {
		p.fail(fmt.Sprintf("expected %q", w), hint)
	}
}

func (p *phrase) rule() (dates, clock) {
	var d dates
	switch {
	case p.take("every"):
		if c, ok := p.everyTime(); ok {
			return nil, c
		}
		d = p.every()
	case p.take("daily"):
		d = stepDays{1, epochMonday()}
	case p.take("weekdays"):
		d = stepWeeks{1, epochMonday(), weekdayBits}
	case p.take("working"):
		p.must("days", `write "working days at 09:00"`)
		d = workingDays{}
	case p.take("weekly"):
		d = p.weeks(1)
	case p.take("monthly"):
		d = p.months(1)
	case p.take("quarterly"):
		d = p.months(3)
	case p.take("yearly"):
		d = p.yearly()
	default:
		d = p.ordinal()
	}
	return d, p.at()
}

// everyTime reads "15 minutes" and "2 hours". It takes nothing when the unit is
// longer, because those go on with days.
func (p *phrase) everyTime() (clock, bool) {
	start := p.pos
	n := p.count()
	unit := int64(1)
	switch {
	case p.take("minute", "minutes"):
	case p.take("hour", "hours"):
		unit = 60
	case strings.HasPrefix(p.peek(), "second"):
		p.fail("an interval is not below one minute", `write for example "every 5 minutes"`)
		return clock{}, true
	default:
		p.pos = start
		return clock{}, false
	}
	_, c, err := interval(int64(n)*unit, p.words[start].offset)
	if p.err == nil {
		p.err = err
	}
	return c, true
}

func (p *phrase) every() dates {
	if d, ok := p.weekday(); ok {
		return stepWeeks{1, epochMonday(), p.moreWeekdays(d)}
	}
	n := p.count()
	switch {
	case p.take("day", "days"):
		return stepDays{n, p.fromDate()}
	case n == 1 && p.take("weekday"):
		return stepWeeks{1, epochMonday(), weekdayBits}
	case n == 1 && p.take("working"):
		p.must("day", `write "every working day at 09:00"`)
		return workingDays{}
	case p.take("week", "weeks"):
		return p.weeks(n)
	case p.take("month", "months"):
		return p.months(n)
	case p.take("quarter", "quarters"):
		return p.months(3 * n)
	case p.take("year", "years"):
		return p.years(n)
	}
	p.fail("expected minutes, hours, days, weeks, months, quarters, years or a weekday", `write for example "every 2 weeks on tuesday at 10:00"`)
	return nil
}

// count reads the N of "every N"; without it N is 1, and "other" is 2.
func (p *phrase) count() int {
	if p.take("other") {
		return 2
	}
	next := p.peek()
	if next == "" || !isDigit(next[0]) && next[0] != '-' && next[0] != '+' {
		return 1
	}
	return p.number(1, maxStep)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// number reads a whole number within the bounds; after an error it gives low, so
// that nobody divides by zero.
func (p *phrase) number(low, high int) int {
	n, err := strconv.Atoi(p.peek())
	if err != nil || n < low || n > high {
		p.fail(fmt.Sprintf("expected a number from %d to %d", low, high), "write it in digits")
		return low
	}
	p.pos++
	return n
}

func (p *phrase) weeks(n int) dates {
	start := p.fromDate()
	start -= day(floorMod(int64(start-epochMonday()), 7))
	weekdays := uint8(1 << time.Monday)
	if p.take("on") {
		d, ok := p.weekday()
		if !ok {
			p.fail("expected a weekday", `write for example "on tuesday"`)
		}
		weekdays = p.moreWeekdays(d)
	}
	return stepWeeks{n, start, weekdays}
}

// fromDate reads "from 2026-01-05", the day from which an interval is counted.
func (p *phrase) fromDate() day {
	if !p.take("from") {
		return epochMonday()
	}
	t, err := time.Parse(time.DateOnly, p.peek())
	if err != nil || t.Year() < 1900 {
		p.fail("expected a date", `write for example "from 2026-01-05"`)
		return epochMonday()
	}
	p.pos++
	return dayOf(t.Date())
}

func (p *phrase) months(n int) dates {
	phase := 0
	if p.take("from") {
		phase = p.month() - 1
	}
	d := monthDates{n, phase, pick{pickDay, 1, 0}}
	if p.take("on") {
		d.pick = p.pick()
	}
	return d
}

func (p *phrase) yearly() dates { return p.years(1) }

// years reads "on 15 march" or "on march 15"; without it the year begins.
func (p *phrase) years(n int) dates {
	d := monthDates{12 * n, 0, pick{pickDay, 1, 0}}
	if !p.take("on") {
		return d
	}
	at := p.pos
	if next := p.peek(); next != "" && isDigit(next[0]) {
		d.pick.nth = p.number(1, 31)
		d.phase = p.month() - 1
	} else {
		d.phase = p.month() - 1
		d.pick.nth = p.number(1, 31)
	}
	if p.err == nil && d.pick.nth > daysIn(2024, time.Month(d.phase+1)) {
		p.pos = at
		p.fail("this date never comes", fmt.Sprintf("%s has %d days", time.Month(d.phase+1), daysIn(2024, time.Month(d.phase+1))))
	}
	return d
}

// pick reads what stands after "on": "day 15", "last day", "first monday".
func (p *phrase) pick() pick {
	if p.take("day") {
		return pick{pickDay, p.number(1, 31), 0}
	}
	nth, ok := p.nth()
	if !ok {
		p.fail("expected a day", `write for example "on day 15", "on last day" or "on first monday"`)
		return pick{}
	}
	return p.kind(nth)
}

// ordinal reads "first monday of month", with quarter, year or a month's name in
// place of month. In a longer period "last" looks into its last month.
func (p *phrase) ordinal() dates {
	nth, ok := p.nth()
	if !ok {
		p.fail("the schedule cannot be read", `write cron text such as "0 9 1 * *", or a phrase such as "first monday of month at 09:00" or "every 6 months on day 15"`)
		return nil
	}
	d := monthDates{pick: p.kind(nth)}
	p.must("of", `write for example "first monday of month at 09:00"`)
	switch {
	case p.take("month"):
		d.n = 1
	case p.take("quarter"):
		d.n = 3
	case p.take("year"):
		d.n = 12
	default:
		d.n, d.phase = 12, p.month()-1
		return d
	}
	if nth < 0 {
		d.phase = d.n - 1
	}
	return d
}

func (p *phrase) nth() (int, bool) {
	for i, w := range []string{"last", "first", "second", "third", "fourth"} {
		if p.take(w) {
			if i == 0 {
				return -1, true
			}
			return i, true
		}
	}
	return 0, false
}

func (p *phrase) kind(nth int) pick {
	if p.take("day") {
		return pick{pickDay, nth, 0}
	}
	if p.take("working") {
		p.must("day", `write "working day"`)
		return pick{pickWorkingDay, nth, 0}
	}
	d, ok := p.weekday()
	if !ok {
		p.fail("expected a weekday, \"day\" or \"working day\"", `write for example "first monday of month"`)
	}
	return pick{pickWeekday, nth, d}
}

func (p *phrase) weekday() (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		name := lowerASCII(d.String())
		if p.take(name, name+"s", name[:3]) {
			return d, true
		}
	}
	return 0, false
}

func (p *phrase) moreWeekdays(first time.Weekday) uint8 {
	set := uint8(1) << first
	for {
		and := p.take("and")
		d, ok := p.weekday()
		if !ok {
			if and {
				p.fail("expected a weekday", "")
			}
			return set
		}
		set |= 1 << d
	}
}

// month reads a month's name as 1 to 12; after an error it gives 1.
func (p *phrase) month() int {
	for m := time.January; m <= time.December; m++ {
		name := lowerASCII(m.String())
		if p.take(name, name[:3]) {
			return int(m)
		}
	}
	p.fail("expected a month", `write its name, for example "march"`)
	return 1
}

// at reads "at HH:MM"; without it the time is 09:00.
func (p *phrase) at() clock {
	minute := 9 * 60
	if p.take("at") {
		m, ok := parseTimeOfDay(p.peek())
		if !ok {
			p.fail("expected a time of day", "write HH:MM from 00:00 to 23:59")
		} else {
			p.pos++
		}
		minute = m
	}
	return clock{hours: 1 << (minute / 60), minutes: 1 << (minute % 60)}
}

// parseTimeOfDay reads HH:MM, H:MM or HH.MM as minutes after midnight.
func parseTimeOfDay(s string) (int, bool) {
	i := strings.IndexAny(s, ":.")
	if i < 1 || i > 2 || len(s) != i+3 {
		return 0, false
	}
	for j := range len(s) {
		if j != i && !isDigit(s[j]) {
			return 0, false
		}
	}
	hour, _ := strconv.Atoi(s[:i])
	minute, _ := strconv.Atoi(s[i+1:])
	return hour*60 + minute, hour < 24 && minute < 60
}
