package store

import (
	"context"
	"errors"
	"fmt"

	"beredskab/internal/store/meaning"
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

// explain names what an error before commit means for the caller.
func (db *DB) explain(err error) error {
	switch db.engine.classify(err) {
	case meaning.Full:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case meaning.Broken:
		return db.fail(err)
	default:
		return db.told(err)
	}
}

// told says of tables that are not what they were, what to do.
func (db *DB) told(err error) error {
	if db.engine.classify(err) != meaning.Altered {
		return err
	}
	return fmt.Errorf("the tables of the register are not those that this program made; look with `beredskab doctor`, and restore a backup: %w", err)
}

// explainCommit does so for an error of the commit itself. Only the database's
// own word says that nothing was written: a connection that died with the commit
// under way calls itself closed, and safe to try again, though it was sent.
func (db *DB) explainCommit(err error) error {
	switch kind := db.engine.classify(err); {
	case kind == meaning.Again && meaning.Answered(err):
		return err
	case kind == meaning.Full:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case kind == meaning.Broken:
		return fmt.Errorf("%w: %w", ErrCommitUnknown, db.fail(err))
	default:
		return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
	}
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
	return kind == meaning.Again || kind == meaning.Lost
}

// Away says whether an error means that the database server cannot be reached
// now, so that it is worth while to try again for longer than Update does (F8).
func (db *DB) Away(err error) bool {
	if err == nil || db.pgx == nil || errors.Is(err, ErrFailed) || errors.Is(err, ErrFull) {
		return false
	}
	kind := db.engine.classify(err)
	return kind == meaning.Again || kind == meaning.Lost || errors.Is(err, context.DeadlineExceeded)
}
