package readiness

import (
	"slices"
	"time"

	"beredskab/internal/plan"
)

// figures tells whether the evidence measured anything. No claim makes a
// tabletop one that does (C9).
func (e *Evidence) figures() bool {
	return e.Measured && plan.Measured(e.Type) && (e.RTA != nil || e.RPA != nil)
}

// worth is what evidence of that type proves of a recovery, in percent.
func worth(drillType string) int {
	switch drillType {
	case "full", "incident":
		return 100
	case "functional", "failover":
		return 90
	case "restore":
		return 80
	default:
		return 0
	}
}

// practice is what an exercise of that kind trains, in percent.
func practice(e *Evidence) int {
	switch {
	case e.figures():
		return 100
	case e.Type == "tabletop" || e.Type == "staff" || plan.Measured(e.Type):
		return 75
	default:
		return 50
	}
}

// onPresentSteps tells whether the evidence was made on the steps of now.
func (k known) onPresentSteps(e *Evidence) bool {
	return e.StepsHash != "" && e.StepsHash == k.plan.StepsHash
}

func (k known) measured(of int) part {
	return k.tested("measured", of, k.Cadence.Measured, (*Evidence).figures, func(e *Evidence) int { return worth(e.Type) })
}

func (k known) exercise(of int) part {
	return k.tested("exercise", of, k.Cadence.Exercise, func(*Evidence) bool { return true }, practice)
}

// tested is the part of the best evidence of some sort on the present steps.
func (k known) tested(what string, of int, cadence time.Duration, fits func(*Evidence) bool, percent func(*Evidence) int) part {
	var fades []fade
	var counts []*Evidence
	var other *Evidence // the newest on other steps
	for i := range k.Evidence {
		switch e := &k.Evidence[i]; {
		case !fits(e):
		case k.onPresentSteps(e):
			counts = append(counts, e)
			fades = append(fades, fade{percent(e), e.At, cadenceDays(cadence)})
		case other == nil || e.At.After(other.At):
			other = e
		}
	}
	judge := func(at time.Time) Point {
		if len(fades) == 0 && other == nil {
			return Point{Why: what + "_never", Unknown: true, Values: Values{LimitDays: cadenceDays(cadence)}}
		}
		if len(fades) == 0 {
			return Point{Why: what + "_other_steps", Unknown: true, Values: aged(other, at, cadence)}
		}
		best := 0
		for i := range fades {
			if a, b := fades[i].at(of, at), fades[best].at(of, at); a > b || a == b && fades[i].since.After(fades[best].since) {
				best = i
			}
		}
		p := Point{Have: fades[best].at(of, at), Why: what + "_fading", Values: aged(counts[best], at, cadence)}
		switch p.Have {
		case 0:
			p.Why = what + "_worn"
		case fades[best].on(of, 0):
			p.Why = what + "_fresh"
		}
		return p
	}
	moments := func(have int) []time.Time {
		var list []time.Time
		for _, f := range fades {
			list = append(list, f.below(of, have))
		}
		return list
	}
	return part{what, of, judge, moments}
}

func aged(e *Evidence, at time.Time, cadence time.Duration) Values {
	return Values{Kind: e.Type, At: e.At, Days: days(at.Sub(e.At)), LimitDays: cadenceDays(cadence)}
}

// margin is the part of the room between the newest measured figure on the
// present steps and its limit. It grows old as the measurement does.
func (k known) margin(what string, of int, limit time.Duration, figure func(*Evidence) *time.Duration) part {
	fitting := slices.DeleteFunc(slices.Clone(k.Evidence), func(e Evidence) bool {
		return !k.onPresentSteps(&e) || !e.figures() || figure(&e) == nil
	})
	if len(fitting) == 0 {
		return part{what: what, of: of, judge: func(time.Time) Point {
			return Point{Why: what + "_unknown", Unknown: true, Values: Values{Limit: limit}}
		}}
	}
	newest := slices.MaxFunc(fitting, func(a, b Evidence) int { return a.At.Compare(b.At) })
	took := *figure(&newest)
	f := fade{room(took, limit), newest.At, cadenceDays(k.Cadence.Measured)}
	judge := func(at time.Time) Point {
		p := Point{Have: f.at(of, at), Why: what + "_within", Values: aged(&newest, at, k.Cadence.Measured)}
		p.Values.Took, p.Values.Limit = took, limit
		switch {
		case limit <= 0:
			p.Why, p.Unknown = what+"_no_limit", true
		case took > limit:
			p.Why = what + "_over"
		case p.Have == 0:
			p.Why = what + "_worn"
		}
		return p
	}
	return part{what, of, judge, func(have int) []time.Time { return []time.Time{f.below(of, have)} }}
}

// room is what the distance to the limit is worth, in percent.
func room(took, limit time.Duration) int {
	if limit <= 0 || took > limit {
		return 0
	}
	return min(100, 50+int(200*((limit-took)/time.Microsecond)/max(1, limit/time.Microsecond)))
}
