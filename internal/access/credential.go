package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// ErrWrong says that account, password or code is wrong, and never which of them.
var ErrWrong = errors.New("the account, the password or the code is wrong; a code counts once: wait for the next")

const kindCredential = "credential"

// credential is what somebody shows who he is with when the municipality's own
// sign-in is down.
type credential struct {
	Person   string    `json:"person"`
	Password string    `json:"password"` // what argon2id made of it
	Locked   []byte    `json:"locked"`   // the key of the codes, under the password
	Step     int64     `json:"step"`     // of the last code that was used
	Set      time.Time `json:"set"`
}

func (c credential) row() record.Row {
	return record.Row{Kind: kindCredential, Key: c.Person, Person: c.Person}
}

// credentialOf makes one of a password and the key of the codes.
func credentialOf(person, password string, key []byte, step int64, at time.Time) (credential, error) {
	locked, err := lock(password, person, key)
	return credential{Person: person, Password: hashed(password), Locked: locked, Step: step, Set: at}, err
}

// shown is what somebody shows.
type shown struct {
	act            string // that he wants to do, as the log says it
	account        string // that he typed, or his ID
	password, code string
	from           string // address; empty when he is inside already
}

func (s shown) limits() []limit {
	list := []limit{byName("sign-in", s.account)}
	if s.from != "" {
		list = append(list, byPlace("sign-in", s.from))
	}
	return list
}

// SignIn gives the person whose account, password and code those are; what follows is
// Begin. The second factor is always asked for. Whether there is such an account shows
// neither in the error nor in the time that it takes; after five tries in vain in one
// name or from one address the error is a Wait. Each try in vain has one entry, which
// names nobody when the account is nobody's.
func (g *Gate) SignIn(ctx context.Context, account, password, code, from string) (person string, err error) {
	return g.show(ctx, shown{act: "session.begin", account: account, password: password, code: code, from: from}, nil)
}

// Prove is the person of a session showing again who he is, before an act that asks
// for it. The session must be the actor's own.
func (g *Gate) Prove(ctx context.Context, a door.Actor, token, password, code string) error {
	s, err := g.mine(ctx, a, "session.prove", token)
	if err != nil {
		return err
	}
	_, err = g.show(ctx, shown{act: "session.prove", account: s.Person, password: password, code: code}, func(tx door.Tx, _ *credential, _ []byte) error {
		now := g.door.Now().Wall
		held, rev, err := get[Session](ctx, tx, kindSession, s.Key)
		if err != nil {
			return err
		}
		if g.over(held, now) {
			return ErrNoSession
		}
		held.Proved, held.Seen = now, now
		return errors.Join(put(ctx, tx, held, rev, now), door.Log(ctx, tx, now, as(s.Person, s.Assurance), "session.prove", s.Person, "done", nil))
	})
	return err
}

// SetPassword gives the person of a session another password. He shows the one that he
// has, and every session of his ends, this one too: who knew the old one is outside.
func (g *Gate) SetPassword(ctx context.Context, a door.Actor, token, password, code, anew string) error {
	s, err := g.mine(ctx, a, "password.set", token)
	if err != nil {
		return err
	}
	if err := g.suits(ctx, s.Person, anew); err != nil {
		return err
	}
	_, err = g.show(ctx, shown{act: "password.set", account: s.Person, password: password, code: code}, func(tx door.Tx, c *credential, key []byte) error {
		now := g.door.Now().Wall
		changed, err := credentialOf(s.Person, anew, key, c.Step, now)
		if err != nil {
			return err
		}
		*c = changed
		n, err := g.endAll(ctx, tx, s.Person)
		if err != nil {
			return err
		}
		return door.Log(ctx, tx, now, as(s.Person, s.Assurance), "password.set", s.Person, "done", map[string]int{"sessions": n})
	})
	return err
}

