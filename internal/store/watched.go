package store

import (
	"context"
	"database/sql/driver"
	"io"

	"github.com/mattn/go-sqlite3"
)

// watchedConn sees every error of the writer connection, the queue's too, and
// refuses everything once one of them was a failed disk (F13): a later sync that
// goes well says nothing about pages that the kernel dropped at the first.
type watchedConn struct {
	*sqlite3.SQLiteConn
	db *DB
}

// note passes the error on.
func (c watchedConn) note(err error) error {
	if err != nil && err != io.EOF && c.db.engine.classify(err) == broken && c.db.failed.Load() == nil {
		_ = c.db.fail(err)
	}
	return err
}

func (c watchedConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	if err := c.db.refuseAfterFailure(); err != nil {
		return nil, err
	}
	tx, err := c.SQLiteConn.BeginTx(ctx, options)
	if err != nil {
		return nil, c.note(err)
	}
	return watchedTx{tx, c}, nil
}

func (c watchedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.db.refuseAfterFailure(); err != nil {
		return nil, err
	}
	result, err := c.SQLiteConn.ExecContext(ctx, query, args)
	return result, c.note(err)
}

func (c watchedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.db.refuseAfterFailure(); err != nil {
		return nil, err
	}
	rows, err := c.SQLiteConn.QueryContext(ctx, query, args)
	if below, ok := rows.(*sqlite3.SQLiteRows); ok && err == nil {
		return watchedRows{below, c}, nil
	}
	return rows, c.note(err)
}

type watchedTx struct {
	driver.Tx
	conn watchedConn
}

// Commit is where a sync fails.
func (t watchedTx) Commit() error { return t.conn.note(t.Tx.Commit()) }

// watchedRows is there for "insert … returning" outside a transaction, which
// commits with its last row.
type watchedRows struct {
	*sqlite3.SQLiteRows
	conn watchedConn
}

func (r watchedRows) Next(values []driver.Value) error { return r.conn.note(r.SQLiteRows.Next(values)) }
