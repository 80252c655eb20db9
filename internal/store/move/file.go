package move

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"beredskab/internal/disk"
)

// BrokenReferences asks SQLite for rows that refer to nothing.
const BrokenReferences = `SELECT 'broken reference in ' || "table" FROM pragma_foreign_key_check LIMIT 20`

// ErrFile says that an SQLite file is not whole.
var ErrFile = errors.New("the copy of the register is damaged")

// Snapshot writes an SQLite register as of one moment into a new file, while
// others go on writing. The copy is checked and synced before it returns nil.
func Snapshot(ctx context.Context, from, to string) (err error) {
	// VACUUM INTO takes an empty file, and this way nobody else can ever read it.
	file, err := os.OpenFile(to, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, file.Close())
		if err != nil {
			_ = os.Remove(to) // Half a copy must not look like one.
		}
	}()
	// A connection of its own leaves the others to their work. It may not be
	// query-only: SQLite counts the copy as writing.
	original, err := open(from, "mode=ro&_busy_timeout=5000")
	if err != nil {
		return err
	}
	defer original.Close()
	if _, err := original.ExecContext(ctx, "VACUUM INTO ?1", to); err != nil {
		return err
	}
	if err := whole(ctx, to); err != nil {
		return err
	}
	return errors.Join(file.Sync(), disk.Sync(filepath.Dir(to)))
}

// Inspect reads a copy that nobody has open: whether the file is whole, and
// whether its log is as it was written.
func Inspect(ctx context.Context, path string) (Log, error) {
	if err := whole(ctx, path); err != nil {
		return Log{}, err
	}
	file, err := open(path, "mode=ro&immutable=1")
	if err != nil {
		return Log{}, err
	}
	defer file.Close()
	return ReadLog(ctx, file, 0)
}

func open(path, settings string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return sql.Open("sqlite3", (&url.URL{Scheme: "file", Path: path, RawQuery: settings}).String())
}

// whole asks SQLite itself about a file that nobody has open.
func whole(ctx context.Context, path string) error {
	file, err := open(path, "mode=ro&immutable=1")
	if err != nil {
		return err
	}
	defer file.Close()
	for _, check := range []string{"PRAGMA integrity_check(20)", BrokenReferences} {
		found, err := texts(ctx, Side{Statements: file}, check)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrFile, err)
		}
		if len(found) > 0 && found[0] != "ok" {
			return fmt.Errorf("%w: %s", ErrFile, found[0])
		}
	}
	return nil
}
