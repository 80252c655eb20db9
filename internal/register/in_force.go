package register

import (
	"context"
	"errors"
	"time"

	"beredskab/internal/approval"
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
	return door.Read(ctx, r.door, func(tx door.Tx) (bool, error) { return r.drafts(ctx, tx)(row) })
}

// drafts tells it of run after run, and reads what was said of a system once.
func (r *Register) drafts(ctx context.Context, tx door.Tx) func(kept.Run) (bool, error) {
	read := map[string]*approval.Standing{} // nil: nothing was said
	steps := func(hash string) string {
		p, err := r.door.Plan(ctx, tx, hash)
		if err != nil {
			return hash // it cannot be read, and is like no other
		}
		return p.StepsHash()
	}
	return func(row kept.Run) (bool, error) {
		s, known := read[row.System]
		if !known {
			acts, err := door.Acts(ctx, tx, row.System)
			if err == nil && len(acts) > 0 {
				s, err = r.door.Standing(ctx, tx, row.System, time.Time{})
			}
			if err != nil {
				return false, err
			}
			read[row.System] = s
		}
		return s != nil && door.Draft(s, row, steps), nil
	}
}
