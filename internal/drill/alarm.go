package drill

import (
	"cmp"
	"slices"
	"time"

	"beredskab/internal/event"
	"beredskab/internal/plan"
)

// linkID begins the ids of the steps that call the alert chain.
const linkID = "alarm-"

// WithChain is the run as it will be once it has begun with that alert chain, for
// whoever shows it before. Only an alert exercise calls a chain.
func (r Run) WithChain(chain []event.Link) Run {
	r.call(chain)
	return r
}

// Calls tells whether the run calls the alert chain.
func (r *Run) Calls() bool { return len(r.Steps) > 0 && r.Steps[0].Link }

// call puts a step for each link of the chain before the exercise's own steps. The
// chain is that of the organisation's file at the start; it stands in the event, so
// that the run is for ever of the chain that was called.
func (r *Run) call(chain []event.Link) {
	if r.Drill.Type != "alert" || r.Calls() || len(chain) == 0 {
		return
	}
	links := make([]Step, 0, len(chain)+len(r.Steps))
	for i, l := range chain {
		id := linkID + l.Role
		for slices.ContainsFunc(slices.Concat(links, r.Steps), func(s Step) bool { return s.ID == id }) {
			id = linkID + id
		}
		step := Step{
			Step: &plan.Step{
				ID: id, Title: cmp.Or(l.Name, l.Role), Confirm: &plan.Confirm{By: l.Role, Within: r.Drill.Alarm.Wait()},
			},
			Number: i + 1, State: Waiting, Link: true, Decides: l.Decides,
		}
		if i > 0 && !r.Drill.Alarm.PhonesDown { // then everybody sets out at once
			step.after = []int{i - 1}
		}
		links = append(links, step)
	}
	r.join(links)
	r.order, r.verify = nil, -1 // an alarm confirms no recovery
	r.sort()
}

// join lets the exercise's own steps follow the chain: the first assessment follows
// the first link, the declaration the one who decides, and all else the last. Whoever
// stands behind the one who decides is called after both.
func (r *Run) join(links []Step) {
	n := len(links)
	decider := slices.IndexFunc(links, func(s Step) bool { return s.Decides })
	if decider < 0 {
		decider = n - 1
	}
	assessed, declared := r.upTo(r.Drill.AssessedAt), r.upTo(r.Drill.DeclaredAt)
	for i, s := range r.Steps {
		s.Number += n
		s.after = slices.Clone(s.after)
		for j := range s.after {
			s.after[j] += n
		}
		behind := n - 1
		switch {
		case assessed != nil && assessed[i]:
			behind = 0
		case declared != nil && declared[i]:
			behind = decider
		}
		if !s.Cleanup && (len(s.after) == 0 || s.ID == r.Drill.DeclaredAt) {
			s.after = append(s.after, behind)
		}
		if s.ID == r.Drill.DeclaredAt && assessed != nil && !assessed[i] {
			s.after = append(s.after, n+slices.IndexFunc(r.Steps, func(s Step) bool { return s.ID == r.Drill.AssessedAt }))
		}
		if (s.ID == r.Drill.DeclaredAt || s.ID == r.Drill.AssessedAt) && decider+1 < n {
			links[decider+1].after = append(links[decider+1].after, n+i)
		}
		links = append(links, s)
	}
	r.Steps = links
}

// upTo marks the step of that id and those that it waits for; nil when there is none.
func (r *Run) upTo(id string) []bool {
	at := slices.IndexFunc(r.Steps, func(s Step) bool { return s.ID == id })
	if at < 0 {
		return nil
	}
	marked := r.before(at)
	marked[at] = true
	return marked
}

// failed tells whether what waits for the step is barred. One that was given up bars
// nothing: the chain goes on without it.
func (s *Step) failed() bool { return s.State == Failed && !s.GivenUp }

// late tells whether the event is the answer of a link that was given up: the receipt
// is true all the same.
func (s *Step) late(e event.Event) bool {
	return s.Link && s.GivenUp && s.State == Failed && e.Kind == event.StepAnswered && e.Outcome == "yes"
}

// Awaited tells whether the step was given up and may be answered still, because it is
// of the alert chain and the run goes on.
func (s *Step) Awaited(r *Run) bool {
	return s.Link && s.GivenUp && s.State == Failed && r.State != Ended && r.Closing == ""
}

// unlike says why the event cannot happen to a step of its sort, whatever its state.
func (s *Step) unlike(r *Run, e event.Event) string {
	switch {
	case e.Kind == event.StepGivenUp && !r.Calls():
		return "only an exercise of the alarm goes on without an answer"
	case e.Kind == event.StepAnswered && s.written(e) != "":
		return s.written(e)
	case s.Link && e.Kind == event.StepTaken:
		return "whoever has received the alarm answers yes"
	case s.Link && e.Kind == event.StepAnswered && e.Outcome != "yes":
		return "an alarm is answered with yes; whoever cannot come passes it on"
	default:
		return ""
	}
}

// paperDue is for how long the papers of an exercise without telephones are waited for.
const paperDue = 24 * time.Hour

// rungs are after how long an open request climbs. A link of the chain is called
// through the first channel, the second, and then through its deputy, each as long
// as the other; at the top it is given up, as is every other answer that an exercise
// of the alarm wants, so that such an exercise always ends.
func (r *Run) rungs(s *Step, l Ladder) []time.Duration {
	switch {
	case s.Link && r.Drill.Alarm.PhonesDown:
		return []time.Duration{paperDue}
	case s.Link:
		return []time.Duration{s.Confirm.Within.Std(), 2 * s.Confirm.Within.Std(), 3 * s.Confirm.Within.Std()}
	case r.Calls():
		return []time.Duration{l.Remind, l.Deputy, l.Leader, 2*l.Leader - l.Deputy}
	default:
		return []time.Duration{l.Remind, l.Deputy, l.Leader}
	}
}

// lost tells whether nobody is to be reached any more who could answer the step.
func (r *Run) lost(s *Step, level int) bool {
	return r.Calls() && s.State != Unknown && level == len(r.rungs(s, Ladder{}))
}

// giveUp notes that nobody was reached. It is no answer, and it is in nobody's name.
func (r *Run) giveUp(s *Step, e event.Event) {
	r.leave(s)
	s.State, s.Outcome, s.GivenUp = Failed, "unreached", true
	s.EndedAt, s.overOn = e.At.Wall, r.clock.elapsed
}

// written takes the time that a paper says over that of its being typed in. Where it
// cannot be, the answer is refused.
func (s *Step) written(e event.Event) string {
	switch {
	case e.Time.IsZero():
		return ""
	case !s.Link:
		return "only a link of the alert chain takes the time of a paper"
	case e.Time.Before(s.StartedAt):
		return "the paper says " + e.Time.Format(time.RFC3339) + ", before the alarm at " + s.StartedAt.Format(time.RFC3339)
	case e.Time.After(e.At.Wall.Add(aMinute)):
		return "the paper says " + e.Time.Format(time.RFC3339) + ", which lies in the future"
	default:
		return ""
	}
}
