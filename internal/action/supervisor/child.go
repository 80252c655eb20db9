package supervisor

import (
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"beredskab/internal/action/supervisor/mask"
)

// drain is how long the output may go on after the main process has ended (F23).
const drain = time.Second

// child is a running command.
type child struct {
	process *os.Process
	out     *os.File
	secrets []string
	started time.Time
	// killRest kills what the main process leaves behind. It runs while the main process is at most a zombie that nobody has
	// waited for, so that its PID still means its process group.
	killRest func()
	// settle waits until what was killed is gone; it runs after the main process was waited for.
	settle func()
}

// end is how a command ended.
type end struct {
	outcome  Outcome
	message  string
	exitCode int
	started  time.Time
	ended    time.Time
	elapsed  time.Duration
}

// startChild starts the command in its own process group. It must be called on a locked thread that lives until the command's end:
// the parent-death signal and ptrace both belong to the thread (golang/go 27505). death is the signal at that thread's end, or 0.
func startChild(c Command, death syscall.Signal, g *group) (*child, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = null.Close() }()
	out, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	sys := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: death, Ptrace: c.Limits != Limits{} || g != nil}
	if a := c.Account; a != nil {
		sys.Credential = &syscall.Credential{Uid: a.UID, Gid: a.GID, Groups: a.Groups}
	}
	started := time.Now()
	process, err := os.StartProcess(c.Argv[0], c.Argv, &os.ProcAttr{
		Dir: c.Dir, Env: c.Env, Files: []*os.File{null, write, write}, Sys: sys,
	})
	_ = write.Close()
	if err == nil && sys.Ptrace {
		err = restrict(process, c, g)
	}
	if err != nil {
		_ = out.Close()
		return nil, err
	}
	pid := process.Pid
	return &child{
		process: process, out: out, secrets: c.Secrets, started: started,
		killRest: func() { _ = unix.Kill(-pid, unix.SIGKILL) }, settle: func() {},
	}, nil
}

// restrict sets the limits while the command stands before its first instruction, which is where ptrace has stopped it. The limits
// thereby hold for all that it starts, and never for the supervisor.
func restrict(process *os.Process, c Command, g *group) error {
	var status unix.WaitStatus
	for {
		_, err := unix.Wait4(process.Pid, &status, 0, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("waiting for the command's first stop: %w", err)
		}
		break
	}
	if !status.Stopped() {
		return fmt.Errorf("the command ended before its limits were set")
	}
	err := g.add(process.Pid)
	if err == nil {
		err = c.Account.lend(func() error { return c.Limits.apply(process.Pid) })
	}
	if err == nil {
		err = unix.PtraceDetach(process.Pid)
	}
	if err != nil {
		_ = process.Kill()
		_, _ = process.Wait()
		return fmt.Errorf("setting the limits: %w", err)
	}
	return nil
}

// lend does something while this thread's real user and group are the account's, as the kernel wants of whoever limits a process
// of theirs without CAP_SYS_RESOURCE, which containers and hardened services lack. What counts for all else stays ours.
func (a *Account) lend(do func() error) error {
	if a == nil {
		return do()
	}
	const same = ^uintptr(0)
	uid, gid := uintptr(unix.Getuid()), uintptr(unix.Getgid())
	_, _, errno := unix.RawSyscall(unix.SYS_SETRESGID, uintptr(a.GID), same, same)
	if errno == 0 {
		_, _, errno = unix.RawSyscall(unix.SYS_SETRESUID, uintptr(a.UID), same, same)
	}
	if errno != 0 {
		return fmt.Errorf("acting for user %d: %w", a.UID, errno)
	}
	err := do()
	_, _, failed := unix.RawSyscall(unix.SYS_SETRESUID, uid, same, same)
	if failed == 0 {
		_, _, failed = unix.RawSyscall(unix.SYS_SETRESGID, gid, same, same)
	}
	if failed != 0 {
		return fmt.Errorf("acting for ourselves again: %w", failed)
	}
	return err
}

