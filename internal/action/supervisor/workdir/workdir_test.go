package workdir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func must(t *testing.T) *Dir {
	t.Helper()
	d, err := Make(-1, -1)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func left(t *testing.T) string {
	t.Helper()
	entries, err := os.ReadDir(home())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return strings.Join(names, " ")
}

// A folder is cleared when its maker is gone, which the kernel says by giving back the lock, and not before.
func TestSweepLeavesWhatIsHeld(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	Sweep() // nothing is there, not even the folder of folders
	held, lost := must(t), must(t)
	if err := os.MkdirAll(filepath.Join(lost.Path, "deep", "down"), 0o700); err != nil {
		t.Fatal(err)
	}
	_ = lost.lock.Close()
	Sweep()
	if got := left(t); got != filepath.Base(held.Path) {
		t.Errorf("left are %q, want %q", got, held.Path)
	}
	_ = held.lock.Close()
	Sweep()
	if got := left(t); got != "" {
		t.Errorf("left are %q", got)
	}
	var none *Dir
	none.Remove()
	must(t).Remove()
	if got := left(t); got != "" {
		t.Errorf("left are %q", got)
	}
}

// A folder is never swept away under the one who makes it, who has its name before its lock.
func TestMakeBesideSweeps(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				Sweep()
			}
		}
	}()
	for range 300 {
		d := must(t)
		if err := os.WriteFile(filepath.Join(d.Path, "file"), nil, 0o600); err != nil {
			t.Error(err)
		}
		d.Remove()
	}
	close(stop)
	<-stopped
}

// What stands in the place of our folders and is not ours is neither used nor cleared.
func TestForeignHome(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	inside := filepath.Join(home(), "inside")
	if err := os.MkdirAll(inside, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(home(), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Make(-1, -1); err == nil || !strings.Contains(err.Error(), "not ours alone; delete it") {
		t.Errorf("made, %v", err)
	}
	Sweep()
	if left(t) != "inside" {
		t.Error("a foreign folder was cleared")
	}
	// The control: it is the mode that keeps it.
	if err := os.Chmod(home(), 0o711); err != nil {
		t.Fatal(err)
	}
	Sweep()
	if left(t) != "" {
		t.Error("our own folder was not cleared")
	}
}
