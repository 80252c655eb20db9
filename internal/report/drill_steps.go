package report

import (
	"strings"
	"time"

	"beredskab/internal/drill"
)

// tooLong is how far a step may run over its estimate before the picture marks
// it, as C10 has it.
const tooLong = 1.2

// steps is the picture of the plan against what was measured, and its table.
func (d *drillReport) steps() section {
	s := section{ID: "steps", Title: d.say("steps")}
	var rows [][]string
	var lines []bar
	for i := range d.Run.Steps {
		x := &d.Run.Steps[i]
		rows = append(rows, d.stepRow(x))
		known := x.Over() && x.Waited+x.Worked > 0
		if planned := x.Estimate.Std(); planned > 0 || known {
			lines = append(lines, bar{
				Label: d.numbered(x), Planned: planned, Waited: x.Waited, Worked: x.Worked, Known: known,
				Over: planned > 0 && float64(x.Worked) > tooLong*float64(planned),
			})
		}
	}
	s.Pictures = d.bars("steps", d.say("steps.picture"), "steps-table", lines)
	s.Tables = []table{{
		ID: "steps-table", Caption: d.say("steps.caption"), Key: 1, Rows: rows,
		Columns: columns(">"+d.say("col.number"), d.say("col.step"), ">"+d.say("col.hours"), ">"+d.say("col.planned"), ">"+d.say("col.worked"),
			">"+d.say("col.waited"), ">"+d.say("col.deviation"), d.say("col.outcome"), d.say("col.by")),
	}}
	return s
}

func (d *drillReport) stepRow(s *drill.Step) []string {
	title := visible(s.Title)
	if s.Cleanup {
		title += " (" + d.say("cleanup") + ")"
	}
	if note := d.note(s); note != "" {
		title += "\n" + note
	}
	hours := "–"
	if !s.StartedAt.IsZero() {
		hours = d.clock(s.StartedAt) + "–\n" + d.clock(s.EndedAt)
	}
	planned, worked, deviation := d.length(s.Estimate.Std()), d.length(s.Worked), "–"
	switch {
	case s.Worked == 0 && s.State == drill.Done:
		worked = d.say("unmeasured")
	case s.Worked > 0 && s.State == drill.Done && s.Estimate > 0: // a step that failed was not quick
		deviation = d.signed(s.Worked - s.Estimate.Std())
	}
	return []string{
		d.number(float64(s.Number)), title, hours, planned, worked, d.length(s.Waited), deviation, d.outcome(s), d.person(s.By, s.Assured),
	}
}

// length is a length, or a dash for none.
func (d *drillReport) length(l time.Duration) string {
	if l == 0 {
		return "–"
	}
	return d.span(l)
}

// note is the remark on a step; why a run closed early has words of its own.
func (d *drillReport) note(s *drill.Step) string {
	if s.Note == d.Run.Closing {
		return d.word("closing", s.Note)
	}
	return visible(s.Note)
}

// outcome is how a step stands, with the outcome where it says more.
func (d *drillReport) outcome(s *drill.Step) string {
	text := d.word("state", string(s.State))
	if s.Settled {
		text += " " + d.say("settled")
	}
	switch {
	case s.Attempt > 1:
		text += "\n" + d.say("attempts", s.Attempt)
	case s.Confirm != nil || s.Decision != nil:
		if s.Outcome != "" {
			text += ": " + d.word("answer", s.Outcome)
		}
	case s.State == drill.Failed && s.Outcome != "failed":
		text += "\n" + d.word("outcome", s.Outcome)
	}
	return text
}

// answers lists what people confirmed and decided, and how each was known.
func (d *drillReport) answers() section {
	s := section{ID: "answers", Title: d.say("answers")}
	var rows [][]string
	for i := range d.Run.Steps {
		x := &d.Run.Steps[i]
		question := ""
		switch {
		case x.Confirm != nil:
			question = x.Confirm.Question
		case x.Decision != nil:
			question = x.Decision.Text
		case x.Settled:
			question = d.say("settle.question")
		default:
			continue
		}
		answer, by, when := d.say("unanswered"), "–", "–"
		if x.By != "" && x.Over() && x.State != drill.Skipped {
			answer, by, when = d.word("answer", x.Outcome), d.person(x.By, x.Assured), d.second(x.EndedAt)
		}
		asked := d.Run.Asks(x)
		if x.Settled {
			asked, answer, by = d.Run.Director, d.word("settled", x.SettledAs), d.person(x.SettledBy, x.Assured)
		}
		rows = append(rows, []string{d.numbered(x), visible(question), d.role(asked), answer, by, when})
	}
	if len(rows) > 0 {
		s.Tables = []table{{
			ID: "answers-table", Caption: d.say("answers.caption"), Rows: rows,
			Columns: columns(d.say("col.step"), d.say("col.question"), d.say("col.asked"), d.say("col.answer"), d.say("col.by"), d.say("col.when")),
		}}
	}
	return s
}

// pauses lists the stops of the clock, and what they did to the time.
func (d *drillReport) pauses() section {
	s := section{ID: "pauses", Title: d.say("pauses")}
	if len(d.Run.Pauses) == 0 {
		s.Text = []string{d.say("pauses.none")}
		return s
	}
	var rows [][]string
	for _, p := range d.Run.Pauses {
		counts := d.say(map[bool]string{true: "pause.off", false: "pause.counts"}[p.Artificial])
		rows = append(rows, []string{d.second(p.From), d.second(p.To), d.length(p.Length), dash(visible(p.Reason)), counts})
	}
	if net, gross := d.Run.RTA(); gross.Known {
		s.Text = []string{d.say("pauses.both", d.span(gross.Length), d.span(net.Length))}
	}
	s.Tables = []table{{
		ID: "pauses-table", Caption: d.say("pauses.caption"), Rows: rows,
		Columns: columns(d.say("col.from"), d.say("col.to"), ">"+d.say("col.length"), d.say("col.reason"), d.say("col.counts")),
	}}
	return s
}

// fences says for each automatic step which fences held its command, and which
// were missing on the machine that ran it (DESIGN 2.4).
func (d *drillReport) fences() section {
	s := section{ID: "fences", Title: d.say("fences")}
	var rows [][]string
	for i := range d.Run.Steps {
		x := &d.Run.Steps[i]
		if len(x.Fences)+len(x.Missing) > 0 {
			missing := d.say("fences.none")
			if len(x.Missing) > 0 {
				missing = "! " + d.named(x.Missing)
			}
			rows = append(rows, []string{d.numbered(x), visible(x.Action), dash(d.named(x.Fences)), missing})
		}
	}
	if len(rows) > 0 {
		s.Tables = []table{{
			ID: "fences-table", Caption: d.say("fences.caption"), Rows: rows,
			Columns: columns(d.say("col.step"), d.say("col.action"), d.say("col.held"), d.say("col.missing")),
		}}
	}
	return s
}

func (d *drillReport) named(fences []string) string {
	names := make([]string, len(fences))
	for i, f := range fences {
		names[i] = d.word("fence", f)
	}
	return strings.Join(names, ", ")
}
