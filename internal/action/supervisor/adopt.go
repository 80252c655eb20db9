package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"beredskab/internal/fault"
)

// errBarred is what opening the record of an attempt gives that was declared never started.
var errBarred = errors.New("the attempt was declared never started")

// Adopt finds an attempt after a restart of the server and never starts a command. If it has ended, its true result comes from the
// spool with Recovered set (F3); if its supervisor lives, Adopt waits for it as Run does (F1); otherwise the outcome is Unknown, with
// the output as far as it was kept, and the error matches ErrUnknown (F2).
//
// The error also matches ErrNotStarted when this spool proves that nothing was started: it holds no trace of the attempt, whose name
// is put on disk before anything runs, or it holds a record without a start and nobody who could still write one. In the first
// case Adopt takes the name, so that an earlier server that was only paused cannot start the attempt afterwards either (F6).
func (h *Host) Adopt(ctx context.Context, r Attempt) (Result, error) {
	fault.Point("adopt.begun")
	recovered := true
	for {
		record, err := h.spool.open(r)
		if errors.Is(err, fs.ErrNotExist) {
			fault.Point("adopt.untraced")
			took, err := h.spool.bar(r)
			if err != nil {
				return unknown(fmt.Errorf("%w: the spool has no trace of this attempt, but it cannot be ruled out either: %w", ErrUnknown, err))
			}
			if !took {
				continue
			}
		}
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errBarred) {
			return unknown(fmt.Errorf("%w: %w: the spool has no trace of this attempt", ErrUnknown, ErrNotStarted))
		}
		if err != nil {
			return unknown(fmt.Errorf("%w: opening the spool: %w", ErrUnknown, err))
		}
		busy := errors.Is(unix.Flock(int(record.Fd()), unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
		_ = record.Close()
		if !busy {
			fault.Point("adopt.ended")
			res, err := h.collect(r)
			res.Recovered = err == nil && recovered
			return res, err
		}
		recovered = false
		if err := h.watch(ctx, r); errors.Is(err, ErrUnknown) {
			return unknown(err)
		} else if err != nil {
			return Result{}, err
		}
	}
}

// watch waits until the supervisor that holds the lock has ended, or for a moment when it cannot be seen yet.
func (h *Host) watch(ctx context.Context, r Attempt) error {
	record, err := h.spool.open(r)
	if err != nil {
		return fmt.Errorf("%w: opening the spool: %w", ErrUnknown, err)
	}
	var start startRecord
	begun, err := readPart(record, startAt, &start)
	_ = record.Close()
	if err == nil && begun && identify(start.Process.PID, h.bootID) == start.Process {
		if fd, err := unix.PidfdOpen(start.Process.PID, unix.PIDFD_NONBLOCK); err == nil {
			// Between the look and the opening the PID could have been given anew.
			if identify(start.Process.PID, h.bootID) == start.Process {
				h.options.Started(r, start.Process)
				return watchProcess(ctx, fd)
			}
			_ = unix.Close(fd)
		}
	}
	// The supervisor is just coming up or just going away.
	pause := time.NewTimer(10 * time.Millisecond)
	defer pause.Stop()
	select {
	case <-pause.C:
		return nil
	case <-ctx.Done():
		return ErrDetached
	}
}

// watchProcess waits for a process that is not our child, and passes an abort on to it.
func watchProcess(ctx context.Context, fd int) error {
	file := os.NewFile(uintptr(fd), "pidfd")
	defer func() { _ = file.Close() }()
	conn, err := file.SyscallConn()
	if err != nil {
		return fmt.Errorf("%w: watching the supervisor: %w", ErrUnknown, err)
	}
	unhook := context.AfterFunc(ctx, func() {
		if errors.Is(context.Cause(ctx), ErrAbort) {
			_ = conn.Control(func(fd uintptr) { _ = unix.PidfdSendSignal(int(fd), abortSignal, nil, 0) })
			return
		}
		_ = file.SetReadDeadline(time.Unix(1, 0))
	})
	defer unhook()
	err = conn.Read(func(fd uintptr) bool {
		n, _ := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
		return n > 0
	})
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return ErrDetached
	}
	if err != nil {
		return fmt.Errorf("%w: watching the supervisor: %w", ErrUnknown, err)
	}
	return nil
}

func unknown(err error) (Result, error) {
	return Result{Outcome: Unknown, Message: OneLine(err.Error())}, err
}

// collect reads the fate of an attempt whose supervisor has ended.
func (h *Host) collect(r Attempt) (Result, error) {
	record, err := h.spool.open(r)
	if err != nil {
		return unknown(fmt.Errorf("%w: opening the spool: %w", ErrUnknown, err))
	}
	defer func() { _ = record.Close() }()
	info, err := record.Stat()
	if err != nil {
		return unknown(fmt.Errorf("%w: reading the spool: %w", ErrUnknown, err))
	}
	if info.Size() == 0 {
		return unknown(fmt.Errorf("%w: its record was cleared, as is done when the result is in the register", ErrUnknown))
	}
	if info.Size() != recordSize {
		return unknown(fmt.Errorf("%w: %s is damaged: it has %d bytes instead of %d", ErrUnknown, record.Name(), info.Size(), recordSize))
	}
	return h.read(record, r)
}

func (h *Host) read(record *os.File, r Attempt) (Result, error) {
	var start startRecord
	var last endRecord
	ended, err := readPart(record, endAt, &last)
	if err != nil {
		return unknown(fmt.Errorf("%w: %w", ErrUnknown, err))
	}
	begun, err := readPart(record, startAt, &start)
	switch {
	case err != nil:
		return unknown(fmt.Errorf("%w: %w", ErrUnknown, err))
	case ended && last.Refused != "":
		return Refuse(errors.New(last.Refused))
	case !begun && !ended, last.Deserted:
		return unknown(fmt.Errorf("%w: %w: the server died before it gave the word", ErrUnknown, ErrNotStarted))
	case !begun:
		return unknown(fmt.Errorf("%w: %s is damaged: it holds an end without a start", ErrUnknown, record.Name()))
	case start.Attempt.Run != r.Run || start.Attempt.Step != r.Step || start.Attempt.Number != r.Number:
		return unknown(fmt.Errorf("%w: the record in the spool belongs to another attempt", ErrUnknown))
	}
	res := Result{
		Executable: start.Executable, Fences: start.Fences, Missing: start.Missing,
		Started: start.Started, Process: start.Process,
	}
	out, kept, err := readOutput(record)
	if err != nil {
		out.Head = OneLine(err.Error())
	}
	res.Output = out
	if !ended {
		return h.lost(res, start)
	}
	res.Outcome, res.Message, res.ExitCode = last.Outcome, last.Message, last.ExitCode
	res.Started, res.Ended, res.Elapsed = last.Started, last.Ended, last.Elapsed
	res.Output.Length, res.Output.SHA256 = last.Length, last.SHA256
	if kept != last.Kept {
		res.Message = OneLine(res.Message + "; the output kept in the spool is cut or damaged")
	}
	return res, nil
}

// lost is the answer when the supervisor died before its command's end was written (F2).
func (h *Host) lost(res Result, start startRecord) (Result, error) {
	err := fmt.Errorf("%w: its supervisor (PID %d) was killed", ErrUnknown, start.Process.PID)
	if start.Process.BootID != h.bootID {
		err = fmt.Errorf("%w: the machine was restarted while it ran", ErrUnknown)
	}
	if start.WorkDir != "" {
		_ = os.RemoveAll(start.WorkDir)
	}
	res.Outcome, res.Message = Unknown, OneLine(err.Error())
	return res, err
}
