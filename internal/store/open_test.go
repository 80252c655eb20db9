package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/store"
	"beredskab/internal/store/pgtest"
)

func refuses(t *testing.T, options store.Options, target error, words ...string) {
	t.Helper()
	db, err := store.Open(t.Context(), options)
	if db != nil {
		_ = db.Close()
	}
	wants(t, err, target)
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q does not say %q", err, word)
		}
	}
}

func TestOpenTwiceKeepsWhatIsThere(t *testing.T) {
	onBothPlaces(t, func(t *testing.T, options store.Options) {
		first, err := store.Open(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		update(t, first, func(tx door.Tx) error { return writeEverywhere(t.Context(), tx) })
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		view(t, open(t, options), func(tx door.Tx) error {
			_, err := tx.Run(t.Context(), "2026-01")
			return err
		})
	})
}

func TestNewerTablesAreRefused(t *testing.T) {
	onBothPlaces(t, func(t *testing.T, options store.Options) {
		db, err := store.Open(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		statement := "INSERT INTO goose_db_version (version_id, is_applied) VALUES (7000, true)"
		if _, err := outside(t, options).ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		refuses(t, options, store.ErrNewer, "written by a newer beredskab", "7000")
	})
}

// TestNodesStartTogether lets several nodes bring one empty PostgreSQL up to date.
func TestNodesStartTogether(t *testing.T) {
	options := place(t, "postgres")
	inTurn(t, 3, func(int) error {
		db, err := store.Open(context.Background(), options)
		if err != nil {
			return err
		}
		return db.Close()
	})
}

func TestOneServerPerFolder(t *testing.T) {
	options := place(t, "sqlite")
	open(t, options)
	refuses(t, options, store.ErrLocked, fmt.Sprint("process ", os.Getpid()))
	beside := options
	beside.Mode = store.Use
	update(t, open(t, beside), func(tx door.Tx) error { return writeEverywhere(t.Context(), tx) })
	elsewhere := place(t, "sqlite")
	open(t, elsewhere)
}

func TestFilesAreForTheirOwnerOnly(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	options := store.Options{Path: filepath.Join(folder, "register æ?#%20.db"), Mode: store.Serve}
	db := open(t, options)
	update(t, db, func(tx door.Tx) error { return writeEverywhere(t.Context(), tx) })
	list, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range list {
		names = append(names, file.Name())
		info, err := file.Info()
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "mode of "+file.Name(), info.Mode().Perm(), os.FileMode(0o600))
	}
	equal(t, "files", names, []string{"register æ?#%20.db", "register æ?#%20.db-shm", "register æ?#%20.db-wal", "register.lock"})
	info, err := os.Stat(folder)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "mode of the folder", info.Mode().Perm(), os.FileMode(0o700))
}

func TestDamagedFileIsRefused(t *testing.T) {
	options := place(t, "sqlite")
	if err := os.WriteFile(options.Path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	refuses(t, options, store.ErrDamaged, "restore a backup")
	options.Mode = store.Use
	refuses(t, options, store.ErrDamaged, "restore a backup")
}

func TestUnsafePostgresIsRefused(t *testing.T) {
	options := place(t, "postgres")
	options.URL += "&synchronous_commit=off"
	refuses(t, options, store.ErrUnsafe, "synchronous_commit=off")
}

func TestSeveralHostsInOneAddress(t *testing.T) {
	options := place(t, "postgres")
	options.URL = strings.Replace(options.URL, "@", "@127.0.0.1:1,", 1) + "&target_session_attrs=read-write"
	open(t, options)
}

func TestNoPlaceIsRefused(t *testing.T) {
	for _, options := range []store.Options{{}, {Path: "a", URL: "postgres://127.0.0.1/x"}} {
		if _, err := store.Open(t.Context(), options); err == nil {
			t.Errorf("%+v was taken", options)
		}
	}
}

func TestBackupRestores(t *testing.T) {
	db := open(t, place(t, "sqlite"))
	addRun(t, db, aRun("2026-01", "a", 0))
	path := filepath.Join(t.TempDir(), "register.db")
	if err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if db.Backup(t.Context(), path) == nil {
		t.Error("a backup was written over another")
	}
	addRun(t, db, aRun("2026-02", "later", 1))
	restored := open(t, store.Options{Path: path, Mode: store.Serve})
	view(t, restored, func(tx door.Tx) error {
		equal(t, "runs", ids(must[[]kept.Run](t)(tx.Runs(t.Context(), kept.RunFilter{}))), []string{"2026-01"})
		return nil
	})
	equal(t, "problems", restored.Check(t.Context()).Problems, []string(nil))
}

// What carries a hash is compared with it: these rows carry none of their own.
func TestCheckNamesValuesThatDoNotFitTheirHash(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		update(t, db, func(tx door.Tx) error { return writeEverywhere(t.Context(), tx) })
		problems := strings.Join(db.Check(t.Context()).Problems, "\n")
		for _, want := range []string{"entry 1 of the log", "version 1 of plan a", "restore a backup"} {
			if !strings.Contains(problems, want) {
				t.Errorf("nothing of %q in: %s", want, problems)
			}
		}
	})
}

func TestPostgresHasNoFileToCopy(t *testing.T) {
	err := open(t, place(t, "postgres")).Backup(t.Context(), filepath.Join(t.TempDir(), "x"))
	if err == nil || !strings.Contains(err.Error(), "there is none") {
		t.Errorf("got %v", err)
	}
}

func TestCheck(t *testing.T) {
	onBothPlaces(t, func(t *testing.T, options store.Options) {
		db := open(t, options)
		h := db.Check(t.Context())
		equal(t, "problems", h.Problems, []string(nil))
		equal(t, "schema", h.Schema, int64(3))
		if h.Version == "" || h.Engine != db.Engine() || (options.Path != "") != (h.Free > 0 && h.Total > h.Free) {
			t.Errorf("got %+v", h)
		}
		if options.Path == "" {
			return
		}
		// A control: a broken reference must be found.
		past := outside(t, store.Options{Path: options.Path})
		for _, s := range []string{"PRAGMA foreign_keys = off", "INSERT INTO event VALUES ('nowhere', 1, 0, 'x', '', '')"} {
			past.SetMaxOpenConns(1)
			if _, err := past.ExecContext(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		equal(t, "problems", len(db.Check(t.Context()).Problems), 1)
	})
}

// TestUpdateOutlivesACrashOfPostgres kills the server with -9 and expects a
// change that began meanwhile to be made once it is back.
func TestUpdateOutlivesACrashOfPostgres(t *testing.T) {
	cluster, err := pgtest.Launch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	db := open(t, store.Options{URL: cluster.URL("postgres")})
	addRun(t, db, aRun("2026-01", "a", 0))
	cluster.Kill()
	result, begun := make(chan error, 1), make(chan struct{})
	go func() {
		close(begun)
		result <- db.Update(context.Background(), func(tx door.Tx) error {
			_, err := tx.AddRun(context.Background(), aRun("2026-02", "a", 1))
			return err
		})
	}()
	<-begun
	if err := cluster.Run(); err != nil {
		t.Fatal(err)
	}
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	view(t, db, func(tx door.Tx) error {
		equal(t, "runs", ids(must[[]kept.Run](t)(tx.Runs(t.Context(), kept.RunFilter{}))), []string{"2026-02", "2026-01"})
		return nil
	})
}
