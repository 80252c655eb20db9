package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/store"
)

// BenchmarkUpdateSQLite sets a typical change of one step beside one bare insert,
// both committed with a sync: the difference is what the register adds.
func BenchmarkUpdateSQLite(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		db, err := sql.Open("sqlite3", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_journal_mode=WAL&_synchronous=FULL")
		if err != nil {
			b.Fatal(err)
		}
		defer db.Close()
		db.SetMaxOpenConns(1)
		if _, err := db.ExecContext(b.Context(), "CREATE TABLE t (n INTEGER, s TEXT)"); err != nil {
			b.Fatal(err)
		}
		insert := must[*sql.Stmt](b)(db.Prepare("INSERT INTO t VALUES (?1, 'some text')"))
		for i := 0; b.Loop(); i++ {
			if _, err := insert.Exec(i); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("step", func(b *testing.B) { benchStep(b, place(b, "sqlite")) })
}

func BenchmarkUpdatePostgres(b *testing.B) { benchStep(b, place(b, "postgres")) }

func benchStep(b *testing.B, options store.Options) {
	db := open(b, options)
	run := aRun("2026-01", "a", 0)
	addRun(b, db, run)
	for i := 0; b.Loop(); i++ {
		update(b, db, func(tx door.Tx) error { return step(b, tx, run, i) })
	}
}

func step(b *testing.B, tx door.Tx, run kept.Run, i int) error {
	ctx := b.Context()
	run.Seq = 1 + 3*(i+1)
	if err := tx.SaveRun(ctx, run, run.Seq-3); err != nil {
		return err
	}
	body := []byte(`{"step":"gendan-database","outcome":"done"}`)
	events := []kept.Event{
		{Seq: run.Seq - 2, At: at(i), Kind: "started", Body: body},
		{Seq: run.Seq - 1, At: at(i), Kind: "ended", Body: body},
		{Seq: run.Seq, At: at(i), Kind: "checked", Body: body},
	}
	if err := tx.AddEvents(ctx, run.ID, events); err != nil {
		return err
	}
	attempt := kept.Attempt{Run: run.ID, Step: fmt.Sprint("s", i), Number: 1, Node: "n", Epoch: 1, State: kept.AttemptStarting}
	if _, err := tx.AddAttempt(ctx, attempt); err != nil {
		return err
	}
	attempt.State = kept.AttemptRunning
	if err := tx.SaveAttempt(ctx, attempt, 1, kept.AttemptStarting); err != nil {
		return err
	}
	for range 2 {
		if err := tx.AddEntry(ctx, kept.Entry{At: at(i), Actor: "p", Object: run.ID, Outcome: "done", Bytes: body, Hash: body[:32]}); err != nil {
			return err
		}
	}
	return nil
}
