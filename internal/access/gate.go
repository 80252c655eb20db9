package access

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// Options are how long people may stay.
type Options struct {
	Idle time.Duration // without a visit; two hours when zero
	Life time.Duration // whatever they do; twelve hours when zero
}

// Gate lets people in. It stands on small registers behind the one door, so that
// all nodes know the same sessions, and a failed try on one of them counts on each.
type Gate struct {
	door *door.Door
	Options
	slots chan struct{} // one for each password that is worked on, which takes 19 MiB
}

// New gives the gate before that door.
func New(d *door.Door, o Options) *Gate {
	o.Idle, o.Life = cmp.Or(o.Idle, 2*time.Hour), cmp.Or(o.Life, 12*time.Hour)
	const atOnce = 2
	return &Gate{door: d, Options: o, slots: make(chan struct{}, atOnce)}
}

// secret is a new one of 256 bits, as it stands in a cookie or an address.
func secret() string {
	bits := make([]byte, sha256.Size)
	_, _ = rand.Read(bits) // which never fails: the program ends instead
	return base64.RawURLEncoding.EncodeToString(bits)
}

// digest is what is kept of a secret. One of 256 random bits needs no salt.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// as is the actor whom we have recognised.
func as(person, assurance string) door.Actor {
	return door.Actor{Name: person, Via: person, Person: person, Assurance: assurance}
}

// own is the ground of what is one person's alone: nobody does it for another.
func own(person string) door.Decide {
	return func(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
		if who != person {
			return rights.Basis{}, fmt.Errorf("that is for %s alone, and not for %s: %w", person, who, door.ErrNotAllowed)
		}
		return rights.Basis{Person: who}, door.Enabled(b, who, at)
	}
}

// bodied is a body that knows its row.
type bodied interface{ row() record.Row }

// put writes a body that was read at that revision; 0 for a new one.
func put(ctx context.Context, tx door.Tx, body bodied, rev int, at time.Time) error {
	row, err := body.row().Set(body)
	if err != nil {
		return err
	}
	row.Rev, row.At = rev+1, at
	if err := tx.PutRecord(ctx, row); err != nil {
		return fmt.Errorf("keeping the %s: %w", row.Kind, err)
	}
	return nil
}

// get reads a body with its revision.
func get[T any](ctx context.Context, tx door.Tx, kind, key string) (body T, rev int, err error) {
	row, err := tx.Record(ctx, kind, key)
	if err != nil {
		return body, 0, err
	}
	body, err = record.Read[T](row)
	return body, row.Rev, err
}

// enabled says why that person may not come in now; it reads no more than that
// person, because it is asked at every visit.
func enabled(ctx context.Context, tx door.Tx, person string, at time.Time) error {
	list, err := door.Every[rights.Person](ctx, tx, rights.KindPerson, record.Filter{Person: person})
	if err != nil {
		return err
	}
	return door.Enabled(rights.NewBook(list, nil, nil), person, at)
}
