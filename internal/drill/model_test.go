package drill_test

import (
	"slices"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/plan"
)

// model is the state machine written down a second time, as plainly as it can
// be: no times but whole minutes, no figures, words for states (R20).
type model struct {
	steps           []*modelStep
	run             drill.State
	incident, stop  bool
	closed, overdue bool
	max, net        int // minutes; net is without pauses
}

type modelStep struct {
	plan.Step
	state          drill.StepState
	cleanup        bool
	attempt, level int
}

func newModel(p *plan.Plan, incident bool) *model {
	d := p.Drills[0]
	m := &model{run: drill.Planned, incident: incident, stop: d.StopOnFailure && !incident, max: d.MaxDuration.Minutes()}
	add := func(steps []plan.Step, cleanup bool) {
		for _, s := range steps {
			m.steps = append(m.steps, &modelStep{Step: s, state: drill.Waiting, cleanup: cleanup})
		}
	}
	add(p.Recovery.Steps, false)
	if incident {
		m.max = 0
	} else {
		add(d.Injects, false)
	}
	add(p.Recovery.Cleanup, true)
	return m
}

func (m *model) find(id string) *modelStep {
	for _, s := range m.steps {
		if s.ID == id {
			return s
		}
	}
	return nil
}

func (m *model) all(f func(*modelStep) bool) bool {
	return !slices.ContainsFunc(m.steps, func(s *modelStep) bool { return !f(s) })
}

func is(s *modelStep, states ...drill.StepState) bool { return slices.Contains(states, s.state) }

// settled tells whether nobody expects anything of the step any more.
func (m *model) settled(s *modelStep) bool {
	return is(s, drill.Done, drill.Skipped, drill.Blocked) || is(s, drill.Failed) && (!m.incident || m.closed)
}

func (m *model) ready(s *modelStep) bool {
	if !is(s, drill.Waiting) || s.Inject != nil && m.net < s.Inject.Offset.Minutes() {
		return false
	}
	if s.cleanup {
		return m.run == drill.Cleaning && m.all(func(o *modelStep) bool {
			return o.cleanup && !slices.Contains(s.After, o.ID) || m.settled(o) || o.cleanup && is(o, drill.Failed)
		})
	}
	return m.run == drill.Running && m.all(func(o *modelStep) bool {
		return !slices.Contains(s.After, o.ID) || is(o, drill.Done, drill.Skipped)
	})
}

// take tells whether the event fits, and does it.
func (m *model) take(e event.Event) bool {
	s := m.find(e.Step)
	byPerson := e.Kind != event.RunStarted && e.Kind != event.RunEnded && e.Kind != event.StepStarted &&
		e.Kind != event.StepEnded && e.Kind != event.StepAsked && e.Kind != event.StepRaised
	if byPerson && e.Actor == "" || e.Step != "" && s == nil {
		return false
	}
	if e.Late {
		return e.Kind == event.StepEnded && m.run != drill.Planned && s != nil
	}
	ok := e.Kind == event.NoteAdded || e.Kind == event.TimeSet && e.Point != "verified_at"
	switch {
	case e.Kind == event.StepRaised && s == nil:
		ok = m.max > 0 && m.net >= m.max && !m.overdue && (m.run == drill.Running || m.run == drill.Cleaning)
		m.overdue = m.overdue || ok
	case s != nil && !ok && slices.Contains(stepKinds(), e.Kind):
		ok = m.takeStep(s, e)
	case !ok:
		ok = m.takeRun(e.Kind)
	}
	m.follow()
	return ok
}

func (m *model) takeRun(kind event.Kind) bool {
	open := m.run == drill.Planned || m.run == drill.Running || m.run == drill.Paused
	switch {
	case kind == event.RunStarted && m.run == drill.Planned, kind == event.RunResumed && m.run == drill.Paused:
		m.run = drill.Running
	case kind == event.RunPaused && m.run == drill.Running && !m.incident:
		m.run = drill.Paused
	case kind == event.RunAborted && open, kind == event.RunBroken && (open || m.run == drill.Cleaning) && !m.incident:
		for _, s := range m.steps {
			if is(s, drill.Waiting, drill.Asked, drill.Taken) && (!s.cleanup || m.run == drill.Planned) {
				s.state = drill.Skipped
			}
		}
		m.run, m.closed = drill.Cleaning, true
	case kind == event.RunEnded && m.run == drill.Cleaning && m.all(m.settled):
		m.run = drill.Ended
	default:
		return false
	}
	return true
}

