package store_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/register"
	"beredskab/internal/store"
)

// fill takes a register over into an empty one.
func fill(t *testing.T, from, to *store.DB) (*store.Filling, error) {
	t.Helper()
	f := &store.Filling{DB: to, From: from}
	return f, f.Update(t.Context(), func(door.Tx) error { return nil })
}

// aRegister writes some rows and an entry with its hash.
func aRegister(t *testing.T, db *store.DB) {
	t.Helper()
	text := []byte{0, 255}
	update(t, db, func(tx door.Tx) error {
		_, errRun := tx.AddRun(t.Context(), aRun("2026-01", "a", 0))
		_, _, errVersion := tx.AddVersion(t.Context(), kept.Version{Hash: fmt.Sprintf("%x", sha256.Sum256(text)), Kind: "plan", ID: "a", Canonical: text})
		_, _, errNotice := tx.AddNotice(t.Context(), aNotice("k", "2026-01", 1))
		return errors.Join(errRun, errVersion, errNotice)
	})
	if err := register.New(door.New(db, stillClock{}), register.Options{}).Upkeep(t.Context(), door.Actor{Name: "drift"}, "register.restored", kept.RegisterObject, nil); err != nil {
		t.Fatal(err)
	}
}

// Everything that one engine keeps arrives on the other and comes back: tables,
// numbers, the log and its counters, which go on where they stood.
func TestMoveThereAndBack(t *testing.T) {
	lite := open(t, place(t, "sqlite"))
	aRegister(t, lite)
	before := must[int64](t)(entries(t, lite))
	server := open(t, place(t, "postgres"))
	there, err := fill(t, lite, server)
	if err != nil {
		t.Fatal(err)
	}
	update(t, server, func(tx door.Tx) error {
		id, _, err := tx.AddNotice(t.Context(), aNotice("k2", "2026-01", 2))
		equal(t, "next notice", id, int64(2))
		if err != nil {
			return err
		}
		return tx.AddEntry(t.Context(), kept.Entry{At: at(9), Actor: "a", Act: "x", Object: "y", Outcome: "done", Bytes: []byte("b"), Hash: ledger.Leaf([]byte("b"))})
	})
	equal(t, "next entry", must[int64](t)(entries(t, server)), before+1)
	if _, err := fill(t, lite, server); !errors.Is(err, kept.ErrNotEmpty) {
		t.Errorf("a register was filled twice: %v", err)
	}
	again := open(t, place(t, "postgres"))
	if _, err := fill(t, lite, again); err != nil {
		t.Fatal(err)
	}
	home := open(t, place(t, "sqlite"))
	back, err := fill(t, again, home)
	if err != nil {
		t.Fatal(err)
	}
	if there.Sum.Rows == 0 || there.Sum.Rows != back.Sum.Rows || there.Sum.Tables < 13 || there.Sum.Tables != back.Sum.Tables {
		t.Errorf("there %+v, back %+v", there.Sum, back.Sum)
	}
	equal(t, "problems", home.Check(t.Context()).Problems, []string(nil))
	log, err := home.Log(t.Context(), 0)
	if err != nil || log.Entries != before {
		t.Errorf("%d entries came home, %d went: %v", log.Entries, before, err)
	}
	update(t, home, func(tx door.Tx) error { // a number that the notices go on with
		id, _, err := tx.AddNotice(t.Context(), aNotice("k2", "2026-01", 2))
		equal(t, "next notice", id, int64(2))
		return err
	})
}

type stillClock struct{}

func (stillClock) Now() event.Moment { return event.Moment{Wall: at(0)} }

func entries(t *testing.T, db *store.DB) (n int64, err error) {
	t.Helper()
	return n, db.View(t.Context(), func(tx door.Tx) error {
		list, err := tx.Entries(t.Context(), kept.EntryFilter{Limit: 1})
		if len(list) > 0 {
			n = list[0].Seq
		}
		return err
	})
}

// What is cut off leaves an empty target; the guard of the log's counter is back
// in place afterwards, and a value that was changed on the way is found.
func TestMoveIsWholeOrNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, to *store.DB) {
		engine := map[string]string{"sqlite": "postgres", "postgres": "sqlite"}[to.Engine()]
		from := open(t, place(t, engine))
		aRegister(t, from)
		cut := errors.New("cut off")
		f := &store.Filling{DB: to, From: from}
		wants(t, f.Update(context.Background(), func(door.Tx) error { return cut }), cut)
		if _, err := fill(t, from, to); err != nil {
			t.Errorf("after a move that was cut off: %v", err)
		}
	})
}

// A copy whose log was changed is not a register.
func TestInspectReadsTheLog(t *testing.T) {
	db := open(t, place(t, "sqlite"))
	aRegister(t, db)
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	log, err := store.Inspect(t.Context(), path)
	if err != nil || log.Entries != 1 {
		t.Fatalf("%+v, %v", log, err)
	}
	past, err := store.OpenForWriting(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"DROP TRIGGER entry_stays", "UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), 'drift', 'andre') AS BLOB)"} {
		if _, err := past.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := past.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Inspect(t.Context(), path); err == nil || !strings.Contains(err.Error(), "entry 1 was changed") {
		t.Errorf("a changed entry: %v", err)
	}
}
