package notify

import (
	"fmt"
	"strings"
	"text/template"
	"time"

	"beredskab/internal/outbox"
	"beredskab/internal/tidy"
)

// vocabulary says times, durations and verdicts in one language. Its words
// stand in that language's common.tmpl, so that no language is in the code.
type vocabulary struct {
	set              *template.Template
	lead             map[string]string // first word by tone
	weekdays, months []string
}

func newVocabulary(set *template.Template) (vocabulary, error) {
	words := vocabulary{set: set, lead: map[string]string{}}
	for _, tone := range []string{"drill", "incident", "plan"} {
		if words.lead[tone] = words.speak("word-"+tone, nil); words.lead[tone] == "" {
			return words, fmt.Errorf(`"word-%s" is empty; it must be the word that such messages begin with`, tone)
		}
	}
	words.weekdays = strings.Fields(words.speak("weekdays", nil))
	words.months = strings.Fields(words.speak("months", nil))
	if len(words.weekdays) != 7 || len(words.months) != 12 {
		return words, fmt.Errorf(`"weekdays" has %d words and "months" has %d; write 7, from Sunday, and 12`, len(words.weekdays), len(words.months))
	}
	for _, name := range []string{"clock", "clock-end", "date", "span"} {
		if set.Lookup(name) == nil {
			return words, fmt.Errorf("%q is not defined", name)
		}
	}
	return words, nil
}

// speak executes a template of the vocabulary. It gets values of the program's
// own making, so an error means a slip in the template; LoadWording tries all
// of them, and afterwards the phrase is simply empty.
func (words vocabulary) speak(name string, data any) string {
	var b strings.Builder
	if words.set.Lookup(name) == nil || words.set.ExecuteTemplate(&b, name, data) != nil {
		return ""
	}
	return strings.TrimSpace(b.String())
}

func (words vocabulary) clock(t time.Time) string    { return words.hour("clock", t) }
func (words vocabulary) clockEnd(t time.Time) string { return words.hour("clock-end", t) }

func (words vocabulary) hour(name string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return words.speak(name, struct{ Hour, Minute string }{t.Format("15"), t.Format("04")})
}

func (words vocabulary) date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return words.speak("date", struct {
		Weekday, Month string
		Day, Year      int
	}{words.weekdays[t.Weekday()], words.months[t.Month()-1], t.Day(), t.Year()})
}

func (words vocabulary) moment(t time.Time) string {
	return join(" ", words.date(t), words.clock(t))
}

// span says a duration in minutes, e.g. "3 t 12 min".
func (words vocabulary) span(minutes int) string {
	return words.speak("span", struct{ Hours, Minutes int }{minutes / 60, minutes % 60})
}

// signs says what each sign of misuse is, and of whom where that is told.
func (words vocabulary) signs(list []outbox.Sign) (lines []string) {
	for _, s := range list {
		s.Person = tidy.Line(s.Person, longestName)
		lines = append(lines, first(words.speak("sign-"+s.Code, s), s.Code))
	}
	return lines
}

// limit is span for a value of which zero means that there is none.
func (words vocabulary) limit(minutes int) string {
	if minutes <= 0 {
		return ""
	}
	return words.span(minutes)
}

// loss is the measured loss of data, nothing when it was not measured. A
// measured loss of nothing is «0 min»: it is news.
func (words vocabulary) loss(f outbox.Facts) string {
	if f.DataMeasured {
		return words.span(f.RPAMinutes)
	}
	return words.limit(f.RPAMinutes)
}

// verdict says how a run ended; one that the language has no word for is shown as it is.
func (words vocabulary) verdict(code string) string {
	name := "verdict-" + strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(code))
	return first(words.speak(name, nil), code)
}
