package notify

import (
	"bytes"
	"fmt"
	"strings"

	"beredskab/internal/outbox"
	"beredskab/internal/tidy"
)

// Form is the shape in which a channel wants its messages.
type Form string

// The forms. FormText is plain text only; in FormSMS the text is one SMS.
const (
	FormText Form = "text"
	FormMail Form = "mail"
	FormSMS  Form = "sms"
)

// Message is a notice in words. Text and Parts are always filled in, HTML only for
// FormMail.
type Message struct {
	Subject string `json:"subject"` // one line; its first word tells drill from incident
	Text    string `json:"text"`
	HTML    string `json:"html,omitempty"`
	Parts   Parts  `json:"-"` // for a channel that lays a message out in its own way
}

// Choice is an answer that can be given in the message itself, where a channel has
// buttons. Value is what the confirm page takes: yes, no, take, pass, or option and
// the number of a decision's option, from 0.
type Choice struct{ Value, Label string }

// Parts are the pieces of a message in the order in which they are read. They
// are plain text: each channel escapes them in its own way, exactly once.
type Parts struct {
	Lang, Tone              string // da or en; drill, incident or plan
	Subject, Title, Context string
	Body                    []string
	TodoHead                string
	Todo                    []string
	Numbered                bool
	More                    string
	Preheader               string   // what a mail program shows beside the subject
	Choices                 []Choice // empty: the message asks nothing that can be answered at once
	Action, Link, Command   string
	Note                    string // what to know before the link is followed
	Code                    string // how to come there without the link
	ShortCode, Whole        string // the code by itself, and what a button to the whole run is called
	Origin                  string // how the program is reached, of the link; the rest of an address is put behind it
	Pass                    string // what to do when the reader cannot, and who is asked then
	Event                   string // what the drill is called in a calendar
	Footer                  []string
}

// Render puts a notice into words in its own language (Danish when the notice
// names none that we have). The first word of subject and title is ØVELSE or
// DRILL, KRISE or CRISIS for a real incident, BEREDSKAB for what is neither
// (spec/ux.md 4.1); a template that forgets it gets it put in front.
func (w *Wording) Render(n outbox.Notice, form Form) (Message, error) {
	return w.render(w.facts(n), form)
}

// RenderDigest puts several notices that Digest has grouped into one message.
func (w *Wording) RenderDigest(group []outbox.Notice, form Form) (Message, error) {
	if len(group) == 0 {
		return Message{}, fmt.Errorf("rendering a digest: there is no notice in it")
	}
	v, err := w.digestFacts(group)
	if err != nil {
		return Message{}, err
	}
	return w.render(v, form)
}

func (w *Wording) render(v view, form Form) (Message, error) {
	p, err := w.parts(v)
	if err != nil {
		return Message{}, err
	}
	m := Message{Subject: p.Subject, Parts: p}
	var text bytes.Buffer
	if err := w.text.Execute(&text, p); err != nil {
		return Message{}, fmt.Errorf("laying out the text of a %s notice: %w", v.Kind, err)
	}
	m.Text = text.String()
	switch form {
	case FormText:
	case FormSMS:
		if m.Text, err = w.sms(v); err != nil {
			return Message{}, fmt.Errorf("writing a %s notice as an SMS: %w", v.Kind, err)
		}
	case FormMail:
		var page bytes.Buffer
		if err := w.html.Execute(&page, p); err != nil {
			return Message{}, fmt.Errorf("laying out the HTML of a %s notice: %w", v.Kind, err)
		}
		m.HTML = page.String()
	default:
		return Message{}, fmt.Errorf("rendering a %s notice: there is no form %q; use %s, %s or %s", v.Kind, form, FormText, FormMail, FormSMS)
	}
	return m, nil
}

// parts executes the templates of one kind in one language.
func (w *Wording) parts(v view) (Parts, error) {
	set := w.sets[setName(v.Lang, string(v.Kind))]
	if set == nil {
		return Parts{}, fmt.Errorf("rendering a notice: there is no template for the kind %q; a kind is the name of a file in templates/notify/%s", v.Kind, v.Lang)
	}
	var failed error
	lines := func(name string) []string {
		var b strings.Builder
		if err := set.ExecuteTemplate(&b, name, v); err != nil && failed == nil {
			failed = fmt.Errorf("rendering %s of a %s notice in %s: %w", name, v.Kind, v.Lang, err)
		}
		return strip(b.String())
	}
	line := func(name string) string { return strings.Join(lines(name), " ") }
	if v.Asks == outbox.AskedAlarm {
		v.Question = line("question-alarm")
	}
	p := Parts{
		Lang: v.Lang, Tone: v.Tone, Link: v.Link, Todo: v.Todo, Numbered: v.Kind != digestKind,
		Subject: led(v.Word, line("subject")), Title: led(v.Word, line("title")), Context: line("context"),
		Body: lines("body"), TodoHead: line("todo"), Action: line("action"), Code: line("code"), Command: line("command"), Footer: lines("footer"),
		ShortCode: line("short-code"), Whole: line("whole"), Origin: originOf(v.Link),
		Preheader: line("preheader"), Note: line("note"), Pass: line("pass"),
	}
	if event := line("event"); event != "" {
		p.Event = led(v.Word, event)
	}
	p.Preheader = first(p.Preheader, p.Context)
	p.Subject = tidy.Cut(p.Subject, longestSubject)
	if v.More > 0 {
		p.More = line("more")
	}
	if v.Asks != "" {
		p.Choices = v.choices(line)
	}
	return p, failed
}

// choices are the answers that the step takes, in the words of the language.
func (v view) choices(line func(name string) string) (list []Choice) {
	for i, option := range v.Options {
		list = append(list, Choice{Value: fmt.Sprintf("option%d", i), Label: option})
	}
	values := []string{"yes", "no", "take", "pass"}
	if len(list) > 0 {
		values = values[2:]
	}
	for _, value := range values {
		if label := line("choice-" + value); label != "" {
			list = append(list, Choice{Value: value, Label: label})
		}
	}
	return list
}

// longestSubject is what a mail program still shows in a list, with room to spare.
const longestSubject = 180

// strip splits what a template gave into lines without outer blanks or empty lines.
func strip(s string) []string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// led makes sure that a line begins with the word that tells drill from
// incident: "a drill taken for reality is the worst bug of this product".
func led(word, line string) string {
	rest, ok := strings.CutPrefix(line, word)
	if ok && (rest == "" || strings.HasPrefix(rest, " ") || strings.HasPrefix(rest, ":")) {
		return line
	}
	return word + ": " + line
}
