package governance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/rights"
)

// Book gives the people as they stand.
func (o *Office) Book(ctx context.Context) (*rights.Book, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) (*rights.Book, error) { return door.Book(ctx, tx) })
}

// Names gives what people are called, by ID, as of now (rights.Book.Name).
func (o *Office) Names(ctx context.Context) (func(id string) string, error) {
	b, err := o.Book(ctx)
	if err != nil {
		return nil, err
	}
	return b.Name, nil
}

// errTaken says that somebody else got a person's ID first.
var errTaken = errors.New("another person was added at the same moment: add this one again")

// AddPerson registers somebody and gives the ID, which the person keeps for ever;
// p needs a name, and an account to sign in with. Until the first role of an
// administrator is given, anybody who can use the register may do it.
func (o *Office) AddPerson(ctx context.Context, a door.Actor, p rights.Person) (id string, err error) {
	const tries = 50
	for range tries {
		b, err := o.Book(ctx)
		if err != nil {
			return "", err
		}
		p.ID = b.NewID()
		err = o.manage(ctx, a, "person.add", p.ID, func(d *desk) (any, error) {
			if _, taken := d.book.Person(p.ID); taken {
				return nil, errTaken
			}
			return accounts(p), d.put(p.Row(d.now))
		})
		if !errors.Is(err, errTaken) {
			return p.ID, err
		}
	}
	return "", errTaken
}

// accounts is what the log keeps of a person: who signs in as that ID. Names and
// numbers stay in the book, where they can be corrected.
func accounts(p rights.Person) any { return map[string][]rights.Account{"accounts": p.Accounts} }

// DisablePerson takes every right from a person from this moment on. What the
// person has done keeps its name.
func (o *Office) DisablePerson(ctx context.Context, a door.Actor, id, why string) error {
	return o.change(ctx, a, "person.disable", id, func(p *rights.Person, at time.Time) (any, error) {
		if !p.Disabled.IsZero() {
			return nil, door.ErrNothing
		}
		p.Disabled, p.Why = at, why
		return map[string]string{"why": why}, nil
	})
}

// EnablePerson gives back to a person the roles that have not ended.
func (o *Office) EnablePerson(ctx context.Context, a door.Actor, id string) error {
	return o.change(ctx, a, "person.enable", id, func(p *rights.Person, _ time.Time) (any, error) {
		if p.Disabled.IsZero() {
			return nil, door.ErrNothing
		}
		p.Disabled, p.Why = time.Time{}, ""
		return accounts(*p), nil
	})
}

// Link lets a person sign in with one account more.
func (o *Office) Link(ctx context.Context, a door.Actor, id string, account rights.Account) error {
	return o.change(ctx, a, "person.link", id, func(p *rights.Person, _ time.Time) (any, error) {
		if slices.Contains(p.Accounts, account) {
			return nil, door.ErrNothing
		}
		p.Accounts = append(p.Accounts, account)
		return accounts(*p), nil
	})
}

// change is one act on one person.
func (o *Office) change(ctx context.Context, a door.Actor, act, id string, fn func(*rights.Person, time.Time) (any, error)) error {
	return o.manage(ctx, a, act, id, func(d *desk) (any, error) {
		p, known := d.book.Person(id)
		if !known {
			return nil, noPerson(id)
		}
		p.Accounts = slices.Clone(p.Accounts)
		detail, err := fn(&p, d.now)
		if err != nil {
			return nil, err
		}
		return detail, d.put(p.Row(d.now))
	})
}

func noPerson(id string) error {
	return fmt.Errorf("there is no person %q, only such as p-7: %w", id, kept.ErrNotFound)
}

// Imported is what a sheet brought, new or changed.
type Imported struct {
	Persons []string `json:"persons"` // their IDs
	Grants  []string `json:"grants"`  // their keys
}

