package governance

import (
	"context"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
)

// RecordTraining records that a person was taught something (R34). Of t, all but who
// records it is taken; without a moment it was now. It rests on the matrix' row for
// the exercise programme, of which training is a part.
func (o *Office) RecordTraining(ctx context.Context, a door.Actor, t approval.Training) (recorded approval.Training, err error) {
	w := wish{act: "training.record", object: t.Subject, permission: matrix.Programme, verb: matrix.Write}
	err = o.do(ctx, a, w, func(d *desk) (any, error) {
		recorded = t
		if recorded.Person, err = d.somebody(t.Person); err != nil {
			return nil, err
		}
		if recorded.By = d.basis.Person; t.At.IsZero() {
			recorded.At = d.now
		}
		recorded.At, recorded.Until = recorded.At.UTC(), recorded.Until.UTC()
		if err := recorded.Check(); err != nil {
			return nil, err
		}
		return recorded, d.put(recorded.Row())
	})
	return recorded, err
}

// Trainings lists who was taught what, by person; Person and State, the subject,
// narrow.
func (o *Office) Trainings(ctx context.Context, f record.Filter) ([]approval.Training, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) ([]approval.Training, error) {
		return door.Every[approval.Training](ctx, tx, approval.KindTraining, f)
	})
}
