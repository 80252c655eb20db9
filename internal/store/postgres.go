package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"beredskab/internal/disk"
	"beredskab/internal/store/meaning"
)

const (
	oldestPostgres = 150_000
	// connections leaves room for the queue's own beside the register's.
	connections    = 12
	connectTimeout = 5 * time.Second
	// awaitDatabase is how long a server that starts waits for its database; then
	// whoever started it should hear of it.
	awaitDatabase = 5 * time.Minute
	longestWait   = 5 * time.Second
	// commitTimeout bounds a commit that waits for a standby; what it was then
	// is unknown.
	commitTimeout = 30 * time.Second
)

// openPostgres makes one pool for the register and the queue. Every connection
// is checked as it is made, because settings can differ by role and by host.
func (db *DB) openPostgres(ctx context.Context) error {
	db.engine = postgresEngine{}
	config, err := pgxpool.ParseConfig(db.options.URL)
	if err != nil {
		// The error of the driver leaves the password out, the address does not.
		return fmt.Errorf("reading the database address: %w", err)
	}
	limitPostgres(config)
	config.AfterConnect = checkPostgres
	if db.pgx, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return fmt.Errorf("opening the register: %w", err)
	}
	if err := db.reach(ctx); err != nil {
		return fmt.Errorf("opening the register: %w", err)
	}
	if db.options.Mode == Serve && db.options.Folder != "" {
		if err := disk.MakeFolder(db.options.Folder); err != nil {
			return fmt.Errorf("making the data folder: %w", err)
		}
		if db.lock, err = disk.Lock(db.options.Folder); err != nil {
			return err
		}
	}
	db.writer = stdlib.OpenDBFromPool(db.pgx)
	if err := db.migratePostgres(ctx); err != nil {
		return err
	}
	return db.openPostgresQueue()
}

// reach makes sure that the database answers. A server that starts before its
// database, as after a power cut, waits for it; a command says so at once.
func (db *DB) reach(ctx context.Context) error {
	begun, pause := time.Now(), connectTimeout/10
	for {
		err := db.pgx.Ping(ctx)
		if err == nil || db.options.Mode != Serve || !db.Away(err) || time.Since(begun) > awaitDatabase {
			return err
		}
		db.options.Logger.Warn("the database does not answer; trying again", "since", begun.Format(time.RFC3339), "error", err)
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(pause/2 + rand.N(pause)):
		}
		pause = min(2*pause, longestWait)
	}
}

// limitPostgres bounds every wait: for a host that is gone, for a lock, for a
// statement, and for a client that hangs with a transaction open.
func limitPostgres(config *pgxpool.Config) {
	config.MaxConns = max(config.MaxConns, connections)
	config.MaxConnLifetimeJitter = 5 * time.Minute
	config.PingTimeout = time.Second // of a connection that has rested, which its host may have lost
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	keepAlive := net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}
	dialer := net.Dialer{Timeout: config.ConnConfig.ConnectTimeout, KeepAliveConfig: keepAlive}
	config.ConnConfig.DialFunc = dialer.DialContext
	for name, value := range map[string]string{
		"application_name":                    "beredskab",
		"statement_timeout":                   "30s",
		"lock_timeout":                        "5s",
		"idle_in_transaction_session_timeout": "60s",
		"tcp_keepalives_idle":                 "15",
		"tcp_keepalives_interval":             "5",
		"tcp_keepalives_count":                "3",
	} {
		if _, given := config.ConnConfig.RuntimeParams[name]; !given {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
}

func checkPostgres(ctx context.Context, conn *pgx.Conn) error {
	var version, fsync, pages, commit string
	row := conn.QueryRow(ctx, `SELECT current_setting('server_version_num'), current_setting('fsync'),
		current_setting('full_page_writes'), current_setting('synchronous_commit')`)
	if err := row.Scan(&version, &fsync, &pages, &commit); err != nil {
		return fmt.Errorf("reading PostgreSQL's settings: %w", err)
	}
	return judgePostgres(version, fsync, pages, commit)
}

func judgePostgres(version, fsync, pages, commit string) error {
	number, err := strconv.Atoi(version)
	switch {
	case err != nil:
		return fmt.Errorf("reading PostgreSQL's version %q: %w", version, err)
	case number < oldestPostgres:
		return fmt.Errorf("%w: PostgreSQL %d is too old; use 15 or newer", ErrUnsafe, number/10_000)
	case fsync != "on":
		return fmt.Errorf("%w: PostgreSQL runs with fsync=%s; set it on", ErrUnsafe, fsync)
	case pages != "on":
		return fmt.Errorf("%w: PostgreSQL runs with full_page_writes=%s; set it on", ErrUnsafe, pages)
	case commit != "on" && commit != "remote_apply":
		return fmt.Errorf("%w: PostgreSQL runs with synchronous_commit=%s; set it on, or remote_apply", ErrUnsafe, commit)
	}
	return nil
}

type postgresEngine struct{}

func (postgresEngine) classify(err error) meaning.Meaning { return meaning.OfPostgres(err) }

func (postgresEngine) name() string { return "postgres" }

func (postgresEngine) clock() string {
	return "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
}

func (postgresEngine) hold(lock string) string { return lock }

// postgresSession is one transaction, begun on pgx's own connection below a
// database/sql one: the register's statements go through database/sql, River's
// through pgx, and both are in the same transaction.
type postgresSession struct {
	db   *DB
	conn *sql.Conn
	tx   pgx.Tx
}

func (postgresEngine) begin(ctx context.Context, db *DB, write bool) (session, error) {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return nil, err
	}
	options := pgx.TxOptions{IsoLevel: pgx.ReadCommitted, AccessMode: pgx.ReadWrite}
	if !write {
		options = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	}
	var tx pgx.Tx
	err = conn.Raw(func(driverConn any) error {
		below, ok := driverConn.(*stdlib.Conn)
		if !ok {
			return errors.New("the PostgreSQL driver gave a connection of another kind")
		}
		tx, err = below.Conn().BeginTx(ctx, options)
		return err
	})
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &postgresSession{db: db, conn: conn, tx: tx}, nil
}

func (s *postgresSession) statements() statements { return steered{s.conn, rebound} }

// commit does not end with its caller's context: a commit that has been sent
// should be waited for, because its answer is what the caller wants to know.
func (s *postgresSession) commit(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	return s.onConnection(func() error { return s.tx.Commit(ctx) })
}

// onConnection runs what speaks to pgx's own connection while database/sql holds
// it still: once a broken connection has been given back, its pool is taking it
// apart in another goroutine.
func (s *postgresSession) onConnection(do func() error) error {
	return s.conn.Raw(func(any) error { return do() })
}

func (s *postgresSession) close() {
	if s.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	_ = s.onConnection(func() error { return s.tx.Rollback(ctx) }) // Says only that commit has ended it, or that the connection is gone.
	_ = s.conn.Close()
	s.conn = nil
}
