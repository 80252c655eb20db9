package plan

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of elapsed time in whole minutes, written as 15m, 4h,
// 2d, 1w or a sum such as 1h45m. A day is 24 h; there are no months
// (spec/domain.md 4).
type Duration int64

// longestMinutes is a hundred years of 52 weeks: longer is a slip of the pen,
// and sums of shorter ones never overflow.
const longestMinutes = 100 * 52 * 7 * 24 * 60

// Minutes is the length in minutes.
func (d Duration) Minutes() int { return int(d) }

// Std is the length as the standard library counts it.
func (d Duration) Std() time.Duration { return time.Duration(d) * time.Minute }

// String writes the length so that ParseDuration reads the same back: whole
// days from 2d on, otherwise hours and minutes, such as 1h45m and 26h.
func (d Duration) String() string {
	if d < 0 {
		return "-" + (-d).String()
	}
	const day = 24 * 60
	switch {
	case d == 0:
		return "0m"
	case d >= 2*day && d%day == 0:
		return strconv.Itoa(int(d/day)) + "d"
	case d%60 == 0:
		return strconv.Itoa(int(d/60)) + "h"
	case d < 60:
		return strconv.Itoa(int(d)) + "m"
	default:
		return fmt.Sprintf("%dh%dm", d/60, d%60)
	}
}

// ParseDuration reads 15m, 4h, 2d, 1w, a sum with the greater unit first such
// as 1h45m, or a plain 0. The error says what is wrong and what to write.
func ParseDuration(text string) (Duration, error) {
	if d, ok := scanDuration(text); ok {
		return d, nil
	}
	return 0, badDuration(text)
}

// ReadText reads the duration from a file.
func (d *Duration) ReadText(text string) (err error) {
	*d, err = ParseDuration(text)
	return err
}

func scanDuration(text string) (total Duration, ok bool) {
	last := Duration(longestMinutes)
	for rest := text; rest != "" && text != "0"; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits == 0 || digits > 9 || digits == len(rest) {
			return 0, false
		}
		number, _ := strconv.Atoi(rest[:digits]) // At most nine digits: it cannot fail.
		unit := unitMinutes(rest[digits])
		if unit == 0 || unit >= last {
			return 0, false
		}
		total, rest, last = total+Duration(number)*unit, rest[digits+1:], unit
	}
	return total, text != "" && total <= longestMinutes
}

func unitMinutes(unit byte) Duration {
	switch unit {
	case 'm':
		return 1
	case 'h':
		return 60
	case 'd':
		return 24 * 60
	case 'w':
		return 7 * 24 * 60
	default:
		return 0
	}
}

// badDuration names the mistakes people make: months, seconds, a number without
// a unit, words for units and decimals.
func badDuration(text string) error {
	const forms = "write 15m, 4h, 2d, 1w or a sum such as 1h45m"
	trimmed := strings.ToLower(strings.TrimSpace(text))
	split := len(trimmed) - len(strings.TrimLeft(trimmed, "0123456789"))
	number, word := trimmed[:split], strings.Trim(trimmed[split:], " .")
	unit, known := unitWord(word)
	switch {
	case trimmed == "":
		return errors.New("a duration is missing; " + forms)
	case strings.HasPrefix(trimmed, "-"):
		return fmt.Errorf("%q is negative; %s", text, forms)
	case number != "" && word == "":
		return fmt.Errorf("%q has no unit; write %sm for minutes or %sh for hours", text, number, number)
	case unit == "month":
		return fmt.Errorf("%q counts months, which have no fixed length; write days or weeks, such as 30d or 52w", text)
	case unit == "second":
		return fmt.Errorf("%q counts seconds; the smallest unit is a minute, write 1m", text)
	case known && number != "":
		if _, ok := scanDuration(number + unit); ok {
			return fmt.Errorf("%q is not a duration; write %s", text, number+unit)
		}
	case strings.ContainsAny(trimmed, ".,"):
		return fmt.Errorf("%q has a decimal; write whole units, such as 1h30m", text)
	}
	return fmt.Errorf("%q is not a duration; %s", text, forms)
}

func unitWord(word string) (unit string, known bool) {
	switch word {
	case "m", "min", "mins", "minut", "minutes", "minutter", "minute":
		return "m", true
	case "h", "t", "hr", "hrs", "hour", "hours", "time", "timer":
		return "h", true
	case "d", "dag", "dage", "day", "days", "døgn":
		return "d", true
	case "w", "u", "uge", "uger", "week", "weeks":
		return "w", true
	case "mo", "mdr", "md", "month", "months", "måned", "måneder", "y", "yr", "year", "years", "år":
		return "month", true
	case "s", "sec", "secs", "second", "seconds", "sek", "sekunder":
		return "second", true
	default:
		return "", false
	}
}
