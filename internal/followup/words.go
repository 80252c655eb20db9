package followup

import (
	"strings"
	"time"
)

func day(t time.Time) string { return t.Format(time.DateOnly) }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// or lists states as a sentence does.
func or(states []State) string {
	words := make([]string, len(states))
	for i, s := range states {
		words[i] = string(s)
	}
	return strings.Join(words, " or ")
}