// HasPassword tells whether a person has a local account, and proves himself by it.
func (g *Gate) HasPassword(ctx context.Context, person string) (bool, error) {
	return door.Read(ctx, g.door, func(tx door.Tx) (bool, error) {
		_, _, err := get[credential](ctx, tx, kindCredential, person)
		if errors.Is(err, kept.ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	})
}

// mine gives the session of the token, which must be the actor's own; a refusal has
// its line in the log.
func (g *Gate) mine(ctx context.Context, a door.Actor, act, token string) (Session, error) {
	now := g.door.Now().Wall
	s, err := door.Read(ctx, g.door, func(tx door.Tx) (Session, error) { return g.open(ctx, tx, token, now) })
	if err != nil {
		return s, err
	}
	return s, g.door.Admit(ctx, a, act, s.Person, door.Wish{Decide: own(s.Person)})
}

// suits says why a password will not do for that person.
func (g *Gate) suits(ctx context.Context, person, password string) error {
	p, err := door.Read(ctx, g.door, func(tx door.Tx) (rights.Person, error) {
		b, err := door.Book(ctx, tx)
		if err != nil {
			return rights.Person{}, err
		}
		p, _ := b.Person(person)
		return p, nil
	})
	if err != nil {
		return err
	}
	names := []string{p.ID, p.Name, p.Mail}
	for _, a := range p.Accounts {
		names = append(names, a.Subject)
	}
	return strong(password, names...)
}

// show looks at what was shown, and gives whom it shows. Then is done in the same
// transaction in which the code is used up.
func (g *Gate) show(ctx context.Context, s shown, then func(tx door.Tx, c *credential, key []byte) error) (person string, err error) {
	if err := g.claim(ctx, s.limits()...); err != nil {
		return "", err
	}
	person, held, err := g.credential(ctx, s.account)
	if err != nil {
		return "", err
	}
	key, err := g.unlocked(ctx, held, s.password)
	if err != nil {
		return "", err
	}
	recognised := false
	err = g.door.Update(ctx, func(tx door.Tx) error {
		recognised = false
		now := g.door.Now().Wall
		c, rev, err := get[credential](ctx, tx, kindCredential, person)
		if err != nil && !errors.Is(err, kept.ErrNotFound) {
			return err
		}
		step, fits := accepts(key, s.code, now, c.Step)
		if err != nil || key == nil || c.Password != held.Password || !fits {
			return g.refuse(ctx, tx, s, person)
		}
		if err := enabled(ctx, tx, person, now); errors.Is(err, door.ErrNotAllowed) {
			return g.refuse(ctx, tx, s, person)
		} else if err != nil {
			return err
		}
		recognised, c.Step = true, step
		if then != nil {
			if err := then(tx, &c, key); err != nil {
				return err
			}
		}
		return errors.Join(put(ctx, tx, c, rev, now), g.succeeded(ctx, tx, s.limits()...))
	})
	switch {
	case err != nil:
		return "", err
	case !recognised:
		return "", ErrWrong
	}
	return person, nil
}

// credential finds what is kept for an account, which may be an ID. For one that is
// nobody's it gives what no password opens.
func (g *Gate) credential(ctx context.Context, account string) (person string, c credential, err error) {
	err = g.door.View(ctx, func(tx door.Tx) error {
		b, err := door.Book(ctx, tx)
		if err != nil {
			return err
		}
		person = ""
		if p, known := b.Person(account); known {
			person = p.ID
		}
		if p, err := b.Who(rights.Account{Issuer: rights.Local, Subject: account}, g.door.Now().Wall); err == nil {
			person = p.ID
		}
		c, _, err = get[credential](ctx, tx, kindCredential, person)
		if errors.Is(err, kept.ErrNotFound) {
			c, err = credential{Password: decoy()}, nil
		}
		return err
	})
	if err != nil {
		return "", c, fmt.Errorf("looking for the account: %w", err)
	}
	return person, c, nil
}

// unlocked gives the key of the codes when the password is right. All of the work is
// done whatever comes of it, so that its time says nothing; and few do it at once,
// because it takes room.
func (g *Gate) unlocked(ctx context.Context, c credential, password string) (key []byte, err error) {
	select {
	case g.slots <- struct{}{}:
		defer func() { <-g.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	key = unlock(c.Locked, password, c.Person)
	right, err := matches(c.Password, password)
	if err != nil || !right {
		return nil, err
	}
	return key, nil
}

// refuse keeps a try in vain in the log. The address stands in a text beside it, where
// it can be erased.
func (g *Gate) refuse(ctx context.Context, tx door.Tx, s shown, person string) error {
	a := door.Actor{Name: nobody, Assurance: "login"}
	if person != "" {
		a = as(person, "login")
	}
	from, err := door.Say(ctx, tx, "", person, s.from)
	if err != nil {
		return err
	}
	detail := map[string]string{"way": ByPassword, "wanted": s.act}
	if from != "" {
		detail["from"] = from
	}
	return door.Log(ctx, tx, g.door.Now().Wall, a, "session.refused", a.Name, "refused", detail)
}

// nobody stands in the log where an account is nobody's.
const nobody = "nobody"
