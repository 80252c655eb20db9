package schedule

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

const (
	allDays     = 1<<32 - 1<<1
	allWeekdays = 1<<7 - 1
	allMonths   = 1<<13 - 1<<1
	allHours    = 1<<24 - 1
	weekdayBits = 1<<time.Monday | 1<<time.Tuesday | 1<<time.Wednesday | 1<<time.Thursday | 1<<time.Friday
)

// parseCron reads five cron fields. Only the library's field parser is used: its
// own answer to "when next" loses and doubles drills at clock changes (F20).
func parseCron(words []word) (dates, clock, *Error) {
	if len(words) != 5 {
		at := words[min(len(words)-1, 5)].offset
		hint := "the five are minute, hour, day of month, month and weekday; for a phrase write for example \"monthly on day 10 at 09:00\""
		return nil, clock{}, &Error{at, fmt.Sprintf("cron text has five fields and this has %d", len(words)), hint}
	}
	fields := make([]string, len(words))
	for i, w := range words {
		fields[i] = w.text
	}
	spec, err := guarded(strings.Join(fields, " "))
	if err != nil {
		return nil, clock{}, badField(words, err)
	}
	return fromSpec(spec, words)
}

// fromSpec takes over the library's bit sets and refuses what they cannot mean.
func fromSpec(spec *cron.SpecSchedule, words []word) (dates, clock, *Error) {
	d := cronDates{
		months:   uint16(spec.Month & allMonths),
		days:     uint32(spec.Dom & allDays),
		weekdays: uint8(spec.Dow & allWeekdays),
	}
	c := clock{hours: uint32(spec.Hour & allHours), minutes: spec.Minute & (1<<60 - 1)}
	for i, empty := range []bool{c.minutes == 0, c.hours == 0, d.days == 0, d.months == 0, d.weekdays == 0} {
		if empty {
			return nil, clock{}, &Error{words[i].offset, fmt.Sprintf("the %s is empty", fieldName(i)), fieldHint(i)}
		}
	}
	if d.days != allDays && d.weekdays != allWeekdays {
		return nil, clock{}, &Error{
			words[2].offset,
			"a day of the month together with a weekday means different days to different programs",
			`write for example "first monday of month at 09:00", or set one of the two to *`,
		}
	}
	if !d.everComes() {
		return nil, clock{}, &Error{words[2].offset, "this date never comes", `choose a day that the month has, or write "last day of month"`}
	}
	return d, c, nil
}

// guarded keeps the library's parser from ending the process: it panics on some
// texts (robfig/cron #470, #554).
func guarded(text string) (spec *cron.SpecSchedule, err error) {
	defer func() {
		if r := recover(); r != nil {
			spec, err = nil, fmt.Errorf("the text cannot be read: %v", r)
		}
	}()
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	parsed, err := parser.Parse(text)
	if err != nil {
		return nil, err
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("the text is no set of fields")
	}
	return spec, nil
}

// badField finds the field that the library refused, for it does not say where.
func badField(words []word, whole error) *Error {
	for i, w := range words {
		fields := []string{"*", "*", "*", "*", "*"}
		fields[i] = w.text
		if _, err := guarded(strings.Join(fields, " ")); err != nil {
			return &Error{w.offset, fmt.Sprintf("%q is no valid %s", w.text, fieldName(i)), fieldHint(i)}
		}
	}
	return &Error{words[0].offset, whole.Error(), "write five fields: minute, hour, day of month, month, weekday"}
}

func fieldName(i int) string {
	return []string{"minute", "hour", "day of month", "month", "weekday"}[i]
}

func fieldHint(i int) string {
	return []string{
		"write 0 to 59, *, */15, 10-20 or 5,35",
		"write 0 to 23, *, */2, 8-16 or 9,13",
		"write 1 to 31, * or 1-7",
		"write 1 to 12, jan to dec or *",
		"write 0 (sunday) to 6 (saturday), sun to sat, * or mon-fri",
	}[i]
}

// parseDescriptor reads the words that begin with @. They mean midnight, as in
// cron, and @every is counted from the fixed anchor like every other interval.
func parseDescriptor(words []word) (dates, clock, *Error) {
	first := words[0]
	if first.text == "@every" {
		return parseEvery(words)
	}
	table := map[string]string{
		"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
		"@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
	}
	text, known := table[first.text]
	if !known {
		return nil, clock{}, &Error{first.offset, fmt.Sprintf("%q is unknown", first.text), "write @hourly, @daily, @weekly, @monthly, @yearly or a phrase"}
	}
	if len(words) > 1 {
		return nil, clock{}, &Error{words[1].offset, fmt.Sprintf("%s stands alone", first.text), `for a time of day write for example "daily at 09:00"`}
	}
	return parseCron(split(text))
}

func parseEvery(words []word) (dates, clock, *Error) {
	const hint = `write for example "every 15 minutes" or "every 2 hours"`
	if len(words) != 2 {
		return nil, clock{}, &Error{words[len(words)-1].offset, "@every is followed by one duration", hint}
	}
	step, err := time.ParseDuration(words[1].text)
	if err != nil {
		return nil, clock{}, &Error{words[1].offset, fmt.Sprintf("%q is no duration", words[1].text), hint}
	}
	if step < time.Minute || step%time.Minute != 0 {
		return nil, clock{}, &Error{words[1].offset, "an interval is a whole number of minutes and not below one", hint}
	}
	return interval(int64(step/time.Minute), words[1].offset)
}

// interval checks an interval in minutes. Its upper bound only keeps the
// arithmetic far from overflow and nonsense out of the plan.
func interval(minutes int64, offset int) (dates, clock, *Error) {
	if minutes > 366*minutesPerDay {
		return nil, clock{}, &Error{offset, "the interval is longer than a year", `write for example "yearly on 15 march at 09:00"`}
	}
	return nil, clock{every: minutes}, nil
}

// word is a piece of the text in lower case and where it begins.
type word struct {
	text   string
	offset int
}

// split cuts text at white space. Words are ASCII-lowered byte by byte, because
// other foldings could change lengths and so the offsets.
func split(text string) []word {
	var words []word
	rest := 0
	for _, f := range strings.Fields(text) {
		at := rest + strings.Index(text[rest:], f)
		words = append(words, word{lowerASCII(f), at})
		rest = at + len(f)
	}
	return slices.Clip(words)
}

func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
