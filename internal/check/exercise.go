package check

import (
	"cmp"
	"fmt"
	"time"

	"beredskab/internal/plan"
	"beredskab/internal/recovery"
)

const (
	defaultGraceDays       = 30  // C8, C9, G2, G5: a warning turns into an error
	defaultEstimatePercent = 120 // C10
)

// cadence is how often systems of a class are exercised, measured, reviewed and
// reached, in minutes (spec/domain.md 1.5), where the organisation file gives
// no numbers of its own.
type cadence struct{ exercise, measured, review, contacts int }

func (r *run) cadence(class int) cadence {
	minutes := func(d time.Duration) int { return int(d / time.Minute) }
	c := CadenceOf(r.org, class)
	return cadence{exercise: minutes(c.Exercise), measured: minutes(c.Measured), review: minutes(c.Review), contacts: minutes(c.Contacts)}
}

// Cadence is how often a system is exercised, measured and reviewed, and its
// contacts called.
type Cadence struct{ Exercise, Measured, Review, Contacts time.Duration }

// CadenceOf is that of a class: what the organisation says, and what
// spec/domain.md 1.5 says where it is silent.
func CadenceOf(org *plan.Organisation, class int) Cadence {
	const day, year = 24 * time.Hour, 365 * 24 * time.Hour
	c := Cadence{Exercise: year, Measured: year, Review: year, Contacts: 182 * day}
	switch {
	case class <= 1:
		c.Contacts = 91 * day
	case class == 2:
		c.Measured = 2 * year
	default:
		c.Exercise, c.Measured = 2*year, 3*year
	}
	for _, own := range org.Cadence {
		if own.Class == class {
			c = Cadence{
				Exercise: cmp.Or(own.Exercise.Std(), c.Exercise), Measured: cmp.Or(own.Measured.Std(), c.Measured),
				Review: cmp.Or(own.Review.Std(), c.Review), Contacts: cmp.Or(own.Contacts.Std(), c.Contacts),
			}
		}
	}
	return c
}

// given is what the file says, or else the default.
func given(d plan.Duration, otherwise int) int {
	if d > 0 {
		return d.Minutes()
	}
	return otherwise
}

// late is the severity of something due that many minutes ago: a warning first,
// an error after the days of grace.
func (r *run) late(by int) Severity {
	grace := r.org.Thresholds.GraceDays
	if grace <= 0 {
		grace = defaultGraceDays
	}
	if by > grace*dayMinutes {
		return Error
	}
	return Warning
}

// lateSince is late, for something that was due from a moment on. No moment
// means that nobody can say when the grace began, and so there is none.
func (r *run) lateSince(t time.Time) Severity {
	if t.IsZero() {
		return Error
	}
	return r.late(r.since(t))
}

// exercised is C8: some exercise on the present recovery steps, not older than
// the cadence of the class.
func (r *run) exercised(code string) {
	for _, p := range r.sorted {
		limit, h := r.cadence(p.RecoveryClass).exercise, r.of(p.ID)
		f := Finding{
			Code: code, State: Breached, Value: None, Limit: limit,
			Hint: fmt.Sprintf("plan an exercise; class %d wants one every %s, and a tabletop will do", p.RecoveryClass, days(limit)),
		}
		switch {
		case h.exercise == nil && h.oldExercise == nil:
			f.Severity = r.lateSince(r.inForce(p).First)
			f.Message = "has never been exercised"
		case h.exercise == nil:
			f.Severity = r.lateSince(r.inForce(p).Current)
			f.Message = fmt.Sprintf("the exercise of %s was made on other recovery steps and does not count any more", day(h.oldExercise.EndedAt))
		default:
			f.Value = r.since(h.exercise.EndedAt)
			if f.Value <= limit {
				continue
			}
			f.Severity = r.late(f.Value - limit)
			f.Message = fmt.Sprintf("the last exercise, %s, is %s old; the limit is %s", day(h.exercise.EndedAt), days(f.Value), days(limit))
		}
		r.add(p, "drills", f)
	}
}

// measured is C9: a measured test on the present recovery steps, not older than
// the cadence of the class. Classes 0 and 1 owe one from the first day; the
// others owe their first within one cadence, and are unknown until then.
func (r *run) measured(code string) {
	for _, p := range r.sorted {
		limit, h := r.cadence(p.RecoveryClass).measured, r.of(p.ID)
		f := Finding{
			Code: code, State: Breached, Value: None, Limit: limit,
			Hint: fmt.Sprintf("hold a restore, functional, failover or full-scale test; class %d wants one every %s, and a tabletop never counts", p.RecoveryClass, days(limit)),
		}
		if h.measured == nil {
			r.neverMeasured(p, h, limit, &f)
		} else {
			f.Value = r.since(h.measured.EndedAt)
			if f.Value <= limit {
				continue
			}
			f.Severity = r.late(f.Value - limit)
			f.Message = fmt.Sprintf("the last measured test, %s, is %s old; the limit is %s", day(h.measured.EndedAt), days(f.Value), days(limit))
		}
		r.add(p, "drills", f)
	}
}

func (r *run) neverMeasured(p *plan.Plan, h *history, limit int, f *Finding) {
	from := r.inForce(p).First
	f.Message = "the recovery time has never been measured"
	if h.oldMeasured != nil {
		from = r.inForce(p).Current
		f.Message = fmt.Sprintf("the measured test of %s was made on other recovery steps and does not count any more", day(h.oldMeasured.EndedAt))
	}
	if p.RecoveryClass <= 1 {
		f.Severity = r.lateSince(from)
		f.Message += fmt.Sprintf("; class %d needs a measured test", p.RecoveryClass)
		return
	}
	if due := from.Add(time.Duration(limit) * time.Minute); !from.IsZero() && r.in.Now.After(due) {
		f.Severity = r.lateSince(due)
		f.Message += fmt.Sprintf("; the first was due on %s", day(due))
		return
	}
	f.State, f.Severity = Unknown, Info
}

// estimatesTrue is C10: the newest isolated RTA is at most 1.2 × plan_time.
func (r *run) estimatesTrue(code string) {
	percent := r.org.Thresholds.EstimatePercent
	if percent <= 0 {
		percent = defaultEstimatePercent
	}
	for _, p := range r.sorted {
		own, h := r.planTime[p.ID], r.of(p.ID)
		if h.isolated == nil || own == 0 {
			r.notJudged[code]++
			continue
		}
		rta := h.isolated.RTAMinutes
		if rta*100 <= own*percent {
			continue
		}
		result, _ := r.forecast.Of(p.ID)
		r.add(p, "recovery.steps", Finding{
			Code: code, Severity: Warning, State: Breached, Value: rta, Limit: own * percent / 100,
			Chain: r.forecast.Chain(p.ID),
			Message: fmt.Sprintf("measured %s on %s against %s of estimates (%+d %%); %s",
				span(rta), day(h.isolated.EndedAt), span(own), (rta*100+own/2)/own-100, shift(result)),
			Hint: fmt.Sprintf("revise the estimates, %s more in all, or find out why it took so long", span(rta-own)),
		})
	}
}

// shift tells what the measurement does to the system and so to all that wait
// for it, once what it waits for itself is counted (F6).
func shift(s recovery.Result) string {
	switch net := s.ProjectedFinish - s.PlannedFinish; {
	case net > 0:
		return fmt.Sprintf("in the chain it is back %s later than planned, and so are all that wait for it", span(net))
	case net < 0:
		return fmt.Sprintf("in the chain it is still back %s earlier than planned, for what it waits for was faster", span(-net))
	default:
		return "in the chain it is back as planned, for what it waits for was faster"
	}
}
