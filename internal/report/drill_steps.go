package report

import (
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/phrase"
	"beredskab/internal/picture"
	"beredskab/internal/report/page"
)

// tooLong is how far a step may run over its estimate before the picture marks
// it, as C10 has it.
const tooLong = 1.2

// steps is the picture of the plan against what was measured, and its table.
func (d *drillReport) steps() page.Section {
	s := page.Section{ID: "steps", Title: d.Say("steps")}
	var rows [][]string
	var lines []picture.Bar
	for i := range d.Run.Steps {
		x := &d.Run.Steps[i]
		if x.Link {
			continue // the chain has a table of its own
		}
		rows = append(rows, d.stepRow(x))
		known := x.Over() && x.Waited+x.Worked > 0
		if planned := x.Estimate.Std(); planned > 0 || known {
			lines = append(lines, picture.Bar{
				Label: d.numbered(x), Planned: planned, Waited: x.Waited, Worked: x.Worked, Known: known,
				Over: planned > 0 && float64(x.Worked) > tooLong*float64(planned),
			})
		}
	}
	if len(rows) == 0 {
		return s
	}
	s.Pictures = bars(d.Phrases, "steps", d.Say("steps.picture"), "steps-table", lines)
	s.After = d.chain().Alone(d.DrillInput.Alone)
	s.Tables = []page.Table{{
		ID: "steps-table", Caption: d.Say("steps.caption"), Key: 1, Rows: rows,
		Columns: page.Columns(">"+d.Say("col.number"), d.Say("col.step"), ">"+d.Say("col.hours"), ">"+d.Say("col.planned"), ">"+d.Say("col.worked"),
			">"+d.Say("col.waited"), ">"+d.Say("col.deviation"), d.Say("col.outcome"), d.Say("col.by")),
	}}
	return s
}

func (d *drillReport) stepRow(s *drill.Step) []string {
	title := phrase.Visible(s.Title)
	if s.Cleanup {
		title += " (" + d.Say("cleanup") + ")"
	}
	if note := d.note(s); note != "" {
		title += "\n" + note
	}
	hours := "–"
	if !s.StartedAt.IsZero() {
		hours = d.Clock(s.StartedAt) + "–\n" + d.Clock(s.EndedAt)
	}
	planned, worked, deviation := d.length(s.Estimate.Std()), d.length(s.Worked), "–"
	switch {
	case s.Worked == 0 && s.State == drill.Done:
		worked = d.Say("unmeasured")
	case s.Worked > 0 && s.State == drill.Done && s.Estimate > 0: // a step that failed was not quick
		deviation = d.Signed(s.Worked - s.Estimate.Std())
	}
	return []string{
		d.Number(float64(s.Number)), title, hours, planned, worked, d.length(s.Waited), deviation, d.outcome(s), d.person(s.By, s.Assured),
	}
}

// length is a length, or a dash for none.
func (d *drillReport) length(l time.Duration) string {
	if l == 0 {
		return "–"
	}
	return d.Span(l)
}

// note is the remark on a step; why a run closed early has words of its own.
func (d *drillReport) note(s *drill.Step) string {
	if s.Note == d.Run.Closing {
		return d.Word("closing", s.Note)
	}
	return phrase.Visible(s.Note)
}

// outcome is how a step stands, with the outcome where it says more.
func (d *drillReport) outcome(s *drill.Step) string {
	text := d.Word("state", string(s.State))
	if s.Settled {
		text += " " + d.Say("settled")
	}
	switch {
	case s.Attempt > 1:
		text += "\n" + d.Say("attempts", s.Attempt)
	case s.Confirm != nil || s.Decision != nil:
		if s.Outcome != "" {
			text += ": " + d.Word("answer", s.Outcome)
		}
	case s.State == drill.Failed && s.Outcome != "failed":
		text += "\n" + d.Word("outcome", s.Outcome)
	}
	return text
}

