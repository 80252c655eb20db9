package slack

import (
	"fmt"
	"slices"
	"strings"

	"beredskab/internal/notify"
	"beredskab/internal/outbox"
	"beredskab/internal/tidy"

	"github.com/slack-go/slack"
)

// Slack's limits for one message, in characters (spec/ux.md 4.2). All blocks
// of a message together may hold about 13,200 characters; the shares below add
// up to less whatever the facts are.
const (
	limitHeader  = 150
	limitSection = 3000
	limitButton  = 75
	longestName  = 300
	shareContext = 1000
	shareFooter  = 1000
	shareText    = 3000 // the line that a phone shows instead of the blocks
)

// blocks lays a message out as Block Kit blocks: header, context, what it is
// about, the instructions, a button for each answer, one that opens a page, and whom
// to call. What a press on a button does is decided when it is pressed.
func blocks(n outbox.Notice, p notify.Parts) []slack.Block {
	header := mark(p.Tone) + p.Title
	out := []slack.Block{slack.NewHeaderBlock(plainText(header, limitHeader))}
	if tidy.Width(header) > limitHeader {
		out = append(out, section(p.Title))
	}
	if p.Context != "" {
		out = append(out, contextBlock(p.Context, shareContext))
	}
	if len(p.Body) > 0 {
		out = append(out, section(strings.Join(p.Body, "\n")))
	}
	if len(p.Todo) > 0 {
		out = append(out, section(todoText(p)))
	}
	if row := answers(n, p); len(row) > 0 {
		out = append(out, slack.NewActionBlock(fmt.Sprintf("ask/%d", n.ID), row...))
	}
	if p.Code != "" {
		out = append(out, contextBlock(p.Code, shareContext))
	}
	if p.Command != "" {
		out = append(out, contextBlock(p.Command, shareContext))
	}
	if len(p.Footer) > 0 {
		out = append(out, contextBlock(strings.Join(p.Footer, "\n"), shareFooter))
	}
	return out
}

// mostButtons is how many answers one row shows; the page has all of them.
const mostButtons = 20

// answers are the buttons under a message: those of the answers that it takes, where the
// step is one that can be answered at once, and the one that opens the page.
func answers(n outbox.Notice, p notify.Parts) (row []slack.BlockElement) {
	if n.ID != 0 && n.Facts.Run != "" && n.Facts.Step != "" {
		for _, c := range p.Choices[:min(len(p.Choices), mostButtons)] {
			row = append(row, button(c.Value, c.Label, n.Facts.Run+"/"+n.Facts.Step, c.Value == "yes"))
		}
	}
	if p.Link != "" {
		open := slack.NewButtonBlockElement("open", "", plainText(p.Action, limitButton))
		open.URL = p.Link
		row = append(row, open)
	}
	return row
}

func todoText(p notify.Parts) string {
	var b strings.Builder
	b.WriteString(p.TodoHead)
	for i, line := range p.Todo {
		if p.Numbered {
			fmt.Fprintf(&b, "\n%d. %s", i+1, line)
		} else {
			b.WriteString("\n• " + line)
		}
	}
	if p.More != "" {
		b.WriteString("\n" + p.More)
	}
	return b.String()
}

// slackText is the line for notifications and screen readers: what is asked
// and until when.
func slackText(p notify.Parts) string {
	return tidy.CutEscaped(strings.Join(slices.DeleteFunc([]string{p.Title, p.Context}, func(s string) bool { return s == "" }), " – "), shareText, escapeSlack)
}

// mark gives drill and incident a colour besides the word.
func mark(tone string) string {
	switch tone {
	case "drill":
		return "🟦 "
	case "incident":
		return "🟥 "
	default:
		return ""
	}
}

func section(text string) *slack.SectionBlock {
	return slack.NewSectionBlock(markdown(text, limitSection), nil, nil)
}

func contextBlock(text string, limit int) *slack.ContextBlock {
	return slack.NewContextBlock("", markdown(text, limit))
}

// plainText is text that Slack shows as it is, without names of emoji.
func plainText(text string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, tidy.Cut(text, limit), false, false)
}

// markdown is text that Slack may format. It is escaped and verbatim, so that
// a fact can neither mention a channel nor hide an address behind a word.
func markdown(text string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, tidy.CutEscaped(text, limit, escapeSlack), false, true)
}

// escapeSlack escapes the three characters that Slack's markup gives a meaning.
func escapeSlack(r rune) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	default:
		return string(r)
	}
}
