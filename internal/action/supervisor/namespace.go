package supervisor

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// space is a PID namespace held by an init of ours.
type space struct {
	init  int
	hold  int   // write end of the pipe on whose end-of-file the init ends
	blind error // why the processes of the namespace see the /proc of all, nil if they see their own
}

// enterSpace makes a PID namespace and lets what this thread starts from now on be born in it. The calling goroutine must be locked
// to its thread for ever after. An error means that the kernel refuses and that nothing has changed.
//
// The command is not the first process of its namespace, because the kernel shields that one from signals without a handler: it
// would not even die of SIGTERM or of its own abort. The first process is a bare fork of this one, which costs a fraction of a
// second start of our binary.
//
// With ownMounts, which says that this thread has a mount namespace of its own, the init also mounts the /proc of the new namespace
// over the old one: only a process that lives in it can. The space's blind says why that failed, if it did.
func enterSpace(ownMounts bool) (*space, error) {
	// The way into the namespace leads through the old /proc, which is about to be covered.
	proc, err := unix.Open("/proc", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = unix.Close(proc) }()
	var hold, report [2]int
	if err := unix.Pipe2(hold[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	if err := unix.Pipe2(report[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	defer func() { _ = unix.Close(report[0]) }()
	var all, before unix.Sigset_t
	for i := range all.Val {
		all.Val[i] = ^all.Val[i]
	}
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &all, &before); err != nil {
		return nil, err
	}
	pid, errno := forkInit(uintptr(hold[0]), uintptr(report[1]), ownMounts)
	_ = unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil)
	_, _ = unix.Close(hold[0]), unix.Close(report[1])
	if errno != 0 {
		_ = unix.Close(hold[1])
		return nil, fmt.Errorf("making a PID namespace: %w", errno)
	}
	s := &space{init: int(pid), hold: hold[1]}
	if err := s.join(proc); err != nil {
		s.kill()
		s.wait()
		return nil, fmt.Errorf("joining the PID namespace: %w", err)
	}
	s.blind = mounted(report[0])
	return s, nil
}

// mounted reads what the init says of its /proc.
func mounted(report int) error {
	verdict := []byte{0}
	for {
		n, err := unix.Read(report, verdict)
		switch {
		case err == unix.EINTR:
		case n == 1 && verdict[0] == 0:
			return nil
		case n == 1:
			return fmt.Errorf("mounting /proc: %w", syscall.Errno(verdict[0]))
		default:
			return fmt.Errorf("mounting /proc: the init of the namespace did not answer")
		}
	}
}

func (s *space) join(proc int) error {
	fd, err := unix.Openat(proc, strconv.Itoa(s.init)+"/ns/pid", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	return unix.Setns(fd, unix.CLONE_NEWPID)
}

// kill ends the init, and with it the kernel kills every process of the namespace.
func (s *space) kill() { _ = unix.Kill(s.init, unix.SIGKILL) }

// wait returns when the namespace is empty. Children of ours in it must have been waited for.
func (s *space) wait() {
	for {
		if _, err := unix.Wait4(s.init, nil, 0, nil); err != unix.EINTR {
			break
		}
	}
	_ = unix.Close(s.hold)
}

// forkInit forks the init. In the child there is no Go runtime any more: it may only make raw system calls, touch its own stack,
// and never grow that stack, which nosplit sees to. All signals are blocked by the caller and stay so in the child.
//
//go:norace
//go:nosplit
//go:noinline
func forkInit(hold, report uintptr, ownMounts bool) (pid uintptr, errno syscall.Errno) {
	var buffer [8]byte
	proc, target := [5]byte{'p', 'r', 'o', 'c'}, [6]byte{'/', 'p', 'r', 'o', 'c'}
	// The kernel's struct sigaction with SIG_IGN as its handler: orphans of the namespace are then swept up by the kernel.
	ignore := [4]uintptr{1}
	pid, _, errno = syscall.RawSyscall6(unix.SYS_CLONE, uintptr(unix.CLONE_NEWPID|unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 || pid != 0 {
		return pid, errno
	}
	_, _, _ = syscall.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(unix.SIGCHLD), uintptr(unsafe.Pointer(&ignore[0])), 0, 8, 0, 0)
	if ownMounts {
		_, _, e := syscall.RawSyscall6(unix.SYS_MOUNT, uintptr(unsafe.Pointer(&proc[0])), uintptr(unsafe.Pointer(&target[0])),
			uintptr(unsafe.Pointer(&proc[0])), unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, 0, 0)
		buffer[0] = byte(e)
	}
	_, _, _ = syscall.RawSyscall6(unix.SYS_WRITE, report, uintptr(unsafe.Pointer(&buffer[0])), 1, 0, 0, 0)
	_, _, _ = syscall.RawSyscall6(unix.SYS_DUP3, hold, 0, 0, 0, 0, 0)
	// Every other descriptor goes: the spool's lock and the write end of the very pipe that is read below. Where the
	// kernel has no close_range (before 5.9) they are closed one by one.
	if _, _, e := syscall.RawSyscall6(unix.SYS_CLOSE_RANGE, 1, 1<<31-1, 0, 0, 0, 0); e != 0 {
		for fd := uintptr(1); fd < 4096; fd++ {
			_, _, _ = syscall.RawSyscall6(unix.SYS_CLOSE, fd, 0, 0, 0, 0, 0)
		}
	}
	for {
		n, _, e := syscall.RawSyscall6(unix.SYS_READ, 0, uintptr(unsafe.Pointer(&buffer[0])), 1, 0, 0, 0)
		if n == 0 || e != syscall.EINTR {
			_, _, _ = syscall.RawSyscall6(unix.SYS_EXIT_GROUP, 0, 0, 0, 0, 0, 0)
		}
	}
}

// killTree is what remains where the kernel refuses PID namespaces: as the subreaper we inherit every orphan, so we kill all our
// descendants again and again until none is left.
func killTree(root int) {
	// One empty look proves nothing, because an orphan changes its parent while we look.
	for empty := 0; empty < 3; {
		alive := 0
		for _, pid := range descendants(root) {
			if unix.Kill(pid, unix.SIGKILL) == nil {
				alive++
			}
		}
		if empty++; alive > 0 {
			empty = 0
		}
		for {
			pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
			if err != nil || pid <= 0 {
				break
			}
		}
	}
}

// descendants lists the living descendants of a process.
func descendants(root int) []int {
	parents, dead := map[int]int{}, map[int]bool{}
	names, _ := os.ReadDir("/proc")
	for _, name := range names {
		pid, err := strconv.Atoi(name.Name())
		if err != nil {
			continue
		}
		if fields := statFields(pid); len(fields) > 1 {
			parents[pid], _ = strconv.Atoi(fields[1])
			dead[pid] = fields[0] == "Z"
		}
	}
	var found []int
	for pid := range parents {
		for at, steps := pid, 0; at > 1 && steps < 100; at, steps = parents[at], steps+1 {
			if parents[at] == root && !dead[pid] {
				found = append(found, pid)
				break
			}
		}
	}
	return found
}

// statFields gives the fields of /proc/PID/stat from the state on; the name before it may hold anything.
func statFields(pid int) []string {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return nil
	}
	_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')')+1:]), " ")
	return strings.Fields(rest)
}

// identify names a living process, or gives the zero Process.
func identify(pid int, bootID string) Process {
	fields := statFields(pid)
	if len(fields) < 20 {
		return Process{}
	}
	ticks, err := strconv.ParseUint(fields[19], 10, 64)
	if err != nil {
		return Process{}
	}
	return Process{PID: pid, StartTicks: ticks, BootID: bootID}
}

func readBootID() (string, error) {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", fmt.Errorf("reading the boot ID: %w", err)
	}
	return strings.TrimSpace(string(id)), nil
}

// mayMakeNamespaces says whether this process has CAP_SYS_ADMIN, which a PID namespace needs.
func mayMakeNamespaces() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false
	}
	return data[0].Effective&(1<<unix.CAP_SYS_ADMIN) != 0
}

// closeOnExec keeps all our descriptors but the standard ones from the commands. It is best effort before Linux 5.11.
func closeOnExec() {
	_ = unix.CloseRange(3, 1<<31-1, unix.CLOSE_RANGE_CLOEXEC)
}
