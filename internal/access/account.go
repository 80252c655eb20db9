package access

import (
	"context"
	"errors"
	"fmt"

	"beredskab/internal/door"
	"beredskab/internal/rights"
)

// ByAccount gives the person whose account that is at the municipality's own sign-in,
// which has vouched for it; what follows is Begin. Nobody is found by his mail address
// or his name. A subject that is nobody's, or a disabled person's, is refused with an
// entry, so that an administrator can see which one to link.
func (g *Gate) ByAccount(ctx context.Context, issuer, subject string) (person string, err error) {
	refused := error(nil)
	err = g.door.View(ctx, func(tx door.Tx) error {
		person, refused = "", nil
		b, err := door.Book(ctx, tx)
		if err != nil {
			return err
		}
		if issuer == rights.Local || issuer == "" || subject == "" {
			refused = fmt.Errorf("nobody signs in from outside with a local account: %w", door.ErrNotAllowed)
			return nil
		}
		p, err := b.Who(rights.Account{Issuer: issuer, Subject: subject}, g.door.Now().Wall)
		if errors.Is(err, door.ErrNotAllowed) {
			refused = err
			return nil
		}
		person = p.ID
		return err
	})
	if err != nil || refused == nil {
		return person, err
	}
	return "", errors.Join(refused, g.door.Update(ctx, func(tx door.Tx) error {
		account, err := door.Say(ctx, tx, "", "", rights.Account{Issuer: issuer, Subject: subject}.String())
		if err != nil {
			return err
		}
		detail := map[string]string{"way": ByProvider, "account": account}
		return door.Log(ctx, tx, g.door.Now().Wall, door.Actor{Name: nobody, Assurance: "login"}, "session.refused", nobody, "refused", detail)
	}))
}

// Doubt keeps in the log that somebody came back from the municipality's own sign-in
// with what cannot be believed; why is a word for what was wrong. From one address
// five have an entry, and then those alone that come after a wait: nobody fills the
// log from outside.
func (g *Gate) Doubt(ctx context.Context, from, why string) error {
	wait := &Wait{}
	if err := g.claim(ctx, byPlace("provider", from)); errors.As(err, &wait) {
		return nil
	} else if err != nil {
		return err
	}
	return g.door.Update(ctx, func(tx door.Tx) error {
		place, err := door.Say(ctx, tx, "", "", from)
		if err != nil {
			return err
		}
		detail := map[string]string{"way": ByProvider, "doubt": why, "from": place}
		return door.Log(ctx, tx, g.door.Now().Wall, door.Actor{Name: nobody, Assurance: "login"}, "session.refused", nobody, "refused", detail)
	})
}
