package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/store/meaning"
)

func openHere(t *testing.T, options Options) *DB {
	t.Helper()
	db, err := Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// TestSettingsOnEveryConnection reads them back itself, and each control shows
// that a connection whose settings differ is refused.
func TestSettingsOnEveryConnection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	db := openHere(t, Options{Path: path, Mode: Serve})
	for _, p := range []struct {
		pool    *sql.DB
		number  int
		pragmas []pragma
	}{{db.writer, 1, writerPragmas()}, {db.reader, readers, readerPragmas()}} {
		var held []*sql.Conn
		for range p.number {
			conn, err := p.pool.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, conn)
			for _, setting := range p.pragmas {
				var got string
				if err := conn.QueryRowContext(t.Context(), "PRAGMA "+setting.name).Scan(&got); err != nil || got != setting.want {
					t.Errorf("%s: got %s, want %s (%v)", setting.name, got, setting.want, err)
				}
			}
		}
		for _, conn := range held {
			_ = conn.Close()
		}
	}
	for _, change := range [][2]string{
		{"_synchronous=FULL", "_synchronous=NORMAL"},
		{"_foreign_keys=on", "_foreign_keys=off"},
		{"_busy_timeout=5000", "_busy_timeout=1"},
		{"_journal_mode=WAL", "_journal_mode=DELETE"},
		{"_txlock=immediate", "_query_only=1"},
	} {
		settings := strings.Replace(writerSettings, change[0], change[1], 1)
		file := filepath.Join(t.TempDir(), "other.db")
		wrong := sql.OpenDB(connector{source(file, settings), writerPragmas(), nil})
		if err := wrong.PingContext(t.Context()); !errors.Is(err, ErrUnsafe) {
			t.Errorf("%s: got %v, want it refused", change[1], err)
		}
		_ = wrong.Close()
	}
}

func TestOldSQLiteIsRefused(t *testing.T) {
	if err := checkSQLiteVersion(3_051_002); !errors.Is(err, ErrUnsafe) || !strings.Contains(err.Error(), "3.51.2") {
		t.Errorf("3.51.2: got %v", err)
	}
	if err := checkSQLiteVersion(3_051_003); err != nil {
		t.Errorf("3.51.3: got %v", err)
	}
}

func TestPostgresSettings(t *testing.T) {
	for _, c := range []struct{ version, fsync, pages, commit, want string }{
		{"150004", "on", "on", "on", ""},
		{"170000", "on", "on", "remote_apply", ""},
		{"140009", "on", "on", "on", "PostgreSQL 14"},
		{"160000", "off", "on", "on", "fsync=off"},
		{"160000", "on", "off", "on", "full_page_writes=off"},
		{"160000", "on", "on", "local", "synchronous_commit=local"},
	} {
		err := judgePostgres(c.version, c.fsync, c.pages, c.commit)
		if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, ErrUnsafe) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: got %v", c, err)
		}
	}
}

func TestNetworkFilesystemIsRefused(t *testing.T) {
	for kind, refused := range map[string]bool{"nfs": true, "smb": true, "9p": true, "fuse.sshfs": true, "fuse": true, "fuse.own": false, "local": false} {
		options := Options{Path: filepath.Join(t.TempDir(), "register.db")}
		options.filesystem = func(string) (string, error) { return kind, nil }
		db, err := Open(t.Context(), options)
		if !refused && err == nil {
			err = db.Close()
		}
		if refused != errors.Is(err, ErrUnsafe) || refused != (err != nil && strings.Contains(err.Error(), kind)) {
			t.Errorf("%s: got %v", kind, err)
		}
	}
}

func TestFaults(t *testing.T) {
	lite, post := sqliteEngine{}, postgresEngine{}
	for _, c := range []struct {
		engine engine
		err    error
		want   meaning.Meaning
	}{
		{lite, sqlite3.Error{Code: sqlite3.ErrBusy}, meaning.Again},
		{lite, sqlite3.Error{Code: sqlite3.ErrFull}, meaning.Full},
		{lite, sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrWrite, SystemErrno: syscall.ENOSPC}, meaning.Full},
		{lite, sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrWrite, SystemErrno: syscall.EIO}, meaning.Broken},
		{lite, sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrFsync, SystemErrno: syscall.ENOSPC}, meaning.Broken},
		{lite, sqlite3.Error{Code: sqlite3.ErrCorrupt}, meaning.Broken},
		{lite, sqlite3.Error{Code: sqlite3.ErrConstraint}, meaning.Ordinary},
		{lite, sqlite3.Error{Code: sqlite3.ErrError}, meaning.Altered},
		{post, &pgconn.PgError{Code: "42703"}, meaning.Altered},
		{post, &pgconn.PgError{Code: "40001"}, meaning.Again},
		{post, &pgconn.PgError{Code: "40P01"}, meaning.Again},
		{post, &pgconn.PgError{Code: "57P01"}, meaning.Lost},
		{post, &pgconn.PgError{Code: "53100"}, meaning.Full},
		{post, &pgconn.PgError{Code: "23503"}, meaning.Ordinary},
		{post, fmt.Errorf("committing: %w", pgx.ErrTxCommitRollback), meaning.Again},
		{post, errors.New("anything"), meaning.Ordinary},
	} {
		if got := c.engine.classify(fmt.Errorf("wrapped: %w", c.err)); got != c.want {
			t.Errorf("%v: got %d, want %d", c.err, got, c.want)
		}
	}
}

