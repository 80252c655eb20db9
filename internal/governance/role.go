package governance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/rights"
)

// Give gives a person a role, from this moment when From is zero, and gives the
// key of the grant. The IT manager decides on roles and an administrator carries
// it out; nobody gives one to himself, and nobody a role that he has.
func (o *Office) Give(ctx context.Context, a door.Actor, g rights.Grant) (key string, err error) {
	w := wish{act: "role.give", object: g.Person, decide: onRoles}
	err = o.do(ctx, a, w, sound(func(d *desk) (any, error) {
		if _, known := d.book.Person(g.Person); !known {
			return nil, noPerson(g.Person)
		}
		given := g
		if given.GivenBy = d.basis.Person; given.From.IsZero() {
			given.From = d.now
		}
		for _, had := range d.book.Grants(g.Person) {
			if same(had, given) && (had.To.IsZero() || had.To.After(given.From)) && (given.To.IsZero() || had.From.Before(given.To)) {
				return nil, fmt.Errorf("%s is %s already: end %s first", g.Person, had, had.Key())
			}
		}
		key = given.Key()
		return given, d.give(given)
	}))
	return key, err
}

// same tells whether two grants give the same in the same way.
func same(x, y rights.Grant) bool {
	return x.Role == y.Role && x.Scope == y.Scope && x.DeputyOf == y.DeputyOf
}

// give keeps a grant. A second pair of eyes stands between a person and a right,
// except as long as there is nobody else.
func (d *desk) give(g rights.Grant) error {
	if g.Person == d.basis.Person && !d.basis.Ungoverned {
		return fmt.Errorf("%s would give himself the role of %s: let another administrator or the IT manager do it: %w", g.Person, g, door.ErrNotAllowed)
	}
	g.From, g.To = g.From.UTC(), g.To.UTC()
	return d.put(g.Row(d.now))
}

// Delegate lets one person act in another's name, from this moment when From is
// zero, and gives the key. Of is empty for the actor's own rights; the IT manager
// may delegate those of others.
func (o *Office) Delegate(ctx context.Context, a door.Actor, given rights.Delegation) (key string, err error) {
	decide := func(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
		if given.Of == "" || given.Of == who {
			return own(b, who, at)
		}
		return b.Decide(who, matrix.People, matrix.Approve, rights.Object{}, at)
	}
	err = o.do(ctx, a, wish{act: "role.delegate", object: given.To, decide: decide}, sound(func(d *desk) (any, error) {
		g := given
		if g.GivenBy = d.basis.Person; g.Of == "" {
			g.Of = g.GivenBy
		}
		if g.From.IsZero() {
			g.From = d.now
		}
		if g.To == g.GivenBy && g.Of != g.To {
			return nil, fmt.Errorf("%s would give himself the rights of %s: let him delegate them: %w", g.To, g.Of, door.ErrNotAllowed)
		}
		g.From, g.Until, key = g.From.UTC(), g.Until.UTC(), g.Key()
		for _, had := range d.book.Delegations(g.To) {
			if had.Key() == key {
				return nil, fmt.Errorf("the delegation %s is there already: end it first, or let this one begin later", key)
			}
		}
		return g, d.put(g.Row(d.now))
	}))
	return key, err
}

// own is the ground on which somebody delegates his own rights: a role that can be
// delegated.
func own(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
	for _, g := range b.Grants(who) {
		if (g.Role == matrix.ITManager || g.Role == matrix.SystemOwner) && g.DeputyOf == "" && g.InForce(at) {
			return rights.Basis{Person: who, Role: g.Role, Grant: g.Key()}, nil
		}
	}
	return b.Decide(who, matrix.People, matrix.Approve, rights.Object{}, at)
}

// End lets a grant or a delegation, by its key, be over from this moment on. The
// giver of a delegation may end it, and so may whoever decides on roles.
func (o *Office) End(ctx context.Context, a door.Actor, key string) error {
	var of string
	delegation, err := door.Read(ctx, o.door, func(tx door.Tx) (bool, error) {
		d := desk{ctx: ctx, tx: tx}
		given, _, err := get[rights.Delegation](&d, rights.KindDelegation, key)
		if of = given.Of; errors.Is(err, kept.ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	})
	if err != nil {
		return err
	}
	decide := func(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
		if delegation && who == of {
			return own(b, who, at)
		}
		return onRoles(b, who, at)
	}
	return o.do(ctx, a, wish{act: "role.end", object: key, decide: decide}, sound(func(d *desk) (any, error) {
		if delegation {
			return d.endDelegation(key)
		}
		return d.endGrant(key)
	}))
}

func (d *desk) endGrant(key string) (any, error) {
	g, _, err := get[rights.Grant](d, rights.KindGrant, key)
	if errors.Is(err, kept.ErrNotFound) {
		return nil, fmt.Errorf("there is no role or delegation with the key %q: %w", key, err)
	}
	if err != nil {
		return nil, err
	}
	if !g.To.IsZero() && !g.To.After(d.now) {
		return nil, door.ErrNothing
	}
	g.To = over(g.From, d.now)
	return g, d.put(g.Row(d.now))
}

func (d *desk) endDelegation(key string) (any, error) {
	g, _, err := get[rights.Delegation](d, rights.KindDelegation, key)
	if err != nil {
		return nil, err
	}
	if !g.Until.After(d.now) {
		return nil, door.ErrNothing
	}
	g.Until = over(g.From, d.now)
	return g, d.put(g.Row(d.now))
}

// over is when something ends that is ended now. What has not begun yet is over as
// it begins: nothing is ever taken out of the register.
func over(from, now time.Time) time.Time {
	if now.After(from) {
		return now
	}
	return from.Add(time.Microsecond)
}

// onRoles decides who may give and end roles: whoever approves or carries out what
// concerns people.
func onRoles(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
	basis, err := b.Decide(who, matrix.People, matrix.Approve, rights.Object{}, at)
	if err == nil {
		return basis, nil
	}
	if carried, errX := b.Decide(who, matrix.People, matrix.Execute, rights.Object{}, at); errX == nil {
		return carried, nil
	}
	return basis, err
}
