// Package workdir gives a command a new folder to work in, and clears the folders that killed processes left behind.
//
// Who makes a folder holds a lock on it until it is deleted or the process ends, however it ends. The lock alone therefore tells a
// folder in use from one that nobody will delete any more: no list of folders is kept that a crash could get wrong, and it does not
// matter which server made it, or on which spool.
package workdir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// errGone is why a folder could not be held: somebody has deleted it in between.
var errGone = errors.New("it is gone")

// Dir is a folder that its maker uses.
type Dir struct {
	Path string
	lock *os.File // not inherited by what is started
}

// Make makes a folder that belongs to this user and group; -1 stands for our own. All folders lie in one, so that one cover hides the
// others.
func Make(uid, gid int) (*Dir, error) {
	d, err := create()
	if err != nil {
		return nil, fmt.Errorf("making the working folder: %w", err)
	}
	if err := os.Chown(d.Path, uid, gid); err != nil {
		d.Remove()
		return nil, fmt.Errorf("making the working folder: %w", err)
	}
	return d, nil
}

func create() (*Dir, error) {
	in := home()
	if err := os.Mkdir(in, 0o711); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := ours(in); err != nil {
		return nil, err
	}
	for {
		path, err := os.MkdirTemp(in, "")
		if err != nil {
			return nil, err
		}
		lock, err := hold(path, syscall.LOCK_EX)
		if err == nil {
			return &Dir{Path: path, lock: lock}, nil
		}
		// A sweep that comes between the making and the lock takes the folder for left behind.
		if !errors.Is(err, errGone) {
			return nil, errors.Join(err, os.Remove(path))
		}
	}
}

// Remove deletes the folder with all that is in it. What cannot be deleted now is cleared by a later Sweep.
func (d *Dir) Remove() {
	if d == nil {
		return
	}
	_ = os.RemoveAll(d.Path)
	_ = d.lock.Close()
}

// Sweep deletes the folders that nobody holds. It is no error when one cannot be deleted: the next sweep tries again.
func Sweep() {
	in := home()
	if ours(in) != nil {
		return
	}
	entries, _ := os.ReadDir(in)
	for _, entry := range entries {
		d := &Dir{Path: filepath.Join(in, entry.Name())}
		var err error
		if d.lock, err = hold(d.Path, syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			d.Remove()
		}
	}
}

func home() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("beredskab-steps-%d", os.Geteuid()))
}

// ours says what is wrong with a home: whoever may write to the folder for temporary files could have made it before us.
func ours(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || int(owner.Uid) != os.Geteuid() || info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s is not ours alone; delete it", dir)
	}
	return nil
}

// hold takes the lock on a folder and sees to it that the folder is still there: who held the lock before may have deleted it.
func hold(path string, how int) (*os.File, error) {
	lock, err := os.OpenFile(path, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errGone
	}
	if err != nil {
		return nil, err
	}
	if err = syscall.Flock(int(lock.Fd()), how); err != nil {
		err = fmt.Errorf("locking %s: %w", path, err)
	} else {
		err = same(path, lock)
	}
	if err != nil {
		_ = lock.Close()
		return nil, err
	}
	return lock, nil
}

func same(path string, open *os.File) error {
	named, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return errGone
	}
	if err != nil {
		return err
	}
	opened, err := open.Stat()
	if err == nil && !os.SameFile(named, opened) {
		return errGone
	}
	return err
}