// brokenCommit is a session whose commit errs after or instead of committing.
type brokenCommit struct {
	session
	err error
}

func (b brokenCommit) commit(context.Context) error { return b.err }

type brokenEngine struct {
	engine
	commit error
	begun  int
}

func (b *brokenEngine) begin(ctx context.Context, db *DB, write bool) (session, error) {
	b.begun++
	s, err := b.engine.begin(ctx, db, write)
	return brokenCommit{s, b.commit}, err
}

// TestFailedCommit is F9, F12 and F13: what a caller is told, and that nothing
// more is written after the disk has failed.
func TestFailedCommit(t *testing.T) {
	for _, c := range []struct {
		commit error
		want   []error
		stops  bool
		begun  int
	}{
		{sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrFsync}, []error{ErrCommitUnknown, ErrFailed}, true, 1},
		{sqlite3.Error{Code: sqlite3.ErrFull}, []error{ErrFull}, false, 1},
		{errors.New("connection gone"), []error{ErrCommitUnknown}, false, 1},
		{sqlite3.Error{Code: sqlite3.ErrBusy}, []error{sqlite3.ErrBusy, context.DeadlineExceeded}, false, 2},
	} {
		db := openHere(t, Options{Path: filepath.Join(t.TempDir(), "register.db")})
		sound := db.engine
		failing := &brokenEngine{engine: sound, commit: c.commit}
		db.engine = failing
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		err := db.Update(ctx, func(door.Tx) error { return nil })
		cancel()
		for _, want := range c.want {
			var answer sqlite3.Error
			if !errors.Is(err, want) && !(errors.As(err, &answer) && answer.Code == want) {
				t.Errorf("%v: got %v, want %v", c.commit, err, want)
			}
		}
		if (failing.begun > 1) != (c.begun > 1) {
			t.Errorf("%v: begun %d times, want %d or more", c.commit, failing.begun, c.begun)
		}
		db.engine = sound
		err = db.Update(t.Context(), func(door.Tx) error { return nil })
		if errors.Is(err, ErrFailed) != c.stops {
			t.Errorf("%v: the next change got %v", c.commit, err)
		}
		if problems := db.Check(t.Context()).Problems; (len(problems) > 0) != c.stops {
			t.Errorf("%v: check says %q", c.commit, problems)
		}
	}
}

func TestWakesInOneSlotAreOneJob(t *testing.T) {
	db := openHere(t, Options{Path: filepath.Join(t.TempDir(), "register.db")})
	later := time.Now().Add(time.Hour).Truncate(wakeSlot)
	for range 100 {
		err := db.Update(t.Context(), func(tx door.Tx) error {
			return errors.Join(tx.Wake(t.Context(), "2026-01", kept.LookQueue, time.Time{}), tx.Wake(t.Context(), "2026-01", kept.LookQueue, later),
				tx.Wake(t.Context(), "2026-01", kept.LookQueue, later.Add(-time.Millisecond)), tx.Wake(t.Context(), "2026-02", kept.LookQueue, time.Time{}))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var jobs int
	if err := db.writer.QueryRow("SELECT count(*) FROM river_job").Scan(&jobs); err != nil || jobs != 3 {
		t.Errorf("got %d jobs (%v), want one for each run at once and one for later", jobs, err)
	}
}

// TestFullDisk lets SQLite itself say that there is no room.
func TestFullDisk(t *testing.T) {
	db := openHere(t, Options{Path: filepath.Join(t.TempDir(), "register.db")})
	room := func(pages int) {
		if _, err := db.writer.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	add := func(hash string) error {
		return db.Update(t.Context(), func(tx door.Tx) error {
			_, _, err := tx.AddVersion(t.Context(), kept.Version{Hash: hash, Kind: "plan", ID: "a", Canonical: make([]byte, 1<<20)})
			return err
		})
	}
	room(1)
	if err := add("h"); !errors.Is(err, ErrFull) {
		t.Errorf("got %v, want ErrFull", err)
	}
	room(1 << 20)
	if err := add("h"); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// TestFailedDiskStopsEverything sees an error that did not come through Update,
// as one of the queue's does not.
func TestFailedDiskStopsEverything(t *testing.T) {
	var said []error
	db := openHere(t, Options{Path: filepath.Join(t.TempDir(), "register.db"), Failed: func(err error) { said = append(said, err) }})
	for range 2 {
		_ = db.note(sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrFsync})
	}
	if len(said) != 1 || !errors.Is(said[0], ErrFailed) {
		t.Errorf("said %v, want one failure", said)
	}
	if _, err := db.writer.ExecContext(t.Context(), "CREATE TABLE x (y)"); !errors.Is(err, ErrFailed) {
		t.Errorf("the queue could still write: %v", err)
	}
	if err := db.Update(t.Context(), func(door.Tx) error { return nil }); !errors.Is(err, ErrFailed) {
		t.Errorf("the register could still write: %v", err)
	}
	if err := db.View(t.Context(), func(door.Tx) error { return nil }); err != nil {
		t.Errorf("reading must go on: %v", err)
	}
}
