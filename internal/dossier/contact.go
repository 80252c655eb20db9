package dossier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/record"
)

// Contact is somebody whom a plan or the organisation names, and when he was last
// reached.
type Contact struct {
	System  string    `json:"system,omitempty"` // empty: the organisation
	Whom    string    `json:"whom"`
	Mailbox string    `json:"mailbox,omitempty"`
	Phone   string    `json:"phone,omitempty"`
	Reached time.Time `json:"reached,omitzero"` // by the register or the file, whichever is newer
	Due     time.Time `json:"due,omitzero"`     // when he must be reached again; zero: at once
}

// urgent is the class whose rhythm the organisation's own contacts follow.
const urgent = 0

// Contacts lists the contacts of a system, or of the organisation and all systems,
// with when each must be reached again.
func (d *Dossier) Contacts(ctx context.Context, system string) ([]Contact, error) {
	return door.Read(ctx, d.door, func(tx door.Tx) ([]Contact, error) {
		calls, errCalls := door.Every[approval.Verification](ctx, tx, approval.KindVerification, record.Filter{})
		org, errOrg := door.Organisation(ctx, tx)
		held, errPlans := tx.Current(ctx, "plan")
		if err := errors.Join(errCalls, errOrg, errPlans); err != nil {
			return nil, err
		}
		list := []Contact{}
		if system == "" {
			list = dueOf(org, "", urgent, org.Contacts(), calls)
		} else if held = slices.DeleteFunc(held, func(v kept.Version) bool { return v.ID != system }); len(held) == 0 {
			return nil, fmt.Errorf("plan of system %q: %w", system, kept.ErrNotFound)
		}
		for _, v := range held {
			p, err := d.door.Plan(ctx, tx, v.Hash)
			if err != nil {
				return nil, err
			}
			list = append(list, dueOf(org, p.ID, p.RecoveryClass, p.Contacts, calls)...)
		}
		return list, nil
	})
}

// dueOf says when each of those contacts was reached, and when that is due again. A
// date in the file counts as a call that was answered.
func dueOf(org *plan.Organisation, system string, class int, named []plan.Contact, calls []approval.Verification) (list []Contact) {
	var own plan.Duration
	for _, c := range org.Cadence {
		if c.Class == class {
			own = c.Contacts
		}
	}
	for _, c := range named {
		one := Contact{System: system, Whom: c.Role, Mailbox: c.Mailbox, Phone: c.Phone}
		mine := []approval.Verification{}
		if at, err := time.Parse(time.DateOnly, c.VerifiedAt); err == nil {
			mine = append(mine, approval.Verification{System: system, Whom: c.Role, At: at, Reached: true})
		}
		for _, v := range calls {
			if v.System == system && v.Whom == c.Role && v.Reached {
				mine = append(mine, v)
			}
		}
		for _, v := range mine {
			if v.At.After(one.Reached) {
				one.Reached = v.At
			}
		}
		one.Due = approval.ContactsDue(system, class, own, []string{c.Role}, mine)[0].At
		list = append(list, one)
	}
	return list
}
