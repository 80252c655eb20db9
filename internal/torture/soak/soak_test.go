package soak

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"beredskab/internal/hamlet"
	"beredskab/internal/proof"
)

// The load: every system is drilled each minute, and so many steps run at once
// that half of each minute is busy. A large municipality holds one drill a day.
const (
	systems  = 10
	steps    = 6
	parallel = 8
	patience = 3 * time.Minute // for what hangs
)

// TestSoak is R16.
func TestSoak(t *testing.T) {
	lasts := time.Duration(proof.Size(20, 20, 20*60)) * time.Second
	if minutes, err := strconv.ParseFloat(os.Getenv("BEREDSKAB_SOAK"), 64); err == nil {
		lasts = time.Duration(minutes * float64(time.Minute))
	}
	s := serve(t)
	samples := watch(t, s.cmd.Process.Pid, s.listen, filepath.Join(s.dir, "register.db"), lasts)
	hours := lasts.Hours() / 3
	limits := map[string]float64{memory: 1*hours + 8, descriptors: 5, goroutines: 5, children: 5}
	if lasts < 6*time.Minute {
		// Too short for a quiet moment in each third: what is in use counts too.
		for _, what := range []string{descriptors, goroutines, children} {
			limits[what] += 8 * parallel
		}
	}
	problems := grown(samples, limits)
	if high := most(samples, wal); high > 64 {
		problems = append(problems, fmt.Sprintf("the WAL grew to %.0f MiB", high))
	}
	drills := s.count("ended")
	if drills == 0 {
		problems = append(problems, "no drill was held: this was no load")
	}
	for _, problem := range problems {
		t.Error(problem)
	}
	proof.Report(t, proof.Figure{
		ID: "R16", What: "soak of the released program", Count: len(samples), Unit: "looks", Failed: len(problems),
		Found: fmt.Sprintf("%s with %d commands in %d systems drilled each minute; %s; WAL at most %.1f MiB, memory at most %.0f MiB",
			lasts, drills, systems, growths(samples), most(samples, wal), most(samples, memory)),
		Control: control(t),
	})
}

// growths says by how much each figure grew from the second third to the last.
func growths(samples []sample) string {
	var list []string
	for _, what := range []string{memory, descriptors, goroutines, children} {
		list = append(list, fmt.Sprintf("%+.1f %s", growth(samples, what), what))
	}
	return strings.Join(list, ", ")
}

// control watches a process that opens a file again and again and never closes
// one: the same yardstick must see it.
func control(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	leak := exec.CommandContext(ctx, "bash", "-c", `for i in {1..400}; do exec {fd}</dev/null; sleep 0.01; done; sleep 600`)
	if err := leak.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); _ = leak.Wait() }()
	samples := watch(t, leak.Process.Pid, "", "", 3*time.Second)
	found := grown(samples, map[string]float64{descriptors: 5})
	if len(found) == 0 {
		t.Error("a process that leaks descriptors was not noticed")
	}
	return strings.Join(found, "; ") + " in a shell that closes no file"
}

// watch looks at the process at even distances for that long.
func watch(t *testing.T, pid int, metrics, database string, lasts time.Duration) (samples []sample) {
	t.Helper()
	every := max(lasts/600, 100*time.Millisecond)
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for end := time.Now().Add(lasts); time.Now().Before(end) || len(samples) < 9; <-ticks.C {
		s, err := look(pid, metrics, database)
		if err != nil {
			t.Fatal(err)
		}
		samples = append(samples, s)
	}
	return samples
}

// server is the released program at work in a folder of its own.
type server struct {
	t      *testing.T
	dir    string
	listen string
	cmd    *exec.Cmd
}

// serve starts the program and waits until the first commands have run.
func serve(t *testing.T) *server {
	t.Helper()
	binary := proof.Binary(t, "")
	s := &server{t: t, dir: t.TempDir(), listen: freePort(t)}
	s.write("beredskab.yaml", fmt.Sprintf("dir: .\nnode: soak\nactions: actions.yaml\nparallel: %d\nlisten: %s\nweb: off\nmin_free: 0\nchannels:\n  - {name: mappe, kind: folder, dir: messages}\n", parallel, s.listen))
	s.write("plans/organisation.yaml", hamlet.Organisation+"checks: {when: \"0 9 * * *\"}\n")
	s.write("actions.yaml", fmt.Sprintf(actions, filepath.Join(s.dir, "ended")))
	for i := range systems {
		id := fmt.Sprintf("system-%d", i)
		s.write("plans/"+id+".yaml", hamlet.System{
			ID: id, Mailbox: "ejer@by.example", Steps: hamlet.Chains(steps, "action: arbejd, timeout: 3m, rerun: safe"),
			Drills: []string{`id: gendan, title: Gendan, type: restore, allow_parallel: true, participants: {director: oevelsesleder}, schedule: {when: "* * * * *"}`},
		}.Plan())
	}
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	s.cmd = exec.Command(binary, "--dir", s.dir, "serve")
	s.cmd.Stdout, s.cmd.Stderr, s.cmd.Dir = log, log, s.dir
	if err := errors.Join(s.cmd.Start(), log.Close()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	ready := func() bool {
		answer, err := http.Get("http://" + s.listen + "/metrics")
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return s.count("ended") > 0
	}
	if !proof.Await(patience, ready) {
		t.Fatalf("no command has run after %s:\n%s", patience, s.said())
	}
	return s
}

// stop ends the server as an operator does, and wants no process left.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan error, 1)
	go func() { done <- s.cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			s.t.Errorf("the server ended with %v:\n%s", err, s.said())
		}
	case <-time.After(patience):
		_ = s.cmd.Process.Kill()
		s.t.Errorf("the server did not end:\n%s", s.said())
	}
	// A command under way outlives the server, and its end is written into the folder.
	if !proof.Await(patience, s.idle) {
		s.t.Error("a command goes on after the server's end")
	}
}

// idle tells whether no process has its files in the server's folder.
func (s *server) idle() bool {
	open, err := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, file := range open {
		if target, err := os.Readlink(file); err == nil && strings.HasPrefix(target, s.dir+"/") {
			return false
		}
	}
	return err == nil
}

func (s *server) said() string {
	text, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return string(text[max(0, len(text)-4000):])
}

func (s *server) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		s.t.Fatal(err)
	}
}

// count counts the lines of a file that commands write to.
func (s *server) count(name string) int {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.t.Fatal(err)
	}
	return strings.Count(string(text), "\n")
}

// freePort is an address on this machine that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

const actions = `version: 1
actions:
  - id: arbejd
    description: Work for a while and say so
    exec: /bin/sh
    args: [-c, 'head -c 20000 /dev/urandom | od; sleep 2; echo done >> "$1"', sh, %q]
    timeout: 5m
`
