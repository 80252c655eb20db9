package door

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/matrix"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// Decide says on what ground a person may do something; its errors wrap
// ErrNotAllowed.
type Decide func(b *rights.Book, who string, at time.Time) (rights.Basis, error)

// Wish is an act as the permission matrix looks at it.
type Wish struct {
	Permission matrix.Permission
	Verb       matrix.Verb
	On         rights.Object
	// Decide is asked instead of the matrix alone, where an act has more than one
	// ground; nil: by Permission, Verb and On.
	Decide Decide
	// Program says that the program does it by itself too.
	Program bool
	// Machine says that an account of the machine which is nobody's may do it too.
	Machine bool
	// As are roles that somebody may name instead of himself, because they are what
	// he is asked in; that he has them is for Decide to say.
	As []string
}

// Operator wishes to work on the installation itself. Beside administrators any
// account of the machine that is nobody's may, so that no operator is locked out
// (docs/decisions/009).
func Operator() Wish {
	return Wish{Permission: matrix.Installation, Verb: matrix.Execute, Program: true, Machine: true}
}

// Ground says on what ground that person may do what is wished.
func (w Wish) Ground(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
	if w.Decide != nil {
		return w.Decide(b, who, at)
	}
	return b.Decide(who, w.Permission, w.Verb, w.On, at)
}

// byItself tells whether the program itself acts, and not somebody.
func (a Actor) byItself() bool { return a.Assurance == "system" && a.Person == "" }

// May says on what ground the actor may do what is wished at this moment, within
// the transaction that does it: who was disabled or has lost his role is refused
// at the next act. For what the program does by itself nobody is asked, and no book
// is read; it has no ground but its column of the matrix.
func (d *Door) May(ctx context.Context, tx Tx, a Actor, w Wish) (rights.Basis, error) {
	if a.byItself() {
		if !w.Program {
			return rights.Basis{}, fmt.Errorf("the program does not do that by itself: %w", ErrNotAllowed)
		}
		return rights.Basis{}, nil
	}
	now := d.Now().Wall
	b, err := Book(ctx, tx)
	if err != nil {
		return rights.Basis{}, err
	}
	if b.Governed(now) && a.Person == "" && a.Via != "" && slices.Contains(w.As, a.Name) {
		a.Name = a.Via
	}
	who, err := Who(b, a, now)
	if w.Machine && errors.Is(err, rights.ErrNobodys) {
		return rights.Basis{Person: a.Via, Condition: "account of the machine"}, nil
	}
	if err != nil {
		return rights.Basis{}, err
	}
	return w.Ground(b, who, now)
}

// Admit decides about something that is done outside the register, before it is
// begun. A refusal has its line in the log; what is allowed leaves none.
func (d *Door) Admit(ctx context.Context, a Actor, act, object string, w Wish) error {
	if err := a.Named(); err != nil {
		return err
	}
	err := d.View(ctx, func(tx Tx) error {
		_, err := d.May(ctx, tx, a, w)
		return err
	})
	if _, refused := refusal(err); refused {
		return d.Do(ctx, a, act, object, func(Tx) (any, error) { return nil, err })
	}
	return err
}

// Who is who the actor is in the book. Whom our own sign-in established is that
// person, whatever name stands beside it, for as long as the book has the person and
// has not disabled him. Of everybody else it is, as long as nobody is registered,
// whoever the actor says; from then on it is the person whose account was used, and
// nobody acts under another's name.
func Who(b *rights.Book, a Actor, at time.Time) (id string, err error) {
	if a.Person != "" {
		return a.Person, Enabled(b, a.Person, at)
	}
	if !b.Governed(at) || a.Via == "" {
		return a.Name, nil
	}
	p, err := b.Who(rights.Account{Issuer: rights.Local, Subject: a.Via}, at)
	if err != nil {
		return "", err
	}
	if a.Name != p.ID && a.Name != p.Name && a.Name != a.Via {
		return "", fmt.Errorf("%s acts as %q: act in your own name, or let yourself be given a delegation: %w", p.ID, a.Name, ErrNotAllowed)
	}
	return p.ID, nil
}

// Enabled says why that person may not come in at that moment; its errors wrap
// ErrNotAllowed.
func Enabled(b *rights.Book, id string, at time.Time) error {
	switch p, known := b.Person(id); {
	case !known:
		return fmt.Errorf("there is no person %q: let an administrator add the person: %w", id, ErrNotAllowed)
	case p.DisabledAt(at):
		return fmt.Errorf("%s was disabled on %s; an administrator can take that back: beredskab people enable %s: %w",
			id, p.Disabled.Format(time.DateOnly), id, ErrNotAllowed)
	}
	return nil
}

// OwnOrManaged is the ground of what is that person's, or of whoever manages people.
func OwnOrManaged(person string) Decide {
	return func(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
		if who == person {
			return rights.Basis{Person: who}, Enabled(b, who, at)
		}
		return b.Decide(who, matrix.People, matrix.Execute, rights.Object{}, at)
	}
}

// Book reads the people as they stand. Every act asks for it, so it is made once for
// each change of theirs.
func Book(ctx context.Context, tx Tx) (*rights.Book, error) {
	book, err := tx.Remember(ctx, "book", [3]string{rights.KindPerson, rights.KindGrant, rights.KindDelegation}, func() (any, error) {
		return readBook(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return book.(*rights.Book), nil
}

func readBook(ctx context.Context, tx Tx) (*rights.Book, error) {
	persons, errP := Every[rights.Person](ctx, tx, rights.KindPerson, record.Filter{})
	grants, errG := Every[rights.Grant](ctx, tx, rights.KindGrant, record.Filter{})
	delegations, errD := Every[rights.Delegation](ctx, tx, rights.KindDelegation, record.Filter{})
	if err := errors.Join(errP, errG, errD); err != nil {
		return nil, fmt.Errorf("reading the people: %w", err)
	}
	return rights.NewBook(persons, grants, delegations), nil
}

// Wishes are how persons want to be written to, by their IDs.
func Wishes(ctx context.Context, tx Tx) (map[string]rights.Wish, error) {
	wishes, err := tx.Remember(ctx, "wishes", [3]string{rights.KindWish}, func() (any, error) {
		list, err := Every[rights.Wish](ctx, tx, rights.KindWish, record.Filter{})
		wishes := make(map[string]rights.Wish, len(list))
		for _, w := range list {
			wishes[w.Person] = w
		}
		return wishes, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading how people want to be written to: %w", err)
	}
	return wishes.(map[string]rights.Wish), nil
}

// Every reads the bodies of all records of a kind that the filter lets through.
func Every[T any](ctx context.Context, tx Tx, kind string, f record.Filter) ([]T, error) {
	rows, err := tx.Records(ctx, kind, f)
	if err != nil {
		return nil, fmt.Errorf("reading every %s: %w", kind, err)
	}
	return record.ReadAll[T](rows)
}

// Resting is a detail of an entry with the ground on which its act was allowed;
// the detail alone where there was none to ask for.
func Resting(basis rights.Basis, detail any) any {
	if basis == (rights.Basis{}) || basis.Ungoverned {
		return detail
	}
	return map[string]any{"basis": basis, "detail": detail}
}
