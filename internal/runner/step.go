package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/action"
	"beredskab/internal/event"
	"beredskab/internal/fault"
	"beredskab/internal/register"
)

// start carries one claimed attempt out beside the driver. adopt finds one that
// an earlier start of this node had begun.
func (d *driver) start(steps context.Context, job register.Job, adopt bool) {
	ctx, cancel := context.WithCancelCause(steps)
	d.hands[hand{job.Step, job.Attempt}] = cancel
	asked := d.asked
	d.r.idle.Go(func() {
		d.results <- d.r.carry(ctx, job, asked, adopt)
	})
}

// carry runs one attempt to its end and says what came of it. An empty outcome
// means that the step goes on under its supervisor without this server. asked is
// the lease's moment before the attempt was claimed: where the lease has had a
// gap since, the attempt may be another's by now, however good the lease is (F6).
func (r *Runner) carry(ctx context.Context, job register.Job, asked time.Duration, adopt bool) register.Result {
	if !adopt {
		select {
		case r.slots <- struct{}{}:
			defer func() { <-r.slots }()
		case <-ctx.Done():
			return givenBack(job, "it was given back before it began")
		}
		if ctx.Err() != nil || (!r.lease.unbroken(asked) && !r.holds(ctx, job)) {
			return givenBack(job, "it was given back before it began")
		}
	}
	request := action.Request{
		Run: job.Run, Step: job.Step, Attempt: job.Attempt, Epoch: job.Epoch,
		Action: job.Action, With: job.With, Timeout: job.Timeout,
	}
	fault.Point("runner.carry.before")
	do := r.Actions.Run
	if adopt {
		do = r.Actions.Adopt
	}
	result, err := do(ctx, request)
	if errors.Is(err, action.ErrStarted) {
		// The spool knows this attempt although its row was fresh: it was started
		// before, so it must not be started again; look for it instead.
		result, err = r.Actions.Adopt(ctx, request)
	}
	fault.Point("runner.carry.after")
	r.stopped(job)
	if adopt && errors.Is(err, action.ErrNotStarted) && job.Spool != "" && job.Spool == r.node.Spool {
		// The spool that would know of a start is the very one that was there when
		// the attempt was claimed, and it knows of none.
		return givenBack(job, "the server stopped before it began")
	}
	res := told(job, result, err)
	if res.Outcome == string(action.Aborted) && !errors.Is(context.Cause(ctx), action.ErrAbort) {
		// Nobody ended the step; the server stopped and took it along.
		res.Outcome, res.Text = string(action.Unknown), "the server stopped while it ran"
	}
	return res
}

func givenBack(job register.Job, why string) register.Result {
	return register.Result{Step: job.Step, Attempt: job.Attempt, Outcome: "not_started", Text: why}
}

// holds asks whether the attempt is still this node's to begin: while it waited,
// or stood still, another node may have taken this one for dead (F6). Without an
// answer nothing begins.
func (r *Runner) holds(ctx context.Context, job register.Job) bool {
	err := r.hold(ctx)
	var jobs []register.Job
	if err == nil {
		jobs, err = r.Register.Claimed(ctx, r.node, job.Run)
	}
	if err != nil {
		r.Log.Error("a step that waited for its turn was not begun", "run", job.Run, "step", job.Step, "error", err)
	}
	return slices.ContainsFunc(jobs, func(j register.Job) bool { return j.Step == job.Step && j.Attempt == job.Attempt })
}

// lasts is from when on a running step is worth a commit of its own.
const lasts = time.Second

// Started takes the news that an attempt's process exists. A step that lasts
// becomes «running» in the register, so that people see its process.
func (r *Runner) Started(q action.Request, p action.Process) {
	job := register.Job{Run: q.Run, Step: q.Step, Attempt: q.Attempt}
	timer := time.AfterFunc(lasts, func() {
		if err := r.Register.Running(context.Background(), r.node, job, running{p, r.node.Spool}); err != nil {
			r.Log.Warn("the process of a step could not be noted", "run", q.Run, "step", q.Step, "error", err)
		}
	})
	r.mu.Lock()
	r.timers[key(job)] = timer
	r.mu.Unlock()
}

// running is what the attempt row says of a process.
type running struct {
	action.Process
	Spool string `json:"spool"`
}

// stopped forgets the timer of a step that has ended.
func (r *Runner) stopped(job register.Job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if timer, ok := r.timers[key(job)]; ok {
		timer.Stop()
		delete(r.timers, key(job))
	}
}

func key(j register.Job) string { return fmt.Sprintf("%s/%s/%d", j.Run, j.Step, j.Attempt) }

// told puts an attempt's end into the register's words.
func told(job register.Job, result action.Result, err error) register.Result {
	res := register.Result{
		Step: job.Step, Attempt: job.Attempt, Outcome: string(result.Outcome), Text: result.Message, Worked: result.Elapsed,
		Fences: result.Fences, Missing: result.Missing, Recovery: result.RecoveryPoint,
		Output: event.Output{Head: result.Output.Head, Tail: result.Output.Tail, Length: result.Output.Length, SHA256: result.Output.SHA256},
	}
	switch {
	case errors.Is(err, action.ErrDetached):
		return register.Result{Step: job.Step, Attempt: job.Attempt}
	case errors.Is(err, action.ErrUnknown):
		res.Outcome = string(action.Unknown)
	case err != nil:
		res.Outcome, res.Text = string(action.Failed), err.Error()
	}
	return res
}
