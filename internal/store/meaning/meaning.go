// Package meaning reads what an error of a database means for the transaction in
// which it came up: whether to try again, and whether anything can have been
// written.
package meaning

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

// Meaning is what an error of a database means for a transaction.
type Meaning int

// The meanings.
const (
	Ordinary Meaning = iota
	Again            // the database asks for another try; nothing was written
	Full             // no room
	Broken           // the disk or the file has failed
	Lost             // the connection broke, nobody knows how far it came
	Altered          // its tables are not those that this program made
)

// OfSQLite reads an error of SQLite.
func OfSQLite(err error) Meaning {
	var answer sqlite3.Error
	if !errors.As(err, &answer) {
		return Ordinary
	}
	switch answer.Code {
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return Again
	case sqlite3.ErrFull:
		return Full
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return Broken
	case sqlite3.ErrError:
		return Altered
	case sqlite3.ErrIoErr:
		return sqliteIO(answer)
	}
	return Ordinary
}

// sqliteIO tells a full disk from a failed one. A sync that failed counts as
// failed whatever its reason, because its pages may be gone.
func sqliteIO(answer sqlite3.Error) Meaning {
	sync := answer.ExtendedCode == sqlite3.ErrIoErrFsync || answer.ExtendedCode == sqlite3.ErrIoErrDirFsync
	if !sync && answer.SystemErrno == syscall.ENOSPC {
		return Full
	}
	if answer.ExtendedCode == sqlite3.ErrIoErrNoMem {
		return Ordinary
	}
	return Broken
}

// OfPostgres reads an error of PostgreSQL, or of the way to it.
func OfPostgres(err error) Meaning {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return classifyState(answer.Code)
	}
	var refused *pgconn.ConnectError
	switch {
	case errors.As(err, &refused), pgconn.SafeToRetry(err):
		return Again
	case errors.Is(err, pgx.ErrTxCommitRollback):
		return Again
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), pgconn.Timeout(err),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ETIMEDOUT),
		errors.Is(err, net.ErrClosed), errors.Is(err, driver.ErrBadConn):
		return Lost
	}
	return Ordinary
}

// classifyState reads an SQLSTATE. A unique violation counts as "try again":
// natural keys are inserted with "on conflict do nothing", so it only happens
// when two transactions drew the same next number at one moment.
func classifyState(code string) Meaning {
	switch code {
	case "40001", "40P01", "55P03", "23505", "53300":
		return Again
	case "57P01", "57P02", "57P03", "25006":
		return Lost // The server went down or became a standby.
	case "53100":
		return Full
	case "42703", "42P01":
		return Altered
	case "58030", "XX001", "XX002":
		return Broken
	}
	if len(code) == 5 && code[:2] == "08" {
		return Lost
	}
	return Ordinary
}

// Answered says whether an error is what the database itself said.
func Answered(err error) bool {
	var lite sqlite3.Error
	var server *pgconn.PgError
	return errors.As(err, &lite) || errors.As(err, &server) || errors.Is(err, pgx.ErrTxCommitRollback)
}

// MissingTable tells a missing table from any other mistake; SQLite has
// no code of its own for it.
func MissingTable(err error) bool {
	var answer sqlite3.Error
	return errors.As(err, &answer) && answer.Code == sqlite3.ErrError && strings.HasPrefix(answer.Error(), "no such table")
}

// IsState tells whether PostgreSQL answered with that SQLSTATE.
func IsState(err error, state string) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && answer.Code == state
}
