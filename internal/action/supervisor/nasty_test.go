package supervisor

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"beredskab/internal/proof"
)

// kinds are the twelve nasty children of R9.
func kinds() []string {
	return []string{"fork", "setsid", "double", "deaf", "stop", "hold", "bomb", "files", "setuid", "shut", "memory", "zombies"}
}

// ways are how a command that would stay for ever is brought to its end.
func ways() map[string]func(*testing.T, *Host, chan Process, Command) (Result, error) {
	return map[string]func(*testing.T, *Host, chan Process, Command) (Result, error){
		"timeout": func(_ *testing.T, h *Host, _ chan Process, c Command) (Result, error) {
			return h.Run(context.Background(), c)
		},
		"cancel": func(t *testing.T, h *Host, _ chan Process, c Command) (Result, error) {
			c.Timeout = time.Minute
			ctx, cancel := context.WithCancelCause(context.Background())
			go func() {
				proof.Await(2*time.Second, func() bool { return isUp(h, c.Attempt) })
				cancel(ErrAbort)
			}()
			return h.Run(ctx, c)
		},
		"server killed": func(t *testing.T, h *Host, _ chan Process, c Command) (Result, error) {
			server, _ := startServer(t, os.Args[0], nil, served{Spool: h.options.Spool, Command: c})
			if err := server.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = server.Wait()
			return h.Adopt(context.Background(), c.Attempt)
		},
	}
}

// isUp says whether the deed is done: the spool holds the command's word.
func isUp(h *Host, a Attempt) bool {
	record, err := h.spool.open(a)
	if err != nil {
		return false
	}
	defer func() { _ = record.Close() }()
	out, _, err := readOutput(record)
	return err == nil && strings.Contains(out.Head, "up\n")
}

// deed is the command of one kind, with the limits that its catalogue entry would name.
func deed(t *testing.T, program, kind string, uid uint32) Command {
	c := misbehave(t, program, kind, "stay")
	c.Timeout = 1500 * time.Millisecond
	switch kind {
	case "bomb": // the kernel holds everybody but root to it
		c.Account, c.Limits = &Account{UID: uid, GID: uid}, Limits{Processes: 60}
	case "files":
		c.Limits = Limits{Files: 32, FileSize: 1}
	case "memory":
		c.Limits = Limits{Memory: 128}
	case "setuid":
		c.Account = &Account{UID: uid, GID: uid}
		c.Argv = append(c.Argv, program+"-setuid")
	}
	return c
}

// TestNastyChildren is R9: twelve kinds of commands that want to stay, ended in three ways, beside a step that must not notice.
func TestNastyChildren(t *testing.T) {
	seed := proof.Seed(t)
	random := rand.New(rand.NewPCG(seed, 0))
	program := nasty(t)
	text, err := os.ReadFile(program)
	if err = errors.Join(err, os.WriteFile(program+"-setuid", text, 0o755), os.Chmod(program+"-setuid", 0o755|os.ModeSetuid)); err != nil {
		t.Fatal(err)
	}
	chosen := kinds()
	random.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	chosen = chosen[:proof.Size(2, len(chosen), len(chosen))]
	count, failed, longest := 0, 0, time.Duration(0)
	for _, kind := range chosen {
		for way, end := range ways() {
			count++
			ok := t.Run(kind+" "+way, func(t *testing.T) {
				longest = max(longest, bringToItsEnd(t, deed(t, program, kind, 100_000+random.Uint32N(1<<20)), end))
			})
			if !ok {
				failed++
			}
		}
	}
	left := plainDaemons(t, program)
	proof.Report(t, proof.Figure{
		ID: "R9", What: "nasty children", Seed: seed, Count: count, Unit: "ends", Failed: failed,
		Found:   fmt.Sprintf("0 survivors, 0 other steps disturbed, longest %s past the time-out", longest.Round(time.Millisecond)),
		Control: fmt.Sprintf("without a PID namespace %d survived", left),
	})
	if left == 0 {
		t.Error("the control found no survivor")
	}
}

// bringToItsEnd carries one out beside another step, and gives how long after its time-out the end came.
func bringToItsEnd(t *testing.T, c Command, end func(*testing.T, *Host, chan Process, Command) (Result, error)) time.Duration {
	h, started := newHost(t)
	path := fifo(t)
	beside := make(chan error, 1)
	go func() {
		other := shell(t, `read x < "$1"; echo "$x"`, path)
		other.Attempt.Step = "beside"
		res, err := h.Run(context.Background(), other)
		if err == nil && (res.Outcome != OK || res.Output.Head != "go\n") {
			err = fmt.Errorf("%+v", res)
		}
		beside <- err
	}()
	<-started
	var res Result
	var err error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		res, err = end(t, h, started, c)
	}()
	select {
	case <-ended:
	case <-time.After(2 * time.Minute): // for what hangs; a waiting caller would be told within 11 s of the time-out
		t.Fatal("it never came back")
	}
	spent := res.Outcome == Failed && strings.Contains(res.Message, "out of its memory of 128 MiB") // the kernel was quicker
	if err != nil || (res.Outcome != TimedOut && res.Outcome != Aborted && !spent) {
		t.Errorf("%s: %s, %v", res.Outcome, res.Message, err)
	}
	if strings.Contains(res.Output.Head, "euid 0\n") || strings.Contains(res.Output.Head, "1024 MiB") {
		t.Errorf("it was let do what it wanted: %q", res.Output.Head)
	}
	if !proof.Await(5*time.Second, func() bool { return len(survivors(t, mark(t))) == 0 }) {
		t.Errorf("survivors: %v", survivors(t, mark(t)))
	}
	release(t, path)
	if err := <-beside; err != nil {
		t.Errorf("the step beside it: %v", err)
	}
	if res.Outcome != TimedOut {
		return 0
	}
	return res.Elapsed - c.Timeout
}

// plainDaemons is the control: the lean path does not promise to kill daemons, and the search sees them. The daemon has
// left the command's group before the command ends, because that waits for the process between them.
func plainDaemons(t *testing.T, program string) int {
	h, _ := newHost(t)
	if _, err := h.RunPlain(context.Background(), misbehave(t, program, "double", "leave")); err != nil {
		t.Fatal(err)
	}
	var left []string // a process that is just being made has no environment to be known by
	until(t, "a child of a plain command outlives it", func() bool { left = survivors(t, mark(t)); return len(left) > 0 })
	for _, one := range left {
		var pid int
		if _, err := fmt.Sscanf(one, "/proc/%d/environ", &pid); err != nil {
			t.Fatal(err)
		}
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	return len(left)
}
