package bundle

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"beredskab/internal/disk"
)

const (
	unfinished = ".building-"
	leaving    = ".removing-"
	forgotten  = 24 * time.Hour // after which a build that never ended is cleared away
)

// ErrNone says that no bundle has been made yet.
var ErrNone = errors.New("no bundle has been made yet")

// Newest gives the newest bundle below root and its folder, verified: its
// Manifest.BuiltAt is what G6 and operators want to know the age of. The error
// is ErrNone, or says what is wrong with the newest one; an older one is never
// given in its place, or its damage would go unseen.
func Newest(root string, trusted ...ed25519.PublicKey) (m Manifest, folder string, err error) {
	names, err := bundles(root)
	if err != nil {
		return m, "", fmt.Errorf("looking for the newest bundle: %w", err)
	}
	if len(names) == 0 {
		return m, "", fmt.Errorf("looking for the newest bundle in %s: %w", root, ErrNone)
	}
	folder = filepath.Join(root, names[len(names)-1])
	if m, err = Verify(os.DirFS(folder), trusted...); err != nil {
		return m, folder, fmt.Errorf("%s: %w", folder, err)
	}
	return m, folder, nil
}

// nameOf makes the name of a bundle's folder, which sorts by time.
func nameOf(m Manifest) string {
	return "bundle-" + m.BuiltAt.Format("20060102T150405Z") + "-" + m.ID[:8]
}

// bundles are the names of the bundles below root, the oldest first.
func bundles(root string) (names []string, err error) {
	form := regexp.MustCompile(`^bundle-\d{8}T\d{6}Z-[0-9a-f]{8}$`)
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, entry := range entries {
		if entry.IsDir() && form.MatchString(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	return names, err
}

// place gives the finished folder its name. The same bundle made once more takes
// the place of the first.
func place(root, temporary, name string) (folder string, err error) {
	folder = filepath.Join(root, name)
	err = os.Rename(temporary, folder)
	if errors.Is(err, fs.ErrExist) {
		if err := drop(root, name); err != nil {
			return "", err
		}
		err = os.Rename(temporary, folder)
	}
	return folder, errors.Join(err, disk.Sync(root))
}

// prune lets go of all but the newest bundles, and of what builds left behind
// that were cut off long before now.
func prune(root string, keep int, now time.Time) (removed []string, err error) {
	names, err := bundles(root)
	if err != nil {
		return nil, fmt.Errorf("removing old bundles: %w", err)
	}
	for _, name := range names[:max(0, len(names)-keep)] {
		if err := drop(root, name); err != nil {
			return removed, fmt.Errorf("removing old bundles: %w", err)
		}
		removed = append(removed, name)
	}
	entries, err := os.ReadDir(root)
	for _, entry := range entries {
		stray := strings.HasPrefix(entry.Name(), unfinished) || strings.HasPrefix(entry.Name(), leaving)
		info, gone := entry.Info()
		if stray && gone == nil && now.Sub(info.ModTime()) > forgotten {
			err = errors.Join(err, os.RemoveAll(filepath.Join(root, entry.Name())))
		}
	}
	return slices.Clip(removed), err
}

// drop removes a bundle. It loses its name first, so that half of one is never
// taken for a damaged one.
func drop(root, name string) error {
	aside, err := os.MkdirTemp(root, leaving)
	if err != nil {
		return err
	}
	return errors.Join(os.Rename(filepath.Join(root, name), filepath.Join(aside, name)), os.RemoveAll(aside))
}
