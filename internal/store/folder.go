package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"beredskab/internal/store/disk"
)

// lockFolder takes the lock of a data folder for the life of the process. The
// kernel drops it when the process dies, however it dies.
func lockFolder(folder string) (*os.File, error) {
	path := filepath.Join(folder, "register.lock")
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("taking the lock of the data folder: %w", err)
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(path)
		_ = file.Close()
		if err == syscall.EWOULDBLOCK {
			return nil, fmt.Errorf("%w: process %s holds %s; stop it first, or give this server its own folder",
				ErrLocked, strings.TrimSpace(string(holder)), path)
		}
		return nil, fmt.Errorf("taking the lock of the data folder: %w", err)
	}
	if err := file.Truncate(0); err != nil {
		return nil, fmt.Errorf("writing the lock of the data folder: %w", err)
	}
	if _, err := file.WriteAt(fmt.Appendln(nil, os.Getpid()), 0); err != nil {
		return nil, fmt.Errorf("writing the lock of the data folder: %w", err)
	}
	return file, nil
}

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
