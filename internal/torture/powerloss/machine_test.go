package powerloss_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"beredskab/internal/torture/powerloss/lossy"
)

// patience bounds every wait. It says nothing about how fast the program is; a
// test that comes near it hangs.
const patience = 2 * time.Minute

// machine is a computer whose only disk forgets what was not synced. All that
// runs on it is one process and mount namespace, which dies as a whole; what the
// test must remember over a power loss lies outside, under dir.
type machine struct {
	t    *testing.T
	dir  string // on a real disk
	disk *lossy.Disk
	job  job
}

// job is what the machine's first process is to do.
type job struct {
	Disk     string // where the disk is mounted
	Outside  string // folder on a real disk
	Program  string // the released binary
	Writer   string // synchronous setting of the simple writer, instead of the program
	Finish   bool   // open no new runs, let all end, and stop
	BootFile string
}

// word is one line that the machine says to the test.
type word struct {
	Kind string `json:"kind"` // serving, acknowledged, settled, failed, lost, finished
	Key  string `json:"key,omitempty"`
	Text string `json:"text,omitempty"`
}

func (w word) String() string {
	line, _ := json.Marshal(w)
	return string(line)
}

func newMachine(t *testing.T, disk *lossy.Disk, j job) *machine {
	m := &machine{t: t, dir: t.TempDir(), disk: disk, job: j}
	m.job.Disk, m.job.Outside, m.job.BootFile = filepath.Join(m.dir, "disk"), m.dir, filepath.Join(m.dir, "boot_id")
	if err := os.Mkdir(m.job.Disk, 0o700); err != nil {
		t.Fatal(err)
	}
	return m
}

// run switches the machine on and lets it work until the power fails: at that
// change on the disk, or so long after it has begun to serve. When changes is 0 it
// works until it ends by itself. It gives what the machine has said,
// acknowledgements above all.
func (m *machine) run(changes int, after time.Duration) (said []word) {
	m.t.Helper()
	m.newBoot()
	mounted, err := m.disk.Mount(m.job.Disk)
	if err != nil {
		m.t.Fatalf("mounting through FUSE (run the tests as root, with /dev/fuse): %v", err)
	}
	var cut <-chan struct{}
	if changes > 0 {
		cut = m.disk.CutAfter(changes)
	}
	first, out := m.power()
	lines, serving := make(chan []word, 1), make(chan struct{})
	go func() { lines <- listen(out, serving) }()
	ended := make(chan struct{})
	go func() { _ = first.Wait(); close(ended) }() // how it ended is in its last word
	failure := ""
	if changes > 0 {
		failure = m.moment(cut, ended, serving, after)
	} else if !within(patience, ended) {
		failure = "the machine hangs"
	}
	m.disk.Cut()
	_ = first.Process.Kill() // and with it all that runs on the machine
	<-ended
	said = <-lines
	if err := mounted.Close(); err != nil {
		m.t.Errorf("taking the disk away: %v", err)
	}
	m.disk.Restart()
	m.keep(said)
	if failure != "" {
		m.t.Fatalf("%s: %v\n%s", failure, tail(said, 3), m.log())
	}
	return said
}

// moment waits for the power loss, and says what came instead.
func (m *machine) moment(cut, ended, serving <-chan struct{}, after time.Duration) string {
	select {
	case <-serving:
		select {
		case <-cut:
		case <-ended:
		case <-time.After(after): // the random moment itself
			return ""
		}
	case <-cut:
	case <-ended:
	case <-time.After(patience):
		return "the machine hangs"
	}
	if !closed(cut) {
		return "the machine stopped by itself"
	}
	return ""
}

func within(limit time.Duration, c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	case <-time.After(limit):
		return false
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func tail(said []word, n int) []word { return said[max(len(said)-n, 0):] }

// newBoot draws another boot ID, by which the program knows a restart of the
// machine.
func (m *machine) newBoot() {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	id := fmt.Sprintf("%x-%x-%x-%x-%x\n", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	if err := os.WriteFile(m.job.BootFile, []byte(id), 0o644); err != nil {
		m.t.Fatal(err)
	}
}

// power starts the first process in namespaces of its own. The kernel kills
// whatever else runs there when it dies, supervisors and commands too.
func (m *machine) power() (*exec.Cmd, io.Reader) {
	text, err := json.Marshal(m.job)
	if err != nil {
		m.t.Fatal(err)
	}
	cmd := exec.Command("/proc/self/exe", "machine", string(text))
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID, Pdeathsig: syscall.SIGKILL, Setpgid: true}
	log, err := os.Create(filepath.Join(m.dir, "log"))
	if err != nil {
		m.t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	out, in, err := os.Pipe()
	if err != nil {
		m.t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = in, log
	if err := errors.Join(cmd.Start(), in.Close()); err != nil {
		m.t.Fatalf("starting the machine (run the tests as root): %v", err)
	}
	m.t.Cleanup(func() { _ = out.Close() })
	return cmd, out
}

// listen reads what the machine says until nobody is left to say anything. A
// line that was cut with the power was not heard.
func listen(out io.Reader, serving chan<- struct{}) (said []word) {
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return said
		}
		var w word
		if json.Unmarshal(line, &w) != nil {
			w = word{Kind: "failed", Text: string(line)}
		}
		if w.Kind == "serving" {
			close(serving)
		}
		said = append(said, w)
	}
}

// keep notes what was acknowledged where the next boot finds it.
func (m *machine) keep(said []word) {
	m.t.Helper()
	file, err := os.OpenFile(filepath.Join(m.dir, "known"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		m.t.Fatal(err)
	}
	for _, w := range said {
		if w.Kind == "acknowledged" {
			_, err = fmt.Fprintln(file, w)
		}
	}
	if err := errors.Join(err, file.Close()); err != nil {
		m.t.Fatal(err)
	}
}

// known gives what was acknowledged before this boot.
func known(outside string) (said []word, err error) {
	text, err := os.ReadFile(filepath.Join(outside, "known"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return listen(bytes.NewReader(text), nil), err
}

func (m *machine) log() string {
	text, _ := os.ReadFile(filepath.Join(m.dir, "log"))
	return string(text)
}

// count counts the words of a kind.
func count(said []word, kind string) (n int) {
	for _, w := range said {
		if w.Kind == kind {
			n++
		}
	}
	return n
}

// begun gives how often each step of each run was started, from the lines that
// the commands left outside.
func (m *machine) begun() (steps int, twice []string) {
	text, err := os.ReadFile(filepath.Join(m.dir, "started"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		m.t.Fatal(err)
	}
	times := map[string]int{}
	for line := range strings.Lines(string(text)) {
		step := line[:strings.LastIndexByte(line, '/')] // without the attempt's number
		if times[step]++; times[step] == 2 {
			twice = append(twice, step)
		}
	}
	return len(times), twice
}
