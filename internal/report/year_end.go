package report

import (
	"strings"

	"beredskab/internal/phrase"
	"beredskab/internal/picture"
	"beredskab/internal/report/page"
)

// request is what the committee is asked for, who has approved the report, and
// what became of it.
func (d *figured) request() page.Section {
	s := page.Section{ID: "request", Title: d.Say("year.request"), List: d.requests()}
	var rows [][]string
	for _, a := range d.Approvals {
		rows = append(rows, []string{phrase.Visible(a.Role), phrase.Visible(a.Name), blank(d.Day(a.At)), ""})
	}
	if len(rows) > 0 {
		s.Tables = []page.Table{{
			ID: "approval-table", Caption: d.Say("year.approval"), Rows: rows,
			Columns: page.Columns(d.Say("col.role"), d.Say("col.name"), d.Say("col.date"), d.Say("col.signature")),
		}}
	}
	t := d.Treatment
	if t == nil {
		s.After = []string{d.Say("treatment.open")}
		return s
	}
	s.Tables = append(s.Tables, page.Table{
		ID: "treatment-table", Caption: d.Say("year.treatment"), Key: 1,
		Rows:    [][]string{{d.Day(t.At), phrase.Visible(t.Committee), phrase.Dash(phrase.Visible(t.Item)), phrase.Visible(t.Decision), phrase.Dash(phrase.Visible(t.Case))}},
		Columns: page.Columns(d.Say("col.date"), d.Say("col.committee"), d.Say("col.item"), d.Say("col.decision"), d.Say("col.case")),
	})
	return s
}

// blank leaves the place of a dash empty, for a pen.
func blank(text string) string { return strings.TrimPrefix(text, "–") }

// data says what the document was made from, so that it can be made again.
func (d *figured) data() page.Section {
	last := d.f.Until.AddDate(0, 0, -1)
	return page.Section{ID: "data", Title: d.Say("year.data"), Tables: []page.Table{{
		ID: "data-table", Caption: d.Say("data.caption"), Columns: page.Columns(d.Say("col.what"), d.Say("col.value")),
		Rows: [][]string{
			{d.Say("data.period"), d.Say("data.from.to", d.Date(d.f.From), d.Date(last))},
			{d.Say("data.cutoff"), d.Moment(d.f.CutOff)},
			{d.Say("data.program"), d.f.Program},
			{d.Say("data.hash"), d.hash},
			{d.Say("data.log"), d.Say("data.log.value", phrase.Dash(d.f.Log.Root), d.Whole(d.f.Log.Size))},
			{d.Say("data.printed"), d.Moment(d.PrintedAt)},
		},
	}}, After: []string{d.Say("data.method")}}
}

// mostPrinted is how many runs are worth paper; the frozen figures have them all.
const mostPrinted = 1000

// annex is everything that the open report leaves out.
func (d *figured) annex() *page.Document {
	doc := d.base("closed", d.Say("annex.title", d.f.From.In(d.Zone).Year()), d.Say("annex.lead"))
	systems := d.systemTable()
	runs := page.Section{ID: "runs", Title: d.Say("annex.runs")}
	if n := len(d.f.Runs); n > 0 {
		runs.Tables = []page.Table{d.runTable("runs", d.f.Runs[:min(n, mostPrinted)])}
	}
	if more := len(d.f.Runs) - mostPrinted; more > 0 {
		runs.After = []string{d.Count("annex.more", more)}
	}
	sections := []page.Section{{ID: "systems", Title: d.Say("annex.systems"), Tables: []page.Table{systems}}, d.outside(len(d.f.Systems)), runs}
	sections[1].Pictures = nil
	if p, ok := d.heat(30); ok {
		p.Printed = true
		sections = append(sections, page.Section{ID: "heat-all", Title: d.Say("year.heat"), Pictures: []page.Figure{p}})
	}
	if p, ok := d.trend(); ok {
		p.Printed = true
		sections = append(sections, page.Section{ID: "trend-all", Title: d.Say("year.trend"), Pictures: []page.Figure{p}})
	}
	return d.add(doc, append(sections, d.actionList(), d.dispensationList(), d.supplierList(), d.data())...)
}

