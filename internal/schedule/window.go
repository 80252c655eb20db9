package schedule

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
)

// Window is a named set of days: a blackout, a closing day, a quiet season.
type Window struct {
	Name string
	// When holds one or more of
	//
	//   2026-11-03, 2026-12-15..2027-01-05    dates, both ends included
	//   12-24, 12-15..01-05                   every year; may pass New Year
	//   uge 7, week 28-30, uge 42 2026        ISO weeks, every year or in one
	//   easter+40, easter-4                   days from Easter Sunday, every year
	When []string
}

type spanKind uint8

const (
	spanDates spanKind = iota
	spanYearly
	spanWeeks
	spanEaster
)

// span is one compiled line of Window.When, both ends included: day numbers,
// month*100+day, ISO weeks (of one ISO year unless that is 0), or days from Easter.
type span struct {
	kind     spanKind
	from, to int
	year     int
}

func (s span) contains(d day) bool {
	at := int(d)
	year, month, dom := d.date()
	switch s.kind {
	case spanYearly:
		at = int(month)*100 + dom
	case spanWeeks:
		var isoYear int
		isoYear, at = d.time().ISOWeek()
		if s.year != 0 && s.year != isoYear {
			return false
		}
	case spanEaster:
		at = int(d - easter(year))
	}
	if s.from <= s.to {
		return s.from <= at && at <= s.to
	}
	return at >= s.from || at <= s.to
}

func easter(year int) day {
	sunday, _ := (&cal.Holiday{Func: cal.CalcEasterOffset}).Calc(year)
	return holidayDay(sunday)
}

// season is a compiled Window.
type season struct {
	name  string
	spans []span
}

func (s season) contains(d day) bool {
	for _, one := range s.spans {
		if one.contains(d) {
			return true
		}
	}
	return false
}

func compile(windows []Window) ([]season, error) {
	list := make([]season, 0, len(windows))
	for _, w := range windows {
		s := season{name: w.Name}
		for _, text := range w.When {
			one, err := parseSpan(text)
			if err != nil {
				return nil, fmt.Errorf("window %q: %w", w.Name, err)
			}
			s.spans = append(s.spans, one)
		}
		if w.Name == "" || len(s.spans) == 0 {
			return nil, fmt.Errorf("window %q needs a name and at least one date, week or range", w.Name)
		}
		list = append(list, s)
	}
	return list, nil
}

func parseSpan(text string) (span, error) {
	words := split(text)
	switch {
	case len(words) >= 2 && (words[0].text == "uge" || words[0].text == "week"):
		return parseWeeks(text, words[1:])
	case len(words) == 1 && strings.HasPrefix(words[0].text, "easter"):
		n, err := strconv.Atoi(strings.TrimPrefix(words[0].text, "easter"))
		if words[0].text == "easter" {
			n, err = 0, nil
		}
		if err != nil || n < -60 || n > 200 {
			return span{}, badSpan(text)
		}
		return span{spanEaster, n, n, 0}, nil
	}
	low, high, isRange := strings.Cut(strings.TrimSpace(text), "..")
	if !isRange {
		high = low
	}
	return parseDates(text, strings.TrimSpace(low), strings.TrimSpace(high))
}

func parseDates(text, low, high string) (span, error) {
	if a, err := time.Parse(time.DateOnly, low); err == nil {
		b, err := time.Parse(time.DateOnly, high)
		if err != nil || b.Before(a) {
			return span{}, badSpan(text)
		}
		return span{spanDates, int(dayOf(a.Date())), int(dayOf(b.Date())), 0}, nil
	}
	// A leap year is put in front so that 02-29 is a date.
	a, errA := time.Parse(time.DateOnly, "2024-"+low)
	b, errB := time.Parse(time.DateOnly, "2024-"+high)
	if errA != nil || errB != nil {
		return span{}, badSpan(text)
	}
	return span{spanYearly, int(a.Month())*100 + a.Day(), int(b.Month())*100 + b.Day(), 0}, nil
}

func parseWeeks(text string, words []word) (span, error) {
	low, high, isRange := strings.Cut(words[0].text, "-")
	if !isRange {
		high = low
	}
	from, errA := strconv.Atoi(low)
	to, errB := strconv.Atoi(high)
	s := span{kind: spanWeeks, from: from, to: to}
	if errA != nil || errB != nil || min(from, to) < 1 || max(from, to) > 53 || len(words) > 2 {
		return span{}, badSpan(text)
	}
	if len(words) == 2 {
		year, err := strconv.Atoi(words[1].text)
		if err != nil || year < 1 || year > 9999 || from > to {
			return span{}, badSpan(text)
		}
		s.year = year
	}
	return s, nil
}

func badSpan(text string) error {
	return fmt.Errorf("%q is no range of days; write 2026-12-15..2027-01-05, 12-24, 12-15..01-05, uge 28-30, uge 7 2027 or easter+40", text)
}
