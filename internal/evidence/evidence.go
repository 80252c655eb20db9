// Package evidence keeps the files that show something, each under the SHA-256 of
// its bytes in a folder of its own. What is known of them stands in the register;
// here a file is put on the disk before anything says that it is there, and is
// never handed out when it is not what was kept.
package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"beredskab/internal/disk"
)

var (
	// ErrMissing says that a file that should be kept is not there.
	ErrMissing = errors.New("the file is missing")
	// ErrChanged says that a file is not what was kept under its name. It is never
	// shown.
	ErrChanged = errors.New("the file is not what was kept")
	// ErrTooLarge says that a file has more bytes than are taken in.
	ErrTooLarge = errors.New("the file is too large")
)

// Shelf is a folder of such files.
type Shelf struct{ folder string }

// In gives the shelf in that folder, which need not exist yet.
func In(folder string) Shelf { return Shelf{folder} }

// path is where a file of that hash is kept. Nothing but a hash is a name.
func (s Shelf) path(hash string) (string, error) {
	if !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(hash) {
		return "", fmt.Errorf("%q is no SHA-256: %w", hash, ErrMissing)
	}
	return filepath.Join(s.folder, hash), nil
}

// Put keeps a file of at most so many bytes, and gives its hash and size. It is on
// the disk when Put returns. One that is kept already is left as it is, and one
// that was damaged since is made good.
func (s Shelf) Put(src io.ReadSeeker, limit int64) (hash string, size int64, err error) {
	sum := sha256.New()
	if size, err = io.Copy(sum, io.LimitReader(src, limit+1)); err != nil {
		return "", size, fmt.Errorf("reading the file: %w", err)
	}
	if size > limit {
		return "", size, fmt.Errorf("%w: at most %d bytes are kept; split it, or keep it elsewhere and note where", ErrTooLarge, limit)
	}
	hash = hex.EncodeToString(sum.Sum(nil))
	switch err := s.Check(hash); {
	case err == nil:
		return hash, size, nil
	case !errors.Is(err, ErrMissing) && !errors.Is(err, ErrChanged):
		return "", size, err
	}
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return "", size, fmt.Errorf("reading the file once more: %w", err)
	}
	return hash, size, s.Take(hash, io.LimitReader(src, size))
}

// Take keeps what is read under a hash that is known already. When it is something
// else, nothing is kept and the error is ErrChanged.
func (s Shelf) Take(hash string, from io.Reader) error {
	path, err := s.path(hash)
	if err != nil {
		return err
	}
	if err := disk.MakeFolder(s.folder); err != nil {
		return fmt.Errorf("making the folder of evidence: %w", err)
	}
	err = disk.WriteFile(path, func(to io.Writer) error { return Fits(hash, io.TeeReader(from, to)) })
	if err != nil {
		return fmt.Errorf("keeping the evidence %.12s: %w", hash, err)
	}
	return nil
}

// Fits reads to the end and tells whether those were the bytes of that hash.
func Fits(hash string, from io.Reader) error {
	sum := sha256.New()
	if _, err := io.Copy(sum, from); err != nil {
		return fmt.Errorf("reading the evidence %.12s: %w", hash, err)
	}
	if found := hex.EncodeToString(sum.Sum(nil)); found != hash {
		return fmt.Errorf("%w: its SHA-256 is %.12s…, not %.12s…", ErrChanged, found, hash)
	}
	return nil
}

// Open gives a file that was read through and is what was kept. Close it.
func (s Shelf) Open(hash string) (*os.File, error) {
	path, err := s.path(hash)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrMissing, path)
	} else if err != nil {
		return nil, fmt.Errorf("opening the evidence: %w", err)
	}
	if err = Fits(hash, file); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	return file, nil
}

// Check tells whether a file is there and is what was kept.
func (s Shelf) Check(hash string) error {
	file, err := s.Open(hash)
	if err != nil {
		return err
	}
	return file.Close()
}

// Hand moves every file over to another shelf on the same file system.
func (s Shelf) Hand(to Shelf) error {
	entries, err := os.ReadDir(s.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("reading the folder of evidence: %w", err)
	}
	if err := disk.MakeFolder(to.folder); err != nil {
		return fmt.Errorf("making the folder of evidence: %w", err)
	}
	for _, e := range entries {
		if err := os.Rename(filepath.Join(s.folder, e.Name()), filepath.Join(to.folder, e.Name())); err != nil {
			return fmt.Errorf("putting the evidence in its place: %w", err)
		}
	}
	return disk.Sync(to.folder)
}
