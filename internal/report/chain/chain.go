// Package chain tells in a report what an exercise of the alarm measured: each link of
// the alert chain, and what each way of calling brought, whom a drill was held without,
// and the time points of a run.
package chain

import (
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/phrase"
)

// Teller tells of one run. Person says who acted, and how that person was known.
type Teller struct {
	*phrase.Phrases
	Run    *drill.Run
	Person func(name, assured string) string
	Role   func(id string) string
}

// Table is a table before it has a form: a column that is a number begins with ">", and
// Key is the column that names the row.
type Table struct {
	ID, Caption string
	Key         int
	Columns     []string
	Rows        [][]string
}

// Text says how the chain was called; empty when the run calls none.
func (t Teller) Text() []string {
	wait := t.Span(t.Run.Drill.Alarm.Wait().Std())
	switch {
	case !t.Run.Calls():
		return nil
	case t.Run.Drill.Alarm.PhonesDown:
		return []string{t.Say("alarm.phones_down", wait)}
	default:
		return []string{t.Say("alarm.text", wait)}
	}
}

// Tables are what an exercise of the alarm measured: each link of the chain, and what
// each way of calling brought.
func (t Teller) Tables() []Table {
	if !t.Run.Calls() {
		return nil
	}
	var rows [][]string
	for i := range t.Run.Steps {
		if x := &t.Run.Steps[i]; x.Link {
			rows = append(rows, t.row(x))
		}
	}
	return []Table{
		{ID: "alarm-table", Caption: t.Say("alarm.caption"), Key: 1, Rows: rows, Columns: []string{
			">" + t.Say("col.number"), t.Say("col.link"), t.Say("col.called"), t.Say("col.answered"), ">" + t.Say("col.length"), t.Say("col.way"), t.Say("col.by"),
		}},
		{ID: "ways-table", Caption: t.Say("ways.caption"), Rows: t.ways(), Columns: []string{t.Say("col.way"), ">" + t.Say("col.links")}},
	}
}

func (t Teller) row(s *drill.Step) []string {
	called, answered, length := "–", "–", "–"
	if !s.StartedAt.IsZero() {
		called = t.Clock(s.StartedAt)
	}
	if m := t.Run.Answered(s); m.Known {
		answered, length = t.Clock(s.EndedAt), t.Span(m.Length)
	}
	name := phrase.Visible(s.Title)
	if s.Decides {
		name += "\n" + t.Say("alarm.decides")
	}
	if t.Run.Without(t.Run.Asks(s)) {
		name += "\n" + t.Say("alarm.deputy")
	}
	return []string{t.Number(float64(s.Number)), name, called, answered, length, t.Word("way", s.Way()), t.Person(s.By, s.Assured)}
}

// ways counts what each way of calling brought; the channels are named where the plan
// names them.
func (t Teller) ways() (rows [][]string) {
	ways, channels := t.Run.Calling().Ways, t.Run.Drill.Alarm.Channels
	for i, way := range []string{"first", "second", "deputy", "late", "never", "untried"} {
		name := t.Word("way", way)
		if i < len(channels) && i < 2 {
			name += " (" + phrase.Visible(channels[i]) + ")"
		}
		if i < 3 || ways[way] > 0 {
			rows = append(rows, []string{name, t.Number(float64(ways[way]))})
		}
	}
	return rows
}

// Sentences say in sentences how far the alarm came.
func (t Teller) Sentences() (text []string) {
	c := t.Run.Calling()
	text = append(text, t.Say("called", c.Reached, c.Called))
	for _, m := range []struct {
		key string
		at  drill.Measure
	}{{"called.first", c.First}, {"called.decider", c.Decider}, {"called.last", c.Last}} {
		if m.at.Known {
			text = append(text, t.Say(m.key, t.Span(m.at.Length)))
		} else {
			text = append(text, t.Say(m.key+".unknown"))
		}
	}
	return text
}

// Without says whom the drill was held without; empty for nobody.
func (t Teller) Without() string {
	var names []string
	for _, role := range t.Run.Drill.Participants.Barred {
		names = append(names, t.Role(role))
	}
	if len(names) == 0 {
		return ""
	}
	return t.Say("without", strings.Join(names, ", "))
}

// Alone says which of those steps only one person has ever done, over all runs.
func (t Teller) Alone(ids []string) []string {
	var names []string
	for _, id := range ids {
		if s, ok := t.Run.Find(id); ok {
			names = append(names, t.Say("step.numbered", s.Number, phrase.Visible(s.Title)))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{t.Say("alone", strings.Join(names, "; "))}
}

// Point is one time point of spec/domain.md 3.1.
type Point struct {
	Code, Name string
	At         time.Time
}

// Points are all of them, in order.
func Points(t *drill.Times) []Point {
	return []Point{
		{"t0", "disrupted_at", t.DisruptedAt},
		{"t1", "detected_at", t.DetectedAt},
		{"t2", "alerted_at", t.AlertedAt},
		{"t3", "assessed_at", t.AssessedAt},
		{"t4", "declared_at", t.DeclaredAt},
		{"t5", "activated_at", t.ActivatedAt},
		{"t5b", "mobilised_at", t.MobilisedAt},
		{"t5w", "workaround_at", t.WorkaroundAt},
		{"t6", "recovery_started_at", t.RecoveryAt},
		{"t7", "restored_at", t.RestoredAt},
		{"t8", "verified_at", t.VerifiedAt},
		{"t9", "caught_up_at", t.CaughtUpAt},
		{"t10", "normalised_at", t.NormalisedAt},
		{"t11", "stood_down_at", t.StoodDownAt},
		{"t12", "evaluated_at", t.EvaluatedAt},
		{"–", "recovery_point_at", t.RecoveryPointAt},
	}
}
