// Package governance is what people do about the plan besides running it: who
// may do what, what is said of a version, what follows from a finding. Each act
// is decided by the permission matrix and goes through the one door, with the
// ground on which it was allowed in its line of the log (R16).
package governance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// Office is where people govern. Its questions ask for no right: whoever can open
// the register can read it.
type Office struct{ door *door.Door }

// New gives the office behind that door.
func New(d *door.Door) *Office { return &Office{door: d} }

// wish is an act as the matrix looks at it.
type wish struct {
	act, object string
	permission  matrix.Permission
	verb        matrix.Verb
	on          rights.Object
	// decide is asked instead of the matrix alone, where an act has more than one
	// ground; nil: by permission, verb and on.
	decide door.Decide
}

// ground says on what ground that person may do what is wished.
func (w wish) ground(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
	return door.Wish{Permission: w.permission, Verb: w.verb, On: w.on, Decide: w.decide}.Ground(b, who, at)
}

// said is what the log keeps of an act that was done.
type said struct {
	Basis  rights.Basis `json:"basis"`
	Detail any          `json:"detail,omitempty"`
}

// desk is one act under way.
type desk struct {
	ctx   context.Context
	tx    door.Tx
	book  *rights.Book
	basis rights.Basis
	now   time.Time
}

// do decides whether the actor may do that, and does it.
func (o *Office) do(ctx context.Context, a door.Actor, w wish, fn func(*desk) (detail any, err error)) error {
	return o.door.Do(ctx, a, w.act, w.object, func(tx door.Tx) (any, error) {
		d := &desk{ctx: ctx, tx: tx, now: o.door.Now().Wall}
		var err error
		if d.book, err = door.Book(ctx, tx); err != nil {
			return nil, err
		}
		who, err := door.Who(d.book, a, d.now)
		if err != nil {
			return nil, err
		}
		if d.basis, err = w.ground(d.book, who, d.now); err != nil {
			return nil, err
		}
		detail, err := fn(d)
		if err == nil {
			detail, err = door.Discreet(ctx, tx, who, detail)
		}
		return said{d.basis, detail}, err
	})
}

// get reads one record.
func get[T any](d *desk, kind, key string) (body T, rev int, err error) {
	row, err := d.tx.Record(d.ctx, kind, key)
	if err != nil {
		return body, 0, err
	}
	body, err = record.Read[T](row)
	return body, row.Rev, err
}

// rower is a body that knows its row.
type rower interface{ Row() (record.Row, error) }

// keep writes a body that was read at that revision; 0 for a new one.
func (d *desk) keep(body rower, rev int) error {
	row, err := body.Row()
	if err != nil {
		return err
	}
	row.Rev, row.At = rev+1, d.now
	if err := d.tx.PutRecord(d.ctx, row); err != nil {
		return fmt.Errorf("keeping %s %s: %w", row.Kind, row.Key, err)
	}
	return nil
}

// put writes a row over whatever stands there.
func (d *desk) put(row record.Row, err error) error {
	if err != nil {
		return err
	}
	held, err := d.tx.Record(d.ctx, row.Kind, row.Key)
	if err != nil && !errors.Is(err, kept.ErrNotFound) {
		return err
	}
	row.Rev = held.Rev + 1
	return d.tx.PutRecord(d.ctx, row)
}
