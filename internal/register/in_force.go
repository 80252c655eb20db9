package register

import (
	"context"
	"errors"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
)

// InForce gives the plans that hold in a crisis: of each system the version in
// force, with since when it is; of one without, the version that the files hold.
func (r *Register) InForce(ctx context.Context) (set *plan.Set, since map[string]time.Time, err error) {
	err = r.door.View(ctx, func(tx door.Tx) error {
		org, errOrg := r.organisation(ctx, tx)
		current, err := tx.Current(ctx, "plan")
		if err = errors.Join(errOrg, err); err != nil {
			return err
		}
		set, since = &plan.Set{Organisation: org}, map[string]time.Time{}
		for _, v := range current {
			standing, err := r.door.Standing(ctx, tx, v.ID, time.Time{})
			if err != nil {
				return err
			}
			hash := v.Hash
			if approved, from, ok := standing.InForce(); ok {
				hash, since[v.ID] = approved, from
			}
			p, err := r.door.Plan(ctx, tx, hash)
			if err != nil {
				return err
			}
			set.Plans = append(set.Plans, p)
		}
		return nil
	})
	return set, since, err
}

// Draft tells whether a run was of a draft, and shows nothing of the version that
// was in force.
func (r *Register) Draft(ctx context.Context, row kept.Run) (bool, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) (bool, error) { return r.door.Drafts(ctx, tx)(row) })
}
