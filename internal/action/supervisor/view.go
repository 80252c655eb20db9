package supervisor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"beredskab/internal/action/supervisor/landlock"
)

// errNoSpace is why there is no fence of mounts where there is none of processes.
var errNoSpace = errors.New("it needs the PID namespace")

// unshareMounts gives this thread a mount namespace of its own. What the host mounts later still arrives in it; what is mounted in it
// stays in it, and goes with the command.
func unshareMounts() error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("making a mount namespace: %w", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return fmt.Errorf("making the mounts our own: %w", err)
	}
	return nil
}

// confine raises the fences that depend on the command: what it does not see, may not touch, and cannot reach (S15). They hold for
// this thread and all that it starts.
func (s *supervisor) confine() error {
	if slices.Contains(s.start.Fences, fenceMounts) {
		if s.work != nil {
			if err := alone(s.work.Path); err != nil {
				return fmt.Errorf("hiding the working folders of other steps: %w", err)
			}
		}
		for _, path := range s.Hidden {
			if err := hide(path); err != nil {
				return fmt.Errorf("hiding %s from the command: %w", path, err)
			}
		}
	}
	if err := s.bound(); err != nil {
		return err
	}
	if s.NoNetwork {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("the catalogue says network: none, which this host cannot give: %w", err)
		}
		s.start.Fences = append(s.start.Fences, fenceNetwork)
	}
	if len(s.Reads)+len(s.Writes) > 0 {
		if err := landlock.Restrict(s.paths()); err != nil {
			return fmt.Errorf("the catalogue says reads or writes, which this host cannot hold the command to: %w", err)
		}
		s.start.Fences = append(s.start.Fences, fenceLandlock)
	}
	return nil
}

// bound makes the control group of the command. What it bounds needs no limits on each process any more, which would be met first and
// leave no sign. Where there is no control group those are what remains.
func (s *supervisor) bound() error {
	if s.Limits.Memory == 0 && s.Limits.Processes == 0 {
		return nil
	}
	g, err := newGroup(s.homes, s.Limits)
	switch {
	case err == nil:
		s.group, s.Limits.Memory, s.Limits.Processes = g, 0, 0
		s.start.Fences = append(s.start.Fences, fenceGroup)
	case slices.Contains(s.Required, fenceGroup):
		return fmt.Errorf("the catalogue requires the fence %s, which this host does not give: %w", fenceGroup, err)
	default:
		s.start.Missing = append(s.start.Missing, fenceGroup)
	}
	return nil
}

// alone covers the folder of all working folders with one that holds this working folder only.
func alone(dir string) error {
	// This thread's current folder is its own, as its mounts are, and leads to what the cover hides.
	if err := unix.Chdir(dir); err != nil {
		return err
	}
	err := unix.Mount("none", filepath.Dir(dir), "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "size=4k,mode=711")
	if err == nil {
		err = unix.Mkdir(dir, 0o700)
	}
	if err == nil {
		err = unix.Mount(".", dir, "", unix.MS_BIND, "")
	}
	return errors.Join(err, unix.Chdir("/"))
}

// hide covers a folder with an empty one and a file with nothing. What is not there needs no cover.
func hide(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return unix.Mount("none", path, "tmpfs", unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "size=4k,mode=555")
	}
	return unix.Mount(os.DevNull, path, "", unix.MS_BIND, "")
}

// paths are the places that a command with reads or writes may use: those, its working folder, its own program, and of the system
// what programs cannot do without.
func (s *supervisor) paths() (read, write []string) {
	read = slices.Concat(s.Reads, []string{
		s.Argv[0], "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/proc", "/run/systemd/resolve",
	})
	write = slices.Concat(s.Writes, []string{
		s.Dir, "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
	})
	return read, write
}