// systemTable is every system with what is known of it.
func (d *figured) systemTable() page.Table {
	var rows [][]string
	for _, s := range d.f.Systems {
		rows = append(rows, []string{
			s.Name + "\n" + d.Word("kind", s.Criticality), d.Say("count", s.Class), s.Owner, d.minutes(&s.RTO), d.minutes(s.Planned), d.minutes(s.Projected),
			d.Say("percent", s.Readiness), d.standing(s.State),
		})
	}
	return page.Table{
		ID: "systems-table", Caption: d.Say("annex.systems"), Rows: rows,
		Columns: page.Columns(d.Say("col.system"), ">"+d.Say("col.class"), d.Say("col.owner"), ">"+d.Say("col.accepted"), ">"+d.Say("col.planned.finish"),
			">"+d.Say("col.projected"), ">"+d.Say("col.readiness"), d.Say("col.met")),
	}
}

func (d *figured) actionList() page.Section {
	s := page.Section{ID: "actions", Title: d.Say("annex.actions")}
	var rows [][]string
	for _, a := range d.f.Actions {
		status := d.Say("action.open")
		switch {
		case !a.Verified.IsZero():
			status = "✓ " + d.Say("action.verified", d.Day(a.Verified))
		case !a.Closed.IsZero():
			status = d.Say("action.closed", d.Day(a.Closed))
		case d.f.Overdue(a):
			status = "✗ " + d.Say("action.due")
		}
		rows = append(rows, []string{a.ID, a.Text, d.named(a.System), d.Word("severity", a.Severity), a.Owner, d.Day(a.Due), status})
	}
	if len(rows) > 0 {
		s.Tables = []page.Table{{
			ID: "actions-table", Caption: d.Say("annex.actions"), Rows: rows,
			Columns: page.Columns(">"+d.Say("col.number"), d.Say("col.thing"), d.Say("col.system"), d.Say("col.severity"), d.Say("col.owner"), d.Say("col.due"), d.Say("col.status")),
		}}
	}
	return s
}

func (d *figured) dispensationList() page.Section {
	s := page.Section{ID: "waivers", Title: d.Say("annex.dispensations")}
	var rows [][]string
	for _, x := range d.f.Dispensations {
		rows = append(rows, []string{
			x.ID, d.named(x.System), d.Word("rule", x.Rule), x.Reason, phrase.Dash(x.Risk), phrase.Dash(x.Compensation),
			d.Day(x.From) + "\u00a0–\n" + d.Day(x.Until), d.Say("waiver.by", phrase.Dash(x.Applicant), phrase.Dash(x.Decider)),
		})
	}
	if len(rows) > 0 {
		s.Tables = []page.Table{{
			ID: "waivers-table", Caption: d.Say("annex.dispensations"), Rows: rows,
			Columns: page.Columns(">"+d.Say("col.number"), d.Say("col.system"), d.Say("col.rule"), d.Say("col.reason"), d.Say("col.risk"), d.Say("col.compensation"), d.Say("col.in.force"), d.Say("col.by")),
		}}
	}
	return s
}

func (d *figured) supplierList() page.Section {
	s := page.Section{ID: "supplier-list", Title: d.Say("annex.suppliers")}
	var rows [][]string
	for _, x := range d.f.Suppliers {
		var names []string
		for _, id := range x.Systems {
			names = append(names, d.named(id))
		}
		rows = append(rows, []string{x.Name, strings.Join(names, ", "), phrase.Dash(x.Window), d.Day(x.Tested), d.Day(x.TookPart), d.Day(x.ContractEnd), picture.Mark(x.State) + "\u00a0" + d.Word("shown", x.State)})
	}
	if len(rows) > 0 {
		s.Tables = []page.Table{{
			ID: "supplier-table", Caption: d.Say("annex.suppliers"), Rows: rows,
			Columns: page.Columns(d.Say("col.name"), d.Say("col.systems"), d.Say("col.window"), d.Say("col.tested"), d.Say("col.took.part"), d.Say("col.contract"), d.Say("col.fits")),
		}}
	}
	return s
}

// quarter is the management report of a quarter, on two pages.
func (d *figured) quarter() *page.Document {
	doc := d.base("internal", d.Say("quarter.title", d.period(d.f)), d.Say("quarter.lead", d.Date(d.f.CutOff)))
	state := d.outside(8)
	improvements := d.improvements()
	for _, a := range d.f.Actions {
		if d.f.Overdue(a) && len(improvements.List) < 5 {
			improvements.List = append(improvements.List, d.Say("quarter.due", a.Text, phrase.Dash(a.Owner), d.Day(a.Due)))
		}
	}
	held := d.held()
	held.Break = false
	next := d.next(10)
	next.Title = d.Say("next.caption")
	return d.add(doc, d.conclusion(), state, held, improvements, d.dispensations(5), next, d.data())
}
