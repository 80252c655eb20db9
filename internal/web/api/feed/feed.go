// Package feed is calendars that people subscribe to: a secret address for each,
// made for a person, a team or a system, and the drills that stand in it. Who made
// the address still has to be allowed to see them at each reading.
package feed

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/duty"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/phrase"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// ErrNoFeed says that no calendar has that address, or not any more.
var ErrNoFeed = errors.New("there is no calendar at this address")

// kind is that of the records: one for each address, by the SHA-256 of its token.
const kind = "feed"

// Of is what a calendar is about: a person, a team or a system, by ID.
type Of struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// The kinds.
const (
	Person = "person"
	Team   = "team"
	System = "system"
)

// address is one secret address.
type address struct {
	Of     Of        `json:"of"`
	Person string    `json:"person"` // who made it
	Lang   string    `json:"lang"`
	Made   time.Time `json:"made"`
	Ended  time.Time `json:"ended,omitzero"` // when a new one took its place
}

// Feeds are the calendars of one register.
type Feeds struct {
	Door     *door.Door
	Register *register.Register
	Texts    func(lang string) *phrase.Phrases
	Origin   string // https://…, for links to the pages; empty: none
}

// Make gives a new secret address, and ends the one that the actor had for the same.
// It is shown this once. A person's calendar is that person's own.
func (f *Feeds) Make(ctx context.Context, a door.Actor, of Of, lang string) (token string, err error) {
	if !slices.Contains(phrase.Languages(), lang) {
		return "", fmt.Errorf("there is no language %q; write %s", lang, strings.Join(phrase.Languages(), " or "))
	}
	secret := make([]byte, 20)
	_, _ = rand.Read(secret) // which never fails: the program ends instead
	token = hex.EncodeToString(secret)
	err = f.Door.Do(ctx, a, "feed.make", of.Kind+"/"+of.ID, func(tx door.Tx) (any, error) {
		now := f.Door.Now().Wall
		w, err := f.wish(ctx, tx, of)
		if err != nil {
			return nil, err
		}
		basis, err := f.Door.May(ctx, tx, a, w)
		if err != nil {
			return nil, err
		}
		one := address{Of: of, Person: basis.Person, Lang: lang, Made: now}
		if err := end(ctx, tx, one); err != nil {
			return nil, err
		}
		return door.Resting(basis, nil), put(ctx, tx, record.Row{Kind: kind, Key: digest(token), Person: one.Person, State: "open", At: now}, one)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// wish is to read what the calendar is about, which must be there.
func (f *Feeds) wish(ctx context.Context, tx door.Tx, of Of) (w door.Wish, err error) {
	switch of.Kind {
	case Person:
		w.Decide = func(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
			if who != of.ID {
				return rights.Basis{}, fmt.Errorf("a person's calendar is for that person alone: %w", door.ErrNotAllowed)
			}
			return rights.Basis{Person: who}, door.Enabled(b, who, at)
		}
		return w, nil
	case Team:
		org, err := door.Organisation(ctx, tx)
		if err == nil && !slices.ContainsFunc(org.Teams, func(t plan.Team) bool { return t.ID == of.ID }) {
			err = fmt.Errorf("the organisation has no team %q: %w", of.ID, kept.ErrNotFound)
		}
		return door.Wish{Permission: matrix.PlanInternal, Verb: matrix.Read, On: rights.Object{Scope: rights.Scope{Team: of.ID}}}, err
	case System:
		p, err := f.Door.Held(ctx, tx, of.ID)
		if err != nil {
			return w, fmt.Errorf("there is no system %q: %w", of.ID, err)
		}
		return door.Wish{Permission: matrix.PlanInternal, Verb: matrix.Read, On: duty.About(p, "")}, nil
	}
	return w, fmt.Errorf("a calendar is about a person, a team or a system, and not a %q: %w", of.Kind, kept.ErrNotFound)
}

// end ends every open address of that person for the same.
func end(ctx context.Context, tx door.Tx, next address) error {
	rows, err := tx.Records(ctx, kind, record.Filter{Person: next.Person, State: "open"})
	if err != nil {
		return err
	}
	for _, row := range rows {
		one, err := record.Read[address](row)
		if err != nil {
			return err
		}
		if one.Of != next.Of {
			continue
		}
		one.Ended, row.State, row.At = next.Made, "ended", next.Made
		if err := put(ctx, tx, row, one); err != nil {
			return err
		}
	}
	return nil
}

func put(ctx context.Context, tx door.Tx, row record.Row, one address) error {
	row, err := row.Set(one)
	if err != nil {
		return err
	}
	row.Rev++
	return tx.PutRecord(ctx, row)
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// find reads the address of that token, with the people as they stand. One whose
// maker was disabled is none.
func (f *Feeds) find(ctx context.Context, token string) (one address, b *rights.Book, err error) {
	err = f.Door.View(ctx, func(tx door.Tx) error {
		row, err := tx.Record(ctx, kind, digest(token))
		if errors.Is(err, kept.ErrNotFound) {
			return ErrNoFeed
		}
		if err == nil {
			one, err = record.Read[address](row)
		}
		if err == nil {
			b, err = door.Book(ctx, tx)
		}
		return err
	})
	if err == nil && (!one.Ended.IsZero() || door.Enabled(b, one.Person, f.Door.Now().Wall) != nil) {
		err = ErrNoFeed
	}
	return one, b, err
}
