// Package watched is a connection to SQLite each of whose errors is seen, also those of
// the queue, which shares it.
package watched

import (
	"context"
	"database/sql/driver"

	"github.com/mattn/go-sqlite3"
)

// Conn asks Refuse before it does anything, and tells Note of every error, which hands
// it back. Once an error was a failed disk everything is to be refused (F13): a later
// sync that goes well says nothing about pages that the kernel dropped at the first.
type Conn struct {
	*sqlite3.SQLiteConn
	Refuse func() error
	Note   func(error) error
}

// BeginTx begins a transaction whose commit is watched.
func (c Conn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	if err := c.Refuse(); err != nil {
		return nil, err
	}
	tx, err := c.SQLiteConn.BeginTx(ctx, options)
	if err != nil {
		return nil, c.Note(err)
	}
	return watchedTx{tx, c}, nil
}

// ExecContext carries a statement out.
func (c Conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.Refuse(); err != nil {
		return nil, err
	}
	result, err := c.SQLiteConn.ExecContext(ctx, query, args)
	return result, c.Note(err)
}

// QueryContext asks.
func (c Conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.Refuse(); err != nil {
		return nil, err
	}
	rows, err := c.SQLiteConn.QueryContext(ctx, query, args)
	if below, ok := rows.(*sqlite3.SQLiteRows); ok && err == nil {
		return watchedRows{below, c}, nil
	}
	return rows, c.Note(err)
}

type watchedTx struct {
	driver.Tx
	conn Conn
}

// Commit is where a sync fails.
func (t watchedTx) Commit() error { return t.conn.Note(t.Tx.Commit()) }

// watchedRows is there for "insert … returning" outside a transaction, which
// commits with its last row.
type watchedRows struct {
	*sqlite3.SQLiteRows
	conn Conn
}

// Next is where such a commit fails.
func (r watchedRows) Next(values []driver.Value) error { return r.conn.Note(r.SQLiteRows.Next(values)) }
