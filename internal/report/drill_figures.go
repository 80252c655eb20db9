package report

import (
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/phrase"
	"beredskab/internal/picture"
	"beredskab/internal/report/chain"
	"beredskab/internal/report/page"
)

// conclusion is what a reader must know who reads no further.
func (d *drillReport) conclusion() page.Section {
	run, goals := &d.Run, d.Run.Plan.Objectives
	counted, rpa := d.counted(), run.RPA()
	s := page.Section{ID: "conclusion", Title: d.Say("conclusion")}
	if without := d.chain().Without(); without != "" {
		s.Text = append(s.Text, without)
	}
	if run.Calls() {
		s.Text = append(append(append(s.Text, d.verdict()), d.chain().Sentences()...), d.tally())
		return s
	}
	s.Text = append(
		s.Text, d.verdict(),
		d.against("rta", counted, goals.RTO.Std()), d.against("rpa", rpa, goals.RPO.Std()),
		d.tally(),
	)
	if by := d.confirmed(); by != "" {
		s.Text = append(s.Text, by)
	}
	if d.Scope == "isolated" && counted.Known {
		s.Text = append(s.Text, d.Say("isolated", phrase.Visible(run.Plan.Name)))
	}
	s.Pictures = bars(d.Phrases, "figures", d.Say("figures.picture"), "figures-table", []picture.Bar{
		{Label: d.Say("figure.rta.short"), Planned: goals.RTO.Std(), Worked: counted.Length, Known: counted.Known, Over: counted.Length > goals.RTO.Std()},
		{Label: d.Say("figure.rpa.short"), Planned: goals.RPO.Std(), Worked: rpa.Length, Known: rpa.Known, Over: rpa.Length > goals.RPO.Std()},
	})
	s.Tables = []page.Table{d.figures()}
	return s
}

// confirmed says who gave t8, and how that person was known.
func (d *drillReport) confirmed() string {
	at := d.Run.Times.VerifiedAt
	for i := range d.Run.Steps {
		s := &d.Run.Steps[i]
		if !at.IsZero() && s.State == drill.Done && s.Confirm != nil && s.EndedAt.Equal(at) {
			return d.Say("confirmed", d.person(s.By, s.Assured), d.Moment(at))
		}
	}
	return ""
}

// verdict says in a sentence what the run came to.
func (d *drillReport) verdict() string {
	run := &d.Run
	switch {
	case run.Closing != "":
		return d.of("concluded."+run.Closing, phrase.Dash(phrase.Visible(run.Reason)))
	case run.State != drill.Ended:
		return d.of("concluded.open")
	case run.Verdict == drill.NotMeasured:
		return d.of("concluded.not_measured")
	default:
		return d.of("concluded", d.Word("verdict", string(run.Verdict)))
	}
}

// against says a measured length against its limit; one that was not measured
// is said to be so.
func (d *drillReport) against(key string, m drill.Measure, limit time.Duration) string {
	name := phrase.Visible(d.Run.Plan.Name)
	switch {
	case !m.Known:
		return d.Say(key+".unknown", d.Span(limit))
	case m.Length > limit:
		return d.Say(key+".over", name, d.Span(m.Length), d.Span(limit), d.Span(m.Length-limit))
	default:
		return d.Say(key+".within", name, d.Span(m.Length), d.Span(limit))
	}
}

// tally counts what became of the steps.
func (d *drillReport) tally() string {
	done, failed := 0, 0
	for i := range d.Run.Steps {
		switch d.Run.Steps[i].State {
		case drill.Done:
			done++
		case drill.Failed:
			failed++
		}
	}
	text := d.Say("tally", done, len(d.Run.Steps))
	if failed > 0 {
		text += " " + d.Say("tally.failed", failed)
	}
	return text + " " + d.Count("tally.findings", len(d.Run.Findings()))
}

// figures is the table of what was accepted and what was measured.
func (d *drillReport) figures() page.Table {
	run, goals := &d.Run, d.Run.Plan.Objectives
	rta, gross := run.RTA()
	rows := [][]string{d.figure("figure.rta", goals.RTO.Std(), rta)}
	if !d.anchor().IsZero() {
		rows = [][]string{d.figure("figure."+goals.Anchor, goals.RTO.Std(), d.counted()), d.figure("figure.disruption", 0, rta)}
	}
	if gross != rta {
		rows = append(rows, d.figure("figure.gross", 0, gross))
	}
	rows = append(rows, d.figure("figure.rpa", goals.RPO.Std(), run.RPA()), d.figure("figure.wra", goals.WRT.Std(), run.WRA()))
	return page.Table{
		ID: "figures-table", Caption: d.Say("figures.caption"), Rows: rows,
		Columns: page.Columns(d.Say("col.figure"), ">"+d.Say("col.accepted"), ">"+d.Say("col.measured"), d.Say("col.met")),
	}
}

