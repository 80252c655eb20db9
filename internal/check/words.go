package check

import (
	"fmt"
	"strings"
	"time"
)

const dayMinutes = 24 * 60

// span writes minutes as plans do: 45m, 8h10m, 3d, 2d4h.
func span(minutes int) string {
	if minutes < 0 {
		return "-" + span(-minutes)
	}
	if minutes == 0 {
		return "0m"
	}
	var out strings.Builder
	for _, unit := range [...]struct {
		minutes int
		letter  string
	}{{dayMinutes, "d"}, {60, "h"}, {1, "m"}} {
		// Up to 48 h reads better in hours.
		if unit.minutes == dayMinutes && minutes < 2*dayMinutes {
			continue
		}
		if n := minutes / unit.minutes; n > 0 {
			fmt.Fprintf(&out, "%d%s", n, unit.letter)
			minutes %= unit.minutes
		}
	}
	return out.String()
}

func days(minutes int) string {
	if n := minutes / dayMinutes; n != 1 {
		return fmt.Sprintf("%d days", n)
	}
	return "1 day"
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

// date reads an ISO 8601 date; ok is false when there is none.
func date(s string) (t time.Time, ok bool) {
	t, err := time.Parse(time.DateOnly, s)
	return t, err == nil
}

// since is how many whole minutes lie between a moment and now.
func (r *run) since(t time.Time) int { return int(r.in.Now.Sub(t) / time.Minute) }

func arrow(chain []string) string { return strings.Join(chain, " → ") }
