package register

import (
	"context"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/duty"
	"beredskab/internal/kept"
)

// A need is the right that an act on a run asks for.
type need func(run duty.Run, step *drill.Step) duty.Ground

func leading(run duty.Run, _ *drill.Step) duty.Ground   { return run.Lead() }
func remarking(run duty.Run, _ *drill.Step) duty.Ground { return run.Remark() }
func answering(run duty.Run, s *drill.Step) duty.Ground { return run.Answer(s) }

func answeringFor(run duty.Run, s *drill.Step) duty.Ground { return run.AnswerFor(s) }

// allow decides about an act on the run.
func (s *session) allow(a door.Actor, step *drill.Step, n need) (err error) {
	w := door.Wish{Decide: n(duty.Run{Run: &s.run, People: s.org}, step)}
	if step != nil {
		w.As = s.org.Answerers(s.run.Asks(step), s.run.Plan)
	}
	s.basis, err = s.r.door.May(s.ctx, s.tx, a, w)
	return err
}

// Upkeep records what an operator did to the register as a whole. That it was put
// back or moved (kept.RegisterObject) is recorded of anybody: whoever did it has its
// files.
func (r *Register) Upkeep(ctx context.Context, a door.Actor, act, object string, detail any) error {
	return r.door.Do(ctx, a, act, object, func(tx door.Tx) (any, error) {
		if object == kept.RegisterObject {
			return detail, nil
		}
		basis, err := r.door.May(ctx, tx, a, door.Operator())
		return door.Resting(basis, detail), err
	})
}
