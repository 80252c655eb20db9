package supervisor

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// neverStarted checks that the spool proves that the attempt did not start, now and later.
func neverStarted(t *testing.T, h *Host, c Command) {
	t.Helper()
	for range 2 {
		res, err := h.Adopt(context.Background(), c.Attempt)
		if !errors.Is(err, ErrNotStarted) || !errors.Is(err, ErrUnknown) || res.Outcome != Unknown {
			t.Fatalf("%+v, %v", res, err)
		}
	}
	if _, err := h.Run(context.Background(), c); !errors.Is(err, ErrStarted) {
		t.Errorf("a start afterwards: %v", err)
	}
	if err := h.Forget(c.Attempt); err != nil {
		t.Error(err)
	}
	if _, err := h.Run(context.Background(), c); !errors.Is(err, ErrStarted) {
		t.Errorf("a start after Forget: %v", err)
	}
}

// TestNotStarted follows a server that is killed at each point between the claim of an attempt and its start.
func TestNotStarted(t *testing.T) {
	h, _ := newHost(t)
	ran := filepath.Join(t.TempDir(), "ran")
	c := shell(t, `echo x > "$1"`, ran)
	points := []func(s *supervision) error{
		func(*supervision) error { return nil },
		func(s *supervision) error { return h.spool.claim(s.record, c.Attempt) },
		func(s *supervision) error {
			return errors.Join(h.spool.claim(s.record, c.Attempt), s.give(order{Command: c, BootID: h.bootID}))
		},
	}
	for i, reach := range points {
		c.Attempt.Number = i
		s, err := h.take()
		if err != nil {
			t.Fatal(err)
		}
		// Sweeping leaves the record of a supervisor that waits.
		if err := errors.Join(h.spool.sweep(), reach(s)); err != nil {
			t.Fatal(err)
		}
		s.drop() // our end of the line closes, as it does when we are killed
		neverStarted(t, h, c)
	}
	if _, err := os.Stat(ran); !errors.Is(err, os.ErrNotExist) {
		t.Error("the command ran")
	}
	// The control: with the word the same command runs, and once its record is cleared nothing is certain any more.
	c.Attempt.Number = len(points)
	if res, err := h.Run(context.Background(), c); err != nil || res.Outcome != OK {
		t.Fatalf("%+v, %v", res, err)
	}
	if err := h.Forget(c.Attempt); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Adopt(context.Background(), c.Attempt); !errors.Is(err, ErrUnknown) || errors.Is(err, ErrNotStarted) {
		t.Errorf("after Forget: %v", err)
	}
}

// TestPausedServerStartsNothing is F6: a server that had claimed the attempt, and was paused, wakes after another has adopted it.
func TestPausedServerStartsNothing(t *testing.T) {
	h, _ := newHost(t)
	c := shell(t, "exit 0")
	s, err := h.take()
	if err != nil {
		t.Fatal(err)
	}
	defer s.drop()
	if _, err := h.Adopt(context.Background(), c.Attempt); !errors.Is(err, ErrNotStarted) {
		t.Fatal(err)
	}
	if err := h.spool.claim(s.record, c.Attempt); !errors.Is(err, ErrStarted) {
		t.Error(err)
	}
}

// TestSpareDiesWithItsServer kills a server: the supervisor that waits for the next command ends, and the next server tidies up.
func TestSpareDiesWithItsServer(t *testing.T) {
	h, _ := newHost(t)
	path := fifo(t)
	c := shell(t, `read x < "$1"`, path)
	server, _ := startServer(t, os.Args[0], nil, served{Spool: h.options.Spool, Command: c})
	spares := func() []string {
		names, err := filepath.Glob(filepath.Join(h.options.Spool, sparePattern))
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	until(t, "a supervisor waits", func() bool { return len(spares()) == 1 })
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait()
	until(t, "its record is free", func() bool { return h.spool.sweep() == nil && len(spares()) == 0 })
	release(t, path)
	if res, err := h.Adopt(context.Background(), c.Attempt); err != nil || res.Outcome != OK {
		t.Errorf("the command that ran: %+v, %v", res, err)
	}
}

// TestDeadSpareIsReplaced kills the waiting supervisor.
func TestDeadSpareIsReplaced(t *testing.T) {
	h, _ := newHost(t)
	c := shell(t, "exit 0")
	for number := range 3 {
		c.Attempt.Number = number
		if res, err := h.Run(context.Background(), c); err != nil || res.Outcome != OK {
			t.Fatalf("%+v, %v", res, err)
		}
		<-h.next.done
		if err := errors.Join(h.next.err, h.next.s.process.Kill()); err != nil {
			t.Fatal(err)
		}
		<-h.next.s.gone
	}
	h.Close()
	if names, _ := filepath.Glob(filepath.Join(h.options.Spool, sparePattern)); len(names) > 0 {
		t.Errorf("left behind: %v", names)
	}
}

func TestSpoolID(t *testing.T) {
	h, _ := newHost(t)
	dir := h.options.Spool
	again, err := Open(h.options)
	if err != nil || again.SpoolID() != h.SpoolID() || len(h.SpoolID()) < 26 {
		t.Errorf("opened again: %q, %v; want %q", again.SpoolID(), err, h.SpoolID())
	}
	other, _ := newHost(t)
	if other.SpoolID() == h.SpoolID() {
		t.Error("two spools share an identity")
	}
	// A spool that comes from a backup has the same file with another inode.
	copied := filepath.Join(t.TempDir(), "copy")
	if err := errors.Join(os.CopyFS(copied, os.DirFS(dir)), os.Chmod(copied, 0o700)); err != nil {
		t.Fatal(err)
	}
	if restored, err := Open(Options{Spool: copied}); err != nil || restored.SpoolID() == h.SpoolID() {
		t.Errorf("a copy has the same identity, %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, identityName), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(h.options); err == nil {
		t.Error("a damaged identity was accepted")
	}
}

// TestSweepBesideSpares lets sweeps and the making of records run at once: no record that was handed out is swept away.
func TestSweepBesideSpares(t *testing.T) {
	h, _ := newHost(t)
	stop, swept := make(chan struct{}), make(chan error, 1)
	go func() {
		var err error
		for err == nil {
			select {
			case <-stop:
				swept <- nil
				return
			default:
				err = h.spool.sweep()
			}
		}
		swept <- err
	}()
	for range 300 {
		file, err := h.spool.locked()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(file.Name()); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.Remove(file.Name()), file.Close()); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	if err := <-swept; err != nil {
		t.Fatal(err)
	}
}
