package picture

import "fmt"

// Heat is one line of a heat map: what share of the accepted time was used.
type Heat struct {
	Name  string
	Cells []Share
}

// Share is a percentage, or not measured.
type Share struct {
	Percent int
	Known   bool
}

// HeatMap draws systems against times: how much of the accepted time the
// recovery took. More than all of it has a heavy frame and a sign.
func HeatMap(s Speaker, id, caption string, times []string, lines []Heat) Picture {
	const left, cell, line, top = 250, 92, 26, 44
	c := canvas{Speaker: s, id: id}
	twin := id + "-table"
	over := 0
	for _, h := range lines {
		for _, share := range h.Cells {
			if share.Known && share.Percent > 100 {
				over++
			}
		}
	}
	c.begin(max(left+cell*len(times)+10, 640), top+line*len(lines)+8, caption, c.Say("picture.heat", len(lines), over), twin)
	c.legend(left, 12, [2]string{"✗", c.Say("heat.over")}, [2]string{"–", c.Say("unmeasured")})
	p := Picture{Caption: caption, Twin: twin, Titles: []string{c.Say("col.system")}}
	for i, at := range times {
		c.text(left+cell*i+cell/2, top-8, "middle", bold, at)
		p.Titles = append(p.Titles, ">"+at)
	}
	for i, h := range lines {
		y := top + line*i
		c.text(left-8, y+17, "end", "", cut(h.Name, 36))
		row := []string{h.Name}
		for j, share := range h.Cells {
			row = append(row, c.share(left+cell*j, y, cell-4, line-4, share))
		}
		p.Rows = append(p.Rows, row)
	}
	return c.end(p)
}

// share draws one cell and gives its words.
func (c *canvas) share(x, y, width, height int, s Share) string {
	if !s.Known {
		c.box(x, y, width, height, Unknown)
		c.text(x+width/2, y+16, "middle", "", "–")
		return c.Say("unmeasured")
	}
	text, fill := c.Say("percent", s.Percent), "#fff"
	switch {
	case s.Percent > 100:
		text += " ✗"
		fmt.Fprintf(c, `<rect x="%d" y="%d" width="%d" height="%d" fill="#fdeeee" stroke="#a30000" stroke-width="3"/>`, x+1, y+1, width-2, height-2)
		c.text(x+width/2, y+16, "middle", bold, text)
		return text
	case s.Percent > 80:
		fill = "#b9d4ee"
	case s.Percent > 50:
		fill = "#dceaf7"
	}
	c.rect(x, y, width, height, fill)
	c.text(x+width/2, y+16, "middle", "", text)
	return text
}
