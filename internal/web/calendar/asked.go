package calendar

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"beredskab/internal/frame"
)

// asked is what the address asks for; what it does not say, or says wrongly, is
// taken from today.
type asked struct {
	View   string // year, month or list
	Of     int    // the year
	First  time.Time
	Filter string // mine, critical, unplanned, or empty: all
}

func ask(v *frame.Visit, zone *time.Location) asked {
	today := v.Now.In(zone)
	a := asked{View: v.Query("view"), Of: today.Year(), Filter: v.Query("filter")}
	if !slices.Contains([]string{"month", "list"}, a.View) {
		a.View = "year"
	}
	if !slices.Contains([]string{"mine", "critical", "unplanned"}, a.Filter) {
		a.Filter = ""
	}
	within := func(year int) bool { return year >= today.Year()-20 && year <= today.Year()+5 }
	if year, err := strconv.Atoi(v.Query("year")); err == nil && within(year) {
		a.Of = year
	}
	a.First = time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, zone)
	if first, err := time.ParseInLocation("2006-01", v.Query("month"), zone); err == nil && within(first.Year()) {
		a.First = first
	}
	return a
}

// path is the address that asks for the same but what is changed.
func (a asked) path(change func(*asked)) string {
	change(&a)
	q := url.Values{}
	switch a.View {
	case "month":
		q.Set("month", a.First.Format("2006-01"))
	case "year":
		q.Set("year", strconv.Itoa(a.Of))
	}
	if a.View != "year" {
		q.Set("view", a.View)
	}
	if a.Filter != "" {
		q.Set("filter", a.Filter)
	}
	return "/calendar?" + q.Encode()
}

func (d *desk) tabs() (list []tab) {
	for _, view := range []string{"year", "month", "list"} {
		list = append(list, tab{
			Path: d.asked.path(func(a *asked) { a.View = view }), Text: d.v.Texts.Say("calendar.view." + view), Here: d.asked.View == view,
		})
	}
	return list
}

func (d *desk) filters() (list []tab) {
	for _, filter := range []string{"", "mine", "critical", "unplanned"} {
		key := "calendar.filter.all"
		if filter != "" {
			key = "calendar.filter." + filter
		}
		list = append(list, tab{
			Path: d.asked.path(func(a *asked) { a.Filter = filter }), Text: d.v.Texts.Say(key), Here: d.asked.Filter == filter,
		})
	}
	return list
}
