package supervisor

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"beredskab/internal/disk"
)

// identityName is the file that holds the spool's identity. No attempt's own name is like it, because they hold a ~ or are hashes.
const identityName = "identity"

// identity gives the spool's name for ever. It is drawn once and put on disk. The number of the file's inode is part of it: a spool
// that was copied or restored from a backup lacks the traces of what was started since, so that it must not be taken for this one.
func (s *spool) identity() (string, error) {
	path := filepath.Join(s.dir, identityName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := s.draw(path); err != nil {
			return "", fmt.Errorf("giving the spool an identity: %w", err)
		}
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return "", fmt.Errorf("reading the spool's identity: %w", err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		return "", fmt.Errorf("reading the spool's identity: %w", err)
	}
	drawn := strings.TrimSpace(string(text))
	stat, ok := info.Sys().(*syscall.Stat_t)
	if len(drawn) < 26 || !info.Mode().IsRegular() || !ok {
		return "", fmt.Errorf("%s is damaged; stop the server, let every step end, and delete it", path)
	}
	return fmt.Sprintf("%s-%d", drawn, stat.Ino), nil
}

// draw writes a new identity, unless another process is quicker.
func (s *spool) draw(path string) error {
	file, err := os.CreateTemp(s.dir, ".identity-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = fmt.Fprintln(file, rand.Text())
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return disk.Sync(s.dir)
}
