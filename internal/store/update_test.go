package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/store"
)

// outside opens the register's database past package store.
func outside(t testing.TB, options store.Options) *sql.DB {
	t.Helper()
	driver, address := "sqlite3", "file:"+options.Path+"?_foreign_keys=on&_busy_timeout=5000"
	if options.URL != "" {
		driver, address = "pgx", options.URL
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func count(t testing.TB, db *sql.DB, from string) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+from).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// onBothPlaces is onBoth for tests that look at the database themselves.
func onBothPlaces(t *testing.T, test func(t *testing.T, options store.Options)) {
	t.Helper()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			test(t, place(t, engine))
		})
	}
}

// inTurn runs do in that many goroutines at once and reports every error.
func inTurn(t *testing.T, goroutines int, do func(i int) error) {
	t.Helper()
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range goroutines {
		all.Go(func() {
			<-begin
			if err := do(i); err != nil {
				t.Errorf("goroutine %d: %v", i, err)
			}
		})
	}
	close(begin)
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

func writeEverywhere(ctx context.Context, tx door.Tx) error {
	_, errRun := tx.AddRun(ctx, aRun("2026-01", "a", 0))
	_, _, errVersion := tx.AddVersion(ctx, kept.Version{Hash: "h", Kind: "plan", ID: "a"})
	errEntry := tx.AddEntry(ctx, kept.Entry{Actor: "p", Outcome: "done", Hash: ledger.Leaf(nil)})
	_, _, errNotice := tx.AddNotice(ctx, aNotice("k", "2026-01", 1))
	return errors.Join(errRun, errVersion, errEntry, errNotice, tx.Wake(ctx, "2026-01", kept.LookQueue, time.Time{}))
}

func TestRollbackLeavesNothing(t *testing.T) {
	onBothPlaces(t, func(t *testing.T, options store.Options) {
		options.Woken = func(string) { t.Error("woken by a change that did not happen") }
		db := open(t, options)
		refused := errors.New("refused")
		err := db.Update(t.Context(), func(tx door.Tx) error {
			return errors.Join(writeEverywhere(t.Context(), tx), refused)
		})
		wants(t, err, refused)
		func() {
			defer func() { equal(t, "panic", recover(), any("bug")) }()
			_ = db.Update(t.Context(), func(tx door.Tx) error {
				_ = writeEverywhere(t.Context(), tx)
				panic("bug")
			})
		}()
		ctx, cancel := context.WithCancel(t.Context())
		err = db.Update(ctx, func(tx door.Tx) error {
			cancel()
			return writeEverywhere(context.WithoutCancel(ctx), tx)
		})
		wants(t, err, context.Canceled)
		for _, table := range []string{"run", "version", "entry", "notice", "river_job"} {
			equal(t, table, count(t, outside(t, options), table), 0)
		}
		update(t, db, func(tx door.Tx) error {
			return tx.AddEntry(t.Context(), kept.Entry{Outcome: "done", Hash: ledger.Leaf(nil)})
		})
		view(t, db, func(tx door.Tx) error {
			equal(t, "no gap", must[[]kept.Entry](t)(tx.Entries(t.Context(), kept.EntryFilter{}))[0].Seq, int64(1))
			return nil
		})
	})
}

func TestCommitIsSeenAtOnceByViewsAndOutside(t *testing.T) {
	onBothPlaces(t, func(t *testing.T, options store.Options) {
		db := open(t, options)
		update(t, db, func(tx door.Tx) error { return writeEverywhere(t.Context(), tx) })
		view(t, db, func(tx door.Tx) error {
			_, err := tx.Run(t.Context(), "2026-01")
			return err
		})
		for _, table := range []string{"run", "version", "entry", "notice", "river_job"} {
			equal(t, table, count(t, outside(t, options), table), 1)
		}
		if db.View(t.Context(), func(tx door.Tx) error { return writeEverywhere(t.Context(), tx) }) == nil {
			t.Error("a view could write")
		}
	})
}

func TestNaturalKeyHasOneWinner(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		var winners sync.Map
		inTurn(t, 8, func(i int) error {
			return db.Update(t.Context(), func(tx door.Tx) error {
				added, err := tx.AddOccurrence(t.Context(), kept.Occurrence{
					Schedule: "a/d", Nominal: "2026-11-23T09:00", Zone: "UTC", State: kept.OccurrenceStarted, Run: fmt.Sprint(i),
				})
				winners.Delete(i)
				if added {
					winners.Store(i, true)
				}
				return err
			})
		})
		var won []string
		winners.Range(func(i, _ any) bool { won = append(won, fmt.Sprint(i)); return true })
		view(t, db, func(tx door.Tx) error {
			o := must[kept.Occurrence](t)(tx.Occurrence(t.Context(), "a/d", "2026-11-23T09:00", "UTC"))
			equal(t, "winner", won, []string{o.Run})
			return nil
		})
	})
}

