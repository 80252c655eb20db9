package report

import (
	"fmt"
	"html"
	"html/template"
	"strings"
	"time"
)

// picture is a drawing that stands in the page itself.
type picture struct {
	Caption string
	SVG     template.HTML
}

// bar is one line of a picture: what was planned against what was measured.
type bar struct {
	Label          string
	Planned        time.Duration // 0: nothing planned
	Waited, Worked time.Duration // measured, one after the other
	Known          bool          // measured at all
	Over           bool          // so far over what was planned that it is a remark
}

// The measures of a picture, in its own units; a line holds two bars.
const (
	labelWidth, barWidth, textWidth = 240, 300, 190
	lineHeight, headHeight          = 38, 34
	barsAPicture                    = 16 // so that a picture fits on a page
)

// bars draws lines of bars on one scale, in as many pictures as pages need.
// caption is what the picture shows; twin is the id of the table that says the
// same in words.
func (p *phrases) bars(id, caption, twin string, lines []bar) []picture {
	longest := time.Second
	for _, b := range lines {
		longest = max(longest, b.Planned, b.Waited+b.Worked)
	}
	var pictures []picture
	for from := 0; from < len(lines); from += barsAPicture {
		c := canvas{phrases: p, words: "chart." + id, id: fmt.Sprintf("%s-%d", id, len(pictures)+1), longest: longest}
		c.draw(caption, twin, lines[from:min(len(lines), from+barsAPicture)])
		pictures = append(pictures, picture{Caption: caption, SVG: template.HTML(c.String())}) // #nosec: every text went through html.EscapeString
	}
	return pictures
}

// canvas is one picture while it is drawn.
type canvas struct {
	*phrases
	strings.Builder
	words   string // group of the words for the kinds of bar
	id      string
	longest time.Duration
}

func (c *canvas) draw(caption, twin string, lines []bar) {
	width, height := labelWidth+barWidth+textWidth, headHeight+lineHeight*len(lines)+20
	fmt.Fprintf(c, `<svg viewBox="0 0 %d %d" role="img" aria-labelledby="%s-t" aria-describedby="%s" font-family="system-ui, sans-serif" font-size="12">`, width, height, c.id, twin)
	fmt.Fprintf(c, `<title id="%s-t">%s</title>`, c.id, html.EscapeString(caption))
	fmt.Fprintf(c, `<defs><pattern id="%s-p" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/><path d="M0 0V5" stroke="#5c5c5c" stroke-width="2"/></pattern></defs>`, c.id)
	c.legend(lines)
	c.scale(headHeight, lineHeight*len(lines))
	for i, b := range lines {
		c.line(b, headHeight+lineHeight*i)
	}
	c.WriteString("</svg>")
}

// legend names the kinds of bar that the picture holds.
func (c *canvas) legend(lines []bar) {
	waits := false
	for _, b := range lines {
		waits = waits || b.Waited > 0
	}
	x := labelWidth
	for _, kind := range []struct{ key, fill string }{{"planned", c.hatch()}, {"waited", "#9ec3e6"}, {"worked", "#0b4f8f"}} {
		if kind.key == "waited" && !waits {
			continue
		}
		word := c.say(c.words + "." + kind.key)
		c.rect(x, 8, 14, 10, kind.fill)
		c.text(x+19, 17, "start", "", word)
		x += 40 + 7*len([]rune(word))
	}
}

// scale draws the lines of the time scale.
func (c *canvas) scale(top, height int) {
	step := tick(c.longest)
	for at := time.Duration(0); at <= c.longest; at += step {
		x := labelWidth + c.x(at)
		fmt.Fprintf(c, `<path d="M%d %dV%d" stroke="#c8c8c8"/>`, x, top, top+height)
		c.text(x, top+height+14, "middle", "", c.span(at))
	}
}

// line draws what was planned above what was measured.
func (c *canvas) line(b bar, top int) {
	c.text(labelWidth-8, top+19, "end", "", shorten(b.Label, 32))
	if b.Planned > 0 {
		c.rect(labelWidth, top+4, max(1, c.x(b.Planned)), 10, c.hatch())
		c.text(labelWidth+c.x(b.Planned)+5, top+13, "start", "", c.span(b.Planned))
	}
	if !b.Known {
		c.text(labelWidth+5, top+28, "start", ` font-style="italic"`, c.say("unmeasured"))
		return
	}
	waited := c.x(b.Waited)
	if b.Waited > 0 {
		c.rect(labelWidth, top+18, max(1, waited), 12, "#9ec3e6")
	}
	worked := c.x(b.Waited+b.Worked) - waited
	if b.Worked > 0 {
		c.rect(labelWidth+waited, top+18, max(1, worked), 12, "#0b4f8f")
	}
	text, weight := c.span(b.Worked), ""
	switch {
	case b.Worked == 0 && b.Waited > 0:
		text = c.say("chart.only", c.span(b.Waited))
	case b.Waited > 0:
		text = c.say("chart.both", text, c.span(b.Waited))
	}
	if b.Over {
		text, weight = "▲ "+text, ` font-weight="bold"`
	}
	c.text(labelWidth+waited+worked+6, top+28, "start", weight, text)
}

func (c *canvas) hatch() string { return "url(#" + c.id + "-p)" }

// x is how far to the right a length reaches.
func (c *canvas) x(d time.Duration) int {
	return int(float64(barWidth) * float64(d) / float64(c.longest))
}

func (c *canvas) rect(x, y, width, height int, fill string) {
	fmt.Fprintf(c, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s" stroke="#333"/>`, x, y, width, height, fill)
}

func (c *canvas) text(x, y int, anchor, extra, text string) {
	fmt.Fprintf(c, `<text x="%d" y="%d" text-anchor="%s" fill="#1a1a1a"%s>%s</text>`, x, y, anchor, extra, html.EscapeString(text))
}

// tick is the step of a time scale that gives at most six of them.
func tick(longest time.Duration) time.Duration {
	const day = 24 * time.Hour
	for _, step := range []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute,
		10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 2 * day, 7 * day,
	} {
		if longest <= 5*step {
			return step
		}
	}
	return up(longest/5, 7*day)
}
