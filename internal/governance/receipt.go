package governance

import (
	"context"
	"fmt"
	"strings"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// Reading gives what there is to be read of plan/SYSTEM or document/ID: the version
// in force, for nobody is asked to have understood a draft.
func (o *Office) Reading(ctx context.Context, object string) (approval.Reading, error) {
	now := o.door.Now().Wall
	return door.Read(ctx, o.door, func(tx door.Tx) (approval.Reading, error) { return o.reading(ctx, tx, object, now) })
}

func (o *Office) reading(ctx context.Context, tx door.Tx, object string, now time.Time) (r approval.Reading, err error) {
	r.Object = object
	if id, ok := strings.CutPrefix(object, approval.OfDocument); ok {
		list, err := door.Every[approval.Document](ctx, tx, approval.KindDocument, record.Filter{})
		d, valid := approval.ValidOn(list, id, now)
		switch {
		case err != nil:
			return r, err
		case !valid:
			return r, fmt.Errorf("no version of document %s is valid today; `beredskab document list` lists them: %w", id, kept.ErrNotFound)
		}
		r.Version, r.Title = d.Version, d.Title
		r.Since, err = time.Parse(time.DateOnly, d.ValidFrom)
		return r, err
	}
	system, ok := strings.CutPrefix(object, approval.OfPlan)
	if !ok {
		return r, fmt.Errorf("%q is nothing to be read: write plan/SYSTEM or document/ID: %w", object, kept.ErrNotFound)
	}
	s, err := o.door.Standing(ctx, tx, system, time.Time{})
	if err != nil {
		return r, err
	}
	if r.Version, r.Since, ok = s.InForce(); !ok {
		return r, fmt.Errorf("no version of the plan of %s is in force; `beredskab plan review %s` says what is missing: %w", system, system, approval.ErrNotNow)
	}
	p, err := o.door.Plan(ctx, tx, r.Version)
	if err == nil {
		r.Title = p.Name
	}
	return r, err
}

// GiveReceipt is the actor's own word of having read and understood that version,
// which must be the one in force; shown is the digest of the text that was on the
// screen. It rests on the matrix' row for receipts, which gives it to each for
// himself only, and no delegation passes it on. Said again, it changes nothing.
func (o *Office) GiveReceipt(ctx context.Context, a door.Actor, object, version, shown string) error {
	w := wish{act: "receipt.give", object: object, decide: func(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
		return b.Decide(who, matrix.Receipt, matrix.Confirm, rights.Object{Person: who}, at)
	}}
	return o.do(ctx, a, w, func(d *desk) (any, error) {
		r, err := o.reading(ctx, d.tx, object, d.now)
		if err != nil {
			return nil, err
		}
		if r.Version != version {
			return nil, fmt.Errorf("version %.12s of %s is not in force, %.12s is: read that one: %w", version, object, r.Version, approval.ErrNotNow)
		}
		given := approval.Receipt{Object: object, Version: version, By: d.basis, Shown: shown, At: d.now, Assurance: a.Assurance}
		if err := given.Check(); err != nil {
			return nil, err
		}
		had, err := door.Every[approval.Receipt](ctx, d.tx, approval.KindReceipt, record.Filter{Person: d.basis.Person})
		if err != nil {
			return nil, err
		}
		if len(approval.Owing([]string{d.basis.Person}, had, object, version)) == 0 {
			return nil, door.ErrNothing
		}
		return given, d.keep(given, 0)
	})
}

// Receipts lists those that were given, by what was read; Person and System narrow.
func (o *Office) Receipts(ctx context.Context, f record.Filter) ([]approval.Receipt, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) ([]approval.Receipt, error) {
		return door.Every[approval.Receipt](ctx, tx, approval.KindReceipt, f)
	})
}
