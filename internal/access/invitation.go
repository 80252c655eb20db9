package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// ErrNoInvitation says that there is no such invitation any more.
var ErrNoInvitation = errors.New("this invitation is unknown, was used, or is over: ask for a new one")

// ErrCode says that the code beside a new password is not the one that is wanted now.
var ErrCode = errors.New("the code is not the one that the app shows now: type the newest")

const kindInvitation = "invitation"

// invitation lets one person choose a password, once.
type invitation struct {
	Key    string    `json:"key"` // SHA-256 of its code
	Person string    `json:"person"`
	Made   time.Time `json:"made"`
	Until  time.Time `json:"until"`
	Salt   []byte    `json:"salt,omitempty"` // of the key of the codes; gone when it is over
	Over   time.Time `json:"over,omitzero"`  // when it was used, or another took its place
}

func (i invitation) row() record.Row {
	state := "open"
	if !i.Over.IsZero() {
		state = "over"
	}
	return record.Row{Kind: kindInvitation, Key: i.Key, Person: i.Person, State: state, Due: i.Until}
}

// codeKey is the key of the codes that whoever accepts will show. It stands nowhere
// until then: it takes the invitation's code, and what is kept of it in the register.
func (i invitation) codeKey(code string) []byte {
	mac := hmac.New(sha256.New, i.Salt)
	mac.Write([]byte(code))
	return mac.Sum(nil)[:keyLength]
}

// Invited is what whoever opens an invitation sees.
type Invited struct {
	Person  string // ID
	Account string // to type when signing in
	Until   time.Time
	Secret  string // for an app that shows codes, in base32
}

// invitationLife is how long an invitation may be accepted.
const invitationLife = time.Hour

// Invite lets a person choose a password and a second factor within an hour, by a code
// that is good for once. It is for administrators, and for accounts of the machine that
// are nobody's, so that there can be a first administrator. An earlier invitation of
// that person is over.
func (g *Gate) Invite(ctx context.Context, a door.Actor, person string) (code string, until time.Time, err error) {
	code = secret()
	err = g.door.Do(ctx, a, "invitation.make", person, func(tx door.Tx) (any, error) {
		now := g.door.Now().Wall
		basis, err := g.door.May(ctx, tx, a, door.Wish{Permission: matrix.People, Verb: matrix.Execute, Machine: true})
		if err != nil {
			return nil, err
		}
		if err := g.invitable(ctx, tx, person, now); err != nil {
			return nil, err
		}
		if err := g.supersede(ctx, tx, person, now); err != nil {
			return nil, err
		}
		until = now.Add(invitationLife)
		i := invitation{Key: digest(code), Person: person, Made: now, Until: until, Salt: random(sha256.Size)}
		return door.Resting(basis, map[string]time.Time{"until": until}), put(ctx, tx, i, 0, now)
	})
	if err != nil {
		return "", time.Time{}, err
	}
	return code, until, nil
}

// invitable tells an unknown person from one who is disabled: the first is a slip.
func (g *Gate) invitable(ctx context.Context, tx door.Tx, person string, now time.Time) error {
	if _, err := tx.Record(ctx, rights.KindPerson, person); errors.Is(err, kept.ErrNotFound) {
		return fmt.Errorf("there is no person %q, only such as p-7: %w", person, kept.ErrNotFound)
	} else if err != nil {
		return err
	}
	return enabled(ctx, tx, person, now)
}

func (g *Gate) supersede(ctx context.Context, tx door.Tx, person string, now time.Time) error {
	rows, err := tx.Records(ctx, kindInvitation, record.Filter{Person: person, State: "open"})
	if err != nil {
		return fmt.Errorf("looking for earlier invitations: %w", err)
	}
	for _, row := range rows {
		i, err := record.Read[invitation](row)
		if err != nil {
			return err
		}
		i.Over, i.Salt = now, nil
		if err := put(ctx, tx, i, row.Rev, now); err != nil {
			return err
		}
	}
	return nil
}

