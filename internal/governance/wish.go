package governance

import (
	"context"
	"errors"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// Prefer keeps how a person wants to be written to. Only he himself says so, or whoever
// manages people; channels are those that reach persons. Said again, it changes nothing.
func (o *Office) Prefer(ctx context.Context, a door.Actor, w rights.Wish, channels []string) error {
	if err := w.Check(channels); err != nil {
		return err
	}
	return o.do(ctx, a, wish{act: "person.prefer", object: w.Person, decide: door.OwnOrManaged(w.Person)}, func(d *desk) (any, error) {
		if _, known := d.book.Person(w.Person); !known {
			return nil, noPerson(w.Person)
		}
		was, _, err := get[rights.Wish](d, rights.KindWish, w.Person)
		switch {
		case err != nil && !errors.Is(err, kept.ErrNotFound):
			return nil, err
		case was == w || err != nil && w == rights.Wish{Person: w.Person}:
			return nil, door.ErrNothing
		}
		return w, d.put(w.Row(d.now))
	})
}

// Preferred is how a person wants to be written to; the zero wish when he has not said.
func (o *Office) Preferred(ctx context.Context, person string) (rights.Wish, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) (rights.Wish, error) {
		row, err := tx.Record(ctx, rights.KindWish, person)
		if errors.Is(err, kept.ErrNotFound) {
			return rights.Wish{Person: person}, nil
		} else if err != nil {
			return rights.Wish{}, err
		}
		return record.Read[rights.Wish](row)
	})
}
