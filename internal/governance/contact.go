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
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// VerifyContact records an attempt to reach a contact that a plan, or without a
// system the organisation, names by role or mailbox (G4). Of v, the system, whom,
// channel, whether somebody answered and the note are taken. It rests on the matrix'
// row for the draft of a plan, whose contacts it keeps true, or else on that for the
// workaround, where unit managers keep their own.
func (o *Office) VerifyContact(ctx context.Context, a door.Actor, v approval.Verification) error {
	var named []plan.Contact
	on := rights.Object{}
	err := o.door.View(ctx, func(tx door.Tx) (err error) {
		if v.System == "" {
			named, err = organisations(ctx, tx)
			return err
		}
		p, err := o.door.Held(ctx, tx, v.System)
		if err == nil {
			named, on.Scope = p.Contacts, rights.Scope{System: p.ID, Unit: p.Owner.Unit, Team: p.TechnicalTeam}
		}
		return err
	})
	if err != nil {
		return err
	}
	w := wish{act: "contact.verify", object: v.System + "/" + v.Whom, decide: func(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
		basis, err := b.Decide(who, matrix.PlanDraft, matrix.Write, on, at)
		if err == nil {
			return basis, nil
		}
		if own, errOwn := b.Decide(who, matrix.Workaround, matrix.Write, on, at); errOwn == nil {
			return own, nil
		}
		return basis, err
	}}
	return o.do(ctx, a, w, func(d *desk) (any, error) {
		tried := v
		if tried.Whom, err = contact(named, v.Whom); err != nil {
			return nil, err
		}
		tried.By, tried.At = d.basis.Person, d.now
		if err := tried.Check(); err != nil {
			return nil, err
		}
		return tried, d.keep(tried, 0)
	})
}

// organisations are the contacts that the organisation file names.
func organisations(ctx context.Context, tx door.Tx) ([]plan.Contact, error) {
	org, err := door.Organisation(ctx, tx)
	if err != nil {
		return nil, err
	}
	return org.Contacts(), nil
}

// contact is the role under which a contact stands that was named by role or mailbox.
func contact(list []plan.Contact, whom string) (string, error) {
	var roles []string
	for _, c := range list {
		if strings.EqualFold(whom, c.Role) || whom != "" && strings.EqualFold(whom, c.Mailbox) {
			return c.Role, nil
		}
		roles = append(roles, c.Role)
	}
	if len(roles) == 0 {
		return "", fmt.Errorf("the register holds no contacts yet; `beredskab serve` takes the files over: %w", kept.ErrNotFound)
	}
	return "", fmt.Errorf("there is no contact %q: write one of %s: %w", whom, strings.Join(roles, ", "), kept.ErrNotFound)
}
