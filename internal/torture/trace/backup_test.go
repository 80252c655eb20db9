package trace_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/proof"
	"beredskab/internal/rights"
	"beredskab/plans"
)

// program is the whole program over a folder.
func program(t *testing.T, dir string) *app.App {
	t.Helper()
	settings := filepath.Join(dir, "beredskab.yaml")
	if _, err := os.Stat(settings); err != nil {
		err := errors.Join(os.WriteFile(settings, []byte("dir: .\nnode: test\nlisten: off\nweb: off\n"), 0o600), os.CopyFS(filepath.Join(dir, "plans"), plans.Files))
		if err != nil {
			t.Fatal(err)
		}
	}
	s, err := app.Load(map[string]string{"dir": dir}, func(string) (string, bool) { return "", false }, dir)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), s, app.Use, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// rows counts what is in the tables that people fill.
func rows(t *testing.T, file string) (persons, entries int) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM record WHERE kind = 'person'").Scan(&persons),
		db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM entry").Scan(&entries),
		db.Close())
	if err != nil {
		t.Fatal(err)
	}
	return persons, entries
}

// TestBackups is R14: each backup taken under load is whole, holds at least what was
// acknowledged before it, and is restored on an empty folder to a register whose log
// verifies. A plain copy of the file is refused, and most of them miss something.
func TestBackups(t *testing.T) {
	dir := t.TempDir()
	a := program(t, dir)
	if _, problems, err := a.Adopt(t.Context(), door.System("test")); err != nil || problems.Failed() {
		t.Fatal(err, problems)
	}
	var told atomic.Int64 // persons acknowledged
	ctx, cancel := context.WithCancel(t.Context())
	var load sync.WaitGroup
	load.Go(func() {
		for ctx.Err() == nil {
			if _, err := a.Office.AddPerson(ctx, as("root"), rights.Person{Name: fmt.Sprint("Nr. ", told.Load())}); err == nil {
				told.Add(1)
			} else if ctx.Err() == nil {
				t.Error(err)
				return
			}
		}
	})
	count, bad, short, taken := proof.Size(3, 20, 100), 0, 0, 0
	for i := range count {
		acknowledged := int(told.Load())
		file := filepath.Join(t.TempDir(), fmt.Sprint(i, ".tar"))
		if _, err := a.Backup(t.Context(), as("root"), file); err != nil {
			t.Fatal(err)
		}
		if err := restored(t, file, acknowledged); err != nil {
			bad++
			t.Errorf("backup %d: %v", i, err)
		}
		plain := filepath.Join(t.TempDir(), "register.db")
		acknowledged = int(told.Load())
		if text, err := os.ReadFile(filepath.Join(dir, "register.db")); err != nil || os.WriteFile(plain, text, 0o600) != nil {
			t.Fatal(err)
		}
		if _, err := app.Restore(t.Context(), as("root"), plain, t.TempDir(), slog.New(slog.DiscardHandler)); !errors.Is(err, app.ErrBackup) {
			taken++
			t.Errorf("a plain copy was taken: %v", err)
		}
		if persons, ok := readable(t, plain); !ok || persons < acknowledged {
			short++
		}
	}
	cancel()
	load.Wait()
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if short == 0 {
		t.Error("no plain copy missed anything: the control does not hold")
	}
	proof.Report(t, proof.Figure{
		ID: "R14", What: "backups under load, each restored on an empty folder", Count: count, Unit: "backups", Failed: bad + taken,
		Found:   fmt.Sprintf("0 missed what was acknowledged, each log verified; %d persons were added meanwhile", told.Load()),
		Control: fmt.Sprintf("plain copies were refused, and %d of %d missed something or could not be read", short, count),
	})
}

// restored restores a backup and looks the register through.
func restored(t *testing.T, file string, acknowledged int) error {
	t.Helper()
	dir := t.TempDir()
	manifest, err := app.Restore(t.Context(), as("root"), file, dir, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	persons, entries := rows(t, filepath.Join(dir, "register.db"))
	if persons < acknowledged || int64(entries) < manifest.Entries {
		return fmt.Errorf("%d of %d persons, %d of %d entries", persons, acknowledged, entries, manifest.Entries)
	}
	back := program(t, dir)
	problems := back.Store().Check(t.Context()).Problems
	v, err := back.Notary.Audit(t.Context())
	if err == nil && (v.Problem != "" || len(problems) > 0) {
		err = fmt.Errorf("%s %q", v.Problem, problems)
	}
	return errors.Join(err, back.Close())
}

// readable counts the persons in a plain copy, if it can be read.
func readable(t *testing.T, file string) (persons int, ok bool) {
	db, err := sql.Open("sqlite3", "file:"+file+"?mode=ro")
	if err != nil {
		return 0, false
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return persons, db.QueryRowContext(ctx, "SELECT COUNT(*) FROM record WHERE kind = 'person'").Scan(&persons) == nil
}
