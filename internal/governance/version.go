package governance

import (
	"context"
	"fmt"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/record"
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
		versions, err := versionsOf(ctx, d.tx, system)
		if err != nil {
			return nil, err
		}
		said, err := saidOf(ctx, d.tx, system)
		if err != nil {
			return nil, err
		}
		standing := approval.Of(system, said, versions, time.Time{})
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
	return ask(ctx, o, func(tx door.Tx) (*approval.Standing, error) {
		versions, err := versionsOf(ctx, tx, system)
		if err != nil {
			return nil, err
		}
		said, err := saidOf(ctx, tx, system)
		return approval.Of(system, said, versions, at), err
	})
}

// Said lists what was said of a system's plan, oldest first.
func (o *Office) Said(ctx context.Context, system string) ([]approval.Act, error) {
	return ask(ctx, o, func(tx door.Tx) ([]approval.Act, error) { return saidOf(ctx, tx, system) })
}

func saidOf(ctx context.Context, tx door.Tx, system string) ([]approval.Act, error) {
	rows, err := tx.Records(ctx, approval.KindAct, record.Filter{System: system})
	if err != nil {
		return nil, fmt.Errorf("reading what was said of %s: %w", system, err)
	}
	return record.ReadAll[approval.Act](rows)
}

func versionsOf(ctx context.Context, tx door.Tx, system string) ([]approval.Version, error) {
	rows, err := tx.Versions(ctx, "plan", system)
	if err != nil {
		return nil, fmt.Errorf("reading the versions of %s: %w", system, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("plan of system %q: %w", system, kept.ErrNotFound)
	}
	list := make([]approval.Version, len(rows))
	for i, row := range rows {
		p, err := plan.ParseCanonical(row.Canonical)
		if err != nil {
			return nil, fmt.Errorf("version %d of %s: %w", row.Number, system, err)
		}
		list[i] = approval.VersionOf(p)
	}
	return list, nil
}