// TestConcurrentUpdates lets eight goroutines count one run up, append to the
// log, add versions of one plan and start nodes: no number is lost or doubled.
func TestConcurrentUpdates(t *testing.T) {
	const goroutines, rounds = 8, 10
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addRun(t, db, aRun("2026-01", "a", 0))
		inTurn(t, goroutines, func(i int) error {
			for round := range rounds {
				err := untilAgreed(ctx, db, func(tx door.Tx) error { return countUp(ctx, tx, i, round) })
				if err != nil {
					return err
				}
			}
			return nil
		})
		view(t, db, func(tx door.Tx) error {
			equal(t, "seq", must[kept.Run](t)(tx.Run(ctx, "2026-01")).Seq, 1+goroutines*rounds)
			entries := must[[]kept.Entry](t)(tx.Entries(ctx, kept.EntryFilter{}))
			slices.Reverse(entries)
			for i, e := range entries {
				equal(t, "log number", e.Seq, int64(i+1))
			}
			equal(t, "log", len(entries), goroutines*rounds)
			versions := must[[]kept.Version](t)(tx.Versions(ctx, "plan", "a"))
			for i, v := range versions {
				equal(t, "version number", v.Number, i+1)
			}
			equal(t, "versions", len(versions), goroutines*rounds)
			return nil
		})
	})
}

// untilAgreed does what a caller of Update does on a conflict.
func untilAgreed(ctx context.Context, db *store.DB, fn func(door.Tx) error) error {
	for {
		if err := db.Update(ctx, fn); !errors.Is(err, kept.ErrConflict) {
			return err
		}
	}
}

func countUp(ctx context.Context, tx door.Tx, i, round int) error {
	run, err := tx.Run(ctx, "2026-01")
	if err != nil {
		return err
	}
	run.Seq++
	if err := tx.SaveRun(ctx, run, run.Seq-1); err != nil {
		return err
	}
	errEntry := tx.AddEntry(ctx, kept.Entry{Actor: fmt.Sprint(i), Outcome: "done", Hash: ledger.Leaf(nil)})
	_, _, errVersion := tx.AddVersion(ctx, kept.Version{Hash: fmt.Sprint(i, round), Kind: "plan", ID: "a"})
	_, errNode := tx.StartNode(ctx, kept.Node{Name: fmt.Sprint("n", i)})
	return errors.Join(errEntry, errVersion, errNode)
}

// TestHistoryCannotBeChanged goes past the program, as a mistaken operator would.
func TestHistoryCannotBeChanged(t *testing.T) {
	onBothPlaces(t, func(t *testing.T, options store.Options) {
		db := open(t, options)
		update(t, db, func(tx door.Tx) error {
			return errors.Join(writeEverywhere(t.Context(), tx),
				tx.AddEvents(t.Context(), "2026-01", []kept.Event{{Seq: 1, At: at(1), Kind: "opened"}}))
		})
		past := outside(t, options)
		for _, statement := range []string{
			"UPDATE entry SET actor = 'nobody'", "DELETE FROM entry",
			"UPDATE version SET canonical = 'x'", "DELETE FROM version",
			"UPDATE event SET body = 'x'", "DELETE FROM event",
			"UPDATE log_head SET seq = 0", "DELETE FROM log_head",
			"DELETE FROM run", "INSERT INTO run (id) VALUES ('x')",
			"UPDATE notice SET state = 'forgotten'", "UPDATE run SET incident = 2",
		} {
			if _, err := past.ExecContext(t.Context(), statement); err == nil {
				t.Errorf("%s: was let through", statement)
			}
		}
		if _, err := past.ExecContext(t.Context(), "UPDATE run SET title = 'y'"); err != nil {
			t.Error("a control that must go well:", err)
		}
	})
}

// TestNumbersDrawnAtOneMoment has nothing but the drawing of numbers in common,
// so that on PostgreSQL two transactions do draw the same and one must run again.
func TestNumbersDrawnAtOneMoment(t *testing.T) {
	const goroutines = 8
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		inTurn(t, goroutines, func(i int) error {
			return db.Update(ctx, func(tx door.Tx) error {
				_, _, errVersion := tx.AddVersion(ctx, kept.Version{Hash: fmt.Sprint(i), Kind: "plan", ID: "a"})
				_, errNode := tx.StartNode(ctx, kept.Node{Name: fmt.Sprint("n", i)})
				return errors.Join(errVersion, errNode)
			})
		})
		view(t, db, func(tx door.Tx) error {
			versions := must[[]kept.Version](t)(tx.Versions(ctx, "plan", "a"))
			equal(t, "versions", len(versions), goroutines)
			equal(t, "last number", versions[goroutines-1].Number, goroutines)
			epochs := map[int64]bool{}
			for _, n := range must[[]kept.Node](t)(tx.Nodes(ctx)) {
				epochs[n.Epoch] = true
			}
			equal(t, "epochs", len(epochs), goroutines)
			return nil
		})
	})
}
