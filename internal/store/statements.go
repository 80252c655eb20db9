package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"

	"beredskab/internal/store/queries"
)

// statements runs SQL within one transaction.
type statements = queries.DBTX

// pool is a connection pool with the statements prepared on it.
type pool struct {
	db *sql.DB

	mu       sync.Mutex
	prepared map[string]*sql.Stmt
	wanted   map[string]bool // seen in a transaction, to be prepared before the next
}

func newPool(db *sql.DB, connections int) *pool {
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return &pool{db: db, prepared: map[string]*sql.Stmt{}, wanted: map[string]bool{}}
}

func (p *pool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var problems []error
	for _, s := range p.prepared {
		problems = append(problems, s.Close())
	}
	clear(p.prepared)
	return errors.Join(append(problems, p.db.Close())...)
}

// prepare prepares what the last transaction wanted. It must not be called with
// a transaction open: the writer pool has one connection, which would wait for
// itself.
func (p *pool) prepare(ctx context.Context) error {
	p.mu.Lock()
	var wanted []string
	for query := range p.wanted {
		wanted = append(wanted, query)
	}
	clear(p.wanted)
	p.mu.Unlock()
	for _, query := range wanted {
		s, err := p.db.PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		p.keep(query, s)
	}
	return nil
}

func (p *pool) keep(query string, s *sql.Stmt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.prepared[query] != nil {
		_ = s.Close() // Another transaction prepared it in the meantime.
		return
	}
	p.prepared[query] = s
}

// find gives the prepared statement, or nil and a note to prepare it.
func (p *pool) find(query string) *sql.Stmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.prepared[query]
	if s == nil {
		p.wanted[query] = true
	}
	return s
}

// preparedTx runs statements of a SQLite transaction, prepared where they have
// been seen before. A statement is never cut off by its context: it is short,
// waits no longer than the busy time-out, and what was cut off half-way could
// not be told from what failed.
type preparedTx struct {
	pool *pool
	tx   *sql.Tx
}

func (t preparedTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx = context.WithoutCancel(ctx)
	if s := t.pool.find(query); s != nil {
		return t.tx.StmtContext(ctx, s).ExecContext(ctx, args...)
	}
	return t.tx.ExecContext(ctx, query, args...)
}

func (t preparedTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx = context.WithoutCancel(ctx)
	if s := t.pool.find(query); s != nil {
		return t.tx.StmtContext(ctx, s).QueryContext(ctx, args...)
	}
	return t.tx.QueryContext(ctx, query, args...)
}

func (t preparedTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	ctx = context.WithoutCancel(ctx)
	if s := t.pool.find(query); s != nil {
		return t.tx.StmtContext(ctx, s).QueryRowContext(ctx, args...)
	}
	return t.tx.QueryRowContext(ctx, query, args...)
}

func (t preparedTx) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return t.tx.PrepareContext(ctx, query)
}

// reboundConn runs the same text on PostgreSQL. The text must be SQLite's: there
// ?1 is a number, while $1 is a name that takes the next argument, silently the
// wrong one. pgx prepares and keeps statements on each connection itself.
type reboundConn struct {
	conn *sql.Conn
}

func (c reboundConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return c.conn.ExecContext(ctx, rebind(query), args...)
}

func (c reboundConn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return c.conn.QueryContext(ctx, rebind(query), args...)
}

func (c reboundConn) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return c.conn.QueryRowContext(ctx, rebind(query), args...)
}

func (c reboundConn) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return c.conn.PrepareContext(ctx, rebind(query))
}

// rebind turns ?1 into $1. No statement holds a question mark in a string.
func rebind(query string) string { return strings.ReplaceAll(query, "?", "$") }
