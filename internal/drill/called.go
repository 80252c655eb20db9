package drill

import (
	"fmt"
	"time"

	"beredskab/internal/plan"
)

// How a link of the alert chain was reached. One that the director passed over was
// never tried.
const (
	byFirst  = "first"  // through the first channel
	bySecond = "second" // after the second channel was used
	byDeputy = "deputy" // after the deputy was asked
	tooLate  = "late"   // after it had been given up
	never    = "never"
	untried  = "untried" // or not yet
)

// Way says how a link was reached: first or second for the channel, deputy, late for
// after it was given up, never, or untried.
func (s *Step) Way() string {
	switch {
	case s.State == Done && (s.GivenUp || s.Assured == "paper" && s.overOn-s.readyOn > s.Confirm.Within.Std()):
		return tooLate
	case s.State == Done && s.Level >= 2:
		return byDeputy
	case s.State == Done && s.Level == 1:
		return bySecond
	case s.State == Done:
		return byFirst
	case s.GivenUp:
		return never
	default:
		return untried
	}
}

// Calling is what an exercise of the alarm measured of the chain: how many links were
// called, how many of them reached, and how long after the alarm. A link that answered
// too late is not reached; what was never reached is not measured.
type Calling struct {
	Called, Reached      int
	First, Decider, Last Measure // Last: every link has been reached
	Ways                 map[string]int

	slowest time.Duration
}

// Calling gives these figures; they are zero in a run that calls no chain.
func (r *Run) Calling() Calling {
	c := Calling{Ways: map[string]int{}}
	links := 0
	for i := range r.Steps {
		s := &r.Steps[i]
		if !s.Link {
			continue
		}
		links++
		way := s.Way()
		c.Ways[way]++
		if way != untried {
			c.Called++
		}
		if way == untried || way == never || way == tooLate {
			continue
		}
		at := s.overOn - r.paused(0, s.overOn, false)
		c.Reached++
		c.slowest = max(c.slowest, at)
		if !c.First.Known || at < c.First.Length {
			c.First = Measure{Length: at, Known: true}
		}
		if s.Decides && !c.Decider.Known {
			c.Decider = Measure{Length: at, Known: true}
		}
	}
	if c.Reached > 0 && c.Reached == links {
		c.Last = Measure{Length: c.slowest, Known: true}
	}
	return c
}

// Answered is how long a link took to answer, from when it was called.
func (r *Run) Answered(s *Step) Measure {
	if !s.Link || s.State != Done {
		return Measure{}
	}
	return Measure{Length: max(s.overOn-s.readyOn-r.paused(s.readyOn, s.overOn, false), 0), Known: true}
}

// alarmed reads the points t2 to t5b of an exercise that calls the chain: the alarm has
// come with the first answer, the plan is put in force when those behind the first who
// decides are called, and the first of them to answer is the first to turn up.
func (t *Times) alarmed(r *Run) {
	var alerted, activated, mobilised time.Time
	decided := false
	for i := range r.Steps {
		s := &r.Steps[i]
		answered := s.State == Done && s.Human()
		if answered {
			alerted = earlier(alerted, s.EndedAt)
		}
		if !s.Link {
			continue
		}
		if decided && !r.Drill.Alarm.PhonesDown { // where nobody is called, everybody sets out
			activated = earlier(activated, s.StartedAt)
		}
		if decided && answered && !r.Drill.Alarm.PhonesDown {
			mobilised = earlier(mobilised, s.EndedAt)
		}
		decided = decided || s.Decides && answered && !s.GivenUp
	}
	t.put("alerted_at", alerted)
	t.put("activated_at", activated)
	t.MobilisedAt = mobilised
}

// put sets a derived point, unless a person has set it.
func (t *Times) put(point string, at time.Time) {
	if !t.Given(point) {
		*t.point(point) = at
	}
}

// answered is when that step was answered; zero while it is not.
func (r *Run) answered(id string) time.Time {
	if s, ok := r.Find(id); ok && s.State == Done {
		return s.EndedAt
	}
	return time.Time{}
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// chainFindings are those of the chain as a whole.
func (r *Run) chainFindings() (found []Finding) {
	c := r.Calling()
	for _, aim := range r.Drill.Objectives {
		limit, err := plan.ParseDuration(aim.Target)
		if aim.Measure == "chain" && err == nil && c.Last.Known && c.Last.Length > limit.Std() {
			found = append(found, Finding{
				Code: "D18", Value: c.Last.Length, Limit: limit.Std(),
				Text: fmt.Sprintf("the whole chain was reached after %s, the aim is %s", Words(c.Last.Length), limit),
				Hint: "see which link took longest, and call several at once from there",
			})
		}
	}
	return found
}

// linkFindings are those of one link, or of another answer that was given up.
func (r *Run) linkFindings(s *Step) (found []Finding) {
	took := r.Answered(s).Length
	switch way := s.Way(); {
	case way == never:
		found = append(found, Finding{
			Code: "D16", Severity: "error", Step: s.ID, Value: s.overOn - s.readyOn,
			Text: fmt.Sprintf("%s could not be reached, nor the deputy", r.Asks(s)),
			Hint: "check the number, the mailbox and the deputy, and call the chain again",
		})
	case s.Link && way == bySecond:
		found = append(found, Finding{
			Code: "D17", Step: s.ID, Value: took, Limit: s.Confirm.Within.Std(),
			Text: fmt.Sprintf("%s answered only after the second channel was used", r.Asks(s)),
			Hint: "check the first channel of that role",
		})
	case s.Link && (way == tooLate || s.Unreached && way == byDeputy):
		found = append(found, Finding{
			Code: "D06", Step: s.ID, Value: took, Text: fmt.Sprintf("%s could not be reached in time", r.Asks(s)),
			Hint: "check the contact and the deputy in the plan",
		})
	}
	return found
}
