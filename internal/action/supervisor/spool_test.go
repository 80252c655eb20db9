package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"beredskab/internal/proof"
)

// TestFullSpoolRefuses is F9 and F10: the space for the end is taken at the beginning, or nothing starts.
func TestFullSpoolRefuses(t *testing.T) {
	h, _ := newHost(t)
	if err := syscall.Mount("tmpfs", h.options.Spool, "tmpfs", 0, "size=64k,mode=700"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(h.options.Spool, syscall.MNT_DETACH) }) // a supervisor that has just ended may still see it
	file := filepath.Join(t.TempDir(), "ran")
	c := shell(t, `echo x > "$1"`, file)
	if _, err := h.Run(context.Background(), c); !errors.Is(err, ErrRefused) || !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Error("the command ran")
	}
	if err := syscall.Mount("tmpfs", h.options.Spool, "tmpfs", syscall.MS_REMOUNT, "size=1m"); err != nil {
		t.Fatal(err)
	}
	if res, err := h.Run(context.Background(), c); err != nil || res.Outcome != OK {
		t.Errorf("after there is space again: %+v, %v", res, err)
	}
	h.Close() // a waiting supervisor holds a record open for writing
	if err := syscall.Mount("tmpfs", h.options.Spool, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	c.Attempt.Number = 2
	if _, err := h.Run(context.Background(), c); !errors.Is(err, ErrRefused) || !errors.Is(err, syscall.EROFS) {
		t.Error(err)
	}
}

func TestOpenRefusesBadSpool(t *testing.T) {
	open := t.TempDir()
	if err := os.Chmod(open, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", "spool", open, "/dev/null/spool"} {
		if _, err := Open(Options{Spool: dir}); err == nil {
			t.Errorf("spool %q was accepted", dir)
		}
	}
}

func TestFolderNeverLeavesTheSpool(t *testing.T) {
	s := &spool{dir: "/spool"}
	seen := map[string]string{}
	for _, name := range []string{"a", "b", "../x", "..", ".", "", "a/b", "a~b", "a~b~1", "a\x00", strings.Repeat("x", 300), "æ"} {
		for _, other := range []string{"a", "b~1", "..", ""} {
			dir := s.name(Attempt{Run: name, Step: other, Number: 1})
			if filepath.Dir(dir) != "/spool" || filepath.Clean(dir) != dir {
				t.Errorf("%q: %s", name, dir)
			}
			key := fmt.Sprintf("%q %q", name, other)
			if seen[dir] != "" {
				t.Errorf("%s and %s share %s", key, seen[dir], dir)
			}
			seen[dir] = key
		}
	}
}

// TestDamagedRecord is R17: a flipped bit of a record leads to the same answer or to an error, never to another answer.
func TestDamagedRecord(t *testing.T) {
	h, _ := newHost(t)
	c := shell(t, `echo hello; exit 5`)
	want, err := h.Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	path := h.spool.name(c.Attempt)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range []int{startAt, endAt, lengthAt} {
		for at := from; at < from+1200 && at < headAt+16; at += 5 {
			bad := append([]byte(nil), good...)
			bad[at] ^= 4
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			res, err := h.Adopt(context.Background(), c.Attempt)
			if err != nil && errors.Is(err, ErrUnknown) {
				continue
			}
			if err != nil || res.ExitCode != want.ExitCode || res.Outcome != want.Outcome || !res.Ended.Equal(want.Ended) {
				t.Fatalf("byte %d: %+v, %v", at, res, err)
			}
			if res.Output.Head != want.Output.Head && !strings.Contains(res.Message, "damaged") {
				t.Fatalf("byte %d: the output changed silently: %+v", at, res)
			}
		}
	}
}

// TestSpoolIsOursAlone is S17 for the spool: nobody else can read what a command wrote, whatever the umask, and no two spools are alike.
func TestSpoolIsOursAlone(t *testing.T) {
	before := syscall.Umask(0)
	defer syscall.Umask(before)
	identities, files, wrong := map[string]bool{}, 0, 0
	for range 2 {
		h, _ := newHost(t)
		identities[h.SpoolID()] = true
		c := shell(t, "echo hello; umask")
		if res, err := h.Run(context.Background(), c); err != nil || res.Outcome != OK {
			t.Fatalf("%+v, %v", res, err)
		}
		if _, err := h.Adopt(context.Background(), Attempt{Run: "run", Step: "never", Number: 1}); !errors.Is(err, ErrNotStarted) {
			t.Fatal(err)
		}
		files, wrong = openFiles(t, h.options.Spool, files, wrong)
		h.Close()
	}
	if len(identities) != 2 {
		t.Error("two spools share their identity")
		wrong++
	}
	control := filepath.Join(t.TempDir(), "open")
	if err := os.WriteFile(control, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	_, found := openFiles(t, filepath.Dir(control), 0, 0)
	proof.Report(t, proof.Figure{
		ID: "S17", What: "the spool's files, under umask 0", Count: files, Unit: "files and folders", Failed: wrong,
		Found: "0 open to others, 0 shared identities", Control: fmt.Sprintf("of a folder with an open file %d were found", found),
	})
	if found == 0 {
		t.Error("the control found nothing")
	}
}

// openFiles counts what lies in a folder, the folder too, and what of it others could use.
func openFiles(t *testing.T, dir string, files, wrong int) (int, int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // the spare record of the waiting supervisor comes and goes
			return nil
		}
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if files++; err == nil && info.Mode()&fs.ModeSymlink == 0 && info.Mode().Perm()&0o077 != 0 {
			t.Logf("%s has mode %s", path, info.Mode())
			wrong++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, wrong
}
