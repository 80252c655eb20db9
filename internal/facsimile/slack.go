package facsimile

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// slackText is a text object of Slack's blocks.
type slackText struct {
	Type, Text string
}

// slackElement is anything that stands in a block.
type slackElement struct {
	Type    string
	Text    slackAny
	URL     string
	Style   string
	Value   string
	Action  string `json:"action_id"`
	Options []slackOption
}

// slackOption is a line of a menu behind a button.
type slackOption struct {
	Text       slackText
	Value, URL string
}

// slackAny is a text object, or the text itself where an element is one.
type slackAny struct{ slackText }

func (s *slackAny) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &s.Text)
	}
	return json.Unmarshal(data, &s.slackText)
}

// slack reads the body of chat.postMessage.
func (l *Look) slack(body []byte) error {
	var message struct {
		Text   string
		Blocks []struct {
			Type     string
			Block    string `json:"block_id"`
			Text     *slackText
			Fields   []slackText
			Elements []slackElement
		}
	}
	if err := json.Unmarshal(body, &message); err != nil {
		return err
	}
	l.Subject = plainOf(slackLines(message.Text))
	for _, b := range message.Blocks {
		switch b.Type {
		case "header":
			l.add("header", literal(b.Text))
		case "section":
			l.add("text", textOf(b.Text))
			for _, f := range b.Fields {
				l.add("text", textOf(&f))
			}
		case "context":
			for _, e := range b.Elements {
				text := e.Text.slackText
				text.Type = e.Type
				l.add("small", textOf(&text))
			}
		case "actions":
			l.Blocks = append(l.Blocks, Block{Kind: "buttons", Buttons: pressable(b.Elements)})
		case "divider":
			l.Blocks = append(l.Blocks, Block{Kind: "line"})
		default:
			l.add("unknown", [][]Span{{{Text: b.Type}}})
		}
	}
	if len(message.Blocks) == 0 {
		l.add("text", slackLines(message.Text))
	}
	return nil
}

func (l *Look) add(kind string, lines [][]Span) {
	if len(lines) > 0 {
		l.Blocks = append(l.Blocks, Block{Kind: kind, Lines: lines})
	}
}

// pressable are the buttons of a block, the lines of a menu among them.
func pressable(elements []slackElement) (list []Button) {
	for _, e := range elements {
		if e.Type == "overflow" {
			for _, o := range e.Options {
				list = append(list, Button{Label: o.Text.Text, Link: o.URL, Value: o.Value, Style: "menu"})
			}
			continue
		}
		button := Button{Label: e.Text.Text, Link: e.URL, Value: e.Action, Style: e.Style}
		list = append(list, button)
	}
	return list
}

func textOf(t *slackText) [][]Span {
	if t == nil || t.Type == "plain_text" {
		return literal(t)
	}
	return slackLines(t.Text)
}

// literal is a text without markup.
func literal(t *slackText) (lines [][]Span) {
	if t == nil || t.Text == "" {
		return nil
	}
	for line := range strings.SplitSeq(t.Text, "\n") {
		lines = append(lines, []Span{{Text: line}})
	}
	return lines
}

func slackLines(text string) (lines [][]Span) {
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, marked(line, slackMarks()))
	}
	return lines
}

func plainOf(lines [][]Span) string {
	var out strings.Builder
	for i, line := range lines {
		if i > 0 {
			out.WriteByte(' ')
		}
		for _, span := range line {
			out.WriteString(span.Text)
		}
	}
	return strings.TrimSpace(out.String())
}

// marks is how a markup marks its text: the first group of each is what is seen.
type marks struct {
	strong, slanted, set, link *regexp.Regexp // link: groups "to" and "text"
	plain                      func(string) string
}

func slackMarks() marks {
	return marks{
		strong: regexp.MustCompile(`^\*([^*\s](?:[^*]*[^*\s])?)\*`), slanted: regexp.MustCompile(`^_([^_\s](?:[^_]*[^_\s])?)_`),
		set: regexp.MustCompile("^`([^`]+)`"), link: regexp.MustCompile(`^<(?P<to>[^>|]+)(?:\|(?P<text>[^>]*))?>`),
		plain: strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace,
	}
}

// marked splits a line into stretches that look the same. A mark counts only where a
// word could begin and end, as the programs themselves have it.
func marked(line string, m marks) (spans []Span) {
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 {
			spans = append(spans, Span{Text: m.plain(plain.String())})
			plain.Reset()
		}
	}
	before := ' '
	for line != "" {
		span, length := m.at(line, before)
		if length == 0 {
			r, size := utf8.DecodeRuneInString(line)
			plain.WriteRune(r)
			line, before = line[size:], r
			continue
		}
		flush()
		spans, line, before = append(spans, span), line[length:], ' '
	}
	flush()
	return spans
}

// at is the marked stretch with which a text begins, and its length; 0 without one.
func (m marks) at(text string, before rune) (span Span, length int) {
	if found := m.link.FindStringSubmatch(text); found != nil {
		span.Link = m.plain(found[m.link.SubexpIndex("to")])
		span.Text = m.plain(found[m.link.SubexpIndex("text")])
		if span.Text == "" {
			span.Text = span.Link
		}
		return web(span), len(found[0])
	}
	if unicode.IsLetter(before) || unicode.IsDigit(before) {
		return span, 0
	}
	for _, kind := range []struct {
		form *regexp.Regexp
		span Span
	}{{m.strong, Span{Strong: true}}, {m.slanted, Span{Slanted: true}}, {m.set, Span{Set: true}}} {
		found := kind.form.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		after, _ := utf8.DecodeRuneInString(text[len(found[0]):])
		if unicode.IsLetter(after) || unicode.IsDigit(after) {
			continue
		}
		kind.span.Text = m.plain(found[1])
		return kind.span, len(found[0])
	}
	return span, 0
}

// web leaves a link only where it leads to a page: a mention of a person or a channel
// is shown as it stands.
func web(s Span) Span {
	if !strings.HasPrefix(s.Link, "https://") && !strings.HasPrefix(s.Link, "http://") {
		s.Link, s.Strong = "", true
	}
	return s
}

func utf16of(text string) []uint16 { return utf16.Encode([]rune(text)) }
