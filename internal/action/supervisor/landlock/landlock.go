// Package landlock lets a thread, and all that it starts, use no files but those that it was given. The kernel's Landlock does it;
// this is the part of it that a step's supervisor needs, on one thread instead of on the whole process.
package landlock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The rights of Landlock, by the kernel's linux/landlock.h. Those of a file can be given on a file, all of them on a folder.
const (
	execute   = 1 << 0
	writeFile = 1 << 1
	readFile  = 1 << 2
	readDir   = 1 << 3
	truncate  = 1 << 14
	ioctlDev  = 1 << 15

	ofFile  = execute | writeFile | readFile | truncate | ioctlDev
	reading = execute | readFile | readDir
	// since3 are all rights to files that Landlock of Linux 6.2 knows. An older one cannot forbid to empty a file.
	since3 = 1<<15 - 1
)

// Restrict lets this thread, and all that it starts, use no files but those in the given places. Nobody can take it back, root neither.
// A place that does not exist gives nothing; a device under write may be used as one. no_new_privs must be set.
func Restrict(read, write []string) error {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, 1)
	if errno != 0 || version < 3 {
		return fmt.Errorf("it needs Landlock as of Linux 6.2, and this kernel has version %d of it", max(int(version), 0))
	}
	handled := uint64(since3)
	if version >= 5 {
		handled |= ioctlDev
	}
	attr := unix.LandlockRulesetAttr{Handled_access_fs: handled}
	ruleset, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr.Handled_access_fs), 0)
	if errno != 0 {
		return fmt.Errorf("making the rules of Landlock: %w", errno)
	}
	defer func() { _ = unix.Close(int(ruleset)) }()
	for _, list := range []struct {
		paths  []string
		rights uint64
	}{{read, reading}, {write, handled}} {
		for _, path := range list.paths {
			if err := grant(int(ruleset), path, list.rights); err != nil {
				return fmt.Errorf("allowing %s: %w", path, err)
			}
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0, 0); errno != 0 {
		return fmt.Errorf("putting Landlock into force: %w", errno)
	}
	return nil
}

// grant gives rights to a place and all that is below it.
func grant(ruleset int, path string, rights uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	place := os.NewFile(uintptr(fd), path)
	defer func() { _ = place.Close() }()
	info, err := place.Stat()
	if err != nil {
		return err
	}
	if !info.IsDir() {
		rights &= ofFile
	}
	attr := unix.LandlockPathBeneathAttr{Allowed_access: rights, Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&attr)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
