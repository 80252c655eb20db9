package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"beredskab/internal/disk"
	"beredskab/internal/fault"
	"beredskab/internal/store/meaning"
)

//go:embed migrations/sqlite/*.sql migrations/postgres/*.sql
var migrations embed.FS

// migrationLock is the advisory lock of those who bring PostgreSQL up to date.
const migrationLock = 7_340_115

// schema is how far a database's tables are: the register's and the queue's. The
// versions are judged when a database is opened, and only then. A migration only
// adds, with defaults: a server that runs on the version before goes on beside
// the new one while the others are upgraded one by one, and one that starts on
// newer tables than it knows is refused (ErrNewer, F35).
type schema struct{ register, queue int64 }

// migrator brings one database up to date.
type migrator struct {
	goose  *goose.Provider
	latest schema
	read   func(ctx context.Context) (schema, error)
	queue  func(ctx context.Context) error
}

func newMigrator[T any](db *DB, dialect goose.Dialect, driver riverdriver.Driver[T]) (*migrator, error) {
	folder, err := fs.Sub(migrations, "migrations/"+db.engine.name())
	if err != nil {
		return nil, err
	}
	provider, err := goose.NewProvider(dialect, db.writer, folder, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, err
	}
	river, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: db.options.Logger})
	if err != nil {
		return nil, err
	}
	m := &migrator{goose: provider}
	for _, source := range provider.ListSources() {
		m.latest.register = max(m.latest.register, source.Version)
	}
	for _, version := range river.AllVersions() {
		m.latest.queue = max(m.latest.queue, int64(version.Version))
	}
	m.read = func(ctx context.Context) (schema, error) { return readSchema(ctx, db.writer) }
	m.queue = func(ctx context.Context) error {
		_, err := river.Migrate(ctx, rivermigrate.DirectionUp, nil)
		return err
	}
	return m, nil
}

// readSchema asks what is there without making anything, so that a command on a
// register that is up to date costs two reads. No table means version 0. The
// queue's table names its line only from version 5 on; there is one line here.
func readSchema(ctx context.Context, db *sql.DB) (schema, error) {
	var s schema
	for _, question := range []struct {
		query string
		into  *int64
	}{
		{"SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version", &s.register},
		{"SELECT COALESCE(MAX(version), 0) FROM river_migration", &s.queue},
	} {
		err := db.QueryRowContext(ctx, question.query).Scan(question.into)
		if err != nil && !missingTable(err) {
			return s, err
		}
	}
	return s, nil
}

// current says whether nothing is to be done; ErrNewer when nothing may be done.
func (m *migrator) current(ctx context.Context) (bool, error) {
	found, err := m.read(ctx)
	if err != nil {
		return false, fmt.Errorf("reading the version of the register's tables: %w", err)
	}
	if found.register > m.latest.register || found.queue > m.latest.queue {
		return false, fmt.Errorf("%w: its tables are at version %d.%d, this program knows %d.%d; use the newer program",
			ErrNewer, found.register, found.queue, m.latest.register, m.latest.queue)
	}
	return found == m.latest, nil
}

func (m *migrator) up(ctx context.Context) error {
	done, err := m.current(ctx)
	if done || err != nil {
		return err // Somebody else has done it while we waited for the lock.
	}
	fault.Point("store.migrate.before")
	if _, err := m.goose.Up(ctx); err != nil {
		return fmt.Errorf("bringing the register's tables up to date: %w", err)
	}
	fault.Point("store.migrate.between")
	if err := m.queue(ctx); err != nil {
		return fmt.Errorf("bringing the queue's tables up to date: %w", err)
	}
	return nil
}

// migrateSQLite takes the folder's lock to change tables, if this process does
// not hold it already: tables never change under a running server.
func (db *DB) migrateSQLite(ctx context.Context, folder string) error {
	m, err := newMigrator(db, goose.DialectSQLite3, riversqlite.New(db.writer))
	if err != nil {
		return fmt.Errorf("preparing the register's tables: %w", err)
	}
	done, err := m.current(ctx)
	if done || err != nil {
		return err
	}
	if db.lock == nil {
		lock, err := disk.Lock(folder)
		if err != nil {
			return fmt.Errorf("the register's tables must be brought up to date: %w", err)
		}
		defer lock.Close()
	}
	return m.up(ctx)
}

// migratePostgres holds an advisory lock for the time of a transaction of its
// own, so that nodes that start together do it one after the other.
func (db *DB) migratePostgres(ctx context.Context) error {
	m, err := newMigrator(db, goose.DialectPostgres, riverpgxv5.New(db.pgx))
	if err != nil {
		return fmt.Errorf("preparing the register's tables: %w", err)
	}
	done, err := m.current(ctx)
	if done || err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, db.pgx, func(tx pgx.Tx) error {
		for _, statement := range []string{
			"SET LOCAL lock_timeout = '60s'",
			"SET LOCAL statement_timeout = '60s'",
			fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", migrationLock),
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return fmt.Errorf("waiting for another node that changes the tables: %w", err)
			}
		}
		return m.up(ctx)
	})
}

// missingTable knows the engines' different words for it.
func missingTable(err error) bool {
	return meaning.MissingTable(err) || meaning.IsState(err, "42P01") || errors.Is(err, sql.ErrNoRows)
}
