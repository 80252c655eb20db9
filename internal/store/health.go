package store

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"

	"github.com/mattn/go-sqlite3"

	"beredskab/internal/disk"
	"beredskab/internal/store/meaning"
	"beredskab/internal/store/move"
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
	note(checkWhole(ctx, db.reader, move.BrokenReferences))
	h.Free, h.Total, err = disk.Free(filepath.Dir(db.options.Path))
	note(err)
	return h
}

// Backup writes a copy of the register as of one moment to path, which must not
// exist, while others go on writing. The copy is checked and synced before
// Backup returns nil. PostgreSQL is copied by way of Filling.
func (db *DB) Backup(ctx context.Context, path string) error {
	if db.pgx != nil {
		return errors.New("copying the file of the register: on PostgreSQL there is none")
	}
	return doing(move.Snapshot(ctx, db.options.Path, path), "copying the register to", path)
}

// Faulty tells an error of the database from one of the register's rules: the
// disk, the connection, a lock that nobody gives up.
func (db *DB) Faulty(err error) bool {
	return errors.Is(err, ErrFull) || errors.Is(err, ErrFailed) || errors.Is(err, ErrCommitUnknown) || db.engine.classify(err) != meaning.Ordinary
}

// Scour takes old bytes from the disk that a transaction has written over. SQLite
// does it in the file by itself (secure_delete), and here in its write-ahead log.
func (db *DB) Scour(ctx context.Context) error {
	question := "PRAGMA wal_checkpoint(TRUNCATE)"
	if db.pgx != nil {
		question = "VACUUM record, finding, notice"
	}
	_, err := db.writer.ExecContext(ctx, question)
	return doing(err, "taking old bytes away")
}
