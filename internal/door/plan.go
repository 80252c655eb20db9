package door

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/plan"
	"beredskab/internal/record"
)

// ErrBroken says that something in the register cannot be read by this program.
// It concerns one plan, run or schedule and must hold up no other.
var ErrBroken = errors.New("cannot be read")

// PlanOf reads a version of a plan. The error matches ErrBroken, and
// ledger.ErrUnreadable or ledger.ErrDamaged.
func PlanOf(v kept.Version) (*plan.Plan, error) {
	p, err := plan.ParseCanonical(v.Canonical)
	if err != nil {
		return nil, fmt.Errorf("plan version %.12s of %s %w: %w; %w", v.Hash, v.ID, ErrBroken, err, ledger.ErrUnreadable)
	}
	if p.Hash() != v.Hash {
		return nil, fmt.Errorf("plan version %.12s of %s %w: it does not fit its hash: %w", v.Hash, v.ID, ErrBroken, ledger.ErrDamaged)
	}
	p.File = v.File
	return p, nil
}

// Plan reads the version of that hash. It is immutable and read once, so nobody
// may change what is given.
func (d *Door) Plan(ctx context.Context, tx Tx, hash string) (*plan.Plan, error) {
	if p, ok := d.plans.Load(hash); ok {
		return p.(*plan.Plan), nil
	}
	v, err := tx.Version(ctx, hash)
	if err != nil {
		return nil, fmt.Errorf("plan version %.12s: %w", hash, err)
	}
	return d.once(v)
}

func (d *Door) once(v kept.Version) (*plan.Plan, error) {
	if p, ok := d.plans.Load(v.Hash); ok {
		return p.(*plan.Plan), nil
	}
	p, err := PlanOf(v)
	if err == nil {
		d.plans.Store(v.Hash, p)
	}
	return p, err
}

// Acts lists what was said of a system's plan, oldest first.
func Acts(ctx context.Context, tx Tx, system string) ([]approval.Act, error) {
	return Every[approval.Act](ctx, tx, approval.KindAct, record.Filter{System: system})
}

// Standing is how the versions of a system's plan stood at that moment; without a
// moment, how they stand. The error matches kept.ErrNotFound where there is none.
func (d *Door) Standing(ctx context.Context, tx Tx, system string, at time.Time) (*approval.Standing, error) {
	acts, err := Acts(ctx, tx, system)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Versions(ctx, "plan", system)
	if err != nil {
		return nil, fmt.Errorf("reading the versions of %s: %w", system, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("plan of system %q: %w", system, kept.ErrNotFound)
	}
	versions := make([]approval.Version, len(rows))
	for i, row := range rows {
		p, err := d.once(row)
		if err != nil {
			return nil, err
		}
		versions[i] = approval.VersionOf(p)
	}
	return approval.Of(system, acts, versions, at), nil
}

// InForce is the version of a system's plan that was approved and holds now; nil
// when there is none.
func (d *Door) InForce(ctx context.Context, tx Tx, system string) (*plan.Plan, error) {
	acts, err := Acts(ctx, tx, system)
	if err != nil || len(acts) == 0 {
		return nil, err
	}
	s, err := d.Standing(ctx, tx, system, time.Time{})
	if err != nil {
		return nil, err
	}
	hash, _, ok := s.InForce()
	if !ok {
		return nil, nil
	}
	return d.Plan(ctx, tx, hash)
}

// Held is the plan of a system as the files hold it, whatever was said of it.
func (d *Door) Held(ctx context.Context, tx Tx, system string) (*plan.Plan, error) {
	hash, err := current(ctx, tx, "plan", system)
	if err != nil {
		return nil, err
	}
	return d.Plan(ctx, tx, hash)
}

// Organisation is what the files say of it; an empty one before they were taken over.
func Organisation(ctx context.Context, tx Tx) (*plan.Organisation, error) {
	org := new(plan.Organisation)
	hash, err := current(ctx, tx, "organisation", "organisation")
	if errors.Is(err, kept.ErrNotFound) {
		return org, nil
	}
	if err != nil {
		return nil, err
	}
	v, err := tx.Version(ctx, hash)
	if err == nil {
		err = org.ReadCanonical(v.Canonical)
	}
	if err != nil {
		return nil, fmt.Errorf("organisation version %.12s: %w", hash, err)
	}
	return org, nil
}

func current(ctx context.Context, tx Tx, kind, id string) (hash string, err error) {
	list, err := tx.Current(ctx, kind)
	if err != nil {
		return "", err
	}
	for _, v := range list {
		if v.ID == id {
			return v.Hash, nil
		}
	}
	return "", fmt.Errorf("%s of system %q: %w", kind, id, kept.ErrNotFound)
}

// Opened gives a run of the register with the steps that it began with, before anything
// was done to them: those of its plan, and the alert chain that it calls.
func (d *Door) Opened(ctx context.Context, tx Tx, row kept.Run) (drill.Run, error) {
	p, err := d.Plan(ctx, tx, row.PlanHash)
	if err != nil {
		return drill.Run{}, err
	}
	run, err := drill.Open(row.ID, p, row.DrillID, row.Director)
	if err != nil || row.Type != "alert" {
		return run, err
	}
	rows, err := tx.Events(ctx, row.ID, 0)
	if err != nil || len(rows) == 0 {
		return run, err
	}
	var began event.Event
	if err := json.Unmarshal(rows[0].Body, &began); err != nil {
		return run, fmt.Errorf("the beginning of run %s: %w; %w", row.ID, err, ledger.ErrUnreadable)
	}
	return run.WithChain(began.Chain), nil
}
