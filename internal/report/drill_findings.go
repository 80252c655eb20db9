package report

import (
	"fmt"
	"strings"

	"beredskab/internal/drill"
)

// longestOutput is how much of a step's output the report shows; the register
// has the rest, and the SHA-256 is of the whole.
const longestOutput = 4000

// findings lists what somebody should put right.
func (d *drillReport) findings() section {
	s := section{ID: "findings", Title: d.say("findings")}
	var rows [][]string
	for _, f := range d.Run.Findings() {
		text, hint := d.finding(f)
		rows = append(rows, []string{f.Code, d.word("severity", f.Severity), text, hint})
	}
	if len(rows) == 0 {
		s.Text = []string{d.say("findings.none")}
		return s
	}
	s.Tables = []table{{
		ID: "findings-table", Caption: d.say("findings.caption"), Rows: rows,
		Columns: columns(d.say("col.code"), d.say("col.severity"), d.say("col.finding"), d.say("col.hint")),
	}}
	return s
}

// finding says a finding in the document's language; one whose code has no
// words here keeps its own.
func (d *drillReport) finding(f drill.Finding) (text, hint string) {
	if _, ok := d.texts["finding."+f.Code]; !ok {
		return visible(f.Text), visible(f.Hint)
	}
	pairs := []string{"{value}", d.span(f.Value), "{limit}", d.span(f.Limit)}
	if s, ok := d.Run.Find(f.Step); ok {
		pairs = append(
			pairs,
			"{step}", d.numbered(s), "{note}", dash(d.note(s)), "{outcome}", d.word("outcome", s.Outcome), "{by}", dash(visible(s.By)),
			"{failures}", fmt.Sprint(s.Failures), "{settler}", dash(visible(s.SettledBy)), "{settled}", d.word("settled", s.SettledAs),
		)
		if s.Human() {
			pairs = append(pairs, "{asked}", d.role(d.Run.Asks(s)))
		}
	}
	return strings.NewReplacer(pairs...).Replace(d.say("finding." + f.Code)), d.say("hint." + f.Code)
}

// notes is the log that people wrote.
func (d *drillReport) notes() section {
	s := section{ID: "notes", Title: d.say("notes")}
	var rows [][]string
	for _, n := range d.Run.Notes {
		step := "–"
		if n.Step != "" {
			step = d.step(n.Step)
		}
		rows = append(rows, []string{d.second(n.At), dash(visible(n.By)), step, visible(n.Text)})
	}
	if len(rows) > 0 {
		s.Tables = []table{{
			ID: "notes-table", Caption: d.say("notes.caption"), Rows: rows,
			Columns: columns(d.say("col.when"), d.say("col.by"), d.say("col.step"), d.say("col.note")),
		}}
	}
	return s
}

// outputs is what the failed steps printed, with every character visible.
func (d *drillReport) outputs() section {
	s := section{ID: "outputs", Title: d.say("outputs")}
	for i := range d.Run.Steps {
		x := &d.Run.Steps[i]
		failed := x.State == drill.Failed || x.State == drill.Unknown || x.Settled
		if !failed || x.Output.Length == 0 {
			continue
		}
		text := shorten(visibleLines(x.Output.Head), longestOutput)
		s.Outputs = append(s.Outputs, output{Title: d.say("output", d.numbered(x), x.Output.Length, x.Output.SHA256), Text: text})
	}
	return s
}

// gaps says what the run did not measure, so that nobody reads it as good.
func (d *drillReport) gaps() section {
	run := &d.Run
	s := section{ID: "gaps", Title: d.say("gaps")}
	rta, _ := run.RTA()
	if !rta.Known {
		s.List = append(s.List, d.say("gap.rta", d.whyUnmeasured()))
	}
	if !run.RPA().Known {
		s.List = append(s.List, d.say("gap.rpa"))
	}
	if !run.WRA().Known {
		s.List = append(s.List, d.say("gap.wra"))
	}
	if d.Scope == "isolated" {
		s.List = append(s.List, d.say("gap.chain"))
	}
	s.List = append(s.List, d.stepGaps()...)
	var unset []string
	for _, p := range points(&run.Times) {
		if p.at.IsZero() {
			unset = append(unset, strings.TrimPrefix(p.code+" ", "– ")+d.say("point."+p.name))
		}
	}
	if len(unset) > 0 {
		s.List = append(s.List, d.say("gap.points", strings.Join(unset, ", ")))
	}
	if !run.Incident {
		s.List = append(s.List, d.say("gap.presence"))
	}
	for _, j := range run.Jumps {
		s.List = append(s.List, d.say("gap.jump", d.second(j.At), d.signed(j.By)))
	}
	return s
}

// whyUnmeasured is why there is no recovery time.
func (d *drillReport) whyUnmeasured() string {
	switch {
	case !d.Run.Measured():
		return d.say("why.type", d.word("type", d.Run.Drill.Type))
	case d.Run.Times.DisruptedAt.IsZero():
		return d.say("why.disrupted")
	default:
		return d.say("why.verified")
	}
}

// stepGaps are the steps that were not carried out, and those whose work could
// not be told from waiting.
func (d *drillReport) stepGaps() (list []string) {
	for _, group := range []struct {
		key  string
		want func(*drill.Step) bool
	}{
		{"gap.skipped", func(s *drill.Step) bool { return s.State == drill.Skipped }},
		{"gap.blocked", func(s *drill.Step) bool { return s.State == drill.Blocked }},
		{"gap.open", func(s *drill.Step) bool { return !s.Over() }},
		{"gap.worked", func(s *drill.Step) bool { return s.State == drill.Done && s.Worked == 0 }},
		{"gap.fences", func(s *drill.Step) bool { return len(s.Missing) > 0 }},
	} {
		var numbers []string
		for i := range d.Run.Steps {
			if group.want(&d.Run.Steps[i]) {
				numbers = append(numbers, fmt.Sprint(d.Run.Steps[i].Number))
			}
		}
		if len(numbers) > 0 {
			list = append(list, d.say(group.key, strings.Join(numbers, ", ")))
		}
	}
	return list
}

// approval has room for the names that make the report final (spec/domain.md 5.2).
func (d *drillReport) approval() section {
	var rows [][]string
	for _, who := range []string{"leader", "owner", "evaluator", "head"} {
		rows = append(rows, []string{d.say("approval." + who), "", "", ""})
	}
	return section{ID: "approval", Title: d.say("approval"), Tables: []table{{
		ID: "approval-table", Caption: d.say("approval.caption"), Rows: rows,
		Columns: columns(d.say("col.role"), d.say("col.name"), d.say("col.date"), d.say("col.signature")),
	}}}
}

// method says how the figures were made.
func (d *drillReport) method() section {
	return section{ID: "method", Title: d.say("method"), List: []string{
		d.say("method.rta"), d.say("method.rpa"), d.say("method.pauses"), d.say("method.steps"), d.say("method.clock"),
		d.say("method.rounding"), d.say("method.zone"), d.say("method.plan"),
	}}
}
