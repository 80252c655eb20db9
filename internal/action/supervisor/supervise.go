package supervisor

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"beredskab/internal/action/supervisor/workdir"
	"beredskab/internal/fault"
)

// The supervisor's descriptors, and its sign to abort. It is not SIGTERM, because service managers send that to everybody.
const (
	recordFD    = 3
	lineFD      = 4
	abortSignal = syscall.SIGUSR1
)

// The arguments that stand for a kernel that refuses PID namespaces, and for a host without control groups for us.
const (
	withoutNamespace = "without-namespace"
	withoutGroup     = "without-group"
)

// readyLine is what a supervisor says when its fences are up and it waits for a command.
const readyLine = "ready\n"

// endedLine is the supervisor's last word: the end is on disk and nothing is left.
const endedLine = "ended\n"

// order is what the server gives the supervisor through the line, so that secrets of the environment stand in no file and no list.
type order struct {
	Command
	BootID string
}

// answer is the supervisor's one line to the server, once the command runs or was refused.
type answer struct {
	Start   startRecord
	Refused string
}

// Main is the body of the hidden command that Run starts: it carries out one command and writes its fate into the spool. It returns
// the exit status of the process: 0 when the end is on disk, or when there was nothing to do.
func Main(args []string) int {
	// The namespace, no_new_privs, ptrace and the parent-death signal all belong to this thread.
	runtime.LockOSThread()
	if slices.Contains(args, reportFences) {
		return tellFences(slices.Contains(args, withoutNamespace))
	}
	record, line := os.NewFile(recordFD, "record"), os.NewFile(lineFD, "line")
	if info, err := line.Stat(); err != nil || info.Mode()&os.ModeSocket == 0 {
		fmt.Fprintln(os.Stderr, "supervise: this command is started by the server only")
		return 2
	}
	closeOnExec()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, abortSignal, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	stop := make(chan bool, 1)
	go relay(signals, stop)
	s := &supervisor{record: record, line: line, from: bufio.NewReader(line)}
	// Behind the fences this thread sees the command's /proc, in which we do not stand.
	s.start.Process = identify(os.Getpid(), "")
	if own, err := os.ReadFile("/proc/self/cgroup"); err == nil && !slices.Contains(args, withoutGroup) {
		s.homes = homes(string(own))
	}
	s.fence(slices.Contains(args, withoutNamespace))
	s.rehearse()
	_, _ = line.WriteString(readyLine)
	text, err := s.from.ReadBytes('\n')
	var o order
	if err == nil {
		err = json.Unmarshal(text, &o)
	}
	if err != nil {
		// The server died or has no use for us. Nothing was started and nothing will be.
		s.leave()
		return 0
	}
	s.Command, s.start.Attempt, s.start.Executable = o.Command, o.Attempt, o.Executable
	s.start.Process.BootID, s.start.Started = o.BootID, time.Now().UTC()
	return s.run(stop)
}

// rehearse pays for what costs more the first time than later, while nobody waits for it.
func (s *supervisor) rehearse() {
	var o order
	text, _ := json.Marshal(order{Command: Command{Account: &Account{}}})
	_ = json.Unmarshal(text, &o)
	_, _ = json.Marshal(endRecord{})
	_, _ = json.Marshal(answer{})
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		_ = p.Release()
	}
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
	start  startRecord
	why    map[string]error // of the missing fences
	record *os.File
	line   *os.File
	from   *bufio.Reader // of line
	space  *space
	homes  map[string]string // of control groups
	group  *group
	work   *workdir.Dir // nil if the catalogue names the folder
}

func (s *supervisor) run(stop <-chan bool) int {
	for _, name := range s.start.Missing {
		if slices.Contains(s.Required, name) {
			return s.refuse(fmt.Errorf("the catalogue requires the fence %s (%w), which this host does not give", name, s.why[name]))
		}
	}
	if s.Dir == "" {
		if err := s.makeDir(); err != nil {
			return s.refuse(err)
		}
	}
	if err := s.confine(); err != nil {
		return s.refuse(err)
	}
	fault.Point("supervise.start.before")
	if err := writePart(s.record, startAt, s.start); err != nil {
		return s.refuse(fmt.Errorf("writing the start into the spool: %w", err))
	}
	fault.Point("supervise.start.after")
	// The server gives the word when the attempt's name is on disk too.
	if _, err := s.from.ReadByte(); err != nil {
		return s.desert()
	}
	fault.Point("supervise.spawn.before")
	child, err := startChild(s.Command, s.death(), s.group)
	if err != nil {
		return s.refuse(fmt.Errorf("starting %s: %w", s.Argv[0], err))
	}
	fault.Point("supervise.spawn.after")
	s.guard(child)
	s.tell(answer{Start: s.start})
	fault.Point("supervise.told")
	sink := newCollector(s.record)
	return s.finish(child.finish(sink, s.Timeout, s.Grace, stop), sink)
}