// anchor is from when the plan counts its RTO when that is not the disruption;
// the disruption is always shown too (spec/domain.md 3.2, rto_anchor).
func (d *drillReport) anchor() time.Time {
	switch d.Run.Plan.Objectives.Anchor {
	case "declaration":
		return d.Run.Times.DeclaredAt
	case "activation":
		return d.Run.Times.ActivatedAt
	default:
		return time.Time{}
	}
}

// counted is the recovery time that is held against the RTO: from t0, or from
// the point that the plan counts from.
func (d *drillReport) counted() drill.Measure {
	rta, _ := d.Run.RTA()
	from := d.anchor()
	if from.IsZero() || !rta.Known {
		return rta
	}
	for _, f := range d.Run.Findings() {
		if f.Code == "D01" {
			return drill.Measure{Length: f.Value, Known: true}
		}
	}
	return drill.Measure{Length: max(rta.Length-from.Sub(d.Run.Times.DisruptedAt), 0), Known: true}
}

// figure is one row: what was accepted (none: no limit of its own), measured, met.
func (d *drillReport) figure(key string, limit time.Duration, m drill.Measure) []string {
	limited := key != "figure.gross" && key != "figure.disruption"
	row := []string{d.Say(key), "–", d.Say("unmeasured"), d.Say("unmeasured")}
	if limited {
		row[1] = d.Span(limit)
	}
	if m.Known {
		row[2], row[3] = d.Span(m.Length), "–"
	}
	switch {
	case !m.Known || !limited:
	case m.Length > limit:
		row[3] = "✗ " + d.Say("aim.missed")
	default:
		row[3] = "✓ " + d.Say("aim.met")
	}
	return row
}

// times is the table of the time points that are known.
func (d *drillReport) times() page.Section {
	t := &d.Run.Times
	var rows [][]string
	for _, p := range chain.Points(t) {
		if p.At.IsZero() {
			continue
		}
		after := "–"
		if !t.DisruptedAt.IsZero() && p.Code != "t0" {
			after = d.Signed(p.At.Sub(t.DisruptedAt))
		}
		rows = append(rows, []string{p.Code, d.Say("point." + p.Name), d.Second(p.At), after, d.source(p)})
	}
	s := page.Section{ID: "times", Title: d.Say("times")}
	if len(rows) > 0 {
		s.Tables = []page.Table{{
			ID: "times-table", Caption: d.Say("times.caption"), Key: 1, Rows: rows,
			Columns: page.Columns(d.Say("col.code"), d.Say("col.point"), d.Say("col.when"), ">"+d.Say("col.after"), d.Say("col.source")),
		}}
	}
	return s
}

// source says how a time point came to be known, where that matters.
func (d *drillReport) source(p chain.Point) string {
	t := &d.Run.Times
	switch p.Code {
	case "t0":
		return d.Word("source", t.DisruptedSource)
	case "t1", "t2", "t3", "t4", "t5":
		return d.sourced(p.Name, p.At)
	case "t6", "t7", "t8", "t5b":
		return d.Say("source.steps")
	default:
		return "–"
	}
}

// alarmPoints is the place of t5b among the points: what comes behind it, an exercise of
// the alarm does not measure.
const alarmPoints = 6

// chain tells of the alert chain that the run has called.
func (d *drillReport) chain() chain.Teller {
	return chain.Teller{Phrases: d.Phrases, Run: &d.Run, Person: d.person, Role: d.role}
}

// alarm is the section about the alert chain; empty when the run calls none.
func (d *drillReport) alarm() page.Section {
	s := page.Section{ID: "alarm", Title: d.Say("alarm"), Text: d.chain().Text()}
	for _, t := range d.chain().Tables() {
		s.Tables = append(s.Tables, page.Table{ID: t.ID, Caption: t.Caption, Key: t.Key, Columns: page.Columns(t.Columns...), Rows: t.Rows})
	}
	return s
}

// sourced says how a point of the alarm came to be known.
func (d *drillReport) sourced(name string, at time.Time) string {
	switch {
	case d.Run.Times.Given(name):
		return d.Say("source.person")
	case at.Equal(d.Run.Times.Start):
		return d.of("source.start")
	default:
		return d.Say("source.steps")
	}
}
