package crash

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/hamlet"
	"beredskab/internal/proof"
	"beredskab/internal/store/pgtest"
)

// patience bounds every wait: who comes near it hangs. It says nothing about how
// fast the program is.
const patience = 90 * time.Second

const (
	systems = 4
	steps   = 10
)

// town is one municipality in a folder of its own, with its own copy of the
// program, so that its processes can be told from everybody else's.
type town struct {
	t      *testing.T
	dir    string // all state of the program
	side   string // what the test needs, on a disk of its own: program, logs, the commands' lines
	random *rand.Rand
	sound  bool // finished, with nothing to complain of: its log explains no failure
	oracle
}

// newTown makes a folder with the drills of planOf.
func newTown(t *testing.T, binary, engine, rerun, fence string, seed uint64) *town {
	t.Helper()
	w := townIn(t, t.TempDir(), binary, seed)
	database := ""
	if engine == "postgres" {
		database = "database: " + pgtest.Start(t) + "\n"
	}
	w.settle(database)
	for i := range systems {
		w.write(fmt.Sprintf("plans/system-%d.yaml", i), planOf(fmt.Sprintf("system-%d", i), hamlet.Chains(steps, "action: mark, timeout: 1m, "+rerun)...))
	}
	w.command("sleep 0.03", fence)
	return w
}

// townIn is a town without plans of systems.
func townIn(t *testing.T, dir, binary string, seed uint64) *town {
	t.Helper()
	dir, errDir := filepath.EvalSymlinks(dir)
	side, errSide := filepath.EvalSymlinks(t.TempDir())
	w := &town{t: t, dir: dir, side: side, random: rand.New(rand.NewPCG(seed, 1)), oracle: newOracle()}
	if err := errors.Join(errDir, errSide, os.Link(binary, w.program())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.killAll()
		if t.Failed() && !w.sound {
			text := w.beside("log")
			t.Logf("the program said last:\n%s", text[max(0, len(text)-6000):])
		}
	})
	return w
}

func (w *town) program() string { return filepath.Join(w.side, "beredskab") }

// settle writes the settings and the organisation.
func (w *town) settle(more string) {
	w.t.Helper()
	w.write("beredskab.yaml", "dir: .\nnode: test\nactions: actions.yaml\nparallel: 4\nlisten: \"off\"\nweb: \"off\"\nmin_free: 0\nchannels:\n  - {name: mappe, kind: folder, dir: messages}\n"+more)
	w.write("plans/organisation.yaml", hamlet.Organisation+"checks: {when: \"0 9 * * *\"}\n")
}

// command is the town's one action: it leaves a line that names the attempt, and
// goes on with the script, which finds the town's side folder in $1.
func (w *town) command(script, fence string) {
	w.t.Helper()
	w.write("actions.yaml", fmt.Sprintf(`version: 1
actions:
  - id: mark
    description: Leave a line that says which attempt was started
    exec: /bin/sh
    args: [-c, %q, sh, %q]
    env: ["ATTEMPT=attempt:", %q, PATH]
    timeout: 5m
    %s
`, `echo "$ATTEMPT" >> "$1/started"; `+script, w.side, w.mark(), fence))
}

// planOf is the plan of a system that is drilled once a day.
func planOf(id string, steps ...string) string {
	return hamlet.System{ID: id, Mailbox: "ejer@by.example", Steps: steps, Drills: []string{
		`id: gendan, title: Gendan, type: restore, allow_parallel: true, participants: {director: oevelsesleder}, schedule: {when: "0 9 * * *", start_within: 30d}`,
	}}.Plan()
}

func (w *town) path(name string) string { return filepath.Join(w.dir, name) }

func (w *town) write(name, text string) {
	w.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(w.path(name)), 0o700), os.WriteFile(w.path(name), []byte(text), 0o600)); err != nil {
		w.t.Fatal(err)
	}
}

// beside gives the text of a file of the test's own; one that is not there yet is
// empty.
func (w *town) beside(name string) string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.side, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		w.t.Fatal(err)
	}
	return string(text)
}

// with opens the register beside the server, as a command does, and lets it go
// again: after a kill this is also what recovers the file.
func (w *town) with(do func(a *app.App)) {
	w.t.Helper()
	s, err := app.Load(map[string]string{"dir": w.dir}, func(string) (string, bool) { return "", false }, w.dir)
	if err != nil {
		w.t.Fatal(err)
	}
	a, err := app.Open(w.t.Context(), s, app.Use, slog.New(slog.DiscardHandler))
	if err != nil {
		w.t.Fatalf("opening the register: %v", err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			w.t.Error(err)
		}
	}()
	do(a)
}

func leader() door.Actor {
	return door.Actor{Name: "oevelsesleder", Assurance: "login"}
}

// serve starts the server. Its own last words go to the file "log".
func (w *town) serve(environ ...string) *server {
	w.t.Helper()
	output, err := os.OpenFile(filepath.Join(w.side, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = output.Close() }()
	cmd := exec.Command(w.program(), "serve", "--dir", w.dir)
	cmd.Env, cmd.Stderr, cmd.Stdout = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + w.side}, environ...), output, output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	s := &server{process: cmd.Process, down: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // killed, mostly
		close(s.down)
	}()
	w.t.Cleanup(s.kill)
	return s
}

// server is one start of the server.
type server struct {
	process *os.Process
	down    chan struct{} // closed when it has ended
}

func (s *server) kill() {
	_ = s.process.Kill() // it may have ended by itself
	<-s.down
}

// up says whether the server still lives.
func (s *server) up() bool {
	select {
	case <-s.down:
		return false
	default:
		return true
	}
}

// stop ends it as an administrator does.
func (s *server) stop() bool {
	_ = s.process.Signal(syscall.SIGTERM)
	select {
	case <-s.down:
		return true
	case <-time.After(patience):
		return false
	}
}

func (w *town) mark() string { return "TOWN=" + w.dir }

// processes lists what lives of this town: servers, supervisors and the inits of
// their namespaces by the program that they run, commands by their environment.
func (w *town) processes() (list []int) {
	names, _ := os.ReadDir("/proc")
	for _, name := range names {
		pid, err := strconv.Atoi(name.Name())
		if err != nil {
			continue
		}
		program, _ := os.Readlink(filepath.Join("/proc", name.Name(), "exe"))
		if program == w.program() || bytes.Contains(environment(pid), []byte(w.mark()+"\x00")) {
			list = append(list, pid)
		}
	}
	return list
}

// environment is empty for a process that has ended meanwhile.
func environment(pid int) []byte {
	file, err := os.Open(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }()
	text, _ := io.ReadAll(file)
	return text
}

// killAll leaves nothing alive, as a power cut does.
func (w *town) killAll() {
	gone := proof.Await(patience, func() bool {
		alive := w.processes()
		for _, pid := range alive {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		return len(alive) == 0
	})
	if !gone {
		w.t.Errorf("these processes cannot be killed: %v", w.processes())
	}
}
