package supervisor

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// order is what the server gives the supervisor through a pipe, so that secrets of the environment stand in no file and no list.
type order struct {
	Command
	BootID string
}

// supervision is a supervisor that we started: its process, the pipe that we give the command through, the pipe that it answers on.
type supervision struct {
	process      *os.Process
	give, answer *os.File
}

// Run starts the supervisor, waits for it, and reads from the spool what became of the command. A context cancelled with cause
// ErrAbort ends the command; any other cancellation leaves it running and returns ErrDetached.
func (h *Host) Run(ctx context.Context, c Command) (Result, error) {
	r := c.Attempt
	record, err := h.spool.create(r)
	if err != nil {
		return Refuse(err)
	}
	label := r.Run + "/" + r.Step + "#" + strconv.Itoa(r.Number)
	s, err := h.supervise(label, record)
	// From here on the lock on the record is the supervisor's alone.
	_ = record.Close()
	if err != nil {
		_ = os.RemoveAll(h.spool.folder(r))
		return Refuse(fmt.Errorf("starting the supervisor: %w", err))
	}
	defer func() { _ = s.answer.Close() }()
	// The disk works while the supervisor's process comes up; it waits for the command, so nothing can start too early.
	err = h.spool.settle(r)
	if err == nil {
		err = json.NewEncoder(s.give).Encode(order{Command: c, BootID: h.bootID})
	}
	_ = s.give.Close()
	if err != nil {
		_, _ = s.process.Wait()
		return h.unstarted(r, err)
	}
	a, err := readAnswer(s.answer)
	switch {
	case err != nil:
		_, _ = s.process.Wait()
		return h.unstarted(r, fmt.Errorf("the supervisor died: %w", err))
	case a.Refused != "":
		_, _ = s.process.Wait()
		res, err := Refuse(errors.New(a.Refused))
		res.Fences, res.Missing = a.Start.Fences, a.Start.Missing
		return res, err
	}
	h.options.Started(r, a.Start.Process)
	return h.await(ctx, r, s.process)
}

// unstarted is the answer when the supervisor gave none: usually nothing was started, but only the spool can tell.
func (h *Host) unstarted(r Attempt, err error) (Result, error) {
	res, known := h.collect(r)
	if errors.Is(known, errNoStart) {
		return Refuse(err)
	}
	return res, known
}

// supervise starts the supervisor in a session of its own, so that it outlives us.
func (h *Host) supervise(label string, record *os.File) (*supervision, error) {
	take, give, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = take.Close() }()
	answer, reply, err := os.Pipe()
	if err != nil {
		_ = give.Close()
		return nil, err
	}
	defer func() { _ = reply.Close() }()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		_, _ = give.Close(), answer.Close()
		return nil, err
	}
	defer func() { _ = null.Close() }()
	process, err := h.launch(slices.Concat(h.options.Argv, []string{label}),
		[]*os.File{take, null, null, record, reply})
	if err != nil {
		_, _ = give.Close(), answer.Close()
		return nil, err
	}
	return &supervision{process: process, give: give, answer: answer}, nil
}

// launch starts the supervisor's process. Without the right to make namespaces it is given a user namespace, in which it has that
// right; where the kernel refuses that too it starts without, and reports the fence as missing.
func (h *Host) launch(argv []string, files []*os.File) (*os.Process, error) {
	attr := &os.ProcAttr{
		Dir: "/", Files: files,
		// One processor and no early collections: the supervisor mostly sleeps, and its start is what each step pays.
		Env: []string{"GOMAXPROCS=1"},
		Sys: &syscall.SysProcAttr{Setsid: true},
	}
	if mayMakeNamespaces() {
		return os.StartProcess(argv[0], argv, attr)
	}
	attr.Sys.Cloneflags = syscall.CLONE_NEWUSER
	attr.Sys.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}}
	attr.Sys.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}}
	attr.Sys.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN}
	process, err := os.StartProcess(argv[0], argv, attr)
	if err == nil {
		return process, nil
	}
	attr.Sys = &syscall.SysProcAttr{Setsid: true}
	return os.StartProcess(argv[0], argv, attr)
}

func readAnswer(from *os.File) (answer, error) {
	line, err := bufio.NewReader(from).ReadBytes('\n')
	if err != nil {
		return answer{}, err
	}
	var a answer
	return a, json.Unmarshal(line, &a)
}

// await waits for the supervisor that is our child.
func (h *Host) await(ctx context.Context, r Attempt, process *os.Process) (Result, error) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = process.Wait()
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		if !errors.Is(context.Cause(ctx), ErrAbort) {
			return Result{}, ErrDetached
		}
		_ = process.Signal(abortSignal)
		<-ended
	}
	return h.collect(r)
}
