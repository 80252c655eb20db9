package bundle

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"beredskab/internal/plan"
	"beredskab/templates"
)

// words says everything in one language. Its texts stand in
// templates/bundle/LANG.txt, one `key = text` a line.
type words struct {
	Lang   string
	texts  map[string]string
	months []string
	zone   *time.Location
}

func languages() []string { return []string{"da", "en"} }

func newWords(lang string) (*words, error) {
	if !slices.Contains(languages(), lang) {
		return nil, fmt.Errorf("there is no language %q; use %s", lang, strings.Join(languages(), " or "))
	}
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		return nil, fmt.Errorf("loading the zone of the pages: %w", err)
	}
	src, err := fs.ReadFile(templates.FS, "bundle/"+lang+".txt")
	if err != nil {
		return nil, fmt.Errorf("reading the texts of the pages: %w", err)
	}
	w := &words{Lang: lang, texts: map[string]string{}, zone: zone}
	for line := range strings.Lines(string(src)) {
		if key, text, ok := strings.Cut(line, " = "); ok && !strings.HasPrefix(line, "#") {
			w.texts[key] = strings.TrimSpace(text)
		}
	}
	if w.months = strings.Fields(w.texts["months"]); len(w.months) != 12 {
		return nil, fmt.Errorf(`reading the texts of the pages: "months" of bundle/%s.txt has %d words; write 12`, lang, len(w.months))
	}
	return w, nil
}

// Say puts values into the text of that key. A key without a text shows itself,
// so that a slip is seen and the rest of the page still stands.
func (w *words) Say(key string, values ...any) string {
	text, ok := w.texts[key]
	switch {
	case !ok:
		return "⟦" + key + "⟧"
	case len(values) == 0:
		return text
	default:
		return fmt.Sprintf(text, values...)
	}
}

// Word says a code of a plan; one without a word is shown as it is.
func (w *words) Word(group, code string) string {
	if text, ok := w.texts[group+"."+code]; ok {
		return text
	}
	return code
}

// Minutes says a length such as "8 t 10 min".
func (w *words) Minutes(n int) string {
	const day = 24 * 60
	var parts []string
	for _, unit := range []struct {
		key            string
		from, length   int
		keepEvenIfZero bool
	}{{"span.days", 2 * day, day, false}, {"span.hours", 60, 60, false}, {"span.minutes", 1, 1, true}} {
		if n >= unit.from || unit.keepEvenIfZero && len(parts) == 0 {
			if count := n / unit.length; count > 0 || len(parts) == 0 {
				parts = append(parts, w.Say(unit.key, count))
			}
			n %= unit.length
		}
	}
	return strings.Join(parts, " ")
}

// Span says the length that a plan gives, and nothing when it gives none.
func (w *words) Span(d plan.Duration) string {
	if d == 0 {
		return ""
	}
	return w.Minutes(d.Minutes())
}

// Moment is a date and a clock time as Copenhagen has them.
func (w *words) Moment(t time.Time) string {
	t = t.In(w.zone)
	return w.Say("moment", t.Day(), w.months[t.Month()-1], t.Year(), t.Hour(), t.Minute())
}

// Day says an ISO 8601 date of a plan; any other text is shown as it is.
func (w *words) Day(text string) string {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return w.Say("day", t.Day(), w.months[t.Month()-1], t.Year())
}

// List joins words, each said by its group.
func (w *words) List(group string, codes []string) string {
	said := make([]string, len(codes))
	for i, code := range codes {
		said[i] = w.Word(group, code)
	}
	return strings.Join(said, ", ")
}
