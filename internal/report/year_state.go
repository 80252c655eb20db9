package report

import (
	"cmp"
	"slices"
	"time"

	"beredskab/internal/phrase"
	"beredskab/internal/picture"
	"beredskab/internal/report/page"
)

// minutes says a length in minutes; nil is not measured.
func (d *figured) minutes(m *int) string {
	if m == nil {
		return d.Say("unmeasured")
	}
	return d.Span(time.Duration(*m) * time.Minute)
}

// trend is the readiness by month against the same months of the period before.
func (d *figured) trend() (page.Figure, bool) {
	if len(d.f.Trend) < 2 {
		return page.Figure{}, false
	}
	read := func(f *Figures) (list []picture.Reading) {
		for _, r := range f.Trend {
			_, label := d.Month(r.Month.In(d.Zone).Month())
			list = append(list, picture.Reading{Label: label, Share: picture.Share{Percent: share(r.Ready, r.Total), Known: r.Total > 0}})
		}
		return list
	}
	var before []picture.Reading
	word := ""
	if d.last != nil {
		before, word = read(d.last), d.period(d.last)
	}
	return figure(picture.Trend(d, "trend", d.Say("year.trend"), d.period(d.f), word, read(d.f), before), false), true
}

// state counts systems by criticality and what they have, with the period before
// in brackets.
func (d *figured) state() page.Section {
	var rows [][]string
	kinds := []string{"samfundskritisk", "forretningskritisk", "ikke_kritisk", ""}
	for _, kind := range kinds {
		row := []string{d.Say("kind.all")}
		if kind != "" {
			row[0] = d.Word("kind", kind)
		}
		for _, is := range d.asked() {
			text := d.Say("count", d.f.Counted(kind, is))
			if d.last != nil {
				text = d.Say("with.before", d.f.Counted(kind, is), d.last.Counted(kind, is))
			}
			row = append(row, text)
		}
		rows = append(rows, row)
	}
	s := page.Section{ID: "state", Title: d.Say("year.state"), Text: []string{d.Say("state.text")}, Tables: []page.Table{{
		ID: "state-table", Caption: d.Say("state.caption"), Rows: rows,
		Columns: page.Columns(d.Say("col.kind"), ">"+d.Say("col.systems"), ">"+d.Say("col.workaround"), ">"+d.Say("col.recovery"), ">"+d.Say("col.exercised"), ">"+d.Say("col.kept")),
	}}, Break: true}
	if d.last != nil {
		s.After = []string{d.Say("state.before", d.period(d.last))}
	}
	return s
}

// asked are the columns of state: what is asked of a system.
func (d *figured) asked() []func(System) bool {
	return []func(System) bool{
		func(System) bool { return true },
		func(s System) bool { return s.Workaround.Plan == "present" },
		func(s System) bool { return s.Recovery.Plan == "present" },
		func(s System) bool { return s.Recovery.Test == "held" || s.Workaround.Test == "held" },
		func(s System) bool { return s.RTA != nil && (s.State == picture.OK || s.State == picture.AtRisk) },
	}
}

// outside lists the systems that cannot keep the accepted time, at most so many,
// and draws what share of the time was used.
func (d *figured) outside(most int) page.Section {
	s := page.Section{ID: "outside", Title: d.Say("year.outside")}
	late := d.f.Late()
	if len(late) == 0 {
		s.Text = []string{d.Say("outside.none")}
	}
	var rows [][]string
	for _, x := range late[:min(most, len(late))] {
		remedy := x.Remedy
		if !x.WaivedUntil.IsZero() {
			remedy += " " + d.Say("outside.waived", d.Day(x.WaivedUntil))
		}
		if remedy == "" {
			remedy = d.Say("outside.nothing")
		}
		accepted := cmp.Or(x.Limit, x.RTO)
		rows = append(rows, []string{x.Name, d.minutes(&accepted), d.minutes(x.Finish()), phrase.Dash(d.cause(x)), remedy, d.Day(x.RemedyDue), phrase.Dash(cmp.Or(x.RemedyBy, x.Owner))})
	}
	if len(rows) > 0 {
		s.Tables = []page.Table{{
			ID: "outside-table", Caption: d.Say("outside.caption"), Rows: rows,
			Columns: page.Columns(d.Say("col.system"), ">"+d.Say("col.accepted"), ">"+d.Say("col.expected"), d.Say("col.cause"), d.Say("col.remedy"), d.Say("col.due"), d.Say("col.owner")),
		}}
	}
	if more := len(late) - most; more > 0 {
		s.After = []string{d.Count("outside.more", more)}
	}
	if p, ok := d.heat(8); ok {
		s.Pictures = []page.Figure{p}
	}
	return s
}

// cause is why a system is late: somebody's words, else what the rule says.
func (d *figured) cause(s System) string {
	if s.Cause != "" || s.Rule == "" {
		return s.Cause
	}
	if s.Subject != "" {
		return d.Word("cause", s.Rule) + ": " + d.f.Name(s.Subject)
	}
	return d.Word("cause", s.Rule)
}

// heat is the heat map: the share of the accepted time that measured runs took,
// by quarter, for the systems that used most of it.
func (d *figured) heat(most int) (page.Figure, bool) {
	from := d.f.From.In(d.Zone)
	quarter := func(at time.Time) int {
		at = at.In(d.Zone)
		return (at.Year()-from.Year())*4 + int(at.Month()-1)/3 - int(from.Month()-1)/3
	}
	n := quarter(d.f.Until.Add(-time.Nanosecond)) + 1
	var times []string
	for i := range n {
		at := from.AddDate(0, 3*i, 0)
		times = append(times, d.Say("quarter", (int(at.Month())+2)/3, at.Year()))
	}
	lines, worst := map[string]*picture.Heat{}, map[string]int{}
	for _, r := range d.f.Runs {
		at := quarter(r.At)
		if r.RTA == nil || r.RTO <= 0 || at < 0 || at >= n {
			continue
		}
		if lines[r.System] == nil {
			lines[r.System] = &picture.Heat{Name: d.named(r.System), Cells: make([]picture.Share, n)}
		}
		// A begun percent counts, so that nothing over its limit reads as the limit.
		percent := (*r.RTA*100 + r.RTO - 1) / r.RTO
		cell := &lines[r.System].Cells[at]
		*cell = picture.Share{Percent: max(cell.Percent, percent), Known: true}
		worst[r.System] = max(worst[r.System], percent)
	}
	ids := sortedBy(worst, func(a, b string) int { return cmp.Or(cmp.Compare(worst[b], worst[a]), cmp.Compare(a, b)) })
	var drawn []picture.Heat
	for _, id := range ids[:min(most, len(ids))] {
		drawn = append(drawn, *lines[id])
	}
	if len(drawn) == 0 {
		return page.Figure{}, false
	}
	return figure(picture.HeatMap(d, "heat", d.Say("year.heat"), times, drawn), false), true
}

func sortedBy(of map[string]int, by func(a, b string) int) (keys []string) {
	for key := range of {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, by)
	return keys
}

// named is a system by its name.
func (d *figured) named(id string) string { return phrase.Dash(d.f.Name(id)) }
