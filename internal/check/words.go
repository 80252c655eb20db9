package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const dayMinutes = 24 * 60

// span writes minutes as plans do: 45m, 8h10m, 3d, 2d4h. Up to 48 h reads better
// in hours.
func span(minutes int) string {
	if minutes < 0 {
		return "-" + span(-minutes)
	}
	out := make([]byte, 0, 16)
	if minutes >= 2*dayMinutes {
		out = append(strconv.AppendInt(out, int64(minutes/dayMinutes), 10), 'd')
		minutes %= dayMinutes
	}
	if minutes >= 60 {
		out = append(strconv.AppendInt(out, int64(minutes/60), 10), 'h')
		minutes %= 60
	}
	if minutes > 0 || len(out) == 0 {
		out = append(strconv.AppendInt(out, int64(minutes), 10), 'm')
	}
	return string(out)
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

// arrow writes a chain. The middle of a very long one is left out; Finding.Chain
// has it all.
func arrow(chain []string) string {
	const most, ends = 10, 4
	if len(chain) > most {
		chain = slices.Concat(chain[:ends], []string{"…"}, chain[len(chain)-ends:])
	}
	return strings.Join(chain, " → ")
}
