package store

import (
	"context"
	"database/sql"
	"strings"

	"beredskab/internal/store/queries"
)

// statements runs SQL within one transaction.
type statements = queries.DBTX

// steadyTx runs statements of a SQLite transaction. A statement is never cut off
// by its context: it is short, waits no longer than the busy time-out, and what
// was cut off half-way could not be told from what failed. The driver keeps
// prepared statements on each connection (_stmt_cache_size), for the queue too.
type steadyTx struct {
	tx *sql.Tx
}

func (t steadyTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return t.tx.ExecContext(context.WithoutCancel(ctx), query, args...)
}

func (t steadyTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.tx.QueryContext(context.WithoutCancel(ctx), query, args...)
}

func (t steadyTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return t.tx.QueryRowContext(context.WithoutCancel(ctx), query, args...)
}

func (t steadyTx) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
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
