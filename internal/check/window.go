package check

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const weekMinutes = 7 * dayMinutes

// window is what a support window means for somebody who loses everything at
// the worst moment of a plain week. Public holidays are not counted: they would
// make every window but 24/7 fail in the same few days of the year.
type window struct {
	known bool
	wait  int // minutes from the worst moment to the next opening
	from  int // that moment, in minutes after Monday 00:00
}

// closes is the worst moment in words.
func (w window) closes() string {
	names := [...]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
	at := w.from % weekMinutes
	return fmt.Sprintf("%s %02d:%02d", names[at/dayMinutes], at%dayMinutes/60, at%60)
}

// parseWindow reads the words that contracts use: "24/7", "døgnet rundt",
// "hverdage 8-16", "8-16 hverdage", "man-fre 07:30-22", "lør 9-12", "næste
// arbejdsdag", several of them with commas. Hours without days are those of
// working days. A part that it cannot read can only add hours, so it is left
// out when another part is read; 24/7 for critical faults is 24/7, for the loss
// of everything is one.
func parseWindow(text string) window {
	var open [][2]int
	for part := range strings.FieldsFuncSeq(strings.ToLower(text), func(c rune) bool { return c == ',' || c == ';' }) {
		switch {
		case strings.Contains(part, "24/7"), strings.Contains(part, "døgnet rundt"), strings.Contains(part, "around the clock"):
			return window{known: true}
		case strings.Contains(part, "næste arbejdsdag"), strings.Contains(part, "next working day"):
			open = append(open, openings([]int{0, 1, 2, 3, 4}, 8*60, 16*60)...)
		default:
			open = append(open, parseHours(part)...)
		}
	}
	return longestClosed(open)
}

// parseHours reads one "days hours" or "hours days".
func parseHours(part string) [][2]int {
	hours := regexp.MustCompile(`(?:kl\.? *)?(\d{1,2})(?:[:.](\d{2}))? *(?:-|–|til) *(\d{1,2})(?:[:.](\d{2}))?`)
	m := hours.FindStringSubmatch(part)
	if m == nil {
		return nil
	}
	from, to := clock(m[1], m[2]), clock(m[3], m[4])
	weekdays := parseDays(strings.TrimSpace(strings.Replace(part, m[0], " ", 1)))
	if from >= to || to > dayMinutes || weekdays == nil {
		return nil
	}
	return openings(weekdays, from, to)
}

func clock(hour, minute string) int {
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	return h*60 + m
}

// parseDays gives weekdays from Monday, 0; nil when the words mean nothing.
func parseDays(words string) []int {
	switch words {
	case "", "hverdag", "hverdage", "arbejdsdage", "på hverdage", "weekdays", "working days":
		return []int{0, 1, 2, 3, 4}
	case "alle dage", "dagligt", "hver dag", "daily", "every day":
		return []int{0, 1, 2, 3, 4, 5, 6}
	case "weekend", "weekender":
		return []int{5, 6}
	}
	first, last, isRange := strings.Cut(strings.NewReplacer("–", "-", " til ", "-").Replace(words), "-")
	a, ok := weekday(first)
	if !ok {
		return nil
	}
	b := a
	if isRange {
		if b, ok = weekday(last); !ok {
			return nil
		}
	}
	out := []int{a}
	for a != b {
		a = (a + 1) % 7
		out = append(out, a)
	}
	return out
}

func weekday(word string) (int, bool) {
	word = strings.Trim(word, " .")
	for i, names := range [...][2]string{
		{"mandag", "monday"},
		{"tirsdag", "tuesday"},
		{"onsdag", "wednesday"},
		{"torsdag", "thursday"},
		{"fredag", "friday"},
		{"lørdag", "saturday"},
		{"søndag", "sunday"},
	} {
		if len(word) >= 3 && (strings.HasPrefix(names[0], word) || strings.HasPrefix(names[1], word)) {
			return i, true
		}
	}
	return 0, false
}

func openings(weekdays []int, from, to int) (out [][2]int) {
	for _, d := range weekdays {
		out = append(out, [2]int{d*dayMinutes + from, d*dayMinutes + to})
	}
	return out
}

// longestClosed finds the longest time between two openings in a week that goes
// round.
func longestClosed(open [][2]int) window {
	if len(open) == 0 {
		return window{}
	}
	slices.SortFunc(open, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	w, until := window{known: true}, open[0][1]
	for _, next := range append(open[1:], [2]int{open[0][0] + weekMinutes, 0}) {
		if gap := next[0] - until; gap > w.wait {
			w.wait, w.from = gap, until
		}
		until = max(until, next[1])
	}
	return w
}
