package report

import (
	"slices"
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/phrase"
	"beredskab/internal/plan"
	"beredskab/internal/report/page"
)

// drillReport makes the document of one run.
type drillReport struct {
	*phrase.Phrases
	DrillInput
}

func (d *drillReport) document() *page.Document {
	run, tone := &d.Run, "drill"
	if run.Incident {
		tone = "incident"
	}
	doc := &page.Document{
		Lang: d.Lang, Tone: tone, Word: d.Say("word." + tone), Page: d.Say("page"), Of: d.Say("page.of"),
		Footer: d.Say("footer", d.Say("word."+tone), run.ID, phrase.Visible(run.Plan.Name), phrase.Visible(run.Plan.PlanVersion), d.PlanHash, d.Moment(d.PrintedAt)),
	}
	doc.Title = d.Say("title", doc.Word, run.ID, phrase.Visible(run.Plan.Name), phrase.Visible(run.Drill.Title))
	if run.Incident {
		doc.Title = d.Say("title.incident", doc.Word, run.ID, phrase.Visible(run.Plan.Name))
	}
	switch {
	case run.State == drill.Ended && d.DrillInput.Draft:
		doc.Draft = d.Say("draft.version")
	case run.State != drill.Ended:
		doc.Draft = d.of("draft", d.Second(run.Times.Start))
	}
	doc.Verdict = d.Say("verdict", d.Word("verdict", string(run.Verdict)))
	doc.Mark, doc.Judged = judged(run.Verdict)
	for _, s := range []page.Section{
		d.conclusion(), d.basis(), d.aims(), d.alarm(), d.times(), d.steps(), d.answers(), d.pauses(), d.fences(),
		d.findings(), d.evaluation(), d.notes(), d.outputs(), d.gaps(), d.approval(), d.method(),
	} {
		if !s.Empty() {
			doc.Sections = append(doc.Sections, s)
		}
	}
	return doc
}

// of says a text that differs between a drill and an incident.
func (d *drillReport) of(key string, values ...any) string {
	if d.Run.Incident {
		key += ".incident"
	}
	return d.Say(key, values...)
}

// judged is the sign and the colour of a verdict. Only what was measured and
// met is green.
func judged(v drill.Verdict) (mark, class string) {
	switch v {
	case drill.Passed:
		return "✓", "good"
	case drill.WithRemarks:
		return "!", "remarks"
	case drill.NotPassed:
		return "✗", "bad"
	default:
		return "–", "none"
	}
}

// role names a role of the plan: the owner by the plan's own words.
func (d *drillReport) role(id string) string {
	if id == "systemejer" {
		return phrase.Visible(d.Run.Plan.Owner.Role + ", " + d.Run.Plan.Owner.Unit)
	}
	return phrase.Visible(id)
}

// step names a step by number and title.
func (d *drillReport) step(id string) string {
	if s, ok := d.Run.Find(id); ok {
		return d.numbered(s)
	}
	return phrase.Visible(id)
}

func (d *drillReport) numbered(s *drill.Step) string {
	return d.Say("step.numbered", s.Number, phrase.Visible(s.Title))
}

// person is who acted, and how that person was known.
func (d *drillReport) person(name, assured string) string {
	if name == "" {
		return "–"
	}
	if assured == "" {
		return phrase.Visible(name)
	}
	return d.Say("person", phrase.Visible(name), d.Word("assured", assured))
}

