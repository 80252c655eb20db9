package store

import (
	"fmt"
	"path/filepath"

	"beredskab/internal/disk"
)

func (db *DB) checkFilesystem(folder string) error {
	if resolved, err := filepath.EvalSymlinks(folder); err == nil {
		folder = resolved
	}
	kind, err := db.options.filesystem(folder)
	if err != nil {
		return fmt.Errorf("asking for the file system of %s: %w", folder, err)
	}
	if disk.IsRemote(kind) {
		return fmt.Errorf("%w: %s lies on a network file system (%s), where SQLite's locks do not hold; use a local disk, or PostgreSQL",
			ErrUnsafe, folder, kind)
	}
	return nil
}
