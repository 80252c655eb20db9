package report

import (
	"fmt"
	"strings"

	"beredskab/internal/drill"
	"beredskab/internal/phrase"
	"beredskab/internal/report/chain"
	"beredskab/internal/report/page"
)

// longestOutput is how much of a step's output the report shows; the register
// has the rest, and the SHA-256 is of the whole.
const longestOutput = 4000

// findings lists what somebody should put right.
func (d *drillReport) findings() page.Section {
	s := page.Section{ID: "findings", Title: d.Say("findings")}
	var rows [][]string
	for _, f := range d.Run.Findings() {
		text, hint := d.finding(f)
		rows = append(rows, []string{f.Code, d.Word("severity", f.Severity), text, hint})
	}
	if len(rows) == 0 {
		s.Text = []string{d.Say("findings.none")}
		return s
	}
	s.Tables = []page.Table{{
		ID: "findings-table", Caption: d.Say("findings.caption"), Rows: rows,
		Columns: page.Columns(d.Say("col.code"), d.Say("col.severity"), d.Say("col.finding"), d.Say("col.hint")),
	}}
	return s
}

// finding says a finding in the document's language; one whose code has no
// words here keeps its own.
func (d *drillReport) finding(f drill.Finding) (text, hint string) {
	if !d.Has("finding." + f.Code) {
		return phrase.Visible(f.Text), phrase.Visible(f.Hint)
	}
	pairs := []string{"{value}", d.Span(f.Value), "{limit}", d.Span(f.Limit)}
	if s, ok := d.Run.Find(f.Step); ok {
		pairs = append(
			pairs,
			"{step}", d.numbered(s), "{note}", phrase.Dash(d.note(s)), "{outcome}", d.Word("outcome", s.Outcome), "{by}", phrase.Dash(phrase.Visible(s.By)),
			"{failures}", fmt.Sprint(s.Failures), "{settler}", phrase.Dash(phrase.Visible(s.SettledBy)), "{settled}", d.Word("settled", s.SettledAs),
		)
		switch {
		case s.Link:
			pairs = append(pairs, "{asked}", phrase.Visible(s.Title))
		case s.Human():
			pairs = append(pairs, "{asked}", d.role(d.Run.Asks(s)))
		}
	}
	return strings.NewReplacer(pairs...).Replace(d.Say("finding." + f.Code)), d.Say("hint." + f.Code)
}

// notes is the log that people wrote.
func (d *drillReport) notes() page.Section {
	s := page.Section{ID: "notes", Title: d.Say("notes")}
	var rows [][]string
	for _, n := range d.Run.Notes {
		step := "–"
		if n.Step != "" {
			step = d.step(n.Step)
		}
		rows = append(rows, []string{d.Second(n.At), phrase.Dash(phrase.Visible(n.By)), step, phrase.Visible(n.Text)})
	}
	if len(rows) > 0 {
		s.Tables = []page.Table{{
			ID: "notes-table", Caption: d.Say("notes.caption"), Rows: rows,
			Columns: page.Columns(d.Say("col.when"), d.Say("col.by"), d.Say("col.step"), d.Say("col.note")),
		}}
	}
	return s
}

// outputs is what the failed steps printed, with every character visible.
func (d *drillReport) outputs() page.Section {
	s := page.Section{ID: "outputs", Title: d.Say("outputs")}
	for i := range d.Run.Steps {
		x := &d.Run.Steps[i]
		failed := x.State == drill.Failed || x.State == drill.Unknown || x.Settled
		if !failed || x.Output.Length == 0 {
			continue
		}
		text := phrase.Shorten(phrase.VisibleLines(x.Output.Head), longestOutput)
		s.Outputs = append(s.Outputs, page.Output{Title: d.Say("output", d.numbered(x), x.Output.Length, x.Output.SHA256), Text: text})
	}
	return s
}

// gaps says what the run did not measure, so that nobody reads it as good.
func (d *drillReport) gaps() page.Section {
	run := &d.Run
	s := page.Section{ID: "gaps", Title: d.Say("gaps")}
	rta, _ := run.RTA()
	if !rta.Known {
		s.List = append(s.List, d.Say("gap.rta", d.whyUnmeasured()))
	}
	if !run.RPA().Known && !run.Calls() {
		s.List = append(s.List, d.Say("gap.rpa"))
	}
	if !run.WRA().Known && !run.Calls() {
		s.List = append(s.List, d.Say("gap.wra"))
	}
	if d.Scope == "isolated" && !run.Calls() {
		s.List = append(s.List, d.Say("gap.chain"))
	}
	s.List = append(s.List, d.stepGaps()...)
	var unset []string
	for i, p := range chain.Points(&run.Times) {
		if run.Calls() && i > alarmPoints {
			break
		}
		if p.At.IsZero() {
			unset = append(unset, strings.TrimPrefix(p.Code+" ", "– ")+d.Say("point."+p.Name))
		}
	}
	if len(unset) > 0 {
		s.List = append(s.List, d.Say("gap.points", strings.Join(unset, ", ")))
	}
	if !run.Incident {
		s.List = append(s.List, d.Say("gap.presence"))
	}
	for _, j := range run.Jumps {
		s.List = append(s.List, d.Say("gap.jump", d.Second(j.At), d.Signed(j.By)))
	}
	return s
}

// whyUnmeasured is why there is no recovery time.
func (d *drillReport) whyUnmeasured() string {
	switch {
	case !d.Run.Measured():
		return d.Say("why.type", d.Word("type", d.Run.Drill.Type))
	case d.Run.Times.DisruptedAt.IsZero():
		return d.Say("why.disrupted")
	default:
		return d.Say("why.verified")
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
		{"gap.worked", func(s *drill.Step) bool { return s.State == drill.Done && s.Worked == 0 && !s.Link }},
		{"gap.fences", func(s *drill.Step) bool { return len(s.Missing) > 0 }},
	} {
		var numbers []string
		for i := range d.Run.Steps {
			if group.want(&d.Run.Steps[i]) {
				numbers = append(numbers, fmt.Sprint(d.Run.Steps[i].Number))
			}
		}
		if len(numbers) > 0 {
			list = append(list, d.Say(group.key, strings.Join(numbers, ", ")))
		}
	}
	return list
}

// approval has room for the names that make the report final (spec/domain.md 5.2).
func (d *drillReport) approval() page.Section {
	var rows [][]string
	for _, who := range []string{"leader", "owner", "evaluator", "head"} {
		rows = append(rows, []string{d.Say("approval." + who), "", "", ""})
	}
	return page.Section{ID: "approval", Title: d.Say("approval"), Tables: []page.Table{{
		ID: "approval-table", Caption: d.Say("approval.caption"), Rows: rows,
		Columns: page.Columns(d.Say("col.role"), d.Say("col.name"), d.Say("col.date"), d.Say("col.signature")),
	}}}
}

// method says how the figures were made.
func (d *drillReport) method() page.Section {
	measured := []string{d.Say("method.rta"), d.Say("method.rpa")}
	if d.Run.Calls() {
		measured = []string{d.Say("method.alarm"), d.Say("method.chain")}
	}
	return page.Section{ID: "method", Title: d.Say("method"), List: append(
		measured, d.Say("method.pauses"), d.Say("method.steps"), d.Say("method.clock"), d.Say("method.rounding"), d.Say("method.zone"), d.Say("method.plan"),
	)}
}
