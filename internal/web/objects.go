package web

import (
	"context"

	"beredskab/internal/door"
	"beredskab/internal/duty"
	"beredskab/internal/rights"
)

// objects tells what pages are about, by what the register holds.
type objects struct{ door *door.Door }

// System is the system as its plan says whose it is.
func (o objects) System(ctx context.Context, id string) (rights.Object, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) (rights.Object, error) {
		p, err := o.door.Held(ctx, tx, id)
		if err != nil {
			return rights.Object{}, err
		}
		return duty.About(p, ""), nil
	})
}

// Run is the system whose plan the run is held by, as that version says whose it is.
func (o objects) Run(ctx context.Context, id string) (rights.Object, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) (rights.Object, error) {
		row, err := tx.Run(ctx, id)
		if err != nil {
			return rights.Object{}, err
		}
		p, err := o.door.Plan(ctx, tx, row.PlanHash)
		if err != nil { // a run from before this register has no plan here
			return rights.Object{Scope: rights.Scope{System: row.System}}, nil
		}
		return duty.About(p, ""), nil
	})
}
