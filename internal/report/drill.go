package report

import (
	"slices"
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/plan"
)

// drillReport makes the document of one run.
type drillReport struct {
	*phrases
	DrillInput
}

func (d *drillReport) document() *document {
	run, tone := &d.Run, "drill"
	if run.Incident {
		tone = "incident"
	}
	doc := &document{
		Lang: d.lang, Tone: tone, Word: d.say("word." + tone), Page: d.say("page"), Of: d.say("page.of"),
		Footer: d.say("footer", d.say("word."+tone), run.ID, visible(run.Plan.Name), visible(run.Plan.PlanVersion), d.PlanHash, d.moment(d.PrintedAt)),
	}
	doc.Title = d.say("title", doc.Word, run.ID, visible(run.Plan.Name), visible(run.Drill.Title))
	if run.Incident {
		doc.Title = d.say("title.incident", doc.Word, run.ID, visible(run.Plan.Name))
	}
	if run.State != drill.Ended {
		doc.Draft = d.of("draft", d.second(run.Times.Start))
	}
	doc.Verdict = d.say("verdict", d.word("verdict", string(run.Verdict)))
	doc.Mark, doc.Judged = judged(run.Verdict)
	for _, s := range []section{
		d.conclusion(), d.basis(), d.aims(), d.times(), d.steps(), d.answers(), d.pauses(), d.fences(),
		d.findings(), d.notes(), d.outputs(), d.gaps(), d.approval(), d.method(),
	} {
		if !s.empty() {
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
	return d.say(key, values...)
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
		return visible(d.Run.Plan.Owner.Role + ", " + d.Run.Plan.Owner.Unit)
	}
	return visible(id)
}

// step names a step by number and title.
func (d *drillReport) step(id string) string {
	if s, ok := d.Run.Find(id); ok {
		return d.numbered(s)
	}
	return visible(id)
}

func (d *drillReport) numbered(s *drill.Step) string {
	return d.say("step.numbered", s.Number, visible(s.Title))
}

// person is who acted, and how that person was known.
func (d *drillReport) person(name, assured string) string {
	if name == "" {
		return "–"
	}
	if assured == "" {
		return visible(name)
	}
	return d.say("person", visible(name), d.word("assured", assured))
}

// basis says what the run was of: the plan version, the kind of run, the people.
func (d *drillReport) basis() section {
	run, p := &d.Run, d.Run.Plan
	rows := [][]string{
		{d.say("basis.run"), run.ID},
		{d.say("basis.system"), visible(p.Name) + " (" + visible(p.ID) + ")"},
		{d.say("basis.version"), visible(p.PlanVersion)},
		{d.say("basis.hash"), d.PlanHash},
		{d.say("basis.steps"), d.StepsHash},
		{d.say("basis.type"), d.word("type", run.Drill.Type)},
		{d.say("basis.scope"), d.word("scope", d.Scope)},
		{d.say("basis.start"), d.second(run.Times.Start)},
		{d.say("basis.end"), d.second(run.Times.End)},
		{d.say("basis.leader"), d.role(run.Director)},
	}
	if !run.Incident {
		announced := d.say(map[bool]string{true: "announced.yes", false: "announced.no"}[run.Drill.Announced])
		rows = append(rows, []string{d.say("basis.announced"), announced})
	}
	rows = append(rows, d.scenario(&run.Drill)...)
	rows = append(rows, []string{d.say("basis.events"), d.say("events", run.Seq)})
	rows = slices.DeleteFunc(rows, func(row []string) bool { return row[1] == "" })
	return section{ID: "basis", Title: d.say("basis"), Tables: []table{{
		ID: "basis-table", Caption: d.say("basis.caption"), Columns: columns(d.say("col.what"), d.say("col.value")), Rows: rows,
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
		environment = d.word("environment", x.Environment)
	}
	return [][]string{
		{d.say("basis.environment"), environment},
		{d.say("basis.scenario"), visible(x.Scenario)},
		{d.say("basis.included"), visible(x.Included)},
		{d.say("basis.excluded"), visible(x.Excluded)},
		{d.say("basis.abort"), visible(strings.Join(x.AbortCriteria, "; "))},
		{d.say("basis.ticket"), visible(x.ChangeTicket)},
		{d.say("basis.facilitator"), roles(cast.Facilitator)},
		{d.say("basis.controllers"), roles(cast.Controllers...)},
		{d.say("basis.evaluators"), roles(cast.Evaluators...)},
		{d.say("basis.participants"), roles(cast.Participants...)},
		{d.say("basis.observers"), roles(cast.Observers...)},
	}
}

// aims are the objectives of the drill, each with what was measured.
func (d *drillReport) aims() section {
	s := section{ID: "aims", Title: d.say("aims")}
	var rows [][]string
	for _, a := range d.Run.Drill.Objectives {
		got, known := d.aimed(a.Measure)
		result, met := d.say("unmeasured"), d.say("unmeasured")
		target, err := plan.ParseDuration(a.Target)
		wanted := visible(a.Target)
		switch {
		case a.Measure == "" || err != nil:
			result, met = "–", d.say("aim.judged")
		case known && got <= target.Std():
			result, met, wanted = d.span(got), "✓ "+d.say("aim.met"), d.span(target.Std())
		case known:
			result, met, wanted = d.span(got), "✗ "+d.say("aim.missed"), d.span(target.Std())
		default:
			wanted = d.span(target.Std())
		}
		rows = append(rows, []string{visible(a.Text), dash(wanted), result, met})
	}
	if len(rows) > 0 {
		s.Tables = []table{{
			ID: "aims-table", Caption: d.say("aims.caption"), Rows: rows,
			Columns: columns(d.say("col.aim"), ">"+d.say("col.target"), ">"+d.say("col.measured"), d.say("col.met")),
		}}
	}
	return s
}

// aimed is what the run measured of an aim: rta, rpa, or the work of a step.
func (d *drillReport) aimed(measure string) (time.Duration, bool) {
	m := drill.Measure{}
	switch measure {
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

func dash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}
