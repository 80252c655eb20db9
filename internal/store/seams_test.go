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
	"golang.org/x/sys/unix"

	"beredskab/internal/register"
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
	}{{db.writer.db, 1, writerPragmas()}, {db.reader.db, readers, readerPragmas()}} {
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
		wrong := sql.OpenDB(connector{source(file, settings), writerPragmas()})
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
	for kind, name := range map[int64]string{
		unix.NFS_SUPER_MAGIC: "NFS", unix.CIFS_SUPER_MAGIC: "SMB", unix.SMB2_SUPER_MAGIC: "SMB",
		unix.FUSE_SUPER_MAGIC: "FUSE", unix.V9FS_MAGIC: "9P", unix.EXT4_SUPER_MAGIC: "", unix.TMPFS_MAGIC: "",
	} {
		options := Options{Path: filepath.Join(t.TempDir(), "register.db")}
		options.filesystemType = func(string) (int64, error) { return kind, nil }
		db, err := Open(t.Context(), options)
		if name == "" {
			if err != nil {
				t.Errorf("%x: got %v", kind, err)
				continue
			}
			_ = db.Close()
			continue
		}
		if !errors.Is(err, ErrUnsafe) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestFaults(t *testing.T) {
	lite, post := sqliteEngine{}, postgresEngine{}
	for _, c := range []struct {
		engine engine
		err    error
		want   fault
	}{
		{lite, sqlite3.Error{Code: sqlite3.ErrBusy}, again},
		{lite, sqlite3.Error{Code: sqlite3.ErrFull}, full},
		{lite, sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrWrite, SystemErrno: syscall.ENOSPC}, full},
		{lite, sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrWrite, SystemErrno: syscall.EIO}, broken},
		{lite, sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrFsync, SystemErrno: syscall.ENOSPC}, broken},
		{lite, sqlite3.Error{Code: sqlite3.ErrCorrupt}, broken},
		{lite, sqlite3.Error{Code: sqlite3.ErrConstraint}, ordinary},
		{post, &pgconn.PgError{Code: "40001"}, again},
		{post, &pgconn.PgError{Code: "40P01"}, again},
		{post, &pgconn.PgError{Code: "57P01"}, lost},
		{post, &pgconn.PgError{Code: "53100"}, full},
		{post, &pgconn.PgError{Code: "23503"}, ordinary},
		{post, fmt.Errorf("committing: %w", pgx.ErrTxCommitRollback), again},
		{post, errors.New("anything"), ordinary},
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
		{sqlite3.Error{Code: sqlite3.ErrBusy}, []error{sqlite3.ErrBusy}, false, tries},
	} {
		db := openHere(t, Options{Path: filepath.Join(t.TempDir(), "register.db")})
		sound := db.engine
		failing := &brokenEngine{engine: sound, commit: c.commit}
		db.engine = failing
		err := db.Update(t.Context(), func(register.Tx) error { return nil })
		for _, want := range c.want {
			var answer sqlite3.Error
			if !errors.Is(err, want) && !(errors.As(err, &answer) && answer.Code == want) {
				t.Errorf("%v: got %v, want %v", c.commit, err, want)
			}
		}
		if failing.begun != c.begun {
			t.Errorf("%v: begun %d times, want %d", c.commit, failing.begun, c.begun)
		}
		db.engine = sound
		err = db.Update(t.Context(), func(register.Tx) error { return nil })
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
		err := db.Update(t.Context(), func(tx register.Tx) error {
			return errors.Join(tx.Wake(t.Context(), "2026-01", time.Time{}), tx.Wake(t.Context(), "2026-01", later),
				tx.Wake(t.Context(), "2026-01", later.Add(-time.Millisecond)), tx.Wake(t.Context(), "2026-02", time.Time{}))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var jobs int
	if err := db.sqlDB().QueryRow("SELECT count(*) FROM river_job").Scan(&jobs); err != nil || jobs != 3 {
		t.Errorf("got %d jobs (%v), want one for each run at once and one for later", jobs, err)
	}
}
