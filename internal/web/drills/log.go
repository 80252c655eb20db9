package drills

import (
	"slices"
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
)

// line is one line of the run's log.
type line struct {
	At   time.Time
	Time string
	Text string
	Said string // in a person's own words
	Note bool
}

// log is what happened, newest first.
func (t *teller) log(all bool) (list []line, older int) {
	for _, e := range slices.Backward(t.events) {
		if !all && len(list) == shown {
			return list, len(t.events) - shown
		}
		list = append(list, t.line(e))
	}
	return list, 0
}

func (t *teller) line(e event.Event) line {
	l := line{At: e.At.Wall, Time: t.at(e.At.Wall), Text: t.sentence(e), Note: e.Kind == event.NoteAdded}
	if e.Text != "" && e.Text != "done" {
		l.Said = e.Text
	}
	return l
}

// sentence says one event: who did what to which step.
func (t *teller) sentence(e event.Event) string {
	key, detail := "drills.event."+string(e.Kind), ""
	who := t.who(e.Actor)
	switch e.Kind {
	case event.StepAnswered:
		key += "." + t.kind(e)
		if detail = e.Outcome; t.kind(e) == "on_behalf" {
			detail = t.outcome(e)
		}
	case event.StepEnded:
		key += "." + outcome(e.Outcome)
	case event.StepSettled:
		detail = t.say("drills.settle." + e.Outcome)
	case event.StepRaised:
		if e.Step == "" {
			key += ".run"
		} else if e.Actor != "" && e.Actor != "system" {
			key += ".passed"
		} else if key += "." + plain(min(max(e.Level, 1), 3)); e.Level == 2 {
			who = t.deputyOf(e.Step)
		} else if e.Level == 3 {
			who = t.leader()
		}
	case event.StepAsked:
		if s, found := t.run.Find(e.Step); found {
			who = t.role(t.run.Asks(s))
		}
	case event.TimeSet:
		detail = t.v.Texts.Word("drills.point", e.Point) + ": " + t.v.Texts.Moment(e.Time)
	}
	return t.of(key, who, t.called(e.Step), detail)
}

// kind sorts an answer: yes, no, a choice, or one given for somebody else.
func (t *teller) kind(e event.Event) string {
	s, found := t.run.Find(e.Step)
	switch {
	case e.Assured == "on_behalf":
		return "on_behalf"
	case found && s.Decision != nil:
		return "choice"
	default:
		return e.Outcome
	}
}

// outcome is an answer in words.
func (t *teller) outcome(e event.Event) string {
	if s, found := t.run.Find(e.Step); found && s.Decision == nil {
		return strings.ToLower(t.say("drills.answer." + e.Outcome))
	}
	return e.Outcome
}

// outcome sorts how an attempt ended.
func outcome(word string) string {
	switch word {
	case "ok", "unknown", "not_started", "timed_out":
		return word
	default:
		return "failed"
	}
}

func (t *teller) deputyOf(id string) string {
	if s, found := t.run.Find(id); found {
		return t.deputy(t.run.Asks(s))
	}
	return ""
}

// end is what the run came to.
type end struct {
	State, Verdict string
	Reason         string
	Figures        []figureLine
	Findings       []finding
	Report         string
	After          string // how far the evaluation has come
}

type figureLine struct{ Name, Value, Goal, State string }

type finding struct {
	Code, Text, Why string
	Severity        string
}

// end says the verdict. What was not measured is said to be not measured and is
// never shown as kept.
func (t *teller) end() *end {
	run := &t.run
	e := &end{
		State: looks(run.Verdict), Verdict: t.v.Texts.Word("drills.verdict", string(run.Verdict)), Reason: run.Reason,
		Report: "/drills/" + run.ID + "/report", After: t.v.Texts.Word("drills.after", string(t.after)),
	}
	rta, gross := run.RTA()
	e.Figures = append(e.Figures, t.figure("rta", rta, run.Plan.Objectives.RTO.Std()))
	if gross.Known && gross.Length != rta.Length {
		e.Figures = append(e.Figures, figureLine{Name: t.say("drills.figure.gross"), Value: t.v.Texts.Span(gross.Length)})
	}
	e.Figures = append(e.Figures, t.figure("rpa", run.RPA(), run.Plan.Objectives.RPO.Std()))
	if wra := run.WRA(); wra.Known {
		e.Figures = append(e.Figures, t.figure("wra", wra, run.Plan.Objectives.WRT.Std()))
	}
	for _, f := range run.Findings() {
		value, limit := t.v.Texts.Span(f.Value), t.v.Texts.Span(f.Limit)
		why, _ := drill.Explain(f.Code)
		e.Findings = append(e.Findings, finding{
			Code: f.Code, Severity: f.Severity, Why: why, Text: t.say("drills.finding."+f.Code, t.called(f.Step), value, limit),
		})
	}
	return e
}

func (t *teller) figure(name string, m drill.Measure, goal time.Duration) figureLine {
	f := figureLine{Name: t.say("drills.figure." + name), Value: t.say("drills.unmeasured"), State: "unmeasured"}
	if goal > 0 {
		f.Goal = t.v.Texts.Span(goal)
	}
	if m.Known {
		f.Value, f.State = t.v.Texts.Span(m.Length), "ok"
		if m.Length > goal {
			f.State = "breached"
		}
	}
	return f
}
