package cluster

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// node is one machine with the program on it. It is started again whenever it
// ends by itself, as an init system does.
type node struct {
	t      *testing.T
	host   *host
	name   string
	binary string
	dir    string // its settings and state
	output *os.File

	mu     sync.Mutex
	wanted bool
	ended  chan struct{} // of the present process
	server *os.Process
	fell   int // ends that nobody asked for
}

// newNode writes the node's settings; the rest of the file is given.
func newNode(t *testing.T, h *host, name, binary, dir, settings string) *node {
	t.Helper()
	n := &node{t: t, host: h, name: name, binary: binary, dir: dir}
	write(t, filepath.Join(dir, "beredskab.yaml"), "dir: state\nnode: "+name+"\n"+settings)
	output, err := os.Create(filepath.Join(dir, "output"))
	if err := errors.Join(err, os.Mkdir(filepath.Join(dir, "tmp"), 0o700)); err != nil {
		t.Fatal(err)
	}
	n.output = output
	t.Cleanup(func() {
		n.kill()
		_ = n.output.Close()
		if t.Failed() {
			text, _ := os.ReadFile(n.output.Name())
			t.Logf("%s said:\n%s", name, text[max(0, len(text)-40_000):])
		}
	})
	return n
}

// start has the node run from now on.
func (n *node) start(args ...string) {
	n.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.wanted = true
	if err := n.launch(args); err != nil {
		n.t.Fatalf("starting node %s: %v", n.name, err)
	}
}

// launch starts the process; the lock is held.
func (n *node) launch(args []string) error {
	cmd := n.host.exec(n.binary, append([]string{"serve", "--config", filepath.Join(n.dir, "beredskab.yaml")}, args...)...)
	cmd.Stdout, cmd.Stderr, cmd.Dir = n.output, n.output, n.dir
	// What a killed server leaves in the folder for temporary files goes with the test.
	cmd.Env = append(os.Environ(), "NODE="+n.name, "TMPDIR="+filepath.Join(n.dir, "tmp"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	n.server, n.ended = cmd.Process, make(chan struct{})
	go n.attend(cmd, args)
	return nil
}

// attend waits for the end of the process and starts the next where nobody
// wanted that end.
func (n *node) attend(cmd *exec.Cmd, args []string) {
	err := cmd.Wait()
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.ended)
	if !n.wanted || n.server != cmd.Process {
		return
	}
	n.fell++
	_, _ = fmt.Fprintf(n.output, "--- ended by itself: %v\n", err)
	time.Sleep(200 * time.Millisecond) // as RestartSec does
	if err := n.launch(args); err != nil {
		n.t.Errorf("starting node %s again: %v", n.name, err)
	}
}

// end lets the node end by that signal and waits until it has.
func (n *node) end(signal syscall.Signal) {
	n.mu.Lock()
	n.wanted = false
	server, ended := n.server, n.ended
	n.mu.Unlock()
	if server == nil {
		return
	}
	_ = server.Signal(signal)
	select {
	case <-ended:
	case <-time.After(patience):
		n.t.Errorf("node %s does not end", n.name)
	}
}

// kill ends the server; its supervisors and their commands go on.
func (n *node) kill() { n.end(syscall.SIGKILL) }

// crash ends everything on the machine at once.
func (n *node) crash() {
	n.mu.Lock()
	n.wanted = false
	n.mu.Unlock()
	for _, pid := range n.host.processes() {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	n.kill()
}

// freeze stops the server, or everything on the machine, where it stands; thaw
// lets it go on.
func (n *node) freeze(all bool) {
	for _, pid := range n.frozen(all) {
		_ = syscall.Kill(pid, syscall.SIGSTOP)
	}
}

func (n *node) thaw() {
	for _, pid := range n.frozen(true) {
		_ = syscall.Kill(pid, syscall.SIGCONT)
	}
}

func (n *node) frozen(all bool) []int {
	if all {
		return n.host.processes()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return []int{n.server.Pid}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}
