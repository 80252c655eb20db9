package facsimile

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
)

// cardElement is anything in an Adaptive Card.
type cardElement struct {
	Type    string
	Text    string
	Weight  string
	Size    string
	Style   string
	Subtle  bool `json:"isSubtle"`
	Items   []cardElement
	Columns []cardElement
	Actions []cardAction
	Inlines []cardElement // of rich text
	Facts   []struct{ Title, Value string }
}

type cardAction struct{ Type, Title, URL, Style string }

// teams reads what the flow is handed: a message with one card.
func (l *Look) teams(body []byte) error {
	var message struct {
		Attachments []struct {
			Content struct {
				Body    []cardElement
				Actions []cardAction
			}
		}
	}
	if err := json.Unmarshal(body, &message); err != nil {
		return err
	}
	if len(message.Attachments) == 0 {
		return errors.New("there is no card in it")
	}
	for _, a := range message.Attachments {
		l.card(a.Content.Body)
		l.actions(a.Content.Actions)
	}
	return nil
}

func (l *Look) card(elements []cardElement) {
	for _, e := range elements {
		switch e.Type {
		case "TextBlock":
			l.add(rank(e), cardLines(e))
		case "Container", "Column":
			l.card(e.Items)
		case "ColumnSet":
			l.card(e.Columns)
		case "FactSet":
			for _, f := range e.Facts {
				l.add("text", [][]Span{{{Text: f.Title + " ", Strong: true}, {Text: f.Value}}})
			}
		case "RichTextBlock":
			l.rich(e.Inlines)
		case "ActionSet":
			l.actions(e.Actions)
		default:
			l.add("unknown", [][]Span{{{Text: e.Type}}})
		}
	}
}

// rich is text in runs, each with a look of its own and none with markup.
func (l *Look) rich(runs []cardElement) {
	if len(runs) == 0 {
		return
	}
	lines := [][]Span{nil}
	for _, run := range runs {
		for i, text := range strings.Split(run.Text, "\n") {
			if i > 0 {
				lines = append(lines, nil)
			}
			at := len(lines) - 1
			lines[at] = append(lines[at], Span{Text: text, Strong: strings.EqualFold(run.Weight, "bolder")})
		}
	}
	l.add(rank(runs[0]), lines)
}

// rank is how much a text stands out.
func rank(e cardElement) string {
	switch {
	case strings.EqualFold(e.Size, "large"), strings.EqualFold(e.Size, "extraLarge"), strings.EqualFold(e.Style, "heading"):
		return "header"
	case e.Subtle, strings.EqualFold(e.Size, "small"):
		return "small"
	}
	return "text"
}

func cardLines(e cardElement) (lines [][]Span) {
	for line := range strings.SplitSeq(strings.TrimSpace(e.Text), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		spans := marked(line, cardMarks())
		for i := range spans {
			spans[i].Strong = spans[i].Strong || strings.EqualFold(e.Weight, "bolder")
		}
		lines = append(lines, spans)
	}
	return lines
}

// cardMarks are those of the Markdown that cards take.
func cardMarks() marks {
	return marks{
		strong: regexp.MustCompile(`^\*\*([^*]+)\*\*`), slanted: regexp.MustCompile(`^_([^_\s](?:[^_]*[^_\s])?)_`),
		set: regexp.MustCompile("^`([^`]+)`"), link: regexp.MustCompile(`^\[(?P<text>[^\]]+)\]\((?P<to>[^)\s]+)\)`),
		plain: unescaped,
	}
}

// unescaped is Markdown's text without the strokes that take a sign's meaning away.
func unescaped(text string) string {
	return regexp.MustCompile(`\\([[:punct:]])`).ReplaceAllString(text, "$1")
}

func (l *Look) actions(list []cardAction) {
	if len(list) == 0 {
		return
	}
	block := Block{Kind: "buttons"}
	for _, a := range list {
		block.Buttons = append(block.Buttons, Button{Label: a.Title, Link: a.URL, Style: a.Style})
	}
	l.Blocks = append(l.Blocks, block)
}
