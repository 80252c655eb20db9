package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
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
	if _, err := file.WriteAt([]byte(pidText()), 0); err != nil {
		return nil, fmt.Errorf("writing the lock of the data folder: %w", err)
	}
	return file, nil
}

// networkFilesystem names file systems on which SQLite's locks and shared memory
// do not hold, by the number that statfs gives. FUSE is among them because what
// lies behind it cannot be told: sshfs and s3fs look the same as any other.
func networkFilesystem(kind int64) string {
	switch uint32(kind) {
	case unix.NFS_SUPER_MAGIC:
		return "NFS"
	case unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC:
		return "SMB"
	case unix.FUSE_SUPER_MAGIC:
		return "FUSE"
	case unix.V9FS_MAGIC:
		return "9P"
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC:
		return "AFS"
	case unix.CODA_SUPER_MAGIC:
		return "Coda"
	case unix.CEPH_SUPER_MAGIC:
		return "Ceph"
	case unix.NCP_SUPER_MAGIC:
		return "NCP"
	}
	return ""
}

func filesystemType(path string) (int64, error) {
	var answer unix.Statfs_t
	if err := unix.Statfs(path, &answer); err != nil {
		return 0, err
	}
	return int64(answer.Type), nil
}

func (db *DB) checkFilesystem(folder string) error {
	kind, err := db.options.filesystemType(folder)
	if err != nil {
		return fmt.Errorf("asking for the file system of %s: %w", folder, err)
	}
	if name := networkFilesystem(kind); name != "" {
		return fmt.Errorf("%w: %s lies on %s, where SQLite's locks do not hold; use a local disk, or PostgreSQL",
			ErrUnsafe, folder, name)
	}
	return nil
}

// freeDisk gives the bytes that this user may still write, and all of them.
func freeDisk(folder string) (free, total uint64, err error) {
	var answer unix.Statfs_t
	if err := unix.Statfs(folder, &answer); err != nil {
		return 0, 0, fmt.Errorf("asking for free disk under %s: %w", folder, err)
	}
	size := uint64(answer.Bsize)
	return answer.Bavail * size, answer.Blocks * size, nil
}
