package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

// ErrCommitUnknown says that a commit erred and may or may not have happened:
// read again by natural key before doing it again (F12).
var ErrCommitUnknown = errors.New("it is not known whether the change was committed")

// ErrFull says that the disk is full. Nothing was written; it may be tried again
// when there is room (F9).
var ErrFull = errors.New("no room left for the register")

// ErrFailed says that the disk has failed, and that this process writes no more:
// after a failed sync the kernel may have dropped what was to be written, so
// trying again could acknowledge what is not there (F13).
var ErrFailed = errors.New("the register's disk has failed, nothing more is written; restart the server when the disk is sound")

// meaning is what an error of a database means for a transaction.
type meaning int

const (
	ordinary meaning = iota
	again            // the database asks for another try; nothing was written
	full             // no room
	broken           // the disk or the file has failed
	lost             // the connection broke, nobody knows how far it came
)

func (sqliteEngine) classify(err error) meaning {
	var answer sqlite3.Error
	if !errors.As(err, &answer) {
		return ordinary
	}
	switch answer.Code {
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return again
	case sqlite3.ErrFull:
		return full
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return broken
	case sqlite3.ErrIoErr:
		return sqliteIO(answer)
	}
	return ordinary
}

// sqliteIO tells a full disk from a failed one. A sync that failed counts as
// failed whatever its reason, because its pages may be gone.
func sqliteIO(answer sqlite3.Error) meaning {
	sync := answer.ExtendedCode == sqlite3.ErrIoErrFsync || answer.ExtendedCode == sqlite3.ErrIoErrDirFsync
	if !sync && answer.SystemErrno == syscall.ENOSPC {
		return full
	}
	if answer.ExtendedCode == sqlite3.ErrIoErrNoMem {
		return ordinary
	}
	return broken
}

func (postgresEngine) classify(err error) meaning {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return classifyState(answer.Code)
	}
	var refused *pgconn.ConnectError
	switch {
	case errors.As(err, &refused), pgconn.SafeToRetry(err):
		return again
	case errors.Is(err, pgx.ErrTxCommitRollback):
		return again
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), pgconn.Timeout(err),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ETIMEDOUT),
		errors.Is(err, net.ErrClosed), errors.Is(err, driver.ErrBadConn):
		return lost
	}
	return ordinary
}

// classifyState reads an SQLSTATE. A unique violation counts as "try again":
// natural keys are inserted with "on conflict do nothing", so it only happens
// when two transactions drew the same next number at one moment.
func classifyState(code string) meaning {
	switch code {
	case "40001", "40P01", "55P03", "23505", "53300":
		return again
	case "57P01", "57P02", "57P03", "25006":
		return lost // The server went down or became a standby.
	case "53100":
		return full
	case "58030", "XX001", "XX002":
		return broken
	}
	if len(code) == 5 && code[:2] == "08" {
		return lost
	}
	return ordinary
}

// explain names what an error before commit means for the caller.
func (db *DB) explain(err error) error {
	switch db.engine.classify(err) {
	case full:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case broken:
		return db.fail(err)
	default:
		return err
	}
}

// explainCommit does so for an error of the commit itself. Only the database's
// own word says that nothing was written: a connection that died with the commit
// under way calls itself closed, and safe to try again, though it was sent.
func (db *DB) explainCommit(err error) error {
	switch kind := db.engine.classify(err); {
	case kind == again && answered(err):
		return err
	case kind == full:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case kind == broken:
		return fmt.Errorf("%w: %w", ErrCommitUnknown, db.fail(err))
	default:
		return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
	}
}

// answered says whether an error is what the database itself said.
func answered(err error) bool {
	var lite sqlite3.Error
	var server *pgconn.PgError
	return errors.As(err, &lite) || errors.As(err, &server) || errors.Is(err, pgx.ErrTxCommitRollback)
}

// fail stops all writing of this process.
func (db *DB) fail(err error) error {
	err = fmt.Errorf("%w: %w", ErrFailed, err)
	if db.failed.CompareAndSwap(nil, &err) && db.options.Failed != nil {
		db.options.Failed(err)
	}
	return err
}

func (db *DB) refuseAfterFailure() error {
	if why := db.failed.Load(); why != nil {
		return *why
	}
	return nil
}

// mayRepeat says whether nothing was written and another try may go well. A lost
// connection counts only before the commit: the commit's own is unknown.
func (db *DB) mayRepeat(err error) bool {
	if errors.Is(err, ErrCommitUnknown) || errors.Is(err, ErrFull) || errors.Is(err, ErrFailed) {
		return false
	}
	kind := db.engine.classify(err)
	return kind == again || kind == lost
}

// Away says whether an error means that the database server cannot be reached
// now, so that it is worth while to try again for longer than Update does (F8).
func (db *DB) Away(err error) bool {
	if err == nil || db.pgx == nil || errors.Is(err, ErrFailed) || errors.Is(err, ErrFull) {
		return false
	}
	kind := db.engine.classify(err)
	return kind == again || kind == lost || errors.Is(err, context.DeadlineExceeded)
}

// isSQLiteMissingTable tells a missing table from any other mistake; SQLite has
// no code of its own for it.
func isSQLiteMissingTable(err error) bool {
	var answer sqlite3.Error
	return errors.As(err, &answer) && answer.Code == sqlite3.ErrError && strings.HasPrefix(answer.Error(), "no such table")
}

func isPostgresState(err error, state string) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && answer.Code == state
}
