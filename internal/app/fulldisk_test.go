package app_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"beredskab/internal/drill"
	"beredskab/internal/register"
	"beredskab/internal/store"
)

// A full disk: the server refuses new work and says why, what it acknowledged
// stays, the exit status of a step that runs meanwhile is not lost, and it goes
// on by itself when there is room again (F9, R4).
func TestFullDisk(t *testing.T) {
	for _, size := range []int{3, 4, 6} {
		t.Run(fmt.Sprintf("%d MiB", size), func(t *testing.T) {
			t.Parallel()
			w := townIn(t, smallDisk(t, size), "min_free: 0\n") // so that the very last byte is used
			gate := pipe(t)
			w.commands(map[string]string{"hold": fmt.Sprintf(`echo begun; read x < %q; echo over`, gate)})
			w.plan("a", []string{
				"{id: s1, title: Trin, estimate: 1m, action: hold, timeout: 5m}",
				"{id: s2, title: Bagefter, team: drift, estimate: 1m, after: [s1]}",
			})
			w.plan("b", []string{manual("s1")})
			w.serve()
			id := w.drill("a")
			w.until("the command runs", func() bool { return len(w.left()) > 0 })
			w.fill()
			kept := w.notesUntilFull(id)
			if _, err := w.app.Register.Open(t.Context(), w.leader(), register.Opening{System: "b", Drill: "gendan"}); !errors.Is(err, store.ErrFull) {
				t.Errorf("a drill was started on a full disk: %v", err)
			}
			release(t, gate) // the command ends while nothing can be written
			w.until("the command has ended", func() bool { return len(w.left()) == 0 })
			w.until("the server says that its disk is full", func() bool { return w.log.has("no room left") })
			if err := os.Remove(w.path("ballast")); err != nil {
				t.Fatal(err)
			}
			if s := w.step(id, "s1", drill.Done); s.Outcome != "ok" || !strings.Contains(s.Output.Head, "over") {
				t.Errorf("the step is %q with %q", s.Outcome, s.Output.Head)
			}
			w.step(id, "s2", drill.Asked)
			w.drill("b")
			w.sound(id, kept)
			if err := w.stop(); err != nil {
				t.Error(err)
			}
			w.serve() // and the same after a restart
			w.sound(id, kept)
		})
	}
}

// smallDisk is a folder on a disk of its own. The test fails where it may not
// mount one: it would show nothing.
func smallDisk(t *testing.T, mebibytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=0700", mebibytes)); err != nil {
		t.Fatalf("mounting a small disk (run the tests as root): %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// pipe is a named pipe on another disk, by which a test holds a command back.
func pipe(t *testing.T) string {
	t.Helper()
	path := t.TempDir() + "/gate"
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// release lets a command that reads the pipe go on.
func release(t *testing.T, path string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(file, "go\n")
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

// fill leaves no byte free.
func (w *town) fill() {
	w.t.Helper()
	file, err := os.OpenFile(w.path("ballast"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		w.t.Fatal(err)
	}
	for block := make([]byte, 64<<10); len(block) > 0; {
		if _, err := file.Write(block); errors.Is(err, syscall.ENOSPC) {
			block = block[:len(block)/2]
		} else if err != nil {
			w.t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		w.t.Fatal(err)
	}
}

// notesUntilFull writes remarks until one is refused, and gives those that were
// acknowledged.
func (w *town) notesUntilFull(id string) (kept []string) {
	w.t.Helper()
	for i := range 10_000 {
		text := fmt.Sprintf("note %d", i)
		err := w.app.Register.Note(w.t.Context(), w.leader(), id, "", text)
		if err == nil {
			kept = append(kept, text)
			continue
		}
		if !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "no room left for the register") {
			w.t.Fatalf("the refusal is: %v", err)
		}
		return kept
	}
	w.t.Fatal("the disk is never full")
	return nil
}

// sound wants exactly what was acknowledged, in a file that is whole.
func (w *town) sound(id string, notes []string) {
	w.t.Helper()
	_, run := w.run(id)
	var got []string
	for _, n := range run.Notes {
		got = append(got, n.Text)
	}
	if !slices.Equal(got, notes) {
		w.t.Errorf("%d notes were acknowledged, the register holds %d: %q", len(notes), len(got), got)
	}
	if h := w.app.Store().Check(w.t.Context()); len(h.Problems) > 0 {
		w.t.Errorf("the register's file: %v", h.Problems)
	}
}
