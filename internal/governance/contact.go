package governance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// VerifyContact records an attempt to reach a contact that a plan, or without a
// system the organisation, names by role or mailbox (G4). Of v, the system, whom,
// channel, whether somebody answered and the note are taken. It rests on the matrix'
// row for the draft of a plan, whose contacts it keeps true, or else on that for the
// workaround, where unit managers keep their own.
func (o *Office) VerifyContact(ctx context.Context, a door.Actor, v approval.Verification) error {
	on := rights.Object{}
	if v.System != "" {
		p, err := door.Read(ctx, o.door, func(tx door.Tx) (*plan.Plan, error) { return currentPlan(ctx, tx, v.System) })
		if err != nil {
			return err
		}
		on.Scope = rights.Scope{System: p.ID, Unit: p.Owner.Unit, Team: p.TechnicalTeam}
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
		var err error
		if tried.Whom, err = contact(ctx, d.tx, v.System, v.Whom); err != nil {
			return nil, err
		}
		tried.By, tried.At = d.basis.Person, d.now
		if err := tried.Check(); err != nil {
			return nil, err
		}
		return tried, d.keep(tried, 0)
	})
}

// contact is the role under which a contact stands that was named by role or mailbox.
func contact(ctx context.Context, tx door.Tx, system, whom string) (string, error) {
	list, err := contacts(ctx, tx, system)
	if err != nil {
		return "", err
	}
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

// contacts are those that a plan names, or the organisation where no system is named.
func contacts(ctx context.Context, tx door.Tx, system string) ([]plan.Contact, error) {
	if system == "" {
		org, err := organisation(ctx, tx)
		return contactsOf(org), err
	}
	p, err := currentPlan(ctx, tx, system)
	if err != nil {
		return nil, err
	}
	return p.Contacts, nil
}

func contactsOf(org *plan.Organisation) (list []plan.Contact) {
	for _, r := range slices.Concat(org.Roles, org.CrisisRoles) {
		list = append(list, plan.Contact{Role: r.ID, Mailbox: r.Mailbox, Phone: r.Phone})
	}
	return append(list, org.Authorities...)
}

// organisation is what the files say of it; an empty one before they were taken over.
func organisation(ctx context.Context, tx door.Tx) (*plan.Organisation, error) {
	org := new(plan.Organisation)
	row, err := current(ctx, tx, "organisation", "organisation")
	if err == nil {
		err = org.ReadCanonical(row.Canonical)
	}
	if err != nil && !errors.Is(err, kept.ErrNotFound) {
		return org, fmt.Errorf("reading the organisation: %w", err)
	}
	return org, nil
}

// currentPlan is the plan that the files hold.
func currentPlan(ctx context.Context, tx door.Tx, system string) (*plan.Plan, error) {
	row, err := current(ctx, tx, "plan", system)
	if err != nil {
		return nil, err
	}
	return plan.ParseCanonical(row.Canonical)
}

func current(ctx context.Context, tx door.Tx, kind, id string) (kept.Version, error) {
	list, err := tx.Current(ctx, kind)
	if err != nil {
		return kept.Version{}, err
	}
	for _, v := range list {
		if v.ID == id {
			return tx.Version(ctx, v.Hash)
		}
	}
	return kept.Version{}, fmt.Errorf("%s %q: %w", kind, id, kept.ErrNotFound)
}

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
func (o *Office) Contacts(ctx context.Context, system string) ([]Contact, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) (list []Contact, err error) {
		calls, errCalls := some[approval.Verification](ctx, tx, approval.KindVerification, record.Filter{System: system})
		org, errOrg := organisation(ctx, tx)
		plans, errPlans := tx.Current(ctx, "plan")
		if err := errors.Join(errCalls, errOrg, errPlans); err != nil {
			return nil, err
		}
		if system == "" {
			list = dueOf(org, "", urgent, contactsOf(org), calls)
		}
		known := system == ""
		for _, v := range plans {
			if system != "" && system != v.ID {
				continue
			}
			p, err := planOf(ctx, tx, v.Hash)
			if err != nil {
				return nil, err
			}
			known, list = true, append(list, dueOf(org, p.ID, p.RecoveryClass, p.Contacts, calls)...)
		}
		if !known {
			return nil, fmt.Errorf("plan of system %q: %w", system, kept.ErrNotFound)
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
