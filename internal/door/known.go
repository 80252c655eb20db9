package door

import (
	"context"
	"fmt"

	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// Known gives the actor as the register names people for ever: who is registered
// by the ID, and not by an account or a name, which can be erased from the book. So
// is whom our own sign-in established, whatever else the actor says. Everybody else
// stays as he is.
func (d *Door) Known(ctx context.Context, a Actor) (Actor, error) {
	return Read(ctx, d, func(tx Tx) (Actor, error) { return known(ctx, tx, a) })
}

func known(ctx context.Context, tx Tx, a Actor) (Actor, error) {
	if a.Person != "" {
		a.Name, a.Via = a.Person, a.Person
		return a, nil
	}
	if a.Via == "" || a.Assurance == "system" {
		return a, nil
	}
	persons, err := Every[rights.Person](ctx, tx, rights.KindPerson, record.Filter{})
	if err != nil {
		return a, fmt.Errorf("asking who %s is: %w", a.Via, err)
	}
	var who rights.Person
	for _, p := range persons {
		if p.SignsInAs(rights.Account{Issuer: rights.Local, Subject: a.Via}) && (who.ID == "" || p.Disabled.IsZero()) {
			who = p
		}
	}
	if who.ID == "" {
		return a, nil
	}
	if a.Name == a.Via || a.Name == who.Name {
		a.Name = who.ID
	}
	a.Via = who.ID
	return a, nil
}
