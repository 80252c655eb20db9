package bundle

import (
	"strings"
	"time"
)

// cell is one value of a file of times, and where it stands.
type cell struct {
	text         string
	line, column int
}

// time makes one entry of its cells, and says what is wrong with them.
func (r *paperReader) time(cells map[string]cell) PaperTime {
	t := PaperTime{
		Run: cells["run"].text, System: cells["system"].text, Step: cells["step"].text,
		By: cells["by"].text, Note: cells["note"].text, Assured: Paper,
		Line: cells["system"].line, Column: cells["system"].column,
	}
	for _, column := range []string{"system", "step"} {
		if c := cells[column]; c.text == "" {
			r.wrong(c.line, c.column, "the %s is missing; write its id as the plan has it", column)
		}
	}
	before := len(r.errs)
	t.Started, t.Ended = r.moment(cells["started"], cells["date"]), r.moment(cells["ended"], cells["date"])
	switch c := cells["started"]; {
	case len(r.errs) > before:
	case t.Started.IsZero() && t.Ended.IsZero():
		r.wrong(c.line, c.column, "there is no time; write when the step began, such as 2026-11-23 09:12")
	case !t.Ended.IsZero() && t.Ended.Before(t.Started):
		c = cells["ended"]
		r.wrong(c.line, c.column, "the step ended before it began; after midnight write the date too, such as %s", t.Ended.AddDate(0, 0, 1).Format("2006-01-02 15:04"))
	}
	return t
}

// layouts are the ways to write a time; a dot may stand for the colon.
func layouts() []string {
	return []string{
		"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04",
		"02-01-2006 15:04", "2-1-2006 15:04", "02.01.2006 15:04", "2.1.2006 15:04",
	}
}

// moment reads a time, and nothing from an empty cell.
func (r *paperReader) moment(c, day cell) time.Time {
	text := c.text
	if text == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04Z07:00"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t
		}
	}
	if clock := strings.Replace(text, ".", ":", 1); len(clock) <= 5 && clock[0] <= '9' {
		if day.text == "" {
			r.wrong(c.line, c.column, "%q has no date; write 2026-11-23 %s, or fill in a column date", c.text, clock)
			return time.Time{}
		}
		text = day.text + " " + clock
	}
	if front, clock, ok := strings.Cut(text, " "); ok {
		text = front + " " + strings.ReplaceAll(clock, ".", ":")
	}
	for _, layout := range layouts() {
		if t, err := time.ParseInLocation(layout, text, r.zone); err == nil {
			return r.once(c, t, text, layout)
		}
	}
	r.wrong(c.line, c.column, "%q is not a time; write it such as 2026-11-23 09:12", strings.TrimSpace(day.text+" "+c.text))
	return time.Time{}
}

// once refuses a local time that the clock skipped, or passed twice: nobody can
// tell which was meant.
func (r *paperReader) once(c cell, t time.Time, text, layout string) time.Time {
	if wall := t.Format("15:04"); !strings.Contains(text, wall) && !strings.Contains(text, strings.TrimPrefix(wall, "0")) {
		r.wrong(c.line, c.column, "%s never was: the clock went from 02:00 to 03:00; look at the sheet again", text)
		return time.Time{}
	}
	for _, other := range []time.Time{t.Add(time.Hour), t.Add(-time.Hour)} {
		if other.Format(layout) == t.Format(layout) {
			r.wrong(c.line, c.column, "%s was twice, because the clock went back; write %s+02:00 for the first or %s+01:00 for the second",
				text, t.Format("2006-01-02 15:04"), t.Format("2006-01-02 15:04"))
			return time.Time{}
		}
	}
	return t
}
