package supervisor

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestWorkingFoldersAreCleared: a server is killed in the middle of a command without fences, and a supervisor before anybody knows of
// its start. The next start of a server clears their working folders, and leaves that of a command which goes on.
func TestWorkingFoldersAreCleared(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	folders := func() []string {
		names, err := filepath.Glob(filepath.Join(temporary, "beredskab-steps-*", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	h, started := newHost(t)
	<-h.swept
	path := fifo(t)
	living := shell(t, `echo x > file; read x < "$1"; cat file`, path)
	done := make(chan Result, 1)
	go func() {
		res, _ := h.Run(context.Background(), living)
		done <- res
	}()
	<-started
	plain := shell(t, `echo x > file; exec sleep 3600`)
	plain.Attempt.Step = "plain"
	server, _ := startServer(t, os.Args[0], nil, served{Spool: h.options.Spool, Command: plain, Plain: true})
	early := shell(t, "exit 0")
	early.Attempt.Step = "early"
	s, err := h.take()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(h.spool.claim(s.record, early.Attempt), s.give(order{Command: early, BootID: h.bootID})); err != nil {
		t.Fatal(err)
	}
	until(t, "three commands have a folder", func() bool { return len(folders()) == 3 })
	if err := errors.Join(s.process.Kill(), server.Process.Kill()); err != nil {
		t.Fatal(err)
	}
	<-s.gone
	_ = server.Wait()
	if got := folders(); len(got) != 3 {
		t.Fatalf("before the next start %d folders are left, want 3: nothing would be cleared", len(got))
	}
	<-mustOpen(t, h.options.Spool).swept
	if got := folders(); len(got) != 1 {
		t.Errorf("after the next start these are left: %q", got)
	}
	release(t, path)
	if res := <-done; res.Outcome != OK || res.Output.Head != "x\n" {
		t.Errorf("the command that goes on: %+v", res)
	}
	until(t, "its folder is deleted", func() bool { return len(folders()) == 0 })
}