func (l Limits) apply(pid int) error {
	for _, one := range []struct {
		resource, value, scale int
		slack                  uint64
	}{
		// One hard second more lets the process see SIGXCPU before SIGKILL.
		{unix.RLIMIT_CPU, l.CPU, 1, 1},
		// Private writable memory; the address space would also count what runtimes only reserve.
		{unix.RLIMIT_DATA, l.Memory, 1 << 20, 0},
		{unix.RLIMIT_NOFILE, l.Files, 1, 0},
		{unix.RLIMIT_NPROC, l.Processes, 1, 0},
		{unix.RLIMIT_FSIZE, l.FileSize, 1 << 20, 0},
	} {
		if one.value == 0 {
			continue
		}
		n := uint64(one.value) * uint64(one.scale)
		err := unix.Prlimit(pid, one.resource, &unix.Rlimit{Cur: n, Max: n + one.slack}, nil)
		if err == unix.EPERM {
			return fmt.Errorf("%w: without CAP_SYS_RESOURCE no limit may be above the server's own", err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// finish waits for the main process, ends it at the timeout or at a stop, and leaves no survivor. A stop that carries true kills
// at once; any other ending is SIGTERM, the grace, SIGKILL (F22).
func (c *child) finish(sink *collector, timeout, grace time.Duration, stop <-chan bool) end {
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		masked := mask.New(sink, c.secrets)
		pump(masked, c.out)
		_ = masked.Close()
	}()
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		awaitExit(c.process.Pid)
	}()
	outcome := c.await(exited, timeout, grace, stop)
	ended, elapsed := time.Now(), time.Since(c.started)
	c.killRest()
	state, err := c.process.Wait()
	c.settle()
	_ = c.out.SetReadDeadline(time.Now().Add(drain))
	<-copied
	_ = c.out.Close()
	e := end{outcome: outcome, started: c.started.UTC(), ended: ended.UTC(), elapsed: elapsed}
	if err != nil {
		e.outcome, e.message = Unknown, OneLine(err.Error())
		return e
	}
	e.judge(state.Sys().(syscall.WaitStatus), timeout)
	return e
}

// await returns when the main process has ended, and says whether it ended by itself (empty), by the timeout or by a stop.
func (c *child) await(exited <-chan struct{}, timeout, grace time.Duration, stop <-chan bool) Outcome {
	limit := time.NewTimer(timeout)
	defer limit.Stop()
	outcome, atOnce := Aborted, false
	select {
	case <-exited:
		return ""
	case <-limit.C:
		outcome = TimedOut
	case atOnce = <-stop:
	}
	if !atOnce {
		_ = unix.Kill(-c.process.Pid, unix.SIGTERM)
		// A stopped process handles no SIGTERM until it goes on.
		_ = unix.Kill(-c.process.Pid, unix.SIGCONT)
		wait := time.NewTimer(grace)
		defer wait.Stop()
		select {
		case <-exited:
			return outcome
		case <-wait.C:
		}
	}
	c.killRest()
	_ = c.process.Kill()
	<-exited
	return outcome
}

// judge turns the wait status into outcome, exit code and message.
func (e *end) judge(status syscall.WaitStatus, timeout time.Duration) {
	e.exitCode = status.ExitStatus()
	e.message = fmt.Sprintf("exit status %d", e.exitCode)
	if status.Signaled() {
		e.exitCode = 128 + int(status.Signal())
		e.message = "killed by signal " + unix.SignalName(status.Signal())
	}
	switch {
	case e.outcome == TimedOut:
		e.message = fmt.Sprintf("timed out after %s; %s", timeout, e.message)
	case e.outcome == Aborted:
		e.message = "aborted; " + e.message
	case e.exitCode == 0:
		e.outcome = OK
	default:
		e.outcome = Failed
		switch {
		case !status.Signaled():
		case status.Signal() == syscall.SIGXCPU:
			e.message += ": it used more processor time than its limit"
		case status.Signal() == syscall.SIGXFSZ:
			e.message += ": it wrote a larger file than its limit"
		case status.Signal() == syscall.SIGKILL:
			e.message += ", not by us: the machine may have been out of memory"
		}
	}
}

// awaitExit returns when the process has ended and leaves it to be waited for.
func awaitExit(pid int) {
	for unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
		continue
	}
}

// pump copies until end-of-file or the read deadline.
func pump(sink io.Writer, from *os.File) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			_, _ = sink.Write(buffer[:n])
		}
		if err != nil {
			return
		}
	}
}
