package register

import (
	"context"
	"fmt"
	"strings"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
)

// Answer is what a person says to a step: yes or no, or one of a decision's
// choices. A manual step that was carried out is answered with yes.
type Answer struct {
	Run, Step string
	Answer    string
	Note      string
	OnBehalf  bool      // the run's director answers for the one asked, and says why
	At        time.Time // when a link of the alert chain answered, as a paper says; then it is on behalf
}

// Answer records a person's answer. Only the one asked, the deputy, or the
// run's director on their behalf may give it; the first answer counts (F27).
func (r *Register) Answer(ctx context.Context, a door.Actor, in Answer) error {
	right := need(answering)
	if in.OnBehalf {
		right = answeringFor
	}
	return r.act(ctx, a, right, "step.answer", in.Run, in.Step, func(a door.Actor, s *session, step *drill.Step) error {
		assured := a.Assurance
		if in.OnBehalf {
			if assured = "on_behalf"; !in.At.IsZero() {
				assured = "paper"
			} else if in.Note == "" {
				return &drill.Refusal{Kind: event.StepAnswered, Step: step.ID, Why: "an answer on somebody's behalf wants a reason"}
			}
		}
		outcome, err := step.Read(in.Answer)
		if err == nil {
			err = step.Sure(assured)
		}
		if err != nil {
			return err
		}
		e := event.Event{Kind: event.StepAnswered, Step: in.Step, Outcome: outcome, Text: in.Note, Actor: a.Name, Assured: assured, Time: in.At.UTC()}
		if err := s.apply(e, s.r.door.Now()); err != nil {
			return err
		}
		return s.withdraw(in.Step)
	})
}

// Take says that somebody works on the step; reminders wait for its estimate.
func (r *Register) Take(ctx context.Context, a door.Actor, run, step string) error {
	return r.act(ctx, a, answering, "step.take", run, step, func(a door.Actor, s *session, st *drill.Step) error {
		return s.apply(event.Event{Kind: event.StepTaken, Step: step, Actor: a.Name, Assured: a.Assurance}, s.r.door.Now())
	})
}

// Lead is an act that the one who leads the run does: skip, reopen or settle a
// step, pause, resume, abort, interrupt.
type Lead struct {
	Run, Step string
	Kind      event.Kind
	Outcome   string // StepSettled: done, failed or rerun
	Reason    string
	Artifice  bool // RunPaused: the exercise itself made the pause
}

// Lead records such an act. A reason is wanted for everything that leaves the
// plan.
func (r *Register) Lead(ctx context.Context, a door.Actor, in Lead) error {
	return r.act(ctx, a, leading, "drill."+strings.TrimPrefix(strings.TrimPrefix(string(in.Kind), "run_"), "step_"), in.Run, in.Step, func(a door.Actor, s *session, _ *drill.Step) error {
		if in.Reason == "" && in.Kind != event.RunResumed {
			return &drill.Refusal{Kind: in.Kind, Step: in.Step, Why: "a reason is wanted"}
		}
		e := event.Event{
			Kind: in.Kind, Step: in.Step, Outcome: in.Outcome, Text: in.Reason, Artifice: in.Artifice,
			Actor: a.Name, Assured: a.Assurance,
		}
		if err := s.apply(e, s.r.door.Now()); err != nil {
			return err
		}
		return s.withdraw(in.Step)
	})
}

// Note writes a remark into the run's log; also after its end.
func (r *Register) Note(ctx context.Context, a door.Actor, run, step, text string) error {
	return r.act(ctx, a, remarking, "drill.note", run, "", func(a door.Actor, s *session, _ *drill.Step) error {
		if strings.TrimSpace(text) == "" {
			return &drill.Refusal{Kind: event.NoteAdded, Why: "the note is empty"}
		}
		return s.apply(event.Event{Kind: event.NoteAdded, Step: step, Text: text, Actor: a.Name, Assured: a.Assurance}, s.r.door.Now())
	})
}

// SetTime sets one of the time points that only a person knows, such as when
// the disruption really began or when catching up was done.
func (r *Register) SetTime(ctx context.Context, a door.Actor, run, point string, at time.Time) error {
	return r.act(ctx, a, leading, "drill.time", run, "", func(a door.Actor, s *session, _ *drill.Step) error {
		return s.apply(event.Event{Kind: event.TimeSet, Point: point, Time: at.UTC(), Actor: a.Name, Assured: a.Assurance}, s.r.door.Now())
	})
}

// act is the common frame of everything that a person does to a run.
func (r *Register) act(ctx context.Context, typed door.Actor, right need, act, id, step string, fn func(door.Actor, *session, *drill.Step) error) error {
	a, err := r.door.Known(ctx, typed)
	if err != nil {
		return err
	}
	object := id
	if step != "" {
		object += "/" + step
	}
	return r.door.Do(ctx, a, act, object, func(tx door.Tx) (any, error) {
		s, err := r.session(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if s.row.Imported {
			return nil, &drill.Refusal{Kind: event.Kind(act), Why: "the run was held before this register existed"}
		}
		if err := fresh(ctx, &s.run); err != nil {
			return nil, err
		}
		var at *drill.Step
		if step != "" {
			found, ok := s.run.Find(step)
			if !ok {
				return nil, fmt.Errorf("step %q of run %s: %w; its steps are %s", step, id, kept.ErrNotFound, s.run.IDs())
			}
			at = found
		}
		if err := s.allow(typed, at, right); err != nil {
			return nil, err
		}
		if err := fn(a, s, at); err != nil {
			return nil, err
		}
		if err := s.save(); err != nil {
			return nil, err
		}
		return door.Resting(s.basis, s.said()), tx.Wake(ctx, id, kept.LookQueue, time.Time{})
	})
}

// said is what the log entry tells of the act: the event as it was applied.
func (s *session) said() any {
	if len(s.events) == 0 {
		return nil
	}
	return s.events[0].Body
}

// withdraw takes back what is still owed about that step, which has its answer,
// and about steps that were closed with the run.
func (s *session) withdraw(step string) error {
	owed, err := s.tx.Notices(s.ctx, outbox.Filter{State: outbox.Owed, Run: s.row.ID})
	if err != nil {
		return fmt.Errorf("looking for messages about run %s: %w", s.row.ID, err)
	}
	for _, n := range owed {
		at, ok := s.run.Find(n.Facts.Step)
		if !ok || (n.Facts.Step != step && (!at.Over() || s.run.Held(at))) {
			continue
		}
		n.State, n.LastError = outbox.Expired, "the step has its answer"
		if err := s.tx.SaveNotice(s.ctx, n); err != nil {
			return fmt.Errorf("withdrawing the message %s: %w", n.Key, err)
		}
	}
	return nil
}
