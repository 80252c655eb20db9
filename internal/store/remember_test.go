package store_test

import (
	"errors"
	"testing"

	"beredskab/internal/door"
	"beredskab/internal/record"
	"beredskab/internal/store"
)

// TestRemember: what was read of some kinds is read again when one of them was
// written, and only then; and what a transaction sees of its own writes, which may
// still fail, is nobody else's.
func TestRemember(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, reads := t.Context(), 0
		count := func(tx door.Tx) int {
			t.Helper()
			value, err := tx.Remember(ctx, "people", [3]string{"person", "grant", "delegation"}, func() (any, error) {
				reads++
				list, err := tx.Records(ctx, "person", record.Filter{})
				return len(list), err
			})
			if err != nil {
				t.Fatal(err)
			}
			return value.(int)
		}
		seen := func(people, readings int) {
			t.Helper()
			err := db.View(ctx, func(tx door.Tx) error {
				if got := count(tx); got != people || reads != readings {
					t.Errorf("%d people after %d readings, want %d after %d", got, reads, people, readings)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		put := func(tx door.Tx, kind, key string, rev int) error {
			return tx.PutRecord(ctx, record.Row{Kind: kind, Key: key, At: at(rev), Rev: rev, Body: []byte(`{}`)})
		}
		seen(0, 1)
		update(t, db, func(tx door.Tx) error { return put(tx, "person", "p-1", 1) })
		seen(1, 2)
		seen(1, 2)
		update(t, db, func(tx door.Tx) error { return put(tx, "action", "A-1", 1) })
		seen(1, 2)
		update(t, db, func(tx door.Tx) error { return put(tx, "person", "p-1", 2) })
		seen(1, 3)

		failed := errors.New("it failed after all")
		err := db.Update(ctx, func(tx door.Tx) error {
			if err := put(tx, "person", "p-2", 1); err != nil {
				return err
			}
			if got := count(tx); got != 2 {
				t.Errorf("the transaction that writes sees %d people, want its own too", got)
			}
			return failed
		})
		if !errors.Is(err, failed) {
			t.Fatal(err)
		}
		seen(1, 4)
		update(t, db, func(tx door.Tx) error { return put(tx, "grant", "g-1", 1) }) // the stamp is now that of the failed one
		seen(1, 5)
	})
}
