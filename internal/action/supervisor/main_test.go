package supervisor

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary play the other processes: the supervisor, a server that is going to be killed, a nasty command.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "supervise" {
		syscall.Exit(Main(os.Args[2:]))
	}
	if len(os.Args) > 2 {
		switch os.Args[1] {
		case "server":
			syscall.Exit(serve(os.Args[2]))
		case "nasty":
			syscall.Exit(nasty(os.Args[2]))
		}
	}
	os.Exit(m.Run())
}

// served is what the server of a test is told.
type served struct {
	Spool   string
	Command Command
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
	res, err := h.Run(context.Background(), s.Command)
	fmt.Println("ended", res.Outcome, strings.Join(res.Fences, ","), err)
	return 0
}

// nasty is a command that tries to leave something behind.
func nasty(kind string) int {
	self := func(kind string, sys *syscall.SysProcAttr) {
		cmd := exec.Command(os.Args[0], "nasty", kind)
		cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = os.Stdout, os.Stderr, sys
		if err := cmd.Start(); err != nil {
			panic(err)
		}
	}
	switch kind {
	case "linger":
		signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
		time.Sleep(time.Hour)
	case "fork":
		self("linger", nil)
	case "daemon":
		self("linger", &syscall.SysProcAttr{Setsid: true})
	case "double":
		self("daemon", &syscall.SysProcAttr{Setsid: true})
	case "crowd":
		for range 20 {
			self("linger", &syscall.SysProcAttr{Setsid: true})
		}
	case "deaf":
		self("linger", &syscall.SysProcAttr{Setsid: true})
		fmt.Println("deaf")
		return nasty("linger")
	case "shut":
		// Neither the pipe of the output nor any other descriptor ties it to us.
		self("shut-lingers", &syscall.SysProcAttr{Setsid: true})
	case "shut-lingers":
		for fd := range 1024 {
			_ = syscall.Close(fd)
		}
		return nasty("linger")
	case "stopped":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		time.Sleep(time.Hour)
	case "files":
		for i := range 2000 {
			if err := os.WriteFile(strconv.Itoa(i), nil, 0o600); err != nil {
				panic(err)
			}
		}
	case "zombies":
		for range 50 {
			self("nothing", nil)
		}
	case "memory":
		fmt.Println(cap(make([]byte, size())))
	}
	return 0
}

// size is a gigabyte that the compiler cannot see.
func size() int { return (1 << 30) + len(os.Args) }

// mark is an environment variable by which the processes of one test can be found.
func mark(t *testing.T) string {
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

// self is a command that runs this binary as a nasty child.
func self(t *testing.T, kind string) Command {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Command{
		Attempt: Attempt{Run: "run", Step: kind, Number: 1}, Argv: []string{path, "nasty", kind},
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
