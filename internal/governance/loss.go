package governance

import (
	"context"

	"beredskab/internal/door"
	"beredskab/internal/matrix"
	"beredskab/internal/rights"
)

// AcceptLoss records that a part of the log is lost for good. Only the IT manager,
// who decides on people, and an administrator may say so: it is they who answer
// for what the register no longer tells.
func (o *Office) AcceptLoss(ctx context.Context, a door.Actor, object string, fn func(door.Tx) (detail any, err error)) error {
	verb, err := door.Read(ctx, o.door, func(tx door.Tx) (matrix.Verb, error) {
		people, err := door.Book(ctx, tx)
		if err != nil {
			return "", err
		}
		now := o.door.Now().Wall
		if who, err := door.Who(people, a, now); err == nil {
			if _, err = people.Decide(who, matrix.People, matrix.Approve, rights.Object{}, now); err == nil {
				return matrix.Approve, nil
			}
		}
		return matrix.Execute, nil // what do refuses, it records
	})
	if err != nil {
		return err
	}
	return o.do(ctx, a, wish{act: "log.loss", object: object, permission: matrix.People, verb: verb}, func(d *desk) (any, error) { return fn(d.tx) })
}
