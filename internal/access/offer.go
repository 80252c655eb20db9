package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// ErrNoOffer says that there is no account to be tied to whoever asks.
var ErrNoOffer = errors.New("that offer is used, too old or somebody else's: press the button in the chat again, and follow the new link")

const (
	kindOffer = "account_offer"
	// offerLife is for how long somebody may say that an account is his.
	offerLife = 30 * time.Minute
)

// Offer is an account of a chat that belongs to a person as far as its mail address
// tells, which proves nothing. What is done with it counts only when that person has
// signed in here and said that it is his.
type Offer struct {
	Key     string         `json:"key"`   // SHA-256 of the account: it has one offer at most
	Token   string         `json:"token"` // SHA-256
	Account rights.Account `json:"account"`
	Name    string         `json:"name,omitzero"` // that the account goes by in the chat
	Person  string         `json:"person"`        // ID
	Made    time.Time      `json:"made"`
	Until   time.Time      `json:"until"`
	Used    time.Time      `json:"used,omitzero"`
}

func (o Offer) row() record.Row {
	state := "open"
	if !o.Used.IsZero() {
		state = "used"
	}
	return record.Row{Kind: kindOffer, Key: o.Key, Person: o.Person, State: state, Due: o.Until}
}

// OfferAccount makes the token by which the person with that mail address may say that
// the account is his; the error is ErrNoOffer where it is not exactly one enabled
// person's address. The program alone makes offers, for whom it has met in the chat.
// They have no entry of their own, because they change nothing; a refusal has one.
func (g *Gate) OfferAccount(ctx context.Context, a door.Actor, account rights.Account, name, mail string) (token string, err error) {
	if a.Assurance != "system" || a.Person != "" {
		return "", g.door.Admit(ctx, a, "account.offer", "account", door.Wish{Decide: func(_ *rights.Book, who string, _ time.Time) (rights.Basis, error) {
			return rights.Basis{}, fmt.Errorf("%s offers no accounts, the program does when it meets one: %w", who, door.ErrNotAllowed)
		}})
	}
	token = secret()
	err = g.door.Update(ctx, func(tx door.Tx) error {
		now := g.door.Now().Wall
		book, err := door.Book(ctx, tx)
		if err != nil {
			return err
		}
		person := only(enabledOf(book, now, func(p rights.Person) bool { return mail != "" && strings.EqualFold(p.Mail, mail) }))
		if person == "" {
			return ErrNoOffer
		}
		o := Offer{Key: digest(account.String()), Token: digest(token), Account: account, Name: name, Person: person, Made: now, Until: now.Add(offerLife)}
		_, rev, err := get[Offer](ctx, tx, kindOffer, o.Key)
		if err != nil && !errors.Is(err, kept.ErrNotFound) {
			return err
		}
		return put(ctx, tx, o, rev, now)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// Offer gives the offer of that token as long as it is open, and that person's;
// otherwise ErrNoOffer. It changes nothing.
func (g *Gate) Offer(ctx context.Context, person, token string) (Offer, error) {
	return door.Read(ctx, g.door, func(tx door.Tx) (Offer, error) {
		o, _, err := offered(ctx, tx, person, token, g.door.Now().Wall)
		return o, err
	})
}

func offered(ctx context.Context, tx door.Tx, person, token string, now time.Time) (o Offer, rev int, err error) {
	rows, err := tx.Records(ctx, kindOffer, record.Filter{Person: person, State: "open"})
	if err != nil {
		return o, 0, fmt.Errorf("looking for the offer: %w", err)
	}
	for _, row := range rows {
		o, err := record.Read[Offer](row)
		if err != nil {
			return o, 0, err
		}
		if o.Token == digest(token) && now.Before(o.Until) {
			return o, row.Rev, nil
		}
	}
	return o, 0, ErrNoOffer
}

// TieAccount takes the offer: the account is the actor's from now on, in the place of
// any other that he had in that chat. An account that is another's stays his.
func (g *Gate) TieAccount(ctx context.Context, a door.Actor, token string) error {
	return g.door.Do(ctx, a, "account.tie", a.Person, func(tx door.Tx) (any, error) {
		if err := tx.Lock(ctx, "people"); err != nil {
			return nil, err
		}
		now := g.door.Now().Wall
		book, err := door.Book(ctx, tx)
		if err != nil {
			return nil, err
		}
		o, rev, err := offered(ctx, tx, a.Person, token, now)
		if errors.Is(err, ErrNoOffer) {
			return nil, errors.Join(err, door.ErrNotAllowed)
		} else if err != nil {
			return nil, err
		}
		basis, err := g.door.May(ctx, tx, a, door.Wish{Decide: own(o.Person)})
		if err != nil {
			return nil, err
		}
		if is, err := book.Who(o.Account, now); is.ID != o.Person && !errors.Is(err, rights.ErrNobodys) {
			return nil, fmt.Errorf("the account %s is somebody else's: let an administrator look who has it: %w", o.Account, door.ErrNotAllowed)
		}
		o.Used = now
		if err := put(ctx, tx, o, rev, now); err != nil {
			return nil, err
		}
		return g.untie(ctx, tx, basis, o.Person, func(of rights.Account) bool { return of.Issuer == o.Account.Issuer }, o.Account)
	})
}

// UntieAccount takes an account of a chat from its person: his own, or anybody's for
// whoever manages people. What was answered with it stays answered.
func (g *Gate) UntieAccount(ctx context.Context, a door.Actor, person string, account rights.Account) error {
	return g.door.Do(ctx, a, "account.untie", person, func(tx door.Tx) (any, error) {
		if err := tx.Lock(ctx, "people"); err != nil {
			return nil, err
		}
		basis, err := g.door.May(ctx, tx, a, door.Wish{Decide: door.OwnOrManaged(person)})
		if err != nil {
			return nil, err
		}
		return g.untie(ctx, tx, basis, person, func(of rights.Account) bool { return of == account && !of.SignsIn() })
	})
}

// untie takes those accounts from a person and gives him others, and says what he has
// then.
func (g *Gate) untie(ctx context.Context, tx door.Tx, basis rights.Basis, person string, gone func(rights.Account) bool, others ...rights.Account) (any, error) {
	row, err := tx.Record(ctx, rights.KindPerson, person)
	if err != nil {
		return nil, err
	}
	p, err := record.Read[rights.Person](row)
	if err != nil {
		return nil, err
	}
	before := p.Accounts
	p.Accounts = append(slices.DeleteFunc(slices.Clone(before), gone), others...)
	if slices.Equal(before, p.Accounts) {
		return nil, door.ErrNothing
	}
	next, err := p.Row(g.door.Now().Wall)
	if err != nil {
		return nil, err
	}
	next.Rev = row.Rev + 1
	if err := tx.PutRecord(ctx, next); err != nil {
		return nil, err
	}
	detail, err := door.Discreet(ctx, tx, person, map[string]any{"accounts": p.Accounts})
	return door.Resting(basis, detail), err
}
