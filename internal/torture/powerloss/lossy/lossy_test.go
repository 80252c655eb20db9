package lossy_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"beredskab/internal/torture/powerloss/lossy"
)

// bench is a disk in use by a test.
type bench struct {
	t       *testing.T
	disk    *lossy.Disk
	mounted *lossy.Mounted
}

func mount(t *testing.T, names lossy.Names, loss lossy.Loss) *bench {
	b := &bench{t: t, disk: lossy.New(names, loss, 7)}
	b.on(t.TempDir())
	t.Cleanup(func() { b.must(b.mounted.Close()) })
	return b
}

func (b *bench) on(dir string) {
	b.t.Helper()
	var err error
	if b.mounted, err = b.disk.Mount(dir); err != nil {
		b.t.Fatalf("mounting through FUSE (run the tests as root): %v", err)
	}
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) path(name string) string { return filepath.Join(b.mounted.Dir, name) }

// powerLoss cuts the power and brings it back.
func (b *bench) powerLoss() {
	b.t.Helper()
	b.disk.Cut()
	if _, err := os.ReadDir(b.mounted.Dir); !errors.Is(err, syscall.EIO) {
		b.t.Errorf("a disk without power answers: %v", err)
	}
	b.must(b.mounted.Close())
	b.disk.Restart()
	b.on(b.mounted.Dir)
}

// write writes a file, and syncs it when that is wanted.
func (b *bench) write(name, text string, sync bool) {
	b.t.Helper()
	file, err := os.OpenFile(b.path(name), os.O_CREATE|os.O_WRONLY, 0o600)
	b.must(err)
	_, err = file.WriteString(text)
	if sync {
		err = errors.Join(err, file.Sync())
	}
	b.must(errors.Join(err, file.Close()))
}

func (b *bench) syncFolder() {
	b.t.Helper()
	folder, err := os.Open(b.mounted.Dir)
	b.must(err)
	b.must(errors.Join(folder.Sync(), folder.Close()))
}

// holds wants that content under a name; empty stands for no such name.
func (b *bench) holds(name, text string) {
	b.t.Helper()
	got, err := os.ReadFile(b.path(name))
	if text == "" && errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil || string(got) != text {
		b.t.Errorf("%s holds %.40q (%v), want %.40q", name, got, err, text)
	}
}

func TestWhatWasSyncedStaysAndNothingElse(t *testing.T) {
	b := mount(t, lossy.Strict, lossy.Drop)
	b.write("kept", "first", true)
	b.syncFolder()
	b.write("kept", "later and longer", false)
	b.write("unnamed", "synced without its folder", true)
	b.powerLoss()
	b.holds("kept", "first")
	b.holds("unnamed", "")
}

func TestNamesAreKeptBySyncOfTheFolderOrInOrder(t *testing.T) {
	for _, names := range []lossy.Names{lossy.Strict, lossy.Ordered} {
		b := mount(t, names, lossy.Drop)
		b.write("a", "a", true)
		b.write("gone", "x", true)
		b.syncFolder()
		b.must(os.Rename(b.path("a"), b.path("b")))
		b.must(os.Remove(b.path("gone")))
		b.must(os.Link(b.path("b"), b.path("c")))
		b.write("z", "z", true) // takes the names along where they are ordered
		b.powerLoss()
		if names == lossy.Strict {
			b.holds("a", "a")
			b.holds("b", "")
			b.holds("c", "")
			b.holds("gone", "x")
		} else {
			b.holds("a", "")
			b.holds("b", "a")
			b.holds("c", "a")
			b.holds("gone", "")
		}
	}
}

// Torn sectors are whole sectors of what was there or of what was written.
func TestTornWritesArriveBySectors(t *testing.T) {
	old, fresh := bytes.Repeat([]byte("o"), 64*512), bytes.Repeat([]byte("n"), 64*512)
	b := mount(t, lossy.Strict, lossy.Torn)
	mixed := false
	for range 10 {
		b.write("f", string(old), true)
		b.syncFolder()
		b.write("f", string(fresh), false)
		b.powerLoss()
		got, err := os.ReadFile(b.path("f"))
		b.must(err)
		if len(got) != len(old) {
			t.Fatalf("the file has %d bytes", len(got))
		}
		seen := map[string]bool{}
		for at := 0; at < len(got); at += 512 {
			one := string(got[at : at+512])
			if one != string(old[:512]) && one != string(fresh[:512]) {
				t.Fatalf("sector %d is neither old nor new", at/512)
			}
			seen[one] = true
		}
		mixed = mixed || len(seen) == 2
	}
	if !mixed {
		t.Error("no write was torn in ten power losses")
	}
}

// The cut comes at the change that was asked for, which fails already.
func TestCutAfterSoManyChanges(t *testing.T) {
	b := mount(t, lossy.Strict, lossy.Drop)
	file, err := os.OpenFile(b.path("f"), os.O_CREATE|os.O_WRONLY, 0o600)
	b.must(err)
	cut := b.disk.CutAfter(3)
	for i, want := range []error{nil, nil, syscall.EIO, syscall.EIO} {
		if _, err := file.Write([]byte("x")); !errors.Is(err, want) {
			t.Errorf("write %d: got %v, want %v", i+1, err, want)
		}
	}
	<-cut
	_ = file.Close() // without power
}

// SQLite needs locks and one memory for all processes.
func TestLocksHold(t *testing.T) {
	b := mount(t, lossy.Strict, lossy.Drop)
	b.write("lock", "", false)
	first, err := os.Open(b.path("lock"))
	b.must(err)
	defer func() { _ = first.Close() }()
	second, err := os.Open(b.path("lock"))
	b.must(err)
	defer func() { _ = second.Close() }()
	b.must(syscall.Flock(int(first.Fd()), syscall.LOCK_EX|syscall.LOCK_NB))
	if err := syscall.Flock(int(second.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); !errors.Is(err, syscall.EWOULDBLOCK) {
		t.Errorf("a second lock: %v", err)
	}
}