func (m *model) takeStep(s *modelStep, e event.Event) bool {
	held := m.incident && !m.closed && is(s, drill.Failed)
	late := m.run == drill.Cleaning && !s.cleanup
	to := map[event.Kind]map[string]drill.StepState{
		event.StepEnded:    {"ok": drill.Done, "unknown": drill.Unknown, "not_started": drill.Waiting, "": drill.Failed},
		event.StepAnswered: {"yes": drill.Done, "no": drill.Failed, "left": drill.Done, "right": drill.Done},
		event.StepSettled:  {"done": drill.Done, "failed": drill.Failed, "rerun": drill.Waiting},
		event.StepStarted:  {"": drill.Started}, event.StepAsked: {"": drill.Asked}, event.StepTaken: {"": drill.Taken},
		event.StepSkipped: {"": drill.Skipped}, event.StepReopened: {"": drill.Waiting}, event.StepRaised: {"": s.state},
	}[e.Kind]
	next, known := to[e.Outcome]
	if !known {
		next = to[""]
	}
	fits := false
	switch e.Kind {
	case event.StepStarted:
		fits = m.ready(s) && s.Kind() == plan.StepAction && e.Attempt == s.attempt+1
	case event.StepAsked:
		fits = m.ready(s) && s.Kind() != plan.StepAction
	case event.StepEnded:
		fits = is(s, drill.Started, drill.Unknown) && e.Attempt == s.attempt
		if e.Outcome == "unknown" && s.Rerun == "safe" {
			next = drill.Waiting
		}
	case event.StepTaken:
		fits = is(s, drill.Asked)
	case event.StepAnswered:
		choice := e.Outcome == "left" || e.Outcome == "right"
		fits = is(s, drill.Asked, drill.Taken) && known && choice == (s.Decision != nil)
	case event.StepRaised:
		fits = (is(s, drill.Asked, drill.Taken, drill.Unknown) || held) && e.Level > s.level && e.Level <= 3 && m.run != drill.Paused
	case event.StepSkipped:
		fits = is(s, drill.Waiting, drill.Asked, drill.Taken, drill.Failed) && !late || is(s, drill.Unknown)
	case event.StepReopened:
		fits = is(s, drill.Done, drill.Failed) && !late && m.redo(s)
	case event.StepSettled:
		fits = is(s, drill.Unknown) && known && (next != drill.Waiting || s.Rerun != "never" && !late)
	}
	if !fits || m.run == drill.Planned || m.run == drill.Ended {
		return false
	}
	if e.Kind == event.StepStarted {
		s.attempt++
	}
	if e.Kind == event.StepRaised {
		s.level = e.Level
	} else if next == drill.Started || next == drill.Asked || next == drill.Failed || next == drill.Waiting && e.Kind != event.StepEnded {
		s.level = 0
	}
	s.state = next
	return true
}

// redo resets what was built on a step that is done again; false when some of
// it is in hand.
func (m *model) redo(s *modelStep) bool {
	behind, grown := []*modelStep{}, []string{s.ID}
	for range m.steps {
		for _, o := range m.steps {
			if !s.cleanup && !slices.Contains(grown, o.ID) && slices.ContainsFunc(o.After, func(id string) bool { return slices.Contains(grown, id) }) {
				behind, grown = append(behind, o), append(grown, o.ID)
			}
		}
	}
	for _, o := range behind {
		if is(o, drill.Started, drill.Asked, drill.Taken, drill.Unknown) {
			return false
		}
	}
	for _, o := range behind {
		if is(o, drill.Done, drill.Failed) && m.run != drill.Planned && m.run != drill.Ended {
			o.state, o.level = drill.Waiting, 0
		}
	}
	return true
}

// follow works out what an event brings about by itself.
func (m *model) follow() {
	for range m.steps {
		for _, s := range m.steps {
			if m.run == drill.Running && !s.cleanup && !m.incident && is(s, drill.Waiting, drill.Blocked) {
				s.state = drill.Waiting
				if !m.all(func(o *modelStep) bool {
					needed := slices.Contains(s.After, o.ID) || m.stop && !o.cleanup && is(o, drill.Failed)
					return !needed || !is(o, drill.Failed, drill.Blocked)
				}) {
					s.state = drill.Blocked
				}
			}
		}
	}
	if m.run == drill.Running && m.all(func(s *modelStep) bool { return s.cleanup || m.settled(s) }) {
		m.run = drill.Cleaning
	}
	for _, s := range m.steps {
		if m.run == drill.Cleaning && !s.cleanup && is(s, drill.Waiting) {
			s.state = drill.Skipped
		}
	}
}
