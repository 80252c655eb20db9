package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"beredskab/internal/kept"
	"beredskab/internal/store/queries"
)

// statements runs SQL within one transaction.
type statements = queries.DBTX

// steered runs them as the engine wants it.
type steered struct {
	statements
	steer func(ctx context.Context, query string) (context.Context, string)
}

func (s steered) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx, query = s.steer(ctx, query)
	return s.statements.ExecContext(ctx, query, args...)
}

func (s steered) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, query = s.steer(ctx, query)
	return s.statements.QueryContext(ctx, query, args...)
}

func (s steered) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	ctx, query = s.steer(ctx, query)
	return s.statements.QueryRowContext(ctx, query, args...)
}

// steady: a statement of SQLite is never cut off by its context. It is short,
// waits no longer than the busy time-out, and what was cut off half-way could not
// be told from what failed. The driver keeps prepared statements on each
// connection (_stmt_cache_size), for the queue too.
func steady(ctx context.Context, query string) (context.Context, string) {
	return context.WithoutCancel(ctx), query
}

// rebound runs the same text on PostgreSQL, with ?1 turned into $1. The text must
// be SQLite's: there ?1 is a number, while $1 is a name that takes the next
// argument, silently the wrong one. No statement holds a question mark in a
// string. pgx prepares and keeps statements on each connection itself.
func rebound(ctx context.Context, query string) (context.Context, string) {
	return ctx, strings.ReplaceAll(query, "?", "$")
}

// laterConn keeps statements that each change one row, to be sent together: only
// then it shows whether they do.
type laterConn struct {
	statements
	batch pgx.Batch
}

func (c *laterConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	_, query = rebound(ctx, query)
	c.batch.Queue(query, args...).Exec(func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() != 1 {
			return kept.ErrConflict
		}
		return nil
	})
	return driver.RowsAffected(1), nil
}
