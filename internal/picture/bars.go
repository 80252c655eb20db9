package picture

import (
	"fmt"
	"time"
)

// Bar is one line of a picture: what was planned against what was measured.
type Bar struct {
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

// Bars draws lines of bars on one scale, in as many pictures as pages need.
// caption is what the picture shows; twin is the id of the table that says the
// same in words, which the document has. The words of the kinds of bar are those
// of chart.ID.
func Bars(s Speaker, id, caption, twin string, lines []Bar) []Picture {
	longest := time.Second
	for _, b := range lines {
		longest = max(longest, b.Planned, b.Waited+b.Worked)
	}
	var pictures []Picture
	for from := 0; from < len(lines); from += barsAPicture {
		c := bars{canvas: canvas{Speaker: s, id: fmt.Sprintf("%s-%d", id, len(pictures)+1)}, words: "chart." + id, longest: longest}
		pictures = append(pictures, c.draw(caption, twin, lines[from:min(len(lines), from+barsAPicture)]))
	}
	return pictures
}

type bars struct {
	canvas
	words   string // group of the words for the kinds of bar
	longest time.Duration
}

func (c *bars) draw(caption, twin string, lines []Bar) Picture {
	width, height := labelWidth+barWidth+textWidth, headHeight+lineHeight*len(lines)+20
	over := 0
	for _, b := range lines {
		if b.Over {
			over++
		}
	}
	c.begin(width, height, caption, c.Say("picture.bars", len(lines), over), twin)
	c.hatching()
	c.kinds(lines)
	c.scale(headHeight, lineHeight*len(lines))
	for i, b := range lines {
		c.line(b, headHeight+lineHeight*i)
	}
	return c.end(Picture{Caption: caption, Twin: twin})
}

// kinds names the kinds of bar that the picture holds.
func (c *bars) kinds(lines []Bar) {
	waits := false
	for _, b := range lines {
		waits = waits || b.Waited > 0
	}
	x := labelWidth
	for _, kind := range []struct{ key, fill string }{{"planned", c.hatch()}, {"waited", "#9ec3e6"}, {"worked", "#0b4f8f"}} {
		if kind.key == "waited" && !waits {
			continue
		}
		word := c.Say(c.words + "." + kind.key)
		c.rect(x, 8, 14, 10, kind.fill)
		c.text(x+19, 17, "start", "", word)
		x += 40 + 7*len([]rune(word))
	}
}

// scale draws the lines of the time scale.
func (c *bars) scale(top, height int) {
	step := tick(c.longest)
	for at := time.Duration(0); at <= c.longest; at += step {
		x := labelWidth + c.x(at)
		fmt.Fprintf(c, `<path d="M%d %dV%d" stroke="#c8c8c8"/>`, x, top, top+height)
		c.text(x, top+height+14, "middle", "", c.Span(at))
	}
}

// line draws what was planned above what was measured.
func (c *bars) line(b Bar, top int) {
	c.text(labelWidth-8, top+19, "end", "", cut(b.Label, 32))
	if b.Planned > 0 {
		c.rect(labelWidth, top+4, max(1, c.x(b.Planned)), 10, c.hatch())
		c.text(labelWidth+c.x(b.Planned)+5, top+13, "start", "", c.Span(b.Planned))
	}
	if !b.Known {
		c.text(labelWidth+5, top+28, "start", ` font-style="italic"`, c.Say("unmeasured"))
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
	text, weight := c.Span(b.Worked), ""
	switch {
	case b.Worked == 0 && b.Waited > 0:
		text = c.Say("chart.only", c.Span(b.Waited))
	case b.Waited > 0:
		text = c.Say("chart.both", text, c.Span(b.Waited))
	}
	if b.Over {
		text, weight = "▲ "+text, bold
	}
	c.text(labelWidth+waited+worked+6, top+28, "start", weight, text)
}

// x is how far to the right a length reaches.
func (c *bars) x(d time.Duration) int {
	return int(float64(barWidth) * float64(d) / float64(c.longest))
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
	return (longest/5 + 7*day - 1) / (7 * day) * (7 * day)
}
