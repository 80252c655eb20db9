package register

import (
	"context"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/outbox"
)

// TakeBack takes back what the actor himself answered a moment ago, as long as
// nobody has built on it, and asks him again without another message.
func (r *Register) TakeBack(ctx context.Context, a door.Actor, run, step string) error {
	return r.act(ctx, a, answering, "step.take_back", run, step, func(a door.Actor, s *session, st *drill.Step) error {
		now := s.r.door.Now()
		if _, err := s.run.TakeBack(st, a.Name, now.Wall); err != nil {
			return err
		}
		err := s.apply(event.Event{Kind: event.StepReopened, Step: step, Text: "taken back", Actor: a.Name, Assured: a.Assurance}, now)
		if err != nil || s.run.State == drill.Paused { // then he is asked when it goes on
			return err
		}
		return s.apply(event.Event{Kind: event.StepAsked, Step: step, Actor: "system", Assured: "system"}, now)
	})
}

// Pass says that the one who is asked cannot answer: the next on the ladder is asked
// at once, the deputy where there is one that was not asked yet, else the director.
func (r *Register) Pass(ctx context.Context, a door.Actor, run, step string) error {
	return r.act(ctx, a, answering, "step.pass", run, step, func(a door.Actor, s *session, st *drill.Step) error {
		level := 2
		if st.Level >= 2 || len(s.org.Called(s.run.Asks(st), s.run.Plan)) == 1 {
			level = 3
		}
		if err := s.apply(event.Event{Kind: event.StepRaised, Step: step, Level: level, Actor: a.Name, Assured: a.Assurance}, s.r.door.Now()); err != nil {
			return err
		}
		st, _ = s.run.Find(step)
		facts := s.facts(outbox.Escalation, st)
		facts.Passed = true
		return s.send(outbox.Escalation, st, level, facts)
	})
}