// fence raises the fences before there is a command, and notes which the host does not give.
func (s *supervisor) fence(withoutNamespace bool) {
	s.start.Fences, s.why = []string{fenceSupervisor, fenceSpool}, map[string]error{}
	note := func(name string, err error) {
		if err == nil {
			s.start.Fences = append(s.start.Fences, name)
			return
		}
		s.start.Missing, s.why[name] = append(s.start.Missing, name), err
	}
	ownMounts := unshareMounts()
	note(fenceNamespace, s.enter(withoutNamespace, ownMounts == nil))
	if s.space != nil && ownMounts == nil {
		ownMounts = s.space.blind
	} else if ownMounts == nil {
		ownMounts = errNoSpace
	}
	note(fenceMounts, ownMounts)
	// Ambient capabilities got us into the namespace; the command shall not have them.
	_ = unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
	note(fenceLimits, unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}))
	note(fenceNoPrivs, unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
}

func (s *supervisor) enter(withoutNamespace, ownMounts bool) error {
	err := error(unix.EPERM)
	if !withoutNamespace {
		s.space, err = enterSpace(ownMounts)
	}
	if err != nil {
		// Orphans must come to us, or nobody could find and kill them.
		_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	}
	return err
}

// leave takes down what was put up for a command that never started.
func (s *supervisor) leave() {
	if s.space != nil {
		s.space.kill()
		s.space.wait()
	}
	<-s.clean()
}

// tidy is how long the end waits for the working folder to be deleted. Millions of files in it must not keep anybody waiting.
const tidy = time.Second

// clean deletes the working folder and the control group, and closes the channel when they are gone.
func (s *supervisor) clean() <-chan struct{} {
	return elsewhere(func() {
		_ = s.group.remove()
		s.work.Remove()
	})
}

// elsewhere does something on another thread, because ours may be fenced in with the command, and closes the channel when it is done.
func elsewhere(do func()) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	return done
}

// death is the command's signal when the supervisor dies. In a namespace its init sees to that; there the signal would even kill the
// command at once, because Go takes the parent outside the namespace for dead.
func (s *supervisor) death() syscall.Signal {
	if s.space != nil {
		return 0
	}
	return syscall.SIGKILL
}

func (s *supervisor) makeDir() (err error) {
	if s.work, err = s.Account.workDir(); err == nil {
		s.Dir, s.start.WorkDir = s.work.Path, s.work.Path
	}
	return err
}

// workDir makes a working folder for the account. On what has no account it belongs to us.
func (a *Account) workDir() (*workdir.Dir, error) {
	if a == nil {
		return workdir.Make(-1, -1)
	}
	return workdir.Make(int(a.UID), int(a.GID))
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
func (s *supervisor) tell(a answer) { _ = json.NewEncoder(s.line).Encode(a) }

func (s *supervisor) refuse(err error) int {
	s.leave()
	text := OneLine(err.Error())
	failed := writePart(s.record, endAt, endRecord{Refused: text, Outcome: Failed, Message: text})
	s.tell(answer{Start: s.start, Refused: text})
	return status(failed)
}

// desert is the end when the server died between the order and the word. Unlike a refusal it says nothing about the command.
func (s *supervisor) desert() int {
	s.leave()
	return status(writePart(s.record, endAt, endRecord{Deserted: true, Outcome: Unknown}))
}

func (s *supervisor) finish(e end, sink *collector) int {
	message := e.message
	<-elsewhere(func() { message += s.group.met() })
	if sink.lost != nil {
		message += "; the output in the spool is cut: " + sink.lost.Error()
	}
	out := sink.output()
	fault.Point("supervise.end.before")
	err := writePart(s.record, endAt, endRecord{
		Outcome: e.outcome, Message: OneLine(message), ExitCode: e.exitCode,
		Started: e.started, Ended: e.ended, Elapsed: e.elapsed,
		Length: out.Length, SHA256: out.SHA256, Kept: keptSum(sink.head, unroll(sink.tail, sink.length)),
	})
	fault.Point("supervise.end.after")
	cleaned := s.clean()
	select {
	case <-cleaned:
	case <-time.After(tidy):
	}
	// The lock goes before the last word, so that whoever hears it finds the attempt ended.
	_ = s.record.Close()
	if err == nil {
		_, _ = s.line.WriteString(endedLine)
	}
	<-cleaned
	return status(err)
}

func status(err error) int {
	if err != nil {
		return 1
	}
	return 0
}
