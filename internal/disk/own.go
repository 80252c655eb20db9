package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrShown says that others may read what is for this user alone.
var ErrShown = errors.New("others may read")

// ReadOwn reads a file that nobody but this user may read, such as a private key:
// the very file that is open is looked at. what names it, and anew says what to do
// once somebody has read it. The error matches ErrShown when somebody may, and
// fs.ErrNotExist when there is none.
func ReadOwn(path, what, anew string) (text []byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", what, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("looking at %s: %w", what, err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%w %s %s (mode %04o); chmod 600 it, and if anybody has read it, %s", ErrShown, what, path, mode, anew)
	}
	if text, err = io.ReadAll(file); err != nil {
		return nil, fmt.Errorf("reading %s: %w", what, err)
	}
	return text, nil
}

// WriteFile puts a file in place whole or not at all: whoever looks, and whoever
// starts after a power loss, finds what was there before or everything that give
// wrote. Only this user may read it.
func WriteFile(path string, give func(io.Writer) error) error { return put(path, give, os.Rename) }

// WriteFirst puts a file in place as WriteFile does, but never over another: of
// several that make it at once one wins, and all find the same.
func WriteFirst(path string, give func(io.Writer) error) error {
	return put(path, give, func(fresh, path string) error {
		err := os.Link(fresh, path)
		if errors.Is(err, fs.ErrExist) {
			err = nil
		}
		return errors.Join(err, os.Remove(fresh))
	})
}

// put writes a file under a name of its own, and then places it.
func put(path string, give func(io.Writer) error, place func(fresh, path string) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	err = errors.Join(give(file), file.Sync(), file.Close())
	if err == nil {
		err = place(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name()) // half a file must not look like one
		return err
	}
	return Sync(filepath.Dir(path))
}
