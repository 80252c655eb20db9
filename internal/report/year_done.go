package report

import (
	"cmp"
	"slices"
	"strings"

	"beredskab/internal/phrase"
	"beredskab/internal/report/page"
)

// held is the exercises and real incidents with their measured times: incidents
// first, then what went worst.
func (d *figured) held() page.Section {
	n := d.now
	s := page.Section{ID: "held", Title: d.Say("year.held"), Break: true, Text: []string{
		d.Count("concluded.drills", n.Drills) + " " + d.Count("concluded.incidents", n.Incidents) + " " + d.Count("held.missed", n.Missed),
	}}
	runs := slices.DeleteFunc(slices.Clone(d.f.Runs), func(r Run) bool { return r.Missed != "" })
	used := func(r Run) int {
		if r.RTA == nil || r.RTO <= 0 {
			return -1
		}
		return *r.RTA * 100 / r.RTO
	}
	slices.SortStableFunc(runs, func(a, b Run) int {
		return cmp.Or(one(b.Incident)-one(a.Incident), cmp.Compare(used(b), used(a)), a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	const most = 10
	if len(runs) > most {
		s.After = []string{d.Count("held.more", len(runs)-most)}
		runs = runs[:most]
	}
	if len(runs) > 0 {
		s.Tables = []page.Table{d.runTable("held", runs)}
	}
	return s
}

func (d *figured) runTable(id string, runs []Run) page.Table {
	var rows [][]string
	for _, r := range runs {
		kind := d.Word("type", r.Type)
		result := d.Word("verdict", r.Verdict)
		switch {
		case r.Missed != "":
			result = "✗ " + d.Say("held.not", r.Missed)
		case r.RTA == nil:
			result = "– " + result
		case *r.RTA > r.RTO:
			result = "✗ " + d.Say("held.over")
		default:
			result = "✓ " + d.Say("held.within")
		}
		rows = append(rows, []string{d.Day(r.At), d.named(r.System), kind, d.minutes(&r.RTO), d.minutes(r.RTA), result})
	}
	return page.Table{
		ID: id + "-table", Caption: d.Say("held.caption"), Key: 1, Rows: rows,
		Columns: page.Columns(d.Say("col.date"), d.Say("col.system"), d.Say("col.type"), ">"+d.Say("col.accepted"), ">"+d.Say("col.measured"), d.Say("col.outcome")),
	}
}

// improvements counts what was put right, with the period before beside it.
func (d *figured) improvements() page.Section {
	n, b := d.now, d.before
	var rows [][]string
	for _, x := range []struct {
		key         string
		now, before int
	}{
		{"opened", n.Opened, b.Opened},
		{"closed", n.Closed, b.Closed},
		{"verified", n.Verified, b.Verified},
		{"open", n.Open, b.Open},
		{"due", n.Due, b.Due},
		{"reopened", n.Reopened, b.Reopened},
	} {
		rows = append(rows, []string{d.Say("actions." + x.key), d.Say("count", x.now), d.counted(x.before)})
	}
	return page.Section{
		ID: "improvements", Title: d.Say("year.improvements"), Text: []string{d.Say("actions.text")},
		Tables: []page.Table{d.compared("improvements", d.Say("actions.caption"), rows)},
	}
}

// counted is a number of the period before.
func (d *figured) counted(n int) string {
	if d.last == nil {
		return "–"
	}
	return d.Say("count", n)
}

// compared is a table of numbers with those of the period before.
func (d *figured) compared(id, caption string, rows [][]string) page.Table {
	before := d.Say("col.before")
	if d.last != nil {
		before = d.period(d.last)
	}
	return page.Table{ID: id + "-table", Caption: caption, Rows: rows, Columns: page.Columns(d.Say("col.thing"), ">"+d.period(d.f), ">"+before)}
}

// dispensations counts them and lists those in force, at most so many.
func (d *figured) dispensations(most int) page.Section {
	n, b := d.now, d.before
	s := page.Section{ID: "dispensations", Title: d.Say("year.dispensations"), Text: []string{d.Say("dispensations.text")}}
	s.Tables = []page.Table{d.compared("dispensations", d.Say("dispensations.caption"), [][]string{
		{d.Say("dispensations.given"), d.Say("count", n.Given), d.counted(b.Given)},
		{d.Say("dispensations.running"), d.Say("count", n.Running), d.counted(b.Running)},
		{d.Say("dispensations.expired"), d.Say("count", n.Expired), d.counted(b.Expired)},
	})}
	running := slices.DeleteFunc(slices.Clone(d.f.Dispensations), func(x Dispensation) bool { return !d.f.InForce(x) })
	slices.SortStableFunc(running, func(a, b Dispensation) int { return a.Until.Compare(b.Until) })
	if len(running) == 0 {
		return s
	}
	var rows [][]string
	for _, x := range running[:min(most, len(running))] {
		rows = append(rows, []string{d.named(x.System), d.Word("rule", x.Rule), d.Day(x.Until), phrase.Dash(x.Decider)})
	}
	s.Tables = append(s.Tables, page.Table{
		ID: "running-table", Caption: d.Say("dispensations.list"), Rows: rows,
		Columns: page.Columns(d.Say("col.system"), d.Say("col.rule"), d.Say("col.until"), d.Say("col.decider")),
	})
	return s
}

// suppliers counts them, and names those whose agreement does not fit.
func (d *figured) suppliers() page.Section {
	s := page.Section{ID: "suppliers", Title: d.Say("year.suppliers")}
	if len(d.f.Suppliers) == 0 {
		s.Text = []string{d.Say("suppliers.none")}
		return s
	}
	tested, took, ending := 0, 0, 0
	var short []string
	for _, x := range d.f.Suppliers {
		tested += one(d.f.During(x.Tested))
		took += one(d.f.During(x.TookPart))
		ending += one(!x.ContractEnd.IsZero() && x.ContractEnd.Before(d.f.CutOff.AddDate(1, 0, 0)))
		if x.State == "breached" || x.State == "waived" {
			short = append(short, x.Name)
		}
	}
	s.Text = []string{d.Say("suppliers.text", len(d.f.Suppliers), tested, took), d.Count("suppliers.ending", ending)}
	switch n := len(short); {
	case n > 3:
		s.Text = append(s.Text, d.Say("suppliers.short", d.Join(append(short[:3:3], d.Count("suppliers.others", n-3)))))
	case n > 0:
		s.Text = append(s.Text, d.Say("suppliers.short", d.Join(short)))
	default:
		s.Text = append(s.Text, d.Say("suppliers.fit"))
	}
	return s
}

// controls says what the rules found, and whether the trace is whole.
func (d *figured) controls() page.Section {
	var all Rule
	var broken []string
	for _, r := range d.f.Rules {
		all.OK, all.AtRisk, all.Breached = all.OK+r.OK, all.AtRisk+r.AtRisk, all.Breached+r.Breached
		all.Waived, all.Unknown = all.Waived+r.Waived, all.Unknown+r.Unknown
		if r.Breached > 0 {
			broken = append(broken, r.ID)
		}
	}
	s := page.Section{ID: "controls", Title: d.Say("year.controls")}
	if len(d.f.Rules) > 0 {
		s.Text = append(s.Text, d.Say("controls.text", len(d.f.Rules), all.OK+all.AtRisk, all.Breached, all.Waived, all.Unknown))
	}
	if len(broken) > 0 {
		s.Text = append(s.Text, d.Say("controls.broken", strings.Join(broken, ", ")))
	}
	log := d.f.Log
	switch {
	case log.Broken != "":
		s.Text = append(s.Text, d.Say("controls.log.broken", d.Whole(log.Size), log.Broken))
	case log.Verified.IsZero():
		s.Text = append(s.Text, d.Say("controls.log.unknown", d.Whole(log.Size)))
	default:
		s.Text = append(s.Text, d.Say("controls.log", d.Whole(log.Size), d.Date(log.Verified)))
	}
	return s
}

// changes is what became different in risk and law.
func (d *figured) changes() page.Section {
	s := page.Section{ID: "changes", Title: d.Say("year.changes")}
	for _, c := range d.f.Changes[:min(6, len(d.f.Changes))] {
		text := c.Text
		if !c.At.IsZero() {
			text = d.Day(c.At) + ": " + text
		}
		s.List = append(s.List, strings.TrimSpace(text+" "+c.Effect))
	}
	if len(s.List) == 0 {
		s.Text = []string{d.Say("changes.none")}
	}
	return s
}

// next is what is planned after the cut-off, at most so many lines.
func (d *figured) next(most int) page.Section {
	s := page.Section{ID: "next", Title: d.Say("year.next")}
	var tasks []Task
	for _, t := range d.f.Tasks {
		if t.At.After(d.f.CutOff) {
			tasks = append(tasks, t)
		}
	}
	slices.SortStableFunc(tasks, func(a, b Task) int { return a.At.Compare(b.At) })
	if len(tasks) == 0 {
		s.Text = []string{d.Say("next.none")}
		return s
	}
	if len(tasks) > most {
		s.After = []string{d.Count("next.more", len(tasks)-most)}
		tasks = tasks[:most]
	}
	s.Tables = []page.Table{d.taskTable("next", d.Say("next.caption"), tasks)}
	return s
}

func (d *figured) taskTable(id, caption string, tasks []Task) page.Table {
	var rows [][]string
	for _, t := range tasks {
		rows = append(rows, []string{d.Day(t.At), d.task(t), phrase.Dash(t.Role), d.Word("day", t.State)})
	}
	return page.Table{
		ID: id + "-table", Caption: caption, Key: 1, Rows: rows,
		Columns: page.Columns(d.Say("col.date"), d.Say("col.task"), d.Say("col.by"), d.Say("col.status")),
	}
}

// task is what is to be done, and to which system.
func (d *figured) task(t Task) string {
	text := t.Text
	if t.Code != "" {
		text = d.Word("task", t.Code)
	}
	if t.System != "" {
		text += " · " + d.named(t.System)
	}
	return text
}
