package calendar

import (
	"strconv"
	"time"

	"beredskab/internal/schedule"
)

// month is the view of one month by its days.
type month struct {
	Name, Previous, Next string
	Weekdays             []string
	Weeks                []week
}

type week struct {
	Number int
	Days   []day
}

// day is one day of the month; one of another month has no number.
type day struct {
	Number  int
	Weekday string
	Free    string // why no drill is held then, by name
	Off     bool   // people are not at work, or there are no drills
	Today   bool
	Lines   []line
}

func (d *desk) month() *month {
	first := d.asked.First
	name, _ := d.v.Texts.Month(first.Month())
	out := &month{Name: d.v.Texts.Say("calendar.month", name, first.Year())}
	out.Previous = d.asked.path(func(a *asked) { a.First = first.AddDate(0, -1, 0) })
	out.Next = d.asked.path(func(a *asked) { a.First = first.AddDate(0, 1, 0) })
	for i := range 7 {
		out.Weekdays = append(out.Weekdays, d.weekday((i+1)%7))
	}
	by := map[string][]line{}
	for _, l := range d.lines {
		key := l.At.In(d.zone).Format(time.DateOnly)
		by[key] = append(by[key], l)
	}
	back := (int(first.Weekday()) + 6) % 7 // to the Monday before
	for monday := first.AddDate(0, 0, -back); monday.Before(first.AddDate(0, 1, 0)); monday = monday.AddDate(0, 0, 7) {
		_, number := monday.ISOWeek()
		w := week{Number: number}
		for i := range 7 {
			w.Days = append(w.Days, d.day(monday.AddDate(0, 0, i), first.Month(), by))
		}
		out.Weeks = append(out.Weeks, w)
	}
	return out
}

func (d *desk) day(at time.Time, of time.Month, by map[string][]line) day {
	if at.Month() != of {
		return day{}
	}
	key := at.Format(time.DateOnly)
	out := day{Number: at.Day(), Weekday: d.weekday(int(at.Weekday())), Free: d.barred(at), Lines: by[key]}
	_, weekend := d.calendar.DayOff(at)
	out.Off, out.Today = weekend || out.Free != "", key == d.v.Now.In(d.zone).Format(time.DateOnly)
	return out
}

// barred says why no drill is planned on a day: a holiday, a closed day, or a time
// without drills, by name. A weekend needs no word.
func (d *desk) barred(at time.Time) string {
	if why, off := d.calendar.DayOff(at); off && why.Cause != schedule.CauseWeekend {
		return why.Detail
	}
	id, bars := d.calendar.Blackout(at, d.windows())
	if !bars {
		return ""
	}
	for _, b := range d.set.Organisation.Calendar.Blackouts {
		if b.ID == id && b.Name != "" {
			return b.Name
		}
	}
	return id
}

// weekday is its name; 0 is Sunday.
func (d *desk) weekday(n int) string {
	return d.v.Texts.Say("calendar.weekday." + strconv.Itoa(n))
}
