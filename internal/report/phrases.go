package report

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"beredskab/templates"
)

// phrases says everything in one language. Its texts stand in
// templates/report/LANG.txt, one `key = text` a line.
type phrases struct {
	lang   string
	texts  map[string]string
	months []string
	zone   *time.Location
}

func newPhrases(lang string) (*phrases, error) {
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		return nil, fmt.Errorf("loading the zone of the document: %w", err)
	}
	src, err := fs.ReadFile(templates.FS, "report/"+lang+".txt")
	if err != nil {
		return nil, fmt.Errorf("reading the texts of the document: %w", err)
	}
	p := &phrases{lang: lang, texts: map[string]string{}, zone: zone}
	for line := range strings.Lines(string(src)) {
		key, text, ok := strings.Cut(line, " = ")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		if _, twice := p.texts[key]; twice {
			return nil, fmt.Errorf("reading the texts of the document: report/%s.txt has %q twice; delete one", lang, key)
		}
		p.texts[key] = strings.TrimSpace(text)
	}
	p.months = strings.Fields(p.texts["months"])
	if len(p.months) != 12 {
		return nil, fmt.Errorf(`reading the texts of the document: "months" of report/%s.txt has %d words; write 12`, lang, len(p.months))
	}
	return p, nil
}

// say puts values into the text of that key. A key without a text shows itself,
// so that a slip is seen and the rest of the document still stands.
func (p *phrases) say(key string, values ...any) string {
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

// word says a code of the register, such as a state or a fence; one that the
// language has no word for is shown as it is.
func (p *phrases) word(group, code string) string {
	if text, ok := p.texts[group+"."+code]; ok {
		return text
	}
	return visible(code)
}

// count says a number with its noun in the right form.
func (p *phrases) count(key string, n int) string {
	if n == 1 {
		return p.say(key + ".one")
	}
	return p.say(key+".many", n)
}

// moment is a date and a clock time, e.g. "23. november 2026 kl. 14.05".
func (p *phrases) moment(t time.Time) string { return p.at(t, "moment") }

// second is moment to the second.
func (p *phrases) second(t time.Time) string { return p.at(t, "moment.second") }

// clock is the time of day to the second.
func (p *phrases) clock(t time.Time) string { return p.at(t, "clock.second") }

func (p *phrases) at(t time.Time, key string) string {
	if t.IsZero() {
		return "–"
	}
	t = t.In(p.zone)
	text := p.say(key, t.Day(), p.months[t.Month()-1], t.Year(), t.Hour(), t.Minute(), t.Second())
	return text + p.season(t)
}

// season tells the two passings of an hour apart that the clock goes through
// twice, and is empty at any other time.
func (p *phrases) season(t time.Time) string {
	const layout = "2006-01-02 15:04"
	for _, other := range []time.Time{t.Add(time.Hour), t.Add(-time.Hour)} {
		if other.Format(layout) == t.Format(layout) {
			return " " + p.say(map[bool]string{true: "season.summer", false: "season.winter"}[t.IsDST()])
		}
	}
	return ""
}

// span says a length. A begun minute, second or tenth counts, so that a length
// over its limit never reads as the limit: seconds are given below ten minutes
// and tenths below one.
func (p *phrases) span(d time.Duration) string {
	switch {
	case d < 0:
		return "−" + p.span(-d)
	case d == 0:
		return p.say("span.minutes", 0)
	case up(d, time.Second/10) < time.Minute:
		return p.say("span.seconds", p.number(float64(up(d, time.Second/10))/float64(time.Second)))
	case d < 10*time.Minute:
		d = up(d, time.Second)
	default:
		d = up(d, time.Minute)
	}
	const day = 24 * time.Hour
	var parts []string
	if d >= 2*day {
		parts = append(parts, p.say("span.days", int(d/day)))
		d %= day
	}
	for _, unit := range []struct {
		key    string
		length time.Duration
	}{{"span.hours", time.Hour}, {"span.minutes", time.Minute}, {"span.seconds", time.Second}} {
		if n := d / unit.length; n > 0 {
			parts = append(parts, p.say(unit.key, strconv.Itoa(int(n))))
			d %= unit.length
		}
	}
	return strings.Join(parts, " ")
}

// signed is span with its sign, for deviations.
func (p *phrases) signed(d time.Duration) string {
	if d > 0 {
		return "+" + p.span(d)
	}
	return p.span(d)
}

// number writes a number with at most one decimal.
func (p *phrases) number(v float64) string {
	return strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), ".", p.say("decimal"), 1)
}

// up rounds a length up to a whole unit.
func up(d, unit time.Duration) time.Duration { return (d + unit - 1) / unit * unit }
