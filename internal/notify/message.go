package notify

import (
	"bytes"
	"fmt"
	"strings"

	"beredskab/internal/outbox"

	"github.com/slack-go/slack"
)

// Form is the shape in which a channel wants its messages.
type Form string

// The forms. FormText is plain text only.
const (
	FormText  Form = "text"
	FormMail  Form = "mail"
	FormSlack Form = "slack"
)

// Message is a notice in words. Text is always filled in; HTML only for
// FormMail and Blocks only for FormSlack.
type Message struct {
	Subject string        `json:"subject"` // one line; its first word tells drill from incident
	Text    string        `json:"text"`
	HTML    string        `json:"html,omitempty"`
	Blocks  []slack.Block `json:"blocks,omitempty"`
}

// parts are the pieces of a message in the order in which they are read. They
// are plain text: each form escapes them in its own way, exactly once.
type parts struct {
	Lang, Tone              string
	Subject, Title, Context string
	Body                    []string
	TodoHead                string
	Todo                    []string
	Numbered                bool
	More                    string
	Action, Link, Command   string
	Code                    string // how to come there without the link
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
	m := Message{Subject: p.Subject}
	var text bytes.Buffer
	if err := w.text.Execute(&text, p); err != nil {
		return Message{}, fmt.Errorf("laying out the text of a %s notice: %w", v.Kind, err)
	}
	m.Text = text.String()
	switch form {
	case FormText:
	case FormMail:
		var page bytes.Buffer
		if err := w.html.Execute(&page, p); err != nil {
			return Message{}, fmt.Errorf("laying out the HTML of a %s notice: %w", v.Kind, err)
		}
		m.HTML = page.String()
	case FormSlack:
		m.Blocks = blocks(p)
		m.Text = slackText(p)
	default:
		return Message{}, fmt.Errorf("rendering a %s notice: there is no form %q; use %s, %s or %s", v.Kind, form, FormText, FormMail, FormSlack)
	}
	return m, nil
}

// parts executes the templates of one kind in one language.
func (w *Wording) parts(v view) (parts, error) {
	set := w.sets[setName(v.Lang, string(v.Kind))]
	if set == nil {
		return parts{}, fmt.Errorf("rendering a notice: there is no template for the kind %q; a kind is the name of a file in templates/notify/%s", v.Kind, v.Lang)
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
	p := parts{
		Lang: v.Lang, Tone: v.Tone, Link: v.Link, Todo: v.Todo, Numbered: v.Kind != digestKind,
		Subject: led(v.Word, line("subject")), Title: led(v.Word, line("title")), Context: line("context"),
		Body: lines("body"), TodoHead: line("todo"), Action: line("action"), Code: line("code"), Command: line("command"), Footer: lines("footer"),
	}
	p.Subject = cut(p.Subject, longestSubject)
	if v.More > 0 {
		p.More = line("more")
	}
	return p, failed
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
