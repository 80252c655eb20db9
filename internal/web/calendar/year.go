package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/frame"
	"beredskab/internal/phrase"
	"beredskab/internal/picture"
	"beredskab/internal/plan"
)

// year is the view of systems by months.
type year struct {
	Previous, Next string
	Months         []monthName
	Rows           []row
	Pager          frame.Pager
	Picture        *picture.Picture
}

type monthName struct{ Short, Long, Path string }

// row is one system in a year.
type row struct {
	System, Name string
	Unplanned    bool // nothing is planned for it
	Cells        []cell
}

// cell is one month of one system: its sign is that of the gravest, unless it was
// made good in the same month; its words tell of all.
type cell struct{ Sign, State, Words, Path string }

func (d *desk) year() (*year, error) {
	out := &year{
		Previous: d.asked.path(func(a *asked) { a.Of-- }), Next: d.asked.path(func(a *asked) { a.Of++ }),
	}
	for m := time.January; m <= time.December; m++ {
		long, short := d.v.Texts.Month(m)
		first := time.Date(d.asked.Of, m, 1, 0, 0, 0, 0, d.zone)
		out.Months = append(out.Months, monthName{short, long, d.asked.path(func(a *asked) { a.View, a.First = "month", first })})
	}
	systems, pager := frame.Page(d.v, d.systems)
	out.Pager = pager
	by, closed := d.byMonth(), d.closed()
	for _, p := range systems {
		out.Rows = append(out.Rows, d.row(p, by, closed))
	}
	return out, d.draw(out)
}

// byMonth are the lines of the year, by system and month.
func (d *desk) byMonth() map[string]map[time.Month][]line {
	by := map[string]map[time.Month][]line{}
	for _, l := range d.lines {
		at := l.At.In(d.zone)
		if at.Year() != d.asked.Of {
			continue
		}
		if by[l.System] == nil {
			by[l.System] = map[time.Month][]line{}
		}
		by[l.System][at.Month()] = append(by[l.System][at.Month()], l)
	}
	return by
}

func (d *desk) row(p *plan.Plan, by map[string]map[time.Month][]line, closed map[time.Month]bool) row {
	r := row{System: p.ID, Name: p.Name}
	r.Unplanned = !slices.ContainsFunc(d.lines, func(l line) bool { return l.System == p.ID && l.State == "planned" })
	for m := time.January; m <= time.December; m++ {
		c := cell{Sign: "·"}
		if closed[m] {
			c.Sign, c.Words = "–", d.v.Texts.Say("calendar.closed")
		}
		var words []string
		for _, l := range by[p.ID][m] {
			madeGood := l.State == "held" && c.State == "missed" // lines come in the order of their time
			if c.State == "" || madeGood || grave(l.State) > grave(c.State) {
				c.State, c.Path, c.Sign = l.State, l.Path, sign(l.State)
			}
			words = append(words, fmt.Sprintf("%s: %s, %s", d.v.Texts.Day(l.At), l.Title, d.v.Texts.Word("calendar.state", l.State)))
		}
		if len(words) > 0 {
			c.Words = strings.Join(words, "; ")
		}
		r.Cells = append(r.Cells, c)
	}
	return r
}

// closed are the months of which half or more of the working days are free of
// drills, such as that of the summer holiday.
func (d *desk) closed() map[time.Month]bool {
	closed := map[time.Month]bool{}
	for m := time.January; m <= time.December; m++ {
		working, barred := 0, 0
		for day := time.Date(d.asked.Of, m, 1, 12, 0, 0, 0, d.zone); day.Month() == m; day = day.AddDate(0, 0, 1) {
			if _, off := d.calendar.DayOff(day); off {
				continue
			}
			working++
			if _, bars := d.calendar.Blackout(day, d.windows()); bars {
				barred++
			}
		}
		closed[m] = barred*2 >= working
	}
	return closed
}

// windows are the names of all times without drills.
func (d *desk) windows() (names []string) {
	for _, b := range d.set.Organisation.Calendar.Blackouts {
		names = append(names, b.ID)
	}
	return names
}

// sign is what a state looks like, and grave which of two is shown.
func sign(state string) string {
	return map[string]string{"held": "●", "failed": "✖", "missed": "!", "planned": "○"}[state]
}

func grave(state string) int {
	return slices.Index([]string{"held", "planned", "failed", "missed"}, state)
}

// draw draws the year by its days.
func (d *desk) draw(out *year) error {
	pen, err := phrase.New("report", d.v.Texts.Lang)
	if err != nil {
		return fmt.Errorf("reading the words of the pictures: %w", err)
	}
	var days []picture.Day
	for _, l := range d.lines {
		if l.At.In(d.zone).Year() == d.asked.Of {
			days = append(days, picture.Day{At: l.At, Text: l.Name + " · " + l.Title, State: drawn(l)})
		}
	}
	if len(days) == 0 {
		return nil
	}
	whole := picture.Calendar(pen, "days", d.v.Texts.Say("calendar.picture", d.asked.Of), d.asked.Of, d.zone, days)
	out.Picture = &whole
	return nil
}

// drawn is what the picture knows of a line: what was held, and whether in time.
func drawn(l line) string {
	switch {
	case l.Slow:
		return "late"
	case l.State == "held" || l.State == "failed":
		return "done"
	}
	return l.State
}
