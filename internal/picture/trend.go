package picture

import (
	"fmt"
	"strings"
)

// Reading is one point of a trend.
type Reading struct {
	Label string
	Share
}

// Trend draws percentages over time, the line before dashed behind the present
// one. A reading that was not made is a gap, never a guess.
func Trend(s Speaker, id, caption, word, wordBefore string, now, before []Reading) Picture {
	const left, top, height, width = 44, 34, 150, 660
	c := canvas{Speaker: s, id: id}
	twin := id + "-table"
	step := width / max(1, max(len(now), len(before))-1)
	c.begin(left+width+36, top+height+26, caption, c.trendWords(now), twin)
	for percent := 0; percent <= 100; percent += 25 {
		y := top + height - percent*height/100
		c.path("#c8c8c8", "", "M%d %dH%d", left, y, left+width)
		c.text(left-6, y+4, "end", "", c.Say("percent", percent))
	}
	c.path("#0b4f8f", ` stroke-width="3"`, "M%d 14h28", left)
	c.text(left+34, 18, "start", "", word)
	p := Picture{Caption: caption, Twin: twin, Titles: []string{c.Say("col.month"), ">" + word}}
	if len(before) > 0 {
		c.path("#4d4d4d", ` stroke-width="2" stroke-dasharray="6 4"`, "M%d 14h28", left+width/2)
		c.text(left+width/2+34, 18, "start", "", wordBefore)
		c.line(before, left, top+height, step, height, "#4d4d4d", ` stroke-width="2" stroke-dasharray="6 4"`)
		p.Titles = append(p.Titles, ">"+wordBefore)
	}
	c.line(now, left, top+height, step, height, "#0b4f8f", ` stroke-width="3"`)
	for i, r := range now {
		x, y := left+step*i, top+height-r.Percent*height/100
		c.text(x, top+height+18, "middle", "", r.Label)
		row := []string{r.Label, c.shared(r.Share)}
		if len(before) > 0 {
			row = append(row, c.Say("unmeasured"))
			if i < len(before) {
				row[2] = c.shared(before[i].Share)
			}
		}
		p.Rows = append(p.Rows, row)
		if !r.Known {
			continue
		}
		fmt.Fprintf(&c, `<circle cx="%d" cy="%d" r="4" fill="#0b4f8f"/>`, x, y)
		if i == 0 || i == len(now)-1 {
			c.text(x, y-9, map[bool]string{true: "start", false: "middle"}[i == 0], bold, c.Say("percent", r.Percent))
		}
	}
	return c.end(p)
}

func (c *canvas) shared(s Share) string {
	if !s.Known {
		return c.Say("unmeasured")
	}
	return c.Say("percent", s.Percent)
}

// trendWords says from what to what the line goes.
func (c *canvas) trendWords(now []Reading) string {
	first, last := -1, -1
	for i, r := range now {
		if r.Known {
			last = i
			if first < 0 {
				first = i
			}
		}
	}
	if first < 0 {
		return c.Say("unmeasured")
	}
	return c.Say("picture.trend", now[first].Percent, now[first].Label, now[last].Percent, now[last].Label)
}

// line draws the readings that were made, broken where one was not.
func (c *canvas) line(readings []Reading, left, bottom, step, height int, stroke, extra string) {
	var d strings.Builder
	pen := "M"
	for i, r := range readings {
		if !r.Known {
			pen = "M"
			continue
		}
		fmt.Fprintf(&d, "%s%d %d", pen, left+step*i, bottom-r.Percent*height/100)
		pen = "L"
	}
	if d.Len() > 0 {
		c.path(stroke, extra, "%s", d.String())
	}
}
