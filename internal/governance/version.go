package governance

import (
	"context"
	"fmt"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/rights"
)

// Say records what the actor says of one version of a plan (R27, R32). Of the act,
// its system, number, basis, moment and assurance are given here; Version is the
// one that is on its way when it is empty, and the one that the files hold when it
// is submitted.
func (o *Office) Say(ctx context.Context, a door.Actor, system string, act approval.Act) error {
	permission, verb := needed(act.Kind)
	w := wish{act: "plan." + string(act.Kind), object: system, permission: permission, verb: verb, on: rights.Object{Scope: rights.Scope{System: system}}}
	return o.do(ctx, a, w, func(d *desk) (any, error) {
		standing, err := o.door.Standing(ctx, d.tx, system, time.Time{})
		if err != nil {
			return nil, err
		}
		act.System, act.Seq, act.By, act.At, act.Assurance = system, standing.NextSeq(), d.basis, d.now, a.Assurance
		if act.Version == "" {
			if act.Version, err = meant(ctx, d.tx, standing, act.Kind, system); err != nil {
				return nil, err
			}
		}
		if act.Kind == approval.Submitted {
			act.Authors = d.book.Named(act.Claim)
		}
		if err := standing.May(act); err != nil {
			return nil, err
		}
		return act, d.keep(act, 0)
	})
}

// needed is the matrix' row for what is said of a version.
func needed(kind approval.Kind) (matrix.Permission, matrix.Verb) {
	switch kind {
	case approval.Confirmed:
		return matrix.RecoverySteps, matrix.Confirm
	case approval.Accepted, approval.ChangesAsked:
		return matrix.Objectives, matrix.Approve
	case approval.Approved, approval.Retired:
		return matrix.PlanVersion, matrix.Approve
	default:
		return matrix.PlanDraft, matrix.Write
	}
}

// meant is the version that an act is about when it names none.
func meant(ctx context.Context, tx door.Tx, s *approval.Standing, kind approval.Kind, system string) (string, error) {
	if hash := s.Pending(); hash != "" && kind != approval.Submitted && kind != approval.Retired {
		return hash, nil
	}
	if hash, _, ok := s.InForce(); ok && kind != approval.Submitted {
		return hash, nil
	}
	current, err := tx.Current(ctx, "plan")
	for _, v := range current {
		if v.ID == system {
			return v.Hash, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("plan of system %q: %w", system, kept.ErrNotFound)
	}
	return "", err
}

// Standing is how the versions of a system's plan stood at that moment; without a
// moment, how they stand.
func (o *Office) Standing(ctx context.Context, system string, at time.Time) (*approval.Standing, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) (*approval.Standing, error) {
		return o.door.Standing(ctx, tx, system, at)
	})
}

// Said lists what was said of a system's plan, oldest first.
func (o *Office) Said(ctx context.Context, system string) ([]approval.Act, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) ([]approval.Act, error) { return door.Acts(ctx, tx, system) })
}
