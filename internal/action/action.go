package action

import (
	"context"
	"errors"
	"time"

	"beredskab/internal/action/supervisor"
)

// What a step ends with is said in the words of package supervisor, for probes too.
type (
	// Result is how an attempt ended.
	Result = supervisor.Result
	// Outcome says how an attempt ended in one word.
	Outcome = supervisor.Outcome
	// Output is what a command wrote.
	Output = supervisor.Output
	// Process names a process on one boot of one machine.
	Process = supervisor.Process
)

// The outcomes of an attempt. Unknown is never guessed away: a named person decides (DESIGN 2).
const (
	OK       = supervisor.OK
	Failed   = supervisor.Failed
	TimedOut = supervisor.TimedOut
	Aborted  = supervisor.Aborted
	Unknown  = supervisor.Unknown
)

var (
	// ErrAbort is the cancellation cause that kills a running step; its outcome is then Aborted.
	ErrAbort = supervisor.ErrAbort
	// ErrDetach is the cancellation cause of a stopping server; supervised steps go on without it (F34).
	ErrDetach = errors.New("the server is stopping")
	// ErrDetached is returned when the server stopped waiting for a step that goes on under its supervisor.
	ErrDetached = supervisor.ErrDetached
	// ErrUnknown is returned when nobody can tell how the attempt ended; the Result holds what is known.
	ErrUnknown = supervisor.ErrUnknown
	// ErrNotStarted is returned by Adopt, together with ErrUnknown, when the command was not started, for certain, and never will be.
	// It is only true in the spool of the attempt: believe it when SpoolID equals the one that was noted at the claim.
	ErrNotStarted = supervisor.ErrNotStarted
	// ErrRefused is returned when nothing was started, for certain; the text says why.
	ErrRefused = supervisor.ErrRefused
	// ErrStarted is returned when the spool already holds this attempt: it was started before and is not started again.
	ErrStarted = supervisor.ErrStarted
)

// Request is one attempt of one automatic step. Run, Step and Attempt together are unique for ever.
type Request struct {
	Run, Step string
	Attempt   int
	Epoch     int64 // the owner epoch of the attempt row, kept in the spool for the record
	Action    string
	With      map[string]string
	Timeout   time.Duration // required: there is no unlimited step (F22)
}

func (r Request) attempt() supervisor.Attempt {
	return supervisor.Attempt{Run: r.Run, Step: r.Step, Number: r.Attempt, Epoch: r.Epoch, Action: r.Action}
}

// Problem is one thing that is wrong with an action's name or values in a plan.
type Problem struct {
	Param string // the parameter, empty when the action itself is meant
	Text  string // what is wrong and what to write instead
}

// Runner carries out automatic steps. The runner package is written against it.
type Runner interface {
	// Run carries out the attempt and blocks until its end. It refuses an attempt that the spool has seen (ErrStarted).
	Run(ctx context.Context, r Request) (Result, error)
	// Adopt finds an attempt after a restart: ended, still running (then it waits as Run does), or unknown (ErrUnknown).
	Adopt(ctx context.Context, r Request) (Result, error)
	// SpoolID names the memory of what was started here. Whoever claims an attempt notes it, and compares before believing ErrNotStarted.
	SpoolID() string
	// Check says what is wrong with an action and its values, without touching any target.
	Check(action string, with map[string]string) []Problem
	// Forget clears the spool of an attempt whose result is safe in the register.
	Forget(r Request) error
}

// Supervise is the body of the hidden command `beredskab supervise`. It returns the exit status of the process.
func Supervise(args []string) int { return supervisor.Main(args) }
