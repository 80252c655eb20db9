package store

import (
	"context"
	"fmt"

	"beredskab/internal/door"
	"beredskab/internal/fault"
	"beredskab/internal/kept"
	"beredskab/internal/store/census"
	"beredskab/internal/store/move"
)

// Filling is an empty register as a store whose next change first takes
// everything over from another, in the same transaction: half of it cannot be.
// A target that is not empty is kept.ErrNotEmpty.
type Filling struct {
	*DB
	From *DB
	Sum  move.Sum // what was taken over and proved
}

// Update takes everything over, runs fn, and commits both.
func (f *Filling) Update(ctx context.Context, fn func(door.Tx) error) error {
	return f.From.look(ctx, func(from statements) error {
		return f.update(ctx, func(tx door.Tx) (err error) {
			to := tx.(*transaction).session.statements() // as update makes it
			if f.Sum, err = move.Copy(ctx, move.Side{Statements: from, Postgres: f.From.pgx != nil}, move.Side{Statements: to, Postgres: f.pgx != nil}); err != nil {
				return fmt.Errorf("taking the register over: %w", err)
			}
			fault.Point("move.copied")
			return fn(tx)
		})
	})
}

// look asks in one read-only transaction. It does not try again.
func (db *DB) look(ctx context.Context, ask func(statements) error) error {
	s, err := db.engine.begin(ctx, db, false)
	if err != nil {
		return fmt.Errorf("reading the register: %w", err)
	}
	defer s.close()
	return ask(s.statements())
}

// Place says what the log last said of the register as a whole, such as
// kept.ActLeft, and what was noted with it.
func (db *DB) Place(ctx context.Context) (act string, place kept.Place, err error) {
	err = db.look(ctx, func(in statements) (err error) { act, place, err = move.Place(ctx, in); return err })
	return act, place, err
}

// checkPlace refuses a register that was moved away (kept.ErrMoved), and one into
// which a move was not finished (kept.ErrHalf).
func (db *DB) checkPlace(ctx context.Context) error {
	if db.options.Moving {
		return nil
	}
	return db.look(ctx, func(in statements) error { return move.Refuse(ctx, in) })
}

// Log reads the whole log through. The hash is of the entry of that number; 0
// for the newest.
func (db *DB) Log(ctx context.Context, number int64) (log move.Log, err error) {
	err = db.look(ctx, func(in statements) (err error) { log, err = move.ReadLog(ctx, in, number); return err })
	return log, err
}

// Census counts what operators watch. It does not try again: who watches asks
// again by himself.
func (db *DB) Census(ctx context.Context) (c kept.Census, err error) {
	err = db.look(ctx, func(in statements) (err error) {
		c, err = census.Take(ctx, in, db.engine.clock(), db.pgx != nil)
		return err
	})
	return c, err
}

// Inspect reads a copy of an SQLite register that nobody has open: whether the
// file is whole, and whether its log is as it was written.
func Inspect(ctx context.Context, path string) (move.Log, error) { return move.Inspect(ctx, path) }
