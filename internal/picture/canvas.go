// Package picture draws figures as SVG that stands in a page itself: the same
// picture on screen, on paper and in a file. Every picture has a name, a
// sentence that says what it shows, and a table that says the same; nothing is
// told by colour alone (WCAG 1.1.1, 1.4.1). Texts come from plans and are
// escaped here.
package picture

import (
	"fmt"
	"html"
	"html/template"
	"strings"
	"time"
)

// Speaker says words, lengths and dates in the language of the document.
type Speaker interface {
	Say(key string, values ...any) string
	Span(time.Duration) string
	Day(time.Time) string
	Month(time.Month) (name, short string)
}

// Picture is one drawing and the table that says the same.
type Picture struct {
	Caption string
	SVG     template.HTML
	Twin    string     // id of the table that says the same
	Titles  []string   // headings of that table; one that begins with ">" holds numbers
	Rows    [][]string // empty: the document has the table already
}

// The states of a promise (spec/domain.md 3.4). Any other is drawn as unknown.
const (
	OK       = "ok"
	AtRisk   = "at_risk"
	Breached = "breached"
	Unknown  = "unknown"
	Waived   = "waived"
)

// Mark is the sign of a state, which tells it without colour.
func Mark(state string) string {
	mark, _, _ := look(state)
	return mark
}

// look is how a state is drawn: its sign, and the colours of its box.
func look(state string) (mark, fill, stroke string) {
	switch state {
	case OK:
		return "✓", "#eef7ef", "#1b6e2d"
	case AtRisk:
		return "!", "#fff6e0", "#8a5a00"
	case Breached:
		return "✗", "#fdeeee", "#a30000"
	case Waived:
		return "D", "#e8f0fa", "#0b4f8f"
	default:
		return "–", "#f2f2f2", "#4d4d4d"
	}
}

const ink = "#1a1a1a"

// canvas is one picture while it is drawn.
type canvas struct {
	Speaker
	strings.Builder
	id string
}

// begin opens a picture of that size in its own units. desc says what it shows.
func (c *canvas) begin(width, height int, caption, desc, twin string) {
	fmt.Fprintf(c, `<svg viewBox="0 0 %d %d" role="img" aria-labelledby="%[3]s-t" aria-describedby="%[3]s-d %[4]s" font-family="system-ui, sans-serif" font-size="12">`, width, height, c.id, twin)
	fmt.Fprintf(c, `<title id="%[1]s-t">%[2]s</title><desc id="%[1]s-d">%[3]s</desc>`, c.id, html.EscapeString(caption), html.EscapeString(desc))
}

func (c *canvas) end(p Picture) Picture {
	c.WriteString("</svg>")
	p.SVG = template.HTML(c.String()) // #nosec: every text went through html.EscapeString
	return p
}

// hatching defines a fill that is told from a plain one without colour.
func (c *canvas) hatching() {
	fmt.Fprintf(c, `<defs><pattern id="%s-p" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/><path d="M0 0V5" stroke="#5c5c5c" stroke-width="2"/></pattern></defs>`, c.id)
}

func (c *canvas) hatch() string { return "url(#" + c.id + "-p)" }

func (c *canvas) rect(x, y, width, height int, fill string) {
	fmt.Fprintf(c, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s" stroke="#333"/>`, x, y, width, height, fill)
}

// box is a rectangle in the look of a state; an unknown one is dashed.
func (c *canvas) box(x, y, width, height int, state string) {
	mark, fill, stroke := look(state)
	dash := ""
	if mark == "–" {
		dash = ` stroke-dasharray="4 3"`
	}
	fmt.Fprintf(c, `<rect x="%d" y="%d" width="%d" height="%d" rx="3" fill="%s" stroke="%s" stroke-width="1.5"%s/>`, x, y, width, height, fill, stroke, dash)
}

func (c *canvas) text(x, y int, anchor, extra, text string) {
	fmt.Fprintf(c, `<text x="%d" y="%d" text-anchor="%s" fill="%s"%s>%s</text>`, x, y, anchor, ink, extra, html.EscapeString(text))
}

func (c *canvas) path(stroke, extra, format string, values ...any) {
	fmt.Fprintf(c, `<path d="%s" fill="none" stroke="%s"%s/>`, fmt.Sprintf(format, values...), stroke, extra)
}

// legend writes pairs of a sign and its word from x on.
func (c *canvas) legend(x, y int, pairs ...[2]string) {
	for _, pair := range pairs {
		c.text(x, y, "start", ` font-weight="bold"`, pair[0])
		c.text(x+16, y, "start", "", pair[1])
		x += 34 + 7*len([]rune(pair[1]))
	}
}

const bold = ` font-weight="bold"`

// cut shortens a text to at most longest characters, the mark of the cut included.
func cut(text string, longest int) string {
	if letters := []rune(text); len(letters) > longest {
		return strings.TrimRight(string(letters[:longest-1]), " ") + "…"
	}
	return text
}

// twoLines breaks a text at a blank or a slash so that each line has at most
// longest characters; what does not fit is cut.
func twoLines(text string, longest int) (first, second string) {
	letters := []rune(text)
	if len(letters) <= longest {
		return text, ""
	}
	for at := longest; at > longest/3; at-- {
		switch {
		case letters[at] == ' ':
			return string(letters[:at]), cut(string(letters[at+1:]), longest)
		case letters[at-1] == '/' || letters[at-1] == '-':
			return string(letters[:at]), cut(string(letters[at:]), longest)
		}
	}
	return cut(text, longest), ""
}
