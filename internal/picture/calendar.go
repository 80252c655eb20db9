package picture

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Day is something in the year: a drill, a check, a duty.
type Day struct {
	At    time.Time
	Text  string
	State string // done, late (held, but too slow), missed or planned
}

// Calendar draws a year as twelve lines of days with a sign where something was
// or will be. Where a day has several the gravest is drawn; the table has all.
func Calendar(s Speaker, id, caption string, year int, zone *time.Location, days []Day) Picture {
	const left, top, cell, line = 76, 50, 21, 24
	c := canvas{Speaker: s, id: id}
	twin := id + "-table"
	days = slices.Clone(days)
	slices.SortStableFunc(days, func(a, b Day) int { return a.At.Compare(b.At) })
	worst, states := map[[2]int]string{}, map[string]int{}
	p := Picture{Caption: caption, Twin: twin, Titles: []string{c.Say("col.date"), c.Say("col.what"), c.Say("col.outcome")}}
	for _, d := range days {
		at := d.At.In(zone)
		if at.Year() != year {
			continue
		}
		key := [2]int{int(at.Month()), at.Day()}
		if old, ok := worst[key]; !ok || gravity(d.State) > gravity(old) {
			worst[key] = d.State
		}
		states[d.State]++
		p.Rows = append(p.Rows, []string{c.Day(d.At), d.Text, sign(d.State) + " " + c.Say("day."+d.State)})
	}
	c.begin(left+31*cell+10, top+12*line+4, caption, c.Say("picture.calendar", year, states["done"]+states["late"], states["missed"], states["planned"]), twin)
	c.legend(left, 14, [2]string{"●", c.Say("day.done")}, [2]string{"▲", c.Say("day.late")}, [2]string{"✗", c.Say("day.missed")}, [2]string{"○", c.Say("day.planned")})
	for day := 1; day <= 31; day++ {
		if day == 1 || day%5 == 0 {
			c.text(left+cell*(day-1)+cell/2, top-8, "middle", ` font-size="10"`, strconv.Itoa(day))
		}
	}
	for month := time.January; month <= time.December; month++ {
		y := top + line*int(month-1)
		name, _ := c.Month(month)
		c.text(left-8, y+16, "end", "", name)
		for day := 1; day <= daysOf(year, month); day++ {
			c.day(left+cell*(day-1), y, worst[[2]int{int(month), day}], time.Date(year, month, day, 12, 0, 0, 0, zone).Weekday())
		}
	}
	return c.end(p)
}

func (c *canvas) day(x, y int, state string, weekday time.Weekday) {
	const size = 19
	fill, stroke := "#fff", "#c8c8c8"
	if weekday == time.Saturday || weekday == time.Sunday {
		fill = "#eeeeee"
	}
	if state != "" {
		stroke = "#333"
	}
	if state == "missed" {
		fill, stroke = "#fdeeee", "#a30000"
	}
	fmt.Fprintf(c, `<rect x="%d" y="%d" width="%d" height="%[3]d" fill="%s" stroke="%s"/>`, x, y+2, size, fill, stroke)
	if state != "" {
		c.text(x+size/2, y+17, "middle", bold, sign(state))
	}
}

// sign is what a day's state looks like.
func sign(state string) string {
	switch state {
	case "done":
		return "●"
	case "late":
		return "▲"
	case "missed":
		return "✗"
	default:
		return "○"
	}
}

func gravity(state string) int {
	return cmp.Or(map[string]int{"missed": 4, "late": 3, "planned": 2}[state], 1)
}

func daysOf(year int, m time.Month) int { return time.Date(year, m+1, 0, 0, 0, 0, 0, time.UTC).Day() }
