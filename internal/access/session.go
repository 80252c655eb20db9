// Package access is how people come in from outside: they sign in, stay for a
// session, follow a link to the one step that they are asked about, and let a
// program of theirs act by a token. Of every secret that it gives out it keeps the
// SHA-256 only, and of a password what argon2id makes of it.
package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/record"
)

// ErrNoSession says that there is no session of that token any more: it is unknown,
// it was ended, it is too old, or its person was disabled.
var ErrNoSession = errors.New("nobody is signed in: sign in again")

const kindSession = "session"

// Session is one person's stay between signing in and out.
type Session struct {
	Key       string    `json:"key"`       // SHA-256 of its token, in hexadecimal
	Person    string    `json:"person"`    // ID
	Assurance string    `json:"assurance"` // login, or demo
	Began     time.Time `json:"began"`
	Seen      time.Time `json:"seen"`
	Proved    time.Time `json:"proved"` // when the person last showed who he is
	Until     time.Time `json:"until"`  // when it ends whatever he does
	Ended     time.Time `json:"ended,omitzero"`
}

func (s Session) row() record.Row {
	state := "open"
	if !s.Ended.IsZero() {
		state = "ended"
	}
	return record.Row{Kind: kindSession, Key: s.Key, Person: s.Person, State: state, Due: s.Until}
}

// over tells whether the session has ended by itself or by an act.
func (g *Gate) over(s Session, now time.Time) bool {
	return !s.Ended.IsZero() || !now.Before(s.Until) || now.Sub(s.Seen) > g.Idle
}

// The ways in which a session begins, as its entry in the log says them.
const (
	ByProvider = "login" // the municipality's own sign-in, OpenID Connect
	ByPassword = "local" // an account of this program, for when that sign-in is down
	ByDemo     = "demo"  // a role of a demonstration, which nobody has to prove
)

// Begin lets somebody in who has shown who he is in one of these ways, and gives the
// token of the new session. Each sign-in has a token of its own, so that one that was
// known before is worth nothing. A person who is disabled or unknown is refused.
func (g *Gate) Begin(ctx context.Context, person, way string) (token string, err error) {
	assurance := way
	if way == ByPassword {
		assurance = "login"
	}
	token = secret()
	err = g.door.Do(ctx, as(person, assurance), "session.begin", person, func(tx door.Tx) (any, error) {
		now := g.door.Now().Wall
		s := Session{Key: digest(token), Person: person, Assurance: assurance, Began: now, Seen: now, Proved: now, Until: now.Add(g.Life)}
		if err := enabled(ctx, tx, person, now); err != nil {
			return nil, err
		}
		return map[string]string{"way": way, "session": mark(s.Key)}, put(ctx, tx, s, 0, now)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// mark is enough of a key to tell sessions and tokens apart in the log.
func mark(key string) string { return key[:min(len(key), 12)] }

// glance is how long a visit counts before the session's time of it is written again.
const glance = 5 * time.Minute

// Session is that of the token; the error is ErrNoSession when there is none. That it
// was seen is kept every five minutes; a register that cannot be written to lets
// people go on reading, until the session is idle.
func (g *Gate) Session(ctx context.Context, token string) (Session, error) {
	now := g.door.Now().Wall
	s, err := door.Read(ctx, g.door, func(tx door.Tx) (Session, error) {
		s, err := g.open(ctx, tx, token, now)
		if err != nil {
			return s, err
		}
		if err := enabled(ctx, tx, s.Person, now); errors.Is(err, door.ErrNotAllowed) {
			return s, ErrNoSession
		} else if err != nil {
			return s, err
		}
		return s, nil
	})
	if err != nil {
		return Session{}, err
	}
	if now.Sub(s.Seen) >= glance {
		s.Seen = now
		_ = g.door.Update(ctx, func(tx door.Tx) error {
			held, rev, err := get[Session](ctx, tx, kindSession, s.Key)
			if err != nil || !held.Ended.IsZero() || !held.Seen.Before(now) {
				return err
			}
			held.Seen = now
			return put(ctx, tx, held, rev, now)
		})
	}
	return s, nil
}

// open reads a session that is not over. Whether its person may still come in is not
// asked.
func (g *Gate) open(ctx context.Context, tx door.Tx, token string, now time.Time) (Session, error) {
	s, _, err := get[Session](ctx, tx, kindSession, digest(token))
	if errors.Is(err, kept.ErrNotFound) || err == nil && g.over(s, now) {
		return Session{}, ErrNoSession
	}
	if err != nil {
		return Session{}, fmt.Errorf("looking for the session: %w", err)
	}
	return s, nil
}

// Sessions are a person's that are not over, the newest first.
func (g *Gate) Sessions(ctx context.Context, person string) (list []Session, err error) {
	now := g.door.Now().Wall
	err = g.door.View(ctx, func(tx door.Tx) error {
		list = nil
		all, err := door.Every[Session](ctx, tx, kindSession, record.Filter{Person: person, State: "open"})
		for _, s := range all {
			if !g.over(s, now) {
				list = append(list, s)
			}
		}
		return err
	})
	slices.SortFunc(list, func(x, y Session) int { return y.Began.Compare(x.Began) })
	return list, err
}

// End ends the session of that token, which must be the actor's own. One that is over
// stays so, and has no second entry.
func (g *Gate) End(ctx context.Context, a door.Actor, token string) error {
	now := g.door.Now().Wall
	s, err := door.Read(ctx, g.door, func(tx door.Tx) (Session, error) { return g.open(ctx, tx, token, now) })
	if errors.Is(err, ErrNoSession) {
		return nil
	} else if err != nil {
		return err
	}
	return g.door.Do(ctx, a, "session.end", s.Person, func(tx door.Tx) (any, error) {
		if _, err := g.door.May(ctx, tx, a, door.Wish{Decide: own(s.Person)}); err != nil {
			return nil, err
		}
		held, rev, err := get[Session](ctx, tx, kindSession, s.Key)
		if err != nil {
			return nil, err
		}
		if !held.Ended.IsZero() {
			return nil, door.ErrNothing
		}
		held.Ended = now
		return map[string]string{"session": mark(held.Key)}, put(ctx, tx, held, rev, now)
	})
}

// EndAll ends every session of a person: his own, or anybody's for whoever manages
// people.
func (g *Gate) EndAll(ctx context.Context, a door.Actor, person string) error {
	return g.door.Do(ctx, a, "session.end_all", person, func(tx door.Tx) (any, error) {
		basis, err := g.door.May(ctx, tx, a, door.Wish{Decide: door.OwnOrManaged(person)})
		if err != nil {
			return nil, err
		}
		n, err := g.endAll(ctx, tx, person)
		if err == nil && n == 0 {
			err = door.ErrNothing
		}
		return door.Resting(basis, map[string]int{"sessions": n}), err
	})
}

func (g *Gate) endAll(ctx context.Context, tx door.Tx, person string) (n int, err error) {
	now := g.door.Now().Wall
	rows, err := tx.Records(ctx, kindSession, record.Filter{Person: person, State: "open"})
	if err != nil {
		return 0, fmt.Errorf("looking for the sessions of %s: %w", person, err)
	}
	for _, row := range rows {
		s, err := record.Read[Session](row)
		if err != nil {
			return n, err
		}
		s.Ended = now
		if err := put(ctx, tx, s, row.Rev, now); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
