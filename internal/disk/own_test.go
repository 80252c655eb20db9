package disk_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"beredskab/internal/disk"
)

// Many make a file at once: one wins, all find the same, and nothing else is left.
func TestWriteFirstNeverWritesOverAnother(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "key")
	found := make([]string, 16)
	var all sync.WaitGroup
	for i := range found {
		all.Go(func() {
			err := disk.WriteFirst(path, func(out io.Writer) error { _, err := fmt.Fprint(out, i); return err })
			text, readErr := disk.ReadOwn(path, "the key", "make it anew")
			if err := errors.Join(err, readErr); err != nil {
				t.Error(err)
			}
			found[i] = string(text)
		})
	}
	all.Wait()
	if slices.Sort(found); found[0] == "" || found[0] != found[len(found)-1] {
		t.Errorf("got %q", found)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A private file that others may use is refused with what to do about it.
func TestReadOwnRefusesWhatOthersMayRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if _, err := disk.ReadOwn(path, "the key", "make it anew"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("none there: got %v", err)
	}
	if err := os.WriteFile(path, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, shown := range map[os.FileMode]bool{0o600: false, 0o400: false, 0o640: true, 0o604: true, 0o620: true, 0o601: true} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		text, err := disk.ReadOwn(path, "the key", "make it anew")
		if errors.Is(err, disk.ErrShown) != shown || !shown && string(text) != "secret" {
			t.Errorf("mode %04o: got %q, %v", mode, text, err)
		}
		if want := fmt.Sprintf("others may read the key %s (mode %04o); chmod 600 it, and if anybody has read it, make it anew", path, mode); shown && err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}
