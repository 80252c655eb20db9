package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/store"
	"beredskab/internal/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// onBoth runs a test on an empty register of each engine.
func onBoth(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			test(t, open(t, place(t, engine)))
		})
	}
}

func place(t testing.TB, engine string) store.Options {
	t.Helper()
	if engine == "postgres" {
		return store.Options{URL: pgtest.Start(t), Mode: store.Serve}
	}
	return store.Options{Path: filepath.Join(t.TempDir(), "register.db"), Mode: store.Serve}
}

func open(t testing.TB, options store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error("closing:", err)
		}
	})
	return db
}

// update must succeed; it hands its error to the test.
func update(t testing.TB, db *store.DB, fn func(tx door.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, db *store.DB, fn func(tx door.Tx) error) {
	t.Helper()
	if err := db.View(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// must gives the value or ends the test.
func must[T any](t testing.TB) func(value T, err error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func wants(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("got error %v, want %v", err, target)
	}
}

// at is a fixed moment, some seconds on, with microseconds that must survive.
func at(seconds int) time.Time {
	return time.Date(2026, 11, 23, 8, 0, 0, 123_456_000, time.UTC).Add(time.Duration(seconds) * time.Second)
}

func aRun(id, system string, opened int) kept.Run {
	return kept.Run{
		ID: id, System: system, PlanHash: "p-" + system, StepsHash: "s-" + system, DrillID: "d", Type: "technical",
		Title: "Gendan fra backup", Scope: "full", State: "open", Director: "leder", Seq: 1, Node: "n1", OpenedAt: at(opened),
	}
}

func addRun(t testing.TB, db *store.DB, rows ...kept.Run) {
	t.Helper()
	update(t, db, func(tx door.Tx) error {
		for _, r := range rows {
			if added, err := tx.AddRun(t.Context(), r); err != nil || !added {
				t.Fatalf("adding run %s: added=%v, %v", r.ID, added, err)
			}
		}
		return nil
	})
}