// answers lists what people confirmed and decided, and how each was known.
func (d *drillReport) answers() page.Section {
	s := page.Section{ID: "answers", Title: d.Say("answers")}
	var rows [][]string
	for i := range d.Run.Steps {
		x := &d.Run.Steps[i]
		question := ""
		switch {
		case x.Link:
			continue
		case x.Confirm != nil:
			question = x.Confirm.Question
		case x.Decision != nil:
			question = x.Decision.Text
		case x.Settled:
			question = d.Say("settle.question")
		default:
			continue
		}
		answer, by, when := d.Say("unanswered"), "–", "–"
		if x.By != "" && x.Over() && x.State != drill.Skipped {
			answer, by, when = d.Word("answer", x.Outcome), d.person(x.By, x.Assured), d.Second(x.EndedAt)
		}
		asked := d.Run.Asks(x)
		if x.Settled {
			asked, answer, by = d.Run.Director, d.Word("settled", x.SettledAs), d.person(x.SettledBy, x.Assured)
		}
		rows = append(rows, []string{d.numbered(x), phrase.Visible(question), d.role(asked), answer, by, when})
	}
	if len(rows) > 0 {
		s.Tables = []page.Table{{
			ID: "answers-table", Caption: d.Say("answers.caption"), Rows: rows,
			Columns: page.Columns(d.Say("col.step"), d.Say("col.question"), d.Say("col.asked"), d.Say("col.answer"), d.Say("col.by"), d.Say("col.when")),
		}}
	}
	return s
}

// pauses lists the stops of the clock, and what they did to the time.
func (d *drillReport) pauses() page.Section {
	s := page.Section{ID: "pauses", Title: d.Say("pauses")}
	if len(d.Run.Pauses) == 0 {
		s.Text = []string{d.Say("pauses.none")}
		return s
	}
	var rows [][]string
	for _, p := range d.Run.Pauses {
		counts := d.Say(map[bool]string{true: "pause.off", false: "pause.counts"}[p.Artificial])
		rows = append(rows, []string{d.Second(p.From), d.Second(p.To), d.length(p.Length), phrase.Dash(phrase.Visible(p.Reason)), counts})
	}
	if net, gross := d.Run.RTA(); gross.Known {
		s.Text = []string{d.Say("pauses.both", d.Span(gross.Length), d.Span(net.Length))}
	}
	s.Tables = []page.Table{{
		ID: "pauses-table", Caption: d.Say("pauses.caption"), Rows: rows,
		Columns: page.Columns(d.Say("col.from"), d.Say("col.to"), ">"+d.Say("col.length"), d.Say("col.reason"), d.Say("col.counts")),
	}}
	return s
}

// fences says for each automatic step which fences held its command, and which
// were missing on the machine that ran it (DESIGN 2.4).
func (d *drillReport) fences() page.Section {
	s := page.Section{ID: "fences", Title: d.Say("fences")}
	var rows [][]string
	for i := range d.Run.Steps {
		x := &d.Run.Steps[i]
		if len(x.Fences)+len(x.Missing) > 0 {
			missing := d.Say("fences.none")
			if len(x.Missing) > 0 {
				missing = "! " + d.named(x.Missing)
			}
			rows = append(rows, []string{d.numbered(x), phrase.Visible(x.Action), phrase.Dash(d.named(x.Fences)), missing})
		}
	}
	if len(rows) > 0 {
		s.Tables = []page.Table{{
			ID: "fences-table", Caption: d.Say("fences.caption"), Rows: rows,
			Columns: page.Columns(d.Say("col.step"), d.Say("col.action"), d.Say("col.held"), d.Say("col.missing")),
		}}
	}
	return s
}

func (d *drillReport) named(fences []string) string {
	names := make([]string, len(fences))
	for i, f := range fences {
		names[i] = d.Word("fence", f)
	}
	return strings.Join(names, ", ")
}
