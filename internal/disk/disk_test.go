package disk_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"beredskab/internal/disk"
)

func TestKind(t *testing.T) {
	if kind, err := disk.Kind(t.TempDir()); err != nil || kind != "local" || disk.IsRemote(kind) {
		t.Errorf("here: got %s, %v", kind, err)
	}
}

func TestMountKind(t *testing.T) {
	const mounts = `22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 22 0:50 / /srv/far\040away rw - fuse.sshfs host:/ rw
41 40 0:51 / /srv/far\040away/near rw shared:7 - fuse.lossy lossy rw
42 41 broken line
`
	for folder, want := range map[string]string{
		"/srv": "ext4", "/srv/far away": "fuse.sshfs", "/srv/far away/data": "fuse.sshfs",
		"/srv/far away/near/data": "fuse.lossy", "/srv/far awayness": "ext4",
	} {
		if got := disk.MountKind(mounts, folder); got != want {
			t.Errorf("%s: got %s, want %s", folder, got, want)
		}
	}
	if got := disk.MountKind("", "/srv"); got != "fuse" {
		t.Errorf("no list: got %s", got)
	}
}

func TestFreeIsNoMoreThanTotal(t *testing.T) {
	if free, total, err := disk.Free(t.TempDir()); err != nil || free == 0 || free > total {
		t.Errorf("here: got %d of %d, %v", free, total, err)
	}
	gone := filepath.Join(t.TempDir(), "gone")
	if _, _, err := disk.Free(gone); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), gone) {
		t.Errorf("no folder: got %v", err)
	}
}

func TestMakeFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state", "spool")
	for range 2 { // the second time it is there
		if err := disk.MakeFolder(folder); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{folder, filepath.Dir(folder)} {
		if info, err := os.Stat(name); err != nil || info.Mode() != os.ModeDir|0o700 {
			t.Errorf("%s: got %v, %v", name, info, err)
		}
	}
	file := filepath.Join(folder, "file")
	if err := disk.CreateFile(file); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, filepath.Join(file, "below")} {
		if err := disk.MakeFolder(name); !errors.Is(err, syscall.ENOTDIR) {
			t.Errorf("%s, where a file is: got %v", name, err)
		}
	}
}

// Half a file is never seen, and what could not be written leaves nothing behind.
func TestWriteFileIsWholeOrNotAtAll(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	write := func(text string, end error) error {
		return disk.WriteFile(path, func(out io.Writer) error {
			_, err := io.WriteString(out, text)
			return errors.Join(err, end)
		})
	}
	torn := errors.New("torn")
	if err := write("first", nil); err != nil {
		t.Fatal(err)
	}
	if err := write("half of the sec", torn); !errors.Is(err, torn) {
		t.Errorf("half a file: got %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "first" {
		t.Errorf("after half a file: got %q, %v", text, err)
	}
	if err := write("second", nil); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != "second" {
		t.Errorf("got %q, %v", text, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("got %v, %v", info, err)
	}
	if err := os.Mkdir(filepath.Join(folder, "taken"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := disk.WriteFile(filepath.Join(folder, "taken"), func(io.Writer) error { return nil }); err == nil {
		t.Error("a folder was replaced by a file")
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 2 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A killed server's child that is not yet another program holds its lock a little
// longer. Who starts behind it waits; who starts beside a living server does not.
func TestLockOutlivesItsProcess(t *testing.T) {
	folder := t.TempDir()
	lock, err := disk.Lock(folder)
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command("cat")
	child.ExtraFiles = []*os.File{lock}
	hold, err := child.StdinPipe()
	if err := errors.Join(err, child.Start(), lock.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := disk.Lock(folder); !errors.Is(err, disk.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprint("process ", os.Getpid())) {
		t.Errorf("beside a living holder: got %v", err)
	}
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(lock.Name(), fmt.Appendln(nil, dead.Process.Pid), 0o600); err != nil {
		t.Fatal(err)
	}
	go func() { _ = hold.Close() }() // lets the child end
	next, err := disk.Lock(folder)
	if err != nil {
		t.Fatalf("behind a dead holder: %v", err)
	}
	if err := errors.Join(next.Close(), child.Wait()); err != nil {
		t.Error(err)
	}
}
