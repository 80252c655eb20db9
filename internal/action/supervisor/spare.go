package supervisor

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"beredskab/internal/fault"
)

// spareFor is how long a supervisor waits for a command before it is let go.
const spareFor = time.Minute

// supervision is a supervisor that we started. It waits for its command with a record of its own; when our end of the line
// closes before it has been given the word, as it does when we are killed, it starts nothing and ends.
type supervision struct {
	process *os.Process
	gone    chan struct{} // closed when the process has ended and was waited for
	line    *os.File
	from    *bufio.Reader // of line
	record  string        // path of its record while no attempt has it
}

// promise is a supervisor that is coming up.
type promise struct {
	done  chan struct{}
	s     *supervision
	err   error
	limit *time.Timer
}

// take gives a waiting supervisor. Each taking lets the next one come up beside, because starting our own binary is most of what a
// short step would cost.
func (h *Host) take() (*supervision, error) {
	h.mu.Lock()
	next := h.next
	h.next = h.prepare()
	h.mu.Unlock()
	if next != nil {
		next.limit.Stop()
		<-next.done
		if next.err == nil && next.s.waits() {
			return next.s, nil
		}
		// What kept it from coming up, or killed it, may be over.
		next.drop()
	}
	return h.supervise()
}

// prepare lets a supervisor come up, and go again when nobody wants it.
func (h *Host) prepare() *promise {
	p := &promise{done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.s, p.err = h.supervise()
	}()
	p.limit = time.AfterFunc(spareFor, func() {
		h.mu.Lock()
		unwanted := h.next == p
		if unwanted {
			h.next = nil
		}
		h.mu.Unlock()
		if unwanted {
			p.drop()
		}
	})
	return p
}

func (p *promise) drop() {
	<-p.done
	if p.err == nil {
		p.s.drop()
	}
}

// Close lets the waiting supervisor go. It touches no command that runs, and the host can still be used.
func (h *Host) Close() {
	h.mu.Lock()
	p := h.next
	h.next = nil
	h.mu.Unlock()
	if p != nil {
		p.limit.Stop()
		p.drop()
	}
}

// supervise starts a supervisor with a record, in a session of its own so that it outlives us, and waits until it is ready.
func (h *Host) supervise() (*supervision, error) {
	record, err := h.spool.spare()
	if err != nil {
		return nil, err
	}
	// From the start on the lock on the record is the supervisor's alone.
	defer func() { _ = record.Close() }()
	s, err := h.connect(record)
	if err != nil {
		_ = os.Remove(record.Name())
		return nil, fmt.Errorf("starting the supervisor: %w", err)
	}
	if ready, err := s.from.ReadString('\n'); ready != readyLine {
		s.drop()
		return nil, fmt.Errorf("starting the supervisor: it ended before it was ready: %w", err)
	}
	return s, nil
}

func (h *Host) connect(record *os.File) (*supervision, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	theirs := os.NewFile(uintptr(pair[1]), "line")
	defer func() { _ = theirs.Close() }()
	// A descriptor that does not block is what lets our reads be woken by closing it.
	err = unix.SetNonblock(pair[0], true)
	ours := os.NewFile(uintptr(pair[0]), "line")
	null, opening := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err = errors.Join(err, opening); err != nil {
		_ = ours.Close()
		return nil, err
	}
	defer func() { _ = null.Close() }()
	argv := slices.Clone(h.options.Argv)
	if h.options.WithoutNamespace {
		argv = append(argv, withoutNamespace)
	}
	if h.options.WithoutGroup {
		argv = append(argv, withoutGroup)
	}
	process, err := launch(argv, []*os.File{null, null, null, record, theirs})
	if err != nil {
		_ = ours.Close()
		return nil, err
	}
	s := &supervision{process: process, gone: make(chan struct{}), line: ours, from: bufio.NewReader(ours), record: record.Name()}
	go func() {
		defer close(s.gone)
		_, _ = process.Wait()
	}()
	return s, nil
}

// launch starts the supervisor's process.
func launch(argv []string, files []*os.File) (*os.Process, error) {
	attr := &os.ProcAttr{
		Dir: "/", Files: files,
		// One processor: the supervisor mostly sleeps. Its working folders lie where our sweep looks.
		Env: append(fault.Environ(), "GOMAXPROCS=1", "TMPDIR="+os.TempDir()),
	}
	var process *os.Process
	err := empowered(func(sys *syscall.SysProcAttr) (err error) {
		attr.Sys = sys
		process, err = os.StartProcess(argv[0], argv, attr)
		return err
	})
	return process, err
}

// empowered has a supervisor started with the right to make namespaces. Without that right it is given a user namespace, in which
// it has it; where the kernel refuses that too it starts without, and reports the fences as missing.
func empowered(start func(*syscall.SysProcAttr) error) error {
	if !mayMakeNamespaces() {
		err := start(&syscall.SysProcAttr{
			Setsid: true, Cloneflags: syscall.CLONE_NEWUSER, AmbientCaps: []uintptr{unix.CAP_SYS_ADMIN},
			UidMappings: []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}},
		})
		if err == nil {
			return nil
		}
	}
	return start(&syscall.SysProcAttr{Setsid: true})
}

// waits says whether the supervisor is still there.
func (s *supervision) waits() bool {
	select {
	case <-s.gone:
		return false
	default:
		return true
	}
}

// drop lets the supervisor end without a command, and waits for that.
func (s *supervision) drop() {
	_ = s.line.Close()
	<-s.gone
	_ = os.Remove(s.record)
}

// give hands the command over. It starts only after the word.
func (s *supervision) give(o order) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	_, err = s.line.Write(append(text, '\n'))
	return err
}

// word lets the command start, and gives the supervisor's answer to it.
func (s *supervision) word() (answer, error) {
	var a answer
	if _, err := s.line.WriteString("\n"); err != nil {
		return a, err
	}
	line, err := s.from.ReadBytes('\n')
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(line, &a)
}
