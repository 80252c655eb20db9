// Package phrase says everything that stands in a document in one language:
// sentences, the words for codes, dates, times and lengths. What all documents
// share stands in templates/phrase, the rest in a folder for each subject.
package phrase

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"beredskab/templates"
)

// Phrases says everything about one subject in one language. Its texts stand in
// LANG.txt of templates/phrase and of the subject's folder, and in the subject's
// *.LANG.txt, one `key = text` a line.
type Phrases struct {
	Lang   string
	Zone   *time.Location // that of all dates and times
	texts  map[string]string
	months []string
}

// Languages are those that documents are written in, the usual one first.
func Languages() []string { return []string{"da", "en"} }

// New reads the texts of a subject, which is a folder of templates, in a language.
func New(subject, lang string) (*Phrases, error) {
	if !slices.Contains(Languages(), lang) {
		return nil, fmt.Errorf("there is no language %q; use %s", lang, strings.Join(Languages(), " or "))
	}
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		return nil, fmt.Errorf("loading the zone of the document: %w", err)
	}
	p := &Phrases{Lang: lang, Zone: zone, texts: map[string]string{}}
	more, err := fs.Glob(templates.FS, subject+"/*."+lang+".txt")
	if err != nil {
		return nil, fmt.Errorf("looking for the texts of the document: %w", err)
	}
	for _, file := range append([]string{"phrase/" + lang + ".txt", subject + "/" + lang + ".txt"}, more...) {
		if err := p.read(file); err != nil {
			return nil, fmt.Errorf("reading the texts of the document: %w", err)
		}
	}
	p.months = strings.Fields(p.texts["months"])
	if len(p.months) != 12 {
		return nil, fmt.Errorf(`reading the texts of the document: "months" of phrase/%s.txt has %d words; write 12`, lang, len(p.months))
	}
	return p, nil
}

func (p *Phrases) read(file string) error {
	src, err := fs.ReadFile(templates.FS, file)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(src)) {
		key, text, ok := strings.Cut(line, " = ")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		if _, twice := p.texts[key]; twice {
			return fmt.Errorf("%s has %q, which the language has already; delete one", file, key)
		}
		p.texts[key] = strings.TrimSpace(text)
	}
	return nil
}

// Keys are the keys of all texts, sorted.
func (p *Phrases) Keys() []string { return slices.Sorted(maps.Keys(p.texts)) }

// Has tells whether the language has a text for that key.
func (p *Phrases) Has(key string) bool {
	_, ok := p.texts[key]
	return ok
}

// Say puts values into the text of that key. A key without a text shows itself,
// so that a slip is seen and the rest of the document still stands.
func (p *Phrases) Say(key string, values ...any) string {
	text, ok := p.texts[key]
	switch {
	case !ok:
		return "⟦" + key + "⟧"
	case len(values) == 0:
		return text
	default:
		return fmt.Sprintf(text, values...)
	}
}

// Word says a code of the register, such as a state or a fence; one that the
// language has no word for is shown as it is.
func (p *Phrases) Word(group, code string) string {
	if text, ok := p.texts[group+"."+code]; ok {
		return text
	}
	return Visible(code)
}

// Count says a number with its noun in the right form.
func (p *Phrases) Count(key string, n int) string {
	switch {
	case n == 1:
		return p.Say(key + ".one")
	case n == 0 && p.Has(key+".none"):
		return p.Say(key + ".none")
	}
	return p.Say(key+".many", n)
}

// Moment is a date and a clock time, e.g. "23. november 2026 kl. 14.05".
func (p *Phrases) Moment(t time.Time) string { return p.at(t, "moment") }

// Second is Moment to the second.
func (p *Phrases) Second(t time.Time) string { return p.at(t, "moment.second") }

// Clock is the time of day to the second.
func (p *Phrases) Clock(t time.Time) string { return p.at(t, "clock.second") }

// Date is a day in full, e.g. "23. november 2026".
func (p *Phrases) Date(t time.Time) string { return p.day(t, "date") }

// Day is a day for narrow columns, e.g. "23.11.2026".
func (p *Phrases) Day(t time.Time) string { return p.day(t, "day") }

func (p *Phrases) day(t time.Time, key string) string {
	if t.IsZero() {
		return "–"
	}
	t = t.In(p.Zone)
	_, short := p.Month(t.Month())
	return p.Say(key, t.Day(), p.months[t.Month()-1], t.Year(), int(t.Month()), short)
}

// Month is the name of a month, and its first three letters.
func (p *Phrases) Month(m time.Month) (name, short string) {
	name = p.months[m-1]
	return name, string([]rune(name)[:3])
}

// Join lists items as a sentence does, e.g. "a, b og c".
func (p *Phrases) Join(items []string) string {
	last := len(items) - 1
	if last < 1 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:last], ", ") + " " + p.Say("and") + " " + items[last]
}

func (p *Phrases) at(t time.Time, key string) string {
	if t.IsZero() {
		return "–"
	}
	t = t.In(p.Zone)
	text := p.Say(key, t.Day(), p.months[t.Month()-1], t.Year(), t.Hour(), t.Minute(), t.Second())
	return text + p.season(t)
}

// season tells the two passings of an hour apart that the clock goes through
// twice, and is empty at any other time.
func (p *Phrases) season(t time.Time) string {
	const layout = "2006-01-02 15:04"
	for _, other := range []time.Time{t.Add(time.Hour), t.Add(-time.Hour)} {
		if other.Format(layout) == t.Format(layout) {
			return " " + p.Say(map[bool]string{true: "season.summer", false: "season.winter"}[t.IsDST()])
		}
	}
	return ""
}

// Span says a length. A begun minute, second or tenth counts, so that a length
// over its limit never reads as the limit: seconds are given below ten minutes
// and tenths below one.
func (p *Phrases) Span(d time.Duration) string {
	switch {
	case d < 0:
		return "−" + p.Span(-d)
	case d == 0:
		return p.Say("span.minutes", 0)
	case up(d, time.Second/10) < time.Minute:
		return p.Say("span.seconds", p.Number(float64(up(d, time.Second/10))/float64(time.Second)))
	case d < 10*time.Minute:
		d = up(d, time.Second)
	default:
		d = up(d, time.Minute)
	}
	const day = 24 * time.Hour
	var parts []string
	if d >= 2*day {
		parts = append(parts, p.Say("span.days", int(d/day)))
		d %= day
	}
	for _, unit := range []struct {
		key    string
		length time.Duration
	}{{"span.hours", time.Hour}, {"span.minutes", time.Minute}, {"span.seconds", time.Second}} {
		if n := d / unit.length; n > 0 {
			parts = append(parts, p.Say(unit.key, strconv.Itoa(int(n))))
			d %= unit.length
		}
	}
	return strings.Join(parts, " ")
}

// Signed is Span with its sign, for deviations.
func (p *Phrases) Signed(d time.Duration) string {
	if d > 0 {
		return "+" + p.Span(d)
	}
	return p.Span(d)
}

// Number writes a number with at most one decimal.
func (p *Phrases) Number(v float64) string {
	return strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), ".", p.Say("decimal"), 1)
}

// Whole writes a whole number with a sign between the thousands.
func (p *Phrases) Whole(n int64) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + p.Say("thousands") + text[at:]
	}
	return text
}

// up rounds a length up to a whole unit.
func up(d, unit time.Duration) time.Duration { return (d + unit - 1) / unit * unit }
