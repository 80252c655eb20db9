package supervisor

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The supervisor's descriptors, and its sign to abort. It is not SIGTERM, because service managers send that to everybody.
const (
	recordFD    = 3
	answerFD    = 4
	abortSignal = syscall.SIGUSR1
)

// answer is the supervisor's one line to the server, once the command runs or was refused.
type answer struct {
	Start   startRecord
	Refused string
}

// Main is the body of the hidden command that Run starts: it carries out one command and writes its fate into the spool. args only
// label the process in lists. It returns the exit status of the process: 0 when the end is on disk.
func Main(args []string) int {
	// The namespace, no_new_privs, ptrace and the parent-death signal all belong to this thread.
	runtime.LockOSThread()
	record, reply := os.NewFile(recordFD, recordName), os.NewFile(answerFD, "answer")
	if _, err := record.Stat(); err != nil {
		fmt.Fprintf(os.Stderr, "supervise %s: this command is started by the server only\n", strings.Join(args, " "))
		return 2
	}
	closeOnExec()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, abortSignal, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	stop := make(chan bool, 1)
	go relay(signals, stop)
	var o order
	if err := json.NewDecoder(os.Stdin).Decode(&o); err != nil {
		// The server died, or could not make the spool durable. Nothing was started and nothing will be.
		return 1
	}
	_ = os.Stdin.Close()
	s := &supervisor{Command: o.Command, record: record, reply: reply}
	s.start = startRecord{Attempt: o.Attempt, Executable: o.Executable, Started: time.Now().UTC()}
	s.start.Process = identify(os.Getpid(), o.BootID)
	return s.run(stop)
}

// relay passes the first sign to abort on and swallows the others: a terminal or a service manager must not end a step.
func relay(signals <-chan os.Signal, stop chan<- bool) {
	for sign := range signals {
		if sign == abortSignal {
			select {
			case stop <- false:
			default:
			}
		}
	}
}

type supervisor struct {
	Command
	start         startRecord
	record, reply *os.File
	space         *space
}

func (s *supervisor) run(stop <-chan bool) int {
	if err := s.fence(); err != nil {
		return s.refuse(err)
	}
	if s.Dir == "" {
		if err := s.makeDir(); err != nil {
			return s.refuse(err)
		}
		defer func() { _ = os.RemoveAll(s.start.WorkDir) }()
	}
	if err := writePart(s.record, startAt, s.start); err != nil {
		return s.refuse(fmt.Errorf("writing the start into the spool: %w", err))
	}
	child, err := startChild(s.Command, s.death())
	if err != nil {
		return s.refuse(fmt.Errorf("starting %s: %w", s.Argv[0], err))
	}
	s.guard(child)
	s.tell(answer{Start: s.start})
	sink := newCollector(s.record)
	return s.finish(child.finish(sink, s.Timeout, s.Grace, stop), sink)
}

// fence raises the fences and refuses when a required one is missing.
func (s *supervisor) fence() error {
	held := []string{fenceSupervisor, fenceSpool}
	var missing, why []string
	note := func(name string, err error) {
		if err == nil {
			held = append(held, name)
			return
		}
		missing, why = append(missing, name), append(why, fmt.Sprintf("%s (%v)", name, err))
	}
	note(fenceNamespace, s.enter())
	// Ambient capabilities got us into the namespace; the command shall not have them.
	_ = unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
	note(fenceLimits, unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}))
	note(fenceNoPrivs, unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
	s.start.Fences, s.start.Missing = held, missing
	for i, name := range missing {
		if slices.Contains(s.Required, name) {
			return fmt.Errorf("the catalogue requires the fence %s, which this host does not give", why[i])
		}
	}
	return nil
}

func (s *supervisor) enter() error {
	err := error(unix.EPERM)
	if !s.WithoutNamespace {
		s.space, err = enterSpace()
	}
	if err != nil {
		// Orphans must come to us, or nobody could find and kill them.
		_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	}
	return err
}

// death is the command's signal when the supervisor dies. In a namespace its init sees to that; there the signal would even kill the
// command at once, because Go takes the parent outside the namespace for dead.
func (s *supervisor) death() syscall.Signal {
	if s.space != nil {
		return 0
	}
	return syscall.SIGKILL
}

func (s *supervisor) makeDir() error {
	dir, err := os.MkdirTemp("", "beredskab-step-")
	if err != nil {
		return fmt.Errorf("making the working folder: %w", err)
	}
	s.Dir, s.start.WorkDir = dir, dir
	if s.Account == nil {
		return nil
	}
	return os.Chown(dir, int(s.Account.UID), int(s.Account.GID))
}

// guard chooses how survivors are killed.
func (s *supervisor) guard(c *child) {
	if s.space != nil {
		c.killRest, c.settle = s.space.kill, s.space.wait
		return
	}
	c.settle = func() { killTree(os.Getpid()) }
}

// tell answers the server, which may be gone.
func (s *supervisor) tell(a answer) {
	_ = json.NewEncoder(s.reply).Encode(a)
	_ = s.reply.Close()
}

func (s *supervisor) refuse(err error) int {
	if s.space != nil {
		s.space.kill()
		s.space.wait()
	}
	text := OneLine(err.Error())
	failed := writePart(s.record, endAt, endRecord{Refused: text, Outcome: Failed, Message: text})
	s.tell(answer{Start: s.start, Refused: text})
	if failed != nil {
		return 1
	}
	return 0
}

func (s *supervisor) finish(e end, sink *collector) int {
	message := e.message
	if sink.lost != nil {
		message += "; the output in the spool is cut: " + sink.lost.Error()
	}
	out := sink.output()
	err := writePart(s.record, endAt, endRecord{
		Outcome: e.outcome, Message: OneLine(message), ExitCode: e.exitCode,
		Started: e.started, Ended: e.ended, Elapsed: e.elapsed,
		Length: out.Length, SHA256: out.SHA256, Kept: keptSum(sink.head, unroll(sink.tail, sink.length)),
	})
	if err != nil {
		return 1
	}
	return 0
}
