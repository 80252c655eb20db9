package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"

	"github.com/mattn/go-sqlite3"

	"beredskab/internal/disk"
	"beredskab/internal/store/meaning"
	"beredskab/internal/store/watched"
)

const (
	// oldestSQLite is the first version without the defect that could damage a
	// write-ahead log when two connections wrote at one moment (2.1).
	oldestSQLite = 3_051_003
	readers      = 4

	writerSettings = "_journal_mode=WAL&_busy_timeout=5000&_txlock=immediate&_synchronous=FULL&_foreign_keys=on&_secure_delete=on&_stmt_cache_size=100"
	readerSettings = "mode=ro&_query_only=1&_busy_timeout=5000&_foreign_keys=on&_stmt_cache_size=100"
)

// pragma is a setting and the value that it must have.
type pragma struct{ name, want string }

func writerPragmas() []pragma {
	return []pragma{{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"}, {"busy_timeout", "5000"}, {"query_only", "0"}, {"mmap_size", "0"}, {"secure_delete", "1"}}
}

func readerPragmas() []pragma {
	return []pragma{{"journal_mode", "wal"}, {"foreign_keys", "1"}, {"busy_timeout", "5000"}, {"query_only", "1"}, {"mmap_size", "0"}}
}

// connector opens SQLite connections and reads every setting back from each of
// them: a setting that was misspelt in the data source name is silently not
// set, and a later connection of a pool could differ from the first.
type connector struct {
	source  string
	pragmas []pragma
	watch   *DB // whose failures are to be seen; nil for copies
}

func (c connector) Driver() driver.Driver { return &sqlite3.SQLiteDriver{} }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Driver().Open(c.source)
	if err != nil {
		return nil, err
	}
	conn, ok := opened.(*sqlite3.SQLiteConn)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver gave a connection of another kind"), opened.Close())
	}
	for _, p := range c.pragmas {
		if err := checkPragma(ctx, conn, p); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	if c.watch == nil {
		return conn, nil
	}
	return watched.Conn{SQLiteConn: conn, Refuse: c.watch.refuseAfterFailure, Note: c.watch.note}, nil
}

func checkPragma(ctx context.Context, conn *sqlite3.SQLiteConn, p pragma) error {
	rows, err := conn.QueryContext(ctx, "PRAGMA "+p.name, nil)
	if err != nil {
		return fmt.Errorf("reading back %s: %w", p.name, err)
	}
	defer rows.Close()
	value := make([]driver.Value, 1)
	if err := rows.Next(value); err != nil {
		return fmt.Errorf("reading back %s: %w", p.name, err)
	}
	if got := fmt.Sprint(value[0]); got != p.want {
		return fmt.Errorf("%w: SQLite runs with %s=%s, the register needs %s", ErrUnsafe, p.name, got, p.want)
	}
	return nil
}

// source is the data source name of a file: a URI, so that no character of the
// path can be taken for a setting.
func source(path, settings string) string {
	return (&url.URL{Scheme: "file", Path: path, RawQuery: settings}).String()
}

func (db *DB) openSQLite(ctx context.Context) error {
	db.engine = sqliteEngine{}
	path, err := filepath.Abs(db.options.Path)
	if err != nil {
		return fmt.Errorf("finding the register's file: %w", err)
	}
	_, number, _ := sqlite3.Version()
	if err := checkSQLiteVersion(number); err != nil {
		return err
	}
	if err := disk.CreateFile(path); err != nil {
		return fmt.Errorf("creating the register's file: %w", err)
	}
	if err := db.checkFilesystem(filepath.Dir(path)); err != nil {
		return err
	}
	if db.options.Mode == Serve {
		if db.lock, err = disk.Lock(filepath.Dir(path)); err != nil {
			return err
		}
	}
	db.writer = openPool(connector{source(path, writerSettings), writerPragmas(), db}, 1)
	if err := db.checkFile(ctx); err != nil {
		return err
	}
	if err := db.migrateSQLite(ctx, filepath.Dir(path)); err != nil {
		return err
	}
	db.reader = openPool(connector{source(path, readerSettings), readerPragmas(), nil}, readers)
	return errors.Join(openAll(ctx, db.reader), db.openSQLiteQueue())
}

func (db *DB) checkFilesystem(folder string) error {
	if resolved, err := filepath.EvalSymlinks(folder); err == nil {
		folder = resolved
	}
	kind, err := db.options.filesystem(folder)
	if err != nil {
		return fmt.Errorf("asking for the file system of %s: %w", folder, err)
	}
	if disk.IsRemote(kind) {
		return fmt.Errorf("%w: %s lies on a network file system (%s), where SQLite's locks do not hold; use a local disk, or PostgreSQL",
			ErrUnsafe, folder, kind)
	}
	return nil
}

func openPool(c connector, connections int) *sql.DB {
	pool := sql.OpenDB(c)
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return pool
}

// openAll opens every connection of the pool, so that a wrong setting shows at
// start and not when the second reader comes.
func openAll(ctx context.Context, pool *sql.DB) error {
	var problems []error
	var held []*sql.Conn
	for range readers {
		conn, err := pool.Conn(ctx)
		if err != nil {
			problems = append(problems, fmt.Errorf("opening the register for reading: %w", err))
			break
		}
		held = append(held, conn)
	}
	for _, conn := range held {
		problems = append(problems, conn.Close())
	}
	return errors.Join(problems...)
}

func checkSQLiteVersion(number int) error {
	if number < oldestSQLite {
		return fmt.Errorf("%w: SQLite %d.%d.%d can damage its write-ahead log; build with 3.51.3 or newer",
			ErrUnsafe, number/1_000_000, number/1000%1000, number%1000)
	}
	return nil
}

// checkFile asks SQLite whether the file is whole. A command that runs beside a
// server leaves that to the server.
func (db *DB) checkFile(ctx context.Context) error {
	if db.options.Mode != Serve {
		if err := db.writer.PingContext(ctx); err != nil {
			return fmt.Errorf("opening the register: %w", damaged(err))
		}
		return nil
	}
	return checkWhole(ctx, db.writer, "PRAGMA quick_check(5)")
}

func checkWhole(ctx context.Context, file *sql.DB, check string) error {
	rows, err := file.QueryContext(ctx, check)
	if err != nil {
		return fmt.Errorf("checking the register's file: %w", damaged(err))
	}
	defer rows.Close()
	for rows.Next() {
		var found string
		if err := rows.Scan(&found); err != nil {
			return fmt.Errorf("checking the register's file: %w", err)
		}
		if found != "ok" {
			return fmt.Errorf("%w: %s; restore a backup, do not repair it in place", ErrDamaged, found)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("checking the register's file: %w", damaged(err))
	}
	return nil
}

// damaged adds ErrDamaged to the two answers of SQLite that mean it.
func damaged(err error) error {
	var answer sqlite3.Error
	if errors.As(err, &answer) && (answer.Code == sqlite3.ErrCorrupt || answer.Code == sqlite3.ErrNotADB) {
		return fmt.Errorf("%w: %w; restore a backup, do not repair it in place", ErrDamaged, err)
	}
	return err
}

type sqliteEngine struct{}

func (sqliteEngine) classify(err error) meaning.Meaning { return meaning.OfSQLite(err) }

func (sqliteEngine) name() string { return "sqlite" }

func (sqliteEngine) clock() string { return "SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)" }

// sqliteSession is one transaction on the one writer connection or on a reader.
type sqliteSession struct {
	db   *DB
	conn *sql.Conn
	tx   *sql.Tx
}

func (sqliteEngine) hold(string) string { return "" }

func (sqliteEngine) begin(ctx context.Context, db *DB, write bool) (session, error) {
	p := db.reader
	if write {
		p = db.writer
	}
	conn, err := p.Conn(ctx)
	if err != nil {
		return nil, err
	}
	// Waiting for the connection ends with the context, the transaction does
	// not: database/sql would roll back behind the back of a running statement.
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &sqliteSession{db: db, conn: conn, tx: tx}, nil
}

func (s *sqliteSession) statements() statements { return steered{s.tx, steady} }

func (s *sqliteSession) commit(context.Context) error { return s.tx.Commit() }

func (s *sqliteSession) close() {
	_ = s.tx.Rollback() // Says only that commit has ended it.
	_ = s.conn.Close()
}

// note passes the error on, and refuses everything from now on when it was a failed
// disk (F13).
func (db *DB) note(err error) error {
	if err != nil && err != io.EOF && db.engine.classify(err) == meaning.Broken && db.failed.Load() == nil {
		_ = db.fail(err)
	}
	return err
}