// basis says what the run was of: the plan version, the kind of run, the people.
func (d *drillReport) basis() page.Section {
	run, p := &d.Run, d.Run.Plan
	rows := [][]string{
		{d.Say("basis.run"), run.ID},
		{d.Say("basis.system"), phrase.Visible(p.Name) + " (" + phrase.Visible(p.ID) + ")"},
		{d.Say("basis.version"), phrase.Visible(p.PlanVersion)},
		{d.Say("basis.hash"), d.PlanHash},
		{d.Say("basis.steps"), d.StepsHash},
		{d.Say("basis.type"), d.Word("type", run.Drill.Type)},
		{d.Say("basis.scope"), map[bool]string{false: d.Word("scope", d.Scope)}[run.Calls()]}, // an alarm measures no recovery
		{d.Say("basis.start"), d.Second(run.Times.Start)},
		{d.Say("basis.end"), d.Second(run.Times.End)},
		{d.Say("basis.leader"), d.role(run.Director)},
	}
	if !run.Incident {
		announced := d.Say(map[bool]string{true: "announced.yes", false: "announced.no"}[run.Drill.Announced])
		rows = append(rows, []string{d.Say("basis.announced"), announced})
	}
	rows = append(rows, d.scenario(&run.Drill)...)
	rows = append(rows, []string{d.Say("basis.events"), d.Say("events", run.Seq)})
	rows = slices.DeleteFunc(rows, func(row []string) bool { return row[1] == "" })
	return page.Section{ID: "basis", Title: d.Say("basis"), Tables: []page.Table{{
		ID: "basis-table", Caption: d.Say("basis.caption"), Columns: page.Columns(d.Say("col.what"), d.Say("col.value")), Rows: rows,
	}}}
}

// scenario is what the drill's plan says of it; what it leaves out is empty.
func (d *drillReport) scenario(x *plan.Drill) [][]string {
	roles := func(ids ...string) string {
		var names []string
		for _, id := range ids {
			if id != "" {
				names = append(names, d.role(id))
			}
		}
		return strings.Join(names, "; ")
	}
	cast := x.Participants
	environment := ""
	if x.Environment != "" {
		environment = d.Word("environment", x.Environment)
	}
	return [][]string{
		{d.Say("basis.environment"), environment},
		{d.Say("basis.scenario"), phrase.Visible(x.Scenario)},
		{d.Say("basis.included"), phrase.Visible(x.Included)},
		{d.Say("basis.excluded"), phrase.Visible(x.Excluded)},
		{d.Say("basis.abort"), phrase.Visible(strings.Join(x.AbortCriteria, "; "))},
		{d.Say("basis.ticket"), phrase.Visible(x.ChangeTicket)},
		{d.Say("basis.facilitator"), roles(cast.Facilitator)},
		{d.Say("basis.controllers"), roles(cast.Controllers...)},
		{d.Say("basis.evaluators"), roles(cast.Evaluators...)},
		{d.Say("basis.participants"), roles(cast.Participants...)},
		{d.Say("basis.observers"), roles(cast.Observers...)},
		{d.Say("basis.without"), roles(cast.Barred...)},
	}
}

// aims are the objectives of the drill, each with what was measured.
func (d *drillReport) aims() page.Section {
	s := page.Section{ID: "aims", Title: d.Say("aims")}
	var rows [][]string
	for _, a := range d.Run.Drill.Objectives {
		got, known := d.aimed(a.Measure)
		result, met := d.Say("unmeasured"), d.Say("unmeasured")
		target, err := plan.ParseDuration(a.Target)
		wanted := phrase.Visible(a.Target)
		switch {
		case a.Measure == "" || err != nil:
			result, met = "–", d.Say("aim.judged")
		case known && got <= target.Std():
			result, met, wanted = d.Span(got), "✓ "+d.Say("aim.met"), d.Span(target.Std())
		case known:
			result, met, wanted = d.Span(got), "✗ "+d.Say("aim.missed"), d.Span(target.Std())
		default:
			wanted = d.Span(target.Std())
		}
		rows = append(rows, []string{phrase.Visible(a.Text), phrase.Dash(wanted), result, met})
	}
	if len(rows) > 0 {
		s.Tables = []page.Table{{
			ID: "aims-table", Caption: d.Say("aims.caption"), Rows: rows,
			Columns: page.Columns(d.Say("col.aim"), ">"+d.Say("col.target"), ">"+d.Say("col.measured"), d.Say("col.met")),
		}}
	}
	return s
}

// aimed is what the run measured of an aim: rta, rpa, or the work of a step.
func (d *drillReport) aimed(measure string) (time.Duration, bool) {
	m := drill.Measure{}
	switch measure {
	case "chain":
		m = d.Run.Calling().Last
	case "rta":
		m, _ = d.Run.RTA()
	case "rpa":
		m = d.Run.RPA()
	default:
		if s, ok := d.Run.Find(measure); ok && s.State == drill.Done && s.Worked > 0 {
			return s.Worked, true
		}
	}
	return m.Length, m.Known
}
