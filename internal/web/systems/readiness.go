package systems

import (
	"strings"
	"time"

	"beredskab/internal/frame"
	"beredskab/internal/matrix"
	"beredskab/internal/phrase"
	"beredskab/internal/readiness"
)

// readinessPage explains every point of how ready the system is.
type readinessPage struct {
	*system
	Total      string
	List       []point
	FallsAt    time.Time
	InTime     bool
	Unmeasured bool
	Ceiling    int
	MayFollow  bool
}

// point is one part of the total and why it is so.
type point struct {
	What, Why, Do string
	Have, Of      int
	State         string
	Until         time.Time
}

func (p *Part) readiness(v *frame.Visit) error {
	s, err := p.system(v, "/readiness")
	if err != nil {
		return err
	}
	r := s.ready[s.ID]
	out := &readinessPage{
		system: s, Total: v.Texts.Say("systems.points", r.Total), FallsAt: r.FallsAt, InTime: r.InTime, Unmeasured: !r.Measured, Ceiling: readiness.Ceiling,
		MayFollow: v.May(matrix.Action, matrix.Read, s.on),
	}
	for _, x := range r.Points {
		one := point{What: v.Texts.Say("systems.point." + x.What), Why: why(v.Texts, x, s.stepName), Have: x.Have, Of: x.Of, Until: x.Until}
		switch {
		case x.Unknown:
			one.State = "unmeasured"
		case x.Have == x.Of:
			one.State = "ok"
		case x.Have == 0:
			one.State = "breached"
		default:
			one.State = "at_risk"
		}
		if x.Have < x.Of {
			one.Do = v.Texts.Say("systems.do." + x.What)
		}
		out.List = append(out.List, one)
	}
	return v.Show("systems/readiness", out)
}

// stepName is the title of a step, by its id.
func (s *system) stepName(id string) string {
	for _, x := range s.plan.Recovery.Steps {
		if x.ID == id {
			return x.Title
		}
	}
	return id
}

// why says in a sentence why a point is as it is.
func why(t *phrase.Phrases, p readiness.Point, step func(string) string) string {
	v, key := p.Values, "systems.why."+p.Why
	names := make([]string, len(v.Names))
	for i, name := range v.Names {
		names[i] = name
		if p.What == "hands" {
			names[i] = step(name)
		}
		if p.What == "findings" && t.Has("home.rule."+name) {
			names[i] = t.Say("home.rule." + name)
		}
	}
	kind := t.Word("systems.type", v.Kind)
	switch base := strings.TrimPrefix(p.Why, p.What+"_"); base {
	case "fresh", "fading", "worn", "other_steps", "within", "over":
		if p.What == "rta" || p.What == "rpa" {
			return t.Say(key, t.Span(v.Took), t.Span(v.Limit))
		}
		return t.Say(key, kind, t.Date(v.At), v.Days, v.LimitDays)
	}
	switch p.Why {
	case "in_force":
		return t.Say(key, t.Date(v.At))
	case "confirmed", "confirmed_old":
		return t.Say(key, t.Date(v.At), v.Days, v.LimitDays)
	case "contacts_verified", "deputies_all":
		return t.Say(key, v.Total)
	case "contacts_old":
		return t.Say(key, v.Count, v.Total, v.LimitDays, t.Join(names))
	case "hands_few":
		return t.Say(key, v.Count, v.Total, t.Join(names))
	case "deputies_missing", "actions_overdue", "findings_open":
		return t.Say(key, t.Join(names))
	}
	return t.Say(key)
}