// Import takes persons and roles over from a sheet, all of them or none; see
// rights.Book.Import for its form. Its dates are days in that zone.
func (o *Office) Import(ctx context.Context, a door.Actor, file string, src []byte, zone *time.Location) (in Imported, err error) {
	err = o.manage(ctx, a, "people.import", "people", func(d *desk) (any, error) {
		in = Imported{Persons: []string{}, Grants: []string{}}
		persons, grants, err := d.book.Import(file, src, d.basis.Person, d.now.In(zone))
		if err != nil {
			return nil, err
		}
		for _, p := range persons {
			in.Persons = append(in.Persons, p.ID)
			if err := d.put(p.Row(d.now)); err != nil {
				return nil, err
			}
		}
		for _, g := range grants {
			in.Grants = append(in.Grants, g.Key())
			if err := d.give(g); err != nil {
				return nil, err
			}
		}
		if len(persons)+len(grants) == 0 {
			return nil, door.ErrNothing
		}
		return in, nil
	})
	return in, err
}

// manage is an act on persons, which administrators carry out.
func (o *Office) manage(ctx context.Context, a door.Actor, act, object string, fn func(*desk) (any, error)) error {
	return o.do(ctx, a, wish{act: act, object: object, permission: matrix.People, verb: matrix.Execute}, sound(fn))
}

// sound refuses an act that would leave the people wrong: an account that two
// share, a role of nobody, or nobody to give rights any more. One such act follows
// the other on all nodes, or two administrators could end each other.
func sound(fn func(*desk) (any, error)) func(*desk) (any, error) {
	return func(d *desk) (detail any, err error) {
		if err := d.tx.Lock(d.ctx, "people"); err != nil {
			return nil, err
		}
		if d.book, err = door.Book(d.ctx, d.tx); err != nil {
			return nil, err
		}
		detail, err = fn(d)
		if err != nil {
			return nil, err
		}
		after, err := door.Book(d.ctx, d.tx)
		if err != nil {
			return nil, err
		}
		if err := after.Check(); err != nil {
			return nil, err
		}
		return detail, staffed(d.book, after, d.now)
	}
}

// staffed refuses a moment, now or to come, at which nobody could add a person or
// nobody could decide on roles any more: such an installation has locked itself.
func staffed(before, after *rights.Book, now time.Time) error {
	for _, at := range turns(after, now) {
		if after.Governed(at) && len(acting(after, matrix.Administrator, at)) == 0 {
			return fmt.Errorf("from %s on nobody would be administrator: give an enabled person with an account that role first, without an end: %w",
				at.Format(time.DateOnly), door.ErrNotAllowed)
		}
		if len(acting(before, matrix.ITManager, at)) > 0 && len(acting(after, matrix.ITManager, at)) == 0 {
			return fmt.Errorf("from %s on nobody would be IT manager: give another enabled person that role first: %w",
				at.Format(time.DateOnly), door.ErrNotAllowed)
		}
	}
	return nil
}

// turns are now and each later moment at which such a role begins or ends.
func turns(b *rights.Book, now time.Time) []time.Time {
	list := []time.Time{now}
	for _, p := range b.Persons() {
		for _, g := range b.Grants(p.ID) {
			if g.Role != matrix.Administrator && g.Role != matrix.ITManager {
				continue
			}
			for _, at := range []time.Time{g.From, g.To} {
				if at.After(now) {
					list = append(list, at)
				}
			}
		}
	}
	return list
}

// acting are those who hold the role everywhere in their own right, and can sign in.
func acting(b *rights.Book, role matrix.Role, at time.Time) []string {
	return slices.DeleteFunc(b.Holding(role, rights.Scope{}, at), func(id string) bool {
		p, _ := b.Person(id)
		return !slices.ContainsFunc(p.Accounts, rights.Account.SignsIn) || !slices.ContainsFunc(b.Grants(id), func(g rights.Grant) bool {
			return g.Role == role && g.Scope == rights.Scope{} && g.DeputyOf == "" && g.InForce(at)
		})
	})
}
