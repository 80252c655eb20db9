package supervisor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// RunPlain is the lean path without fences: no supervisor, no spool, no namespace. The command dies with the
// server, because of the parent-death signal; what it has started may not.
func (h *Host) RunPlain(ctx context.Context, c Command) (Result, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if c.Dir == "" {
		dir, err := makeWorkDir(c.Account)
		defer func() { _ = os.RemoveAll(dir) }()
		if err != nil {
			return Refuse(err)
		}
		c.Dir = dir
	}
	child, err := startChild(c, syscall.SIGKILL, nil)
	if err != nil {
		return Refuse(fmt.Errorf("starting %s: %w", c.Argv[0], err))
	}
	process := identify(child.process.Pid, h.bootID)
	stop := make(chan bool, 1)
	unhook := context.AfterFunc(ctx, func() { stop <- !errors.Is(context.Cause(ctx), ErrAbort) })
	defer unhook()
	h.options.Started(c.Attempt, process)
	sink := newCollector(nil)
	e := child.finish(sink, c.Timeout, c.Grace, stop)
	if e.outcome == Aborted && !errors.Is(context.Cause(ctx), ErrAbort) {
		e.message += "; the server was stopping and the command has no supervisor (fence: none)"
	}
	return Result{
		Outcome: e.outcome, Message: OneLine(e.message), ExitCode: e.exitCode,
		Started: e.started, Ended: e.ended, Elapsed: e.elapsed, Output: sink.output(),
		Executable: c.Executable, Missing: Fences(), Process: process,
	}, nil
}
