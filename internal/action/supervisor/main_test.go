package supervisor

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary play the other processes: the supervisor and a server that is going to be killed.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "supervise" {
		syscall.Exit(Main(os.Args[2:]))
	}
	if len(os.Args) > 2 {
		switch os.Args[1] {
		case "server":
			syscall.Exit(serve(os.Args[2]))
		}
	}
	os.Exit(m.Run())
}

// served is what the server of a test is told.
type served struct {
	Spool   string
	Command Command
	Plain   bool // without fences
}

// serve runs one command, and says on standard output when it has started and how it ended.
func serve(text string) int {
	var s served
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		panic(err)
	}
	h, err := Open(Options{Spool: s.Spool, Argv: []string{os.Args[0], "supervise"}, Started: func(_ Attempt, p Process) {
		fmt.Println("started", p.PID)
	}})
	if err != nil {
		panic(err)
	}
	run := h.Run
	if s.Plain {
		run = h.RunPlain
	}
	res, err := run(context.Background(), s.Command)
	fmt.Println("ended", res.Outcome, strings.Join(res.Fences, ","), peak(os.Getpid()), err)
	return 0
}

// mark is an environment variable by which the processes of one test can be found.
func mark(t testing.TB) string {
	return "BEREDSKAB_MARK=" + strings.ReplaceAll(t.Name(), "/", "-") + "-" + strconv.Itoa(os.Getpid())
}

// survivors lists the living processes that carry the mark in their environment.
func survivors(t *testing.T, mark string) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range files {
		env, err := os.ReadFile(file)
		if err == nil && bytes.Contains(env, []byte(mark+"\x00")) {
			line, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
			found = append(found, fmt.Sprintf("%s %q", file, line))
		}
	}
	return found
}

// until waits for something that another process does. It spins, because nothing tells us.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for limit := time.Now().Add(30 * time.Second); !done(); runtime.Gosched() {
		if time.Now().After(limit) {
			t.Fatalf("never happened: %s", what)
		}
	}
}

// newHost opens a host; started receives the process of each attempt.
func newHost(t testing.TB) (*Host, chan Process) {
	t.Helper()
	started := make(chan Process, 100)
	h, err := Open(Options{
		Spool: filepath.Join(t.TempDir(), "spool"), Argv: []string{"/proc/self/exe", "supervise"},
		Started: func(_ Attempt, p Process) { started <- p },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h, started
}

// nasty builds the program that tries to leave something behind, in a folder that every user can enter.
func nasty(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "beredskab-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "nasty")
	if out, err := exec.Command("gcc", "-static", "-O1", "-o", path, "testdata/nasty.c").CombinedOutput(); err != nil {
		t.Fatalf("building the nasty program: %v\n%s", err, out)
	}
	if err := errors.Join(os.Chmod(dir, 0o755), os.Chmod(path, 0o755)); err != nil {
		t.Fatal(err)
	}
	return path
}

// forEverybody is this binary in a folder that every user can enter.
func forEverybody(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "beredskab-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	text, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "binary")
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(path, text, 0o755)); err != nil {
		t.Fatal(err)
	}
	return path
}

// mustOpen opens a host on a spool.
func mustOpen(t *testing.T, spool string) *Host {
	t.Helper()
	h, err := Open(Options{Spool: spool, Started: func(Attempt, Process) {}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// misbehave is a command of the nasty program: end is stay or leave.
func misbehave(t testing.TB, path, kind, end string) Command {
	return Command{
		Attempt: Attempt{Run: "run", Step: kind + "-" + end, Number: 1}, Argv: []string{path, kind, end},
		Env: []string{mark(t)}, Timeout: time.Minute, Grace: 50 * time.Millisecond,
	}
}

// shell is a command that runs a script.
func shell(t testing.TB, script string, args ...string) Command {
	return Command{
		Attempt: Attempt{Run: "run", Step: "shell", Number: 1}, Argv: append([]string{"/bin/sh", "-c", script, "sh"}, args...),
		Env: []string{"PATH=/usr/bin:/bin"}, Timeout: time.Minute, Grace: 5 * time.Second,
	}
}

// fifo makes a named pipe: opening it waits until the other side is there too.
func fifo(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// release lets a command go on that reads from the named pipe.
func release(t *testing.T, path string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString("go\n"); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// ask reads words that a server of a test says.
func ask(t *testing.T, from *bufio.Reader) []string {
	t.Helper()
	line, err := from.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(line)
}
