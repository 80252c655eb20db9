package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mattn/go-sqlite3"

	"beredskab/internal/kept"
	"beredskab/internal/store/census"
	"beredskab/internal/store/disk"
	"beredskab/internal/store/sound"
)

// Health is what Check found. Problems is empty when all is well.
type Health struct {
	Engine   string // "sqlite" or "postgres"
	Version  string // of the engine
	Schema   int64  // of the register's tables
	Free     uint64 // bytes on the data folder's disk; 0 on PostgreSQL, which does not tell
	Total    uint64
	Problems []string
}

// Check looks the whole register over: the file's integrity, whether what carries
// a hash is what was written, the settings of every connection, the version of its
// tables, and free disk. It reads the whole file and may take seconds.
func (db *DB) Check(ctx context.Context) Health {
	h := Health{Engine: db.engine.name()}
	note := func(err error) {
		if err != nil {
			h.Problems = append(h.Problems, err.Error())
		}
	}
	note(db.refuseAfterFailure())
	found, err := readSchema(ctx, db.writer)
	note(err)
	h.Schema = found.register
	damages, err := sound.Problems(ctx, cmp.Or(db.reader, db.writer))
	note(err)
	h.Problems = append(h.Problems, damages...)
	if db.pgx != nil {
		note(db.pgx.QueryRow(ctx, "SELECT current_setting('server_version')").Scan(&h.Version))
		conn, err := db.pgx.Acquire(ctx)
		note(err)
		if err == nil {
			note(checkPostgres(ctx, conn.Conn()))
			conn.Release()
		}
		return h
	}
	h.Version, _, _ = sqlite3.Version()
	note(openAll(ctx, db.reader)) // Each connection was checked when it was made.
	note(checkWhole(ctx, db.reader, "PRAGMA integrity_check(20)"))
	note(checkWhole(ctx, db.reader, "SELECT 'broken reference in ' || \"table\" FROM pragma_foreign_key_check LIMIT 20"))
	h.Free, h.Total, err = disk.Free(filepath.Dir(db.options.Path))
	note(err)
	return h
}

// Backup writes a copy of the register as of one moment to path, which must not
// exist, while others go on writing. The copy is checked and synced before
// Backup returns nil.
func (db *DB) Backup(ctx context.Context, path string) (err error) {
	if db.pgx != nil {
		return errors.New("backing up the register: on PostgreSQL use pg_dump, or pg_basebackup with WAL archiving")
	}
	if path, err = filepath.Abs(path); err != nil {
		return fmt.Errorf("backing up the register: %w", err)
	}
	// VACUUM INTO takes an empty file, and this way nobody else can ever read it.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("backing up the register: %w", err)
	}
	defer func() {
		err = errors.Join(err, file.Close())
		if err != nil {
			_ = os.Remove(path) // Half a copy must not look like one.
		}
	}()
	if err := copyInto(ctx, db.options.Path, path); err != nil {
		return fmt.Errorf("backing up the register: %w", err)
	}
	if err := checkCopy(ctx, path); err != nil {
		return fmt.Errorf("backing up the register: %w", err)
	}
	return doing(errors.Join(file.Sync(), disk.Sync(filepath.Dir(path))), "backing up the register to", path)
}

// Census counts what operators watch. It does not try again: who watches asks
// again by himself.
func (db *DB) Census(ctx context.Context) (kept.Census, error) {
	s, err := db.engine.begin(ctx, db, false)
	if err != nil {
		return kept.Census{}, fmt.Errorf("reading the register: %w", err)
	}
	defer s.close()
	now, err := db.transaction(s).now(ctx)
	if err != nil {
		return kept.Census{}, err
	}
	c, err := census.Take(ctx, s.statements(), now)
	if err == nil && db.pgx != nil {
		// Only this role's own sessions can be seen, and they are all that matter.
		err = s.statements().QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event = 'SyncRep' AND state_change < now() - interval '5 seconds'`).Scan(&c.Waiting)
	}
	return c, err
}

// Faulty tells an error of the database from one of the register's rules: the
// disk, the connection, a lock that nobody gives up.
func (db *DB) Faulty(err error) bool {
	for _, known := range []error{ErrFull, ErrFailed, ErrCommitUnknown} {
		if errors.Is(err, known) {
			return true
		}
	}
	return db.engine.classify(err) != ordinary
}
