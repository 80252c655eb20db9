package report

import (
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/phrase"
	"beredskab/internal/report/page"
)

// alarmPoints is the place of t5b among the points: what comes behind it, an exercise of
// the alarm does not measure.
const alarmPoints = 6

// alarm is what an exercise of the alarm measured: each link of the chain, and what
// each way of calling brought.
func (d *drillReport) alarm() page.Section {
	s := page.Section{ID: "alarm", Title: d.Say("alarm")}
	if !d.Run.Calls() {
		return s
	}
	var rows [][]string
	for i := range d.Run.Steps {
		if x := &d.Run.Steps[i]; x.Link {
			rows = append(rows, d.linkRow(x))
		}
	}
	s.Text = []string{d.Say("alarm.text", d.Span(d.Run.Drill.Alarm.Wait().Std()))}
	if d.Run.Drill.Alarm.PhonesDown {
		s.Text = []string{d.Say("alarm.phones_down", d.Span(d.Run.Drill.Alarm.Wait().Std()))}
	}
	s.Tables = []page.Table{{
		ID: "alarm-table", Caption: d.Say("alarm.caption"), Key: 1, Rows: rows,
		Columns: page.Columns(">"+d.Say("col.number"), d.Say("col.link"), d.Say("col.called"), d.Say("col.answered"), ">"+d.Say("col.length"), d.Say("col.way"), d.Say("col.by")),
	}, {
		ID: "ways-table", Caption: d.Say("ways.caption"), Rows: d.ways(),
		Columns: page.Columns(d.Say("col.way"), ">"+d.Say("col.links")),
	}}
	return s
}

func (d *drillReport) linkRow(s *drill.Step) []string {
	called, answered, length := "–", "–", "–"
	if !s.StartedAt.IsZero() {
		called = d.Clock(s.StartedAt)
	}
	if m := d.Run.Answered(s); m.Known {
		answered, length = d.Clock(s.EndedAt), d.Span(m.Length)
	}
	name := phrase.Visible(s.Title)
	if s.Decides {
		name += "\n" + d.Say("alarm.decides")
	}
	if d.Run.Without(d.Run.Asks(s)) {
		name += "\n" + d.Say("alarm.deputy")
	}
	return []string{d.Number(float64(s.Number)), name, called, answered, length, d.Word("way", s.Way()), d.person(s.By, s.Assured)}
}

// ways counts what each way of calling brought; the channels are named where the plan
// names them.
func (d *drillReport) ways() (rows [][]string) {
	ways, channels := d.Run.Calling().Ways, d.Run.Drill.Alarm.Channels
	for i, way := range []string{"first", "second", "deputy", "late", "never", "untried"} {
		name := d.Word("way", way)
		if i < len(channels) && i < 2 {
			name += " (" + phrase.Visible(channels[i]) + ")"
		}
		if i < 3 || ways[way] > 0 {
			rows = append(rows, []string{name, d.Number(float64(ways[way]))})
		}
	}
	return rows
}

// called says in sentences how far the alarm came.
func (d *drillReport) called() (text []string) {
	c := d.Run.Calling()
	text = append(text, d.Say("called", c.Reached, c.Called))
	for _, m := range []struct {
		key string
		at  drill.Measure
	}{{"called.first", c.First}, {"called.decider", c.Decider}, {"called.last", c.Last}} {
		if m.at.Known {
			text = append(text, d.Say(m.key, d.Span(m.at.Length)))
		} else {
			text = append(text, d.Say(m.key+".unknown"))
		}
	}
	return text
}

// without says whom the drill was held without; empty for nobody.
func (d *drillReport) without() string {
	var names []string
	for _, role := range d.Run.Drill.Participants.Barred {
		names = append(names, d.role(role))
	}
	if len(names) == 0 {
		return ""
	}
	return d.Say("without", strings.Join(names, ", "))
}

// alone says which steps only one person has ever done, over all runs.
func (d *drillReport) alone() []string {
	var names []string
	for _, id := range d.Alone {
		if s, ok := d.Run.Find(id); ok {
			names = append(names, d.numbered(s))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{d.Say("alone", strings.Join(names, "; "))}
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
