// Package disk asks the operating system about the disk under a folder, and puts
// files and names on it that survive a power loss.
//
// It stands on the highest of the pure floors: everything that touches the world
// may keep something on a disk, and no pure package can.
package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// IsRemote tells the file systems on which SQLite's locks and shared memory do not
// hold, as the kernel calls them.
func IsRemote(kind string) bool {
	return slices.Contains([]string{
		"nfs", "smb", "9p", "afs", "coda", "ceph", "ncp",
		"fuse", // One whose kind the kernel does not tell.
		"fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.glusterfs", "fuse.ceph", "fuse.curlftpfs", "fuse.davfs",
		"fuse.gcsfuse", "fuse.goofys", "fuse.juicefs", "fuse.blobfuse", "fuse.mount-s3",
	}, kind)
}

// Kind names the file system that a folder lies on; "local" stands for
// every one that is not of interest here.
func Kind(folder string) (string, error) {
	var answer unix.Statfs_t
	if err := unix.Statfs(folder, &answer); err != nil {
		return "", err
	}
	switch uint32(answer.Type) {
	case unix.NFS_SUPER_MAGIC:
		return "nfs", nil
	case unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC:
		return "smb", nil
	case unix.V9FS_MAGIC:
		return "9p", nil
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC:
		return "afs", nil
	case unix.CODA_SUPER_MAGIC:
		return "coda", nil
	case unix.CEPH_SUPER_MAGIC:
		return "ceph", nil
	case unix.NCP_SUPER_MAGIC:
		return "ncp", nil
	case unix.FUSE_SUPER_MAGIC:
		mounts, err := os.ReadFile("/proc/self/mountinfo")
		return MountKind(string(mounts), folder), err
	}
	return "local", nil
}

// MountKind finds the kind of file system in the kernel's list of mounts: statfs
// gives one number for all that FUSE carries, sshfs as well as a local disk.
func MountKind(mounts, folder string) string {
	kind, longest := "fuse", -1
	for line := range strings.Lines(mounts) {
		front, back, found := strings.Cut(line, " - ")
		fields := strings.Fields(front)
		if !found || len(fields) < 5 {
			continue
		}
		point := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(fields[4])
		inside := folder == point || strings.HasPrefix(folder, strings.TrimSuffix(point, "/")+"/")
		if inside && len(point) >= longest {
			kind, longest = strings.Fields(back)[0], len(point)
		}
	}
	return kind
}

// Free gives the bytes that this user may still write, and all of them.
func Free(folder string) (free, total uint64, err error) {
	var answer unix.Statfs_t
	if err := unix.Statfs(folder, &answer); err != nil {
		return 0, 0, fmt.Errorf("asking for free disk under %s: %w", folder, err)
	}
	size := uint64(answer.Bsize)
	return answer.Bavail * size, answer.Blocks * size, nil
}

// Sync makes the names in a folder survive a power loss.
func Sync(folder string) error {
	directory, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}

// MakeFolder makes a folder and what is missing above it, for this user alone.
// Each name is on disk before anything is written below it, or a power loss could
// take all of it.
func MakeFolder(folder string) error {
	if info, err := os.Stat(folder); err == nil {
		if info.IsDir() {
			return nil
		}
		return &fs.PathError{Op: "mkdir", Path: folder, Err: syscall.ENOTDIR}
	}
	parent := filepath.Dir(folder)
	if err := MakeFolder(parent); err != nil {
		return err
	}
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return Sync(parent)
}

// CreateFile makes the data folder and an empty file that only this user may
// read.
func CreateFile(path string) error {
	folder := filepath.Dir(path)
	if err := MakeFolder(folder); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(file.Chmod(0o600), file.Close(), Sync(folder))
}

// ErrLocked says that another server works on the same data folder.
var ErrLocked = errors.New("another server works on this data folder")

// bequest bounds the wait for what a server that was killed left to its children.
const bequest = 10 * time.Second

// Lock takes the lock of a data folder for the life of the process. The kernel
// drops it when the process dies, however it dies, and when every child that it was
// just starting has become another program: until then such a child holds what its
// parent held. So Lock refuses at once only while the holder lives; behind a dead
// one it waits, at most 10 seconds. The error matches ErrLocked.
func Lock(folder string) (*os.File, error) {
	path := filepath.Join(folder, "register.lock")
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("taking the lock of the data folder: %w", err)
	}
	if err := take(file); err != nil {
		_ = file.Close()
		return nil, err
	}
	if err := file.Truncate(0); err != nil {
		return nil, fmt.Errorf("writing the lock of the data folder: %w", err)
	}
	if _, err := file.WriteAt(fmt.Appendln(nil, os.Getpid()), 0); err != nil {
		return nil, fmt.Errorf("writing the lock of the data folder: %w", err)
	}
	return file, nil
}

func take(file *os.File) error {
	for end := time.Now().Add(bequest); ; time.Sleep(10 * time.Millisecond) {
		switch err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err {
		case nil:
			return nil
		case unix.EWOULDBLOCK:
		default:
			return fmt.Errorf("taking the lock of the data folder: %w", err)
		}
		text, _ := os.ReadFile(file.Name())
		holder := strings.TrimSpace(string(text))
		if lives(holder) || time.Now().After(end) {
			return fmt.Errorf("%w: process %s holds %s; stop it first, or give this server its own folder", ErrLocked, holder, file.Name())
		}
	}
}

// lives says whether a process has this number. Nobody has none: the holder is
// just writing its own.
func lives(number string) bool {
	pid, err := strconv.Atoi(number)
	return err == nil && pid > 0 && unix.Kill(pid, 0) != unix.ESRCH
}
