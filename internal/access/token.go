package access

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/record"
)

// ErrNoToken says that a token lets nobody in any more.
var ErrNoToken = errors.New("this token is unknown, was revoked, or is over: make a new one")

const kindToken = "api_token"

// Token lets a program of somebody's act as that person, for some things alone.
type Token struct {
	Key     string    `json:"key"` // SHA-256 of it, in hexadecimal
	Person  string    `json:"person"`
	Name    string    `json:"name"` // what it is for
	Scopes  []string  `json:"scopes"`
	Made    time.Time `json:"made"`
	Until   time.Time `json:"until"`
	Revoked time.Time `json:"revoked,omitzero"`
}

func (t Token) row() record.Row {
	state := "valid"
	if !t.Revoked.IsZero() {
		state = "revoked"
	}
	return record.Row{Kind: kindToken, Key: t.Key, Person: t.Person, State: state, Due: t.Until}
}

// tokenPrefix lets people, and programs that look for secrets in files, know one.
const tokenPrefix = "brd_"

// tokenLife is the longest that a token may live.
const tokenLife = 366 * 24 * time.Hour

// MakeToken makes a token of the actor's own, and shows it this once. Scopes are read,
// drill, follow and signal:NAME. What its program may do is never more than its person may.
func (g *Gate) MakeToken(ctx context.Context, a door.Actor, name string, scopes []string, until time.Time) (token string, err error) {
	now := g.door.Now().Wall
	if err := checkToken(name, scopes, until, now); err != nil {
		return "", err
	}
	token = tokenPrefix + secret()
	t := Token{Key: digest(token), Name: name, Scopes: slices.Clone(scopes), Made: now, Until: until.UTC()}
	err = g.door.Do(ctx, a, "token.make", mark(t.Key), func(tx door.Tx) (any, error) {
		b, err := door.Book(ctx, tx)
		if err != nil {
			return nil, err
		}
		if t.Person, err = door.Who(b, a, now); err != nil {
			return nil, err
		}
		if _, err := g.door.May(ctx, tx, a, door.Wish{Decide: own(t.Person)}); err != nil {
			return nil, err
		}
		if err := put(ctx, tx, t, 0, now); err != nil {
			return nil, err
		}
		return door.Discreet(ctx, tx, t.Person, map[string]any{"name": t.Name, "scopes": t.Scopes, "until": t.Until})
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// checkToken says what is wrong with a token that is wished for.
func checkToken(name string, scopes []string, until, now time.Time) error {
	const longest = 100
	switch name = strings.TrimSpace(name); {
	case name == "" || len(name) > longest:
		return errors.New("a token needs a name that says what it is for, of at most 100 letters")
	case len(scopes) == 0:
		return errors.New("a token needs a scope: read, drill, follow or signal:NAME")
	case !until.After(now) || until.After(now.Add(tokenLife)):
		return errors.New("a token ends on a day within a year from now")
	}
	known := regexp.MustCompile(`^(read|drill|follow|signal:[a-z0-9][a-z0-9_-]{0,63})$`)
	for _, s := range scopes {
		if !known.MatchString(s) {
			return fmt.Errorf("there is no scope %q: write read, drill, follow or signal:NAME", s)
		}
	}
	return nil
}

// Token gives whose token that is, and for what. It is read at every call, so that one
// that was revoked, or whose person was disabled, is worth nothing at once.
func (g *Gate) Token(ctx context.Context, token string) (person string, scopes []string, err error) {
	now := g.door.Now().Wall
	t, err := door.Read(ctx, g.door, func(tx door.Tx) (Token, error) {
		t, _, err := get[Token](ctx, tx, kindToken, digest(token))
		if errors.Is(err, kept.ErrNotFound) || err == nil && (!t.Revoked.IsZero() || !now.Before(t.Until)) {
			return t, ErrNoToken
		}
		if err != nil {
			return t, fmt.Errorf("looking for the token: %w", err)
		}
		if err := enabled(ctx, tx, t.Person, now); errors.Is(err, door.ErrNotAllowed) {
			return t, ErrNoToken
		} else if err != nil {
			return t, err
		}
		return t, nil
	})
	if err != nil {
		return "", nil, err
	}
	return t.Person, t.Scopes, nil
}

// Tokens are a person's, those that are over too, the newest first.
func (g *Gate) Tokens(ctx context.Context, person string) ([]Token, error) {
	list, err := door.Read(ctx, g.door, func(tx door.Tx) ([]Token, error) {
		return door.Every[Token](ctx, tx, kindToken, record.Filter{Person: person})
	})
	slices.SortFunc(list, func(x, y Token) int { return y.Made.Compare(x.Made) })
	return list, err
}

// RevokeToken ends a token, by its key: its person's, or anybody's for whoever manages
// people.
func (g *Gate) RevokeToken(ctx context.Context, a door.Actor, key string) error {
	t, err := door.Read(ctx, g.door, func(tx door.Tx) (Token, error) {
		t, _, err := get[Token](ctx, tx, kindToken, key)
		return t, err
	})
	if err != nil {
		return fmt.Errorf("looking for the token: %w", err)
	}
	return g.door.Do(ctx, a, "token.revoke", mark(key), func(tx door.Tx) (any, error) {
		basis, err := g.door.May(ctx, tx, a, door.Wish{Decide: door.OwnOrManaged(t.Person)})
		if err != nil {
			return nil, err
		}
		held, rev, err := get[Token](ctx, tx, kindToken, key)
		if err != nil {
			return nil, err
		}
		if !held.Revoked.IsZero() {
			return nil, door.ErrNothing
		}
		held.Revoked = g.door.Now().Wall
		return door.Resting(basis, map[string]string{"person": held.Person}), put(ctx, tx, held, rev, held.Revoked)
	})
}
