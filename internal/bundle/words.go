package bundle

import (
	"strings"
	"time"

	"beredskab/internal/phrase"
	"beredskab/internal/plan"
)

// words says everything on the pages in one language. Its texts stand in
// templates/bundle/LANG.txt.
type words struct{ *phrase.Phrases }

func newWords(lang string) (*words, error) {
	p, err := phrase.New("bundle", lang)
	return &words{p}, err
}

// Minutes says a length such as "8 t 10 min".
func (w *words) Minutes(n int) string { return w.Phrases.Span(time.Duration(n) * time.Minute) }

// Span says the length that a plan gives, and nothing when it gives none.
func (w *words) Span(d plan.Duration) string {
	if d == 0 {
		return ""
	}
	return w.Minutes(d.Minutes())
}

// Day says an ISO 8601 date of a plan; any other text is shown as it is.
func (w *words) Day(text string) string {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return w.Date(t)
}

// List joins words, each said by its group.
func (w *words) List(group string, codes []string) string {
	said := make([]string, len(codes))
	for i, code := range codes {
		said[i] = w.Word(group, code)
	}
	return strings.Join(said, ", ")
}
