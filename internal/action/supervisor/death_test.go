package supervisor

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startServer lets another process run the command, as a server that can be killed. It returns when the command has started.
func startServer(t *testing.T, binary string, account *syscall.Credential, s served) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "server", string(text))
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: account}
	cmd.Dir = "/"
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	from := bufio.NewReader(out)
	if words := ask(t, from); words[0] != "started" {
		t.Fatalf("the server said %q", words)
	}
	return cmd, from
}

// TestServerDeath is F1 and F3: a killed server's command goes on, is adopted, and is never started twice.
func TestServerDeath(t *testing.T) {
	for _, late := range []bool{false, true} {
		t.Run(fmt.Sprintf("ended-before-adoption=%t", late), func(t *testing.T) {
			h, started := newHost(t)
			path, count := fifo(t), filepath.Join(t.TempDir(), "count")
			c := shell(t, `echo x >> "$2"; read x < "$1"; echo "$x"; exit 7`, path, count)
			server, _ := startServer(t, os.Args[0], nil, served{Spool: h.options.Spool, Command: c})
			if err := server.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = server.Wait()
			if late {
				release(t, path)
				until(t, "the supervisor ends", func() bool { return idle(t, h, c.Attempt) })
			} else {
				go func() {
					<-started
					release(t, path)
				}()
			}
			res, err := h.Adopt(context.Background(), c.Attempt)
			if err != nil || res.Outcome != Failed || res.ExitCode != 7 || res.Output.Head != "go\n" || res.Recovered != late {
				t.Fatalf("%+v, %v", res, err)
			}
			if res.Ended.Before(res.Started) || res.Elapsed <= 0 || res.Process.PID == 0 {
				t.Errorf("times and process: %+v", res)
			}
			if _, err := h.Run(context.Background(), c); !errors.Is(err, ErrStarted) {
				t.Errorf("a second start: %v", err)
			}
			if text, _ := os.ReadFile(count); string(text) != "x\n" {
				t.Errorf("the command ran %d times", len(text)/2)
			}
			if err := h.Forget(c.Attempt); err != nil {
				t.Error(err)
			}
			if _, err := h.Run(context.Background(), c); !errors.Is(err, ErrStarted) {
				t.Errorf("a second start after Forget: %v", err)
			}
		})
	}
}

// idle says whether nobody holds the lock on the record.
func idle(t *testing.T, h *Host, a Attempt) bool {
	record, err := h.spool.open(a)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = record.Close() }()
	return syscall.Flock(int(record.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == nil
}

// TestSupervisorDeath is F2: the command dies with its supervisor and the outcome is unknown, with the output as far as it came.
func TestSupervisorDeath(t *testing.T) {
	h, started := newHost(t)
	path := fifo(t)
	c := shell(t, `echo hello; setsid sh -c 'read x < "$1"' sh "$1" & read x < "$1"`, path)
	c.Env = append(c.Env, mark(t))
	go func() {
		p := <-started
		until(t, "the output is in the spool", func() bool {
			record, err := h.spool.open(c.Attempt)
			if err != nil {
				return false
			}
			defer func() { _ = record.Close() }()
			out, _, _ := readOutput(record)
			return out.Length == 6
		})
		_ = syscall.Kill(p.PID, syscall.SIGKILL)
	}()
	res, err := h.Run(context.Background(), c)
	if !errors.Is(err, ErrUnknown) || res.Outcome != Unknown || res.Output.Head != "hello\n" {
		t.Fatalf("%+v, %v", res, err)
	}
	until(t, "nobody survives", func() bool { return len(survivors(t, mark(t))) == 0 })
	res, err = h.Adopt(context.Background(), c.Attempt)
	if !errors.Is(err, ErrUnknown) || res.Outcome != Unknown || res.Recovered {
		t.Fatalf("%+v, %v", res, err)
	}
}

func TestAbortAndDetach(t *testing.T) {
	h, started := newHost(t)
	c := shell(t, `read x < "$1"; echo "$x"`, fifo(t))
	path := c.Argv[4]
	ctx, cancel := context.WithCancelCause(context.Background())
	go func() {
		<-started
		cancel(errors.New("the server is stopping"))
	}()
	if _, err := h.Run(ctx, c); !errors.Is(err, ErrDetached) {
		t.Fatal(err)
	}
	ctx, cancel = context.WithCancelCause(context.Background())
	go func() {
		<-started
		cancel(errors.New("the server is stopping again"))
	}()
	if _, err := h.Adopt(ctx, c.Attempt); !errors.Is(err, ErrDetached) {
		t.Fatal(err)
	}
	ctx, cancel = context.WithCancelCause(context.Background())
	go func() {
		<-started
		cancel(ErrAbort)
	}()
	res, err := h.Adopt(ctx, c.Attempt)
	if err != nil || res.Outcome != Aborted || res.ExitCode != 143 {
		t.Fatalf("%+v, %v", res, err)
	}
	c.Attempt.Number = 2
	ctx, cancel = context.WithCancelCause(context.Background())
	go func() {
		<-started
		cancel(ErrAbort)
	}()
	if res, err = h.Run(ctx, c); err != nil || res.Outcome != Aborted {
		t.Fatalf("%+v, %v (%s)", res, err, path)
	}
}

// TestWithoutRoot runs server and supervisor as an ordinary user: the PID namespace then comes through a user namespace.
func TestWithoutRoot(t *testing.T) {
	binary := forEverybody(t)
	dir := filepath.Dir(binary)
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "spool"), 0o700), os.Chown(filepath.Join(dir, "spool"), 65534, 65534)); err != nil {
		t.Fatal(err)
	}
	// A fork bomb: the kernel holds an ordinary user to the limit of processes.
	c := shell(t, `f() { f & f & wait; }; f; sleep 3600`)
	c.Env = append(c.Env, mark(t))
	c.Limits = Limits{Processes: 60}
	c.Timeout, c.Grace = 700*time.Millisecond, 50*time.Millisecond
	server, from := startServer(t, binary, &syscall.Credential{Uid: 65534, Gid: 65534}, served{Spool: filepath.Join(dir, "spool"), Command: c})
	words := ask(t, from)
	if words[0] != "ended" || words[1] == string(OK) || !strings.Contains(words[2], fenceNamespace) {
		t.Errorf("the server said %q", words)
	}
	if err := server.Wait(); err != nil {
		t.Error(err)
	}
	if left := survivors(t, mark(t)); len(left) > 0 {
		t.Errorf("survivors: %v", left)
	}
}
