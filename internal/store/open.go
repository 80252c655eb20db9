package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"beredskab/internal/disk"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/store/meaning"
)

// ErrLocked says that another server works on the same data folder.
var ErrLocked = disk.ErrLocked

// ErrNewer says that the register was written by a newer program.
var ErrNewer = errors.New("the register was written by a newer beredskab")

// ErrUnsafe says that the database would not keep what it acknowledges: wrong
// settings, an engine that is too old, a network file system (DESIGN 2.3).
var ErrUnsafe = errors.New("the database is not safe enough for a register")

// ErrDamaged says that the database file does not pass SQLite's own check (F14).
var ErrDamaged = errors.New("the register's file is damaged")

// Mode says what the register is opened for.
type Mode int

// Use is for a command that runs beside a server or alone; Serve is for the one
// server of a data folder and takes its lock.
const (
	Use Mode = iota
	Serve
)

// Options says where the register is. Exactly one of Path and URL is set.
type Options struct {
	Path string // SQLite file; its folder is the data folder
	URL  string // postgres://…, several hosts allowed
	// Folder is the data folder of a server on PostgreSQL: there too one server
	// only works on one spool. Empty: none is locked.
	Folder string
	Mode   Mode

	// Woken is called after the commit of an Update that woke a run at once, so
	// that a worker in this process need not wait for the queue. It must not
	// block. It is a short cut only: the queue calls the same run again.
	Woken func(run string)
	// Moving opens a register that was moved away, or into which a move was not
	// finished: to end the move.
	Moving bool
	// Failed is called once when the disk has failed and nothing more is written:
	// the server should say so in one line and exit (F13). It must not block.
	Failed func(error)
	// Logger gets what the queue has to say; nil keeps it silent.
	Logger *slog.Logger

	// filesystem stands in for the kernel's answer in tests.
	filesystem func(path string) (string, error)
}

// DB is an open register. It is safe for concurrent use.
type DB struct {
	options Options
	engine  engine
	writer  *sql.DB       // SQLite: one connection
	reader  *sql.DB       // SQLite: query-only connections
	pgx     *pgxpool.Pool // PostgreSQL only
	lock    *os.File      // in mode Serve
	queue   enqueuer
	failed  atomic.Pointer[error] // why nothing more is written (F13)
	memory  sync.Map              // what was read of records, by name, see Remember
}

// engine is what differs between the two databases.
type engine interface {
	name() string
	// clock is the statement that reads the database's own clock, microseconds.
	clock() string
	// hold ends a query of one row that must stay until the commit, by that lock.
	hold(lock string) string
	begin(ctx context.Context, db *DB, write bool) (session, error)
	classify(err error) meaning.Meaning
}

// session is one transaction of an engine.
type session interface {
	statements() statements
	enqueue(ctx context.Context, job driveJob, options *river.InsertOpts) (*rivertype.JobInsertResult, error)
	appendEntries(ctx context.Context, list []kept.Entry) error
	commit(ctx context.Context) error
	// close ends what commit has not ended and gives the connection back.
	close()
}

// Open opens the register, creating its file and bringing its tables up to
// date where needed. It refuses what would not keep its promise: ErrUnsafe,
// ErrNewer, ErrDamaged, ErrLocked.
func Open(ctx context.Context, options Options) (*DB, error) {
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	if options.filesystem == nil {
		options.filesystem = disk.Kind
	}
	db := &DB{options: options}
	open := db.openSQLite
	switch {
	case options.Path == "" && options.URL == "":
		return nil, errors.New("opening the register: no place given: set a file or a postgres:// address")
	case options.Path != "" && options.URL != "":
		return nil, errors.New("opening the register: both a file and an address given: set one of them")
	case options.URL != "":
		open = db.openPostgres
	}
	if err := open(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := db.checkPlace(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Close gives everything back. Stop what Work started first.
func (db *DB) Close() error {
	var problems []error
	for _, p := range []*sql.DB{db.reader, db.writer} {
		if p != nil {
			problems = append(problems, p.Close())
		}
	}
	if db.pgx != nil {
		db.pgx.Close()
	}
	if db.lock != nil {
		problems = append(problems, db.lock.Close())
	}
	return errors.Join(problems...)
}

// Engine is "sqlite" or "postgres".
func (db *DB) Engine() string { return db.engine.name() }

var _ door.Store = (*DB)(nil)

// OpenForReading opens somebody else's database so that nothing can be written
// through it: a target of a sql probe. driver is sqlite, with the path of its
// file, or postgres, with its address. Nothing is kept open between questions,
// so that a file that was replaced is seen at the next one.
func OpenForReading(driver, address string) (*sql.DB, error) {
	var db *sql.DB
	var err error
	switch driver {
	case "sqlite":
		db, err = sql.Open("sqlite3", source(address, "mode=ro&_query_only=1&_busy_timeout=5000"))
	case "postgres":
		db, err = sql.Open("pgx", address)
	default:
		return nil, fmt.Errorf("driver %q: write sqlite or postgres", driver)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the %s database: %w", driver, err)
	}
	db.SetMaxOpenConns(2)
	db.SetMaxIdleConns(0)
	return db, nil
}

// OpenForWriting makes or opens an SQLite file that is no register, with every
// commit durable.
func OpenForWriting(file string) (*sql.DB, error) {
	db, err := sql.Open("sqlite3", source(file, "_synchronous=FULL&_foreign_keys=on&_busy_timeout=5000"))
	if err != nil {
		return nil, fmt.Errorf("opening the database %s: %w", file, err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}
