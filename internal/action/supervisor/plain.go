package supervisor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"syscall"
)

// RunPlain is the lean path without fences: no supervisor, no spool, no namespace. The command dies with the
// server, because of the parent-death signal; what it has started may not.
func (h *Host) RunPlain(ctx context.Context, c Command) (Result, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if c.Dir == "" {
		work, err := c.Account.workDir()
		if err != nil {
			return Refuse(err)
		}
		defer work.Remove()
		c.Dir = work.Path
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
