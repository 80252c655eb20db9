package systems

import (
	"cmp"
	"time"

	"beredskab/internal/phrase"
	"beredskab/internal/plan"
)

// length says a length of a plan; one that is not written is a dash.
func length(t *phrase.Phrases, d plan.Duration) string {
	if d == 0 {
		return "–"
	}
	return t.Span(d.Std())
}

// minutes says a length that was counted in minutes.
func minutes(t *phrase.Phrases, n int) string { return t.Span(time.Duration(n) * time.Minute) }

// dash stands where nothing is written.
func dash(text string) string { return cmp.Or(text, "–") }

// day is a date of a plan as the language writes it.
func day(t *phrase.Phrases, text string) string {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return dash(text)
	}
	return t.Date(at.Add(12 * time.Hour))
}
