package governance

import (
	"context"
	"errors"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/matrix"
)

// ReadLog lists the trace, newest first, for somebody who may read it. Whoever may
// not has a line of his own in it. An entry that is not what was written is never
// shown as if it were: the error wraps ledger.ErrDamaged and names it.
func (o *Office) ReadLog(ctx context.Context, a door.Actor, f kept.EntryFilter) ([]kept.Entry, error) {
	err := o.door.Admit(ctx, a, "log.read", "log", door.Wish{Permission: matrix.Log, Verb: matrix.Read})
	if err != nil {
		return nil, err
	}
	return door.Read(ctx, o.door, func(tx door.Tx) ([]kept.Entry, error) {
		list, err := tx.Entries(ctx, f)
		return list, errors.Join(err, ledger.Fit(list))
	})
}

// Operate refuses, and records, an act on the register as a whole before it is
// begun, such as a backup. That it was done is recorded by whoever does it.
func (o *Office) Operate(ctx context.Context, a door.Actor, act, object string) error {
	return o.door.Admit(ctx, a, act, object, door.Operator())
}