// Invitation shows for whom an invitation is, and what an app for codes must know. It
// changes nothing and shows the same each time.
func (g *Gate) Invitation(ctx context.Context, code string) (in Invited, err error) {
	err = g.door.View(ctx, func(tx door.Tx) error {
		i, _, err := g.invited(ctx, tx, code)
		if err != nil {
			return err
		}
		b, err := door.Book(ctx, tx)
		if err != nil {
			return err
		}
		p, _ := b.Person(i.Person)
		in = Invited{Person: i.Person, Account: accountOf(p), Until: i.Until, Secret: written(i.codeKey(code))}
		return nil
	})
	return in, err
}

// accountOf is what a person types to sign in here.
func accountOf(p rights.Person) string {
	for _, a := range p.Accounts {
		if a.Issuer == rights.Local {
			return a.Subject
		}
	}
	return p.ID
}

// invited reads an invitation that may be accepted now.
func (g *Gate) invited(ctx context.Context, tx door.Tx, code string) (i invitation, rev int, err error) {
	now := g.door.Now().Wall
	i, rev, err = get[invitation](ctx, tx, kindInvitation, digest(code))
	if errors.Is(err, kept.ErrNotFound) || err == nil && (!i.Over.IsZero() || !now.Before(i.Until)) {
		return i, rev, ErrNoInvitation
	}
	if err != nil {
		return i, rev, fmt.Errorf("looking for the invitation: %w", err)
	}
	if err := enabled(ctx, tx, i.Person, now); errors.Is(err, door.ErrNotAllowed) {
		return i, rev, ErrNoInvitation
	} else if err != nil {
		return i, rev, err
	}
	return i, rev, nil
}

// Accept chooses the password of whom the invitation is for, and gives the person; what
// follows is Begin. The code shows that an app has the key. Sessions that there were,
// and what was chosen before, are over. The error is ErrNoInvitation, ErrCode or a Weak.
func (g *Gate) Accept(ctx context.Context, code, password, shownCode string) (person string, err error) {
	in, err := g.Invitation(ctx, code)
	if err != nil {
		return "", err
	}
	if err := g.suits(ctx, in.Person, password); err != nil {
		return "", err
	}
	c, err := g.chosen(ctx, code, password, shownCode)
	if err != nil {
		return "", err
	}
	err = g.door.Do(ctx, as(in.Person, "link"), "invitation.accept", in.Person, func(tx door.Tx) (any, error) {
		now := g.door.Now().Wall
		i, rev, err := g.invited(ctx, tx, code)
		if err != nil {
			return nil, err
		}
		i.Over, i.Salt = now, nil
		if err := put(ctx, tx, i, rev, now); err != nil {
			return nil, err
		}
		_, rev, err = get[credential](ctx, tx, kindCredential, i.Person)
		if err != nil && !errors.Is(err, kept.ErrNotFound) {
			return nil, err
		}
		if err := put(ctx, tx, c, rev, now); err != nil {
			return nil, err
		}
		ended, err := g.endAll(ctx, tx, i.Person)
		return map[string]any{"way": ByPassword, "again": rev > 0, "sessions": ended}, err
	})
	if err != nil {
		return "", err
	}
	return in.Person, nil
}

// chosen makes what will be kept of a choice, outside of any transaction, because it
// takes long.
func (g *Gate) chosen(ctx context.Context, code, password, shownCode string) (c credential, err error) {
	i, err := door.Read(ctx, g.door, func(tx door.Tx) (invitation, error) {
		i, _, err := g.invited(ctx, tx, code)
		return i, err
	})
	if err != nil {
		return c, err
	}
	now := g.door.Now().Wall
	step, ok := accepts(i.codeKey(code), shownCode, now, 0)
	if !ok {
		return c, ErrCode
	}
	return credentialOf(i.Person, password, i.codeKey(code), step, now)
}
