package drills

import (
	"time"

	"beredskab/internal/duty"
	"beredskab/internal/event"
	"beredskab/internal/frame"
	"beredskab/internal/register"
)

// acts are what this visitor may do to the run as a whole.
type acts struct {
	Path                                   string
	Note, Pause, Resume, Abort, Stop, Time bool
	Incident                               bool // may activate the plan for real
	Points                                 []option
	Steps                                  []option
	Any                                    bool
	Typed                                  string // in a form that was refused
}

func (t *teller) acts() acts {
	lead := t.may(t.duty.Lead())
	a := acts{Path: "/drills/" + t.run.ID, Note: t.may(t.duty.Remark()), Time: lead}
	a.Pause, a.Resume = lead && t.takes[key(event.RunPaused, "", "")], lead && t.takes[key(event.RunResumed, "", "")]
	a.Abort, a.Stop = lead && t.takes[key(event.RunAborted, "", "")], lead && t.takes[key(event.RunBroken, "", "")]
	a.Incident = t.may(duty.Open(t.run.Plan, true))
	if t.v.Field("step") == "" {
		a.Typed = t.v.Field("reason")
	}
	a.Any = a.Pause || a.Resume || a.Abort || a.Stop || a.Time
	for _, point := range points() {
		a.Points = append(a.Points, option{Value: point, Text: t.v.Texts.Word("drills.point", point)})
	}
	for i := range t.run.Steps {
		s := &t.run.Steps[i]
		a.Steps = append(a.Steps, option{Value: s.ID, Text: numbered(s)})
	}
	return a
}

// points are the time points that only a person knows, in their order.
func points() []string {
	return []string{
		"disrupted_at", "detected_at", "alerted_at", "assessed_at", "declared_at", "activated_at", "workaround_at", "recovery_point_at",
		"caught_up_at", "normalised_at", "stood_down_at", "evaluated_at",
	}
}

// act does what a form asks for; it gives where to go on, empty: to the live page.
type act func(v *frame.Visit, run string) (to string, err error)

// acts are what can be done to a run, by the last part of the path.
func (p *Part) acts() map[string]act {
	lead := func(kind event.Kind) act {
		return func(v *frame.Visit, run string) (string, error) { return "", p.lead(v, run, kind) }
	}
	return map[string]act{
		"answer": p.answer, "take": p.take, "pass": p.pass, "back": p.back, "note": p.note, "time": p.setTime, "stop": p.stop,
		"skip": lead(event.StepSkipped), "settle": lead(event.StepSettled), "reopen": lead(event.StepReopened),
		"pause": lead(event.RunPaused), "resume": lead(event.RunResumed), "abort": lead(event.RunAborted),
	}
}

// acting answers the form of an act: with the live page where something is wrong.
func (p *Part) acting(name string, do act) func(*frame.Visit) error {
	return func(v *frame.Visit) error {
		run := v.Path("run")
		to, err := do(v, run)
		if err != nil {
			return v.Again(p.live, err)
		}
		if to == "" {
			to = "/drills/" + run
		}
		return v.Go(to, "drills."+name)
	}
}

func (p *Part) answer(v *frame.Visit, run string) (string, error) {
	in := register.Answer{Run: run, Step: v.Field("step"), Answer: v.Field("answer"), Note: v.Field("note"), OnBehalf: v.Field("behalf") != ""}
	switch {
	case in.Answer == "":
		return "", frame.Wrong{Key: "drills.wrong.answer"}
	case in.OnBehalf && in.Note == "":
		return "", frame.Wrong{Key: "drills.wrong.behalf"}
	case in.Answer == "no" && in.Note == "" && v.Field("asked") != "":
		return "", frame.Wrong{Key: "drills.wrong.seen"}
	}
	return "", p.Register.Answer(v.Context(), v.Actor(), in)
}

func (p *Part) take(v *frame.Visit, run string) (string, error) {
	return "", p.Register.Take(v.Context(), v.Actor(), run, v.Field("step"))
}

// pass says that the one who is asked cannot answer, and lets the next be asked.
func (p *Part) pass(v *frame.Visit, run string) (string, error) {
	return "", p.Register.Pass(v.Context(), v.Actor(), run, v.Field("step"))
}

// back takes the visitor's own answer back.
func (p *Part) back(v *frame.Visit, run string) (string, error) {
	return "", p.Register.TakeBack(v.Context(), v.Actor(), run, v.Field("step"))
}

func (p *Part) note(v *frame.Visit, run string) (string, error) {
	if v.Field("text") == "" {
		return "", frame.Wrong{Key: "drills.wrong.note"}
	}
	return "", p.Register.Note(v.Context(), v.Actor(), run, v.Field("step"), v.Field("text"))
}

// lead is an act of the one who leads. Everything that leaves the plan wants a
// reason.
func (p *Part) lead(v *frame.Visit, run string, kind event.Kind) error {
	in := register.Lead{
		Run: run, Step: v.Field("step"), Kind: kind, Outcome: v.Field("outcome"), Reason: v.Field("reason"), Artifice: v.Field("artificial") != "",
	}
	if in.Reason == "" && kind != event.RunResumed {
		return frame.Wrong{Key: "drills.wrong.reason"}
	}
	return p.Register.Lead(v.Context(), v.Actor(), in)
}

// setTime sets a time point that only a person knows, as the clock on the wall shows
// it.
func (p *Part) setTime(v *frame.Visit, run string) (string, error) {
	at, err := time.ParseInLocation("2006-01-02T15:04", v.Field("at"), v.Texts.Zone)
	if err != nil {
		return "", frame.Wrong{Key: "drills.wrong.time"}
	}
	return "", p.Register.SetTime(v.Context(), v.Actor(), run, v.Field("point"), at)
}

// stop is «stop, this is real»: the drill ends at once, and where it is asked for
// the plan is put in force as an incident of its own, whose page comes next.
func (p *Part) stop(v *frame.Visit, run string) (string, error) {
	row, _, err := p.Register.Run(v.Context(), run)
	if err == nil {
		err = p.lead(v, run, event.RunBroken)
	}
	if err != nil || v.Field("incident") == "" {
		return "", err
	}
	id, err := p.Register.Open(v.Context(), v.Actor(), register.Opening{System: row.System})
	return "/drills/" + id, err
}
