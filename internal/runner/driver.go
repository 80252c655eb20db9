package runner

import (
	"context"
	"errors"
	"slices"
	"time"

	"beredskab/internal/action"
	"beredskab/internal/drill"
	"beredskab/internal/fault"
	"beredskab/internal/kept"
	"beredskab/internal/register"
)

// driver drives one run on this node: it claims what is ready, carries it out,
// and hands in what came of it. It lives as long as it has something in hand.
type driver struct {
	r       *Runner
	run     string
	poked   bool // guarded by the runner's lock
	wake    chan struct{}
	results chan register.Result
	hands   map[hand]context.CancelCauseFunc
	done    chan struct{}
	asked   time.Duration // by the lease's clock, before the register was asked last
}

// hand is an attempt that the driver has in hand.
type hand struct {
	step    string
	attempt int
}

// poke makes sure that the run is looked at after this call: by its driver, or
// by a new one, which finds again what an earlier start had in hand of it. It
// reports false while this node has not taken over yet, and when it begins
// nothing any more.
func (r *Runner) poke(run string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.steps == nil || r.steps.Err() != nil || r.drivers == nil {
		return false
	}
	if d, there := r.drivers[run]; there {
		d.poked = true
		nudge(d.wake)
		return true
	}
	steps, orphans := r.steps, r.orphans[run]
	delete(r.orphans, run)
	d := &driver{
		r: r, run: run, wake: make(chan struct{}, 1), results: make(chan register.Result, 16),
		hands: map[hand]context.CancelCauseFunc{}, done: make(chan struct{}),
	}
	r.drivers[run] = d
	r.idle.Go(func() { defer close(d.done); d.drive(steps, orphans) })
	return true
}

// wait blocks until no driver has that run in hand and it has nothing to wait
// for but the end.
func (r *Runner) wait(run string) {
	for {
		r.mu.Lock()
		d := r.drivers[run]
		r.mu.Unlock()
		if d == nil {
			return
		}
		<-d.done
	}
}

// drive is the driver's life.
func (d *driver) drive(steps context.Context, orphans []register.Job) {
	for _, job := range orphans {
		d.start(steps, job, true)
	}
	var pending []register.Result
	unsure := false // a claim may have been committed whose answer was lost
	for pause := time.Duration(0); ; {
		if steps.Err() != nil {
			d.abandon(steps, pending)
			return
		}
		turn, err := d.advance(steps, pending, unsure)
		switch {
		case errors.Is(err, kept.ErrNotFound) && len(d.hands) == 0:
			if d.leave() {
				return
			}
			continue
		case err != nil:
			if steps.Err() == nil {
				d.r.Log.Error("the run cannot be driven; trying again", "run", d.run, "error", err)
			}
			unsure, pause = true, longer(pause)
			d.sleep(steps, jitter(pause))
			continue
		}
		fault.Point("runner.advance.after")
		d.forget(pending)
		unsure, pause = false, 0
		if d.settle(steps, turn) {
			return
		}
		pending = d.next(steps, turn)
	}
}

// advance drives the run once, on a lease that is good.
func (d *driver) advance(steps context.Context, pending []register.Result, unsure bool) (register.Turn, error) {
	if err := d.r.hold(steps); err != nil {
		return register.Turn{}, err
	}
	d.asked = d.r.lease.clock()
	if unsure {
		if err := d.reclaim(steps, pending); err != nil {
			return register.Turn{}, err
		}
	}
	fault.Point("runner.advance.before")
	return d.r.Register.Advance(steps, d.r.node, d.run, pending...)
}

// reclaim begins what this node has claimed without hearing of it (F12).
func (d *driver) reclaim(steps context.Context, pending []register.Result) error {
	jobs, err := d.r.Register.Claimed(steps, d.r.node, d.run)
	for _, job := range jobs {
		_, held := d.hands[hand{job.Step, job.Attempt}]
		over := slices.ContainsFunc(pending, func(res register.Result) bool { return res.Step == job.Step && res.Attempt == job.Attempt })
		if !held && !over {
			d.start(steps, job, false)
		}
	}
	return err
}

// settle starts what the turn gave out. It reports true when nothing is in hand
// and nobody poked meanwhile, so that the driver is gone.
func (d *driver) settle(steps context.Context, turn register.Turn) (gone bool) {
	for held, cancel := range d.hands {
		if slices.Contains(turn.Stop, held.step) {
			cancel(action.ErrAbort)
		}
	}
	for _, job := range turn.Jobs {
		d.start(steps, job, false)
	}
	nudge(d.r.deliver)
	if turn.State == drill.Ended && d.r.Ended != nil {
		d.r.Ended()
	}
	if len(d.hands) > 0 {
		return false
	}
	if d.r.Only == d.run && turn.State != drill.Ended {
		return false // nobody else will wake it
	}
	return d.leave()
}

// leave takes the driver out, unless it was poked since it last looked.
func (d *driver) leave() bool {
	d.r.mu.Lock()
	defer d.r.mu.Unlock()
	if d.poked && d.r.drivers != nil {
		d.poked = false
		return false
	}
	if d.r.drivers != nil {
		delete(d.r.drivers, d.run)
	}
	return true
}

// next waits for a result, a wake-up, the moment to look again, or the end of
// the server, and gives the results that have come.
func (d *driver) next(steps context.Context, turn register.Turn) (pending []register.Result) {
	var again <-chan time.Time
	if d.r.Only == d.run {
		// Without a server beside it, a person's answer comes from another
		// process: look for it.
		left := time.Second / 2
		if !turn.Again.IsZero() {
			left = min(left, time.Until(turn.Again))
		}
		again = time.After(max(left, 0))
	}
	select {
	case res := <-d.results:
		pending = d.collect(pending, res)
	case <-d.wake:
		d.r.mu.Lock()
		d.poked = false
		d.r.mu.Unlock()
	case <-again:
	case <-steps.Done():
	}
	for {
		select {
		case res := <-d.results:
			pending = d.collect(pending, res)
		default:
			return pending
		}
	}
}

// collect takes a step out of hand. A step that was only let go of, because the
// server stops, has no result yet.
func (d *driver) collect(pending []register.Result, res register.Result) []register.Result {
	held := hand{res.Step, res.Attempt}
	if cancel, ok := d.hands[held]; ok {
		cancel(nil)
		delete(d.hands, held)
	}
	if res.Outcome == "" {
		return pending
	}
	return append(pending, res)
}

// lastWord is how long a stopping server tries to reach the register.
const lastWord = 2 * time.Second

// abandon waits until everything in hand has let go of this server, hands in
// what ended meanwhile, and asks that somebody goes on with the run.
func (d *driver) abandon(steps context.Context, pending []register.Result) {
	for len(d.hands) > 0 {
		pending = d.collect(pending, <-d.results)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(steps), lastWord)
	defer cancel()
	if err := d.r.Register.HandIn(ctx, d.r.node, d.run, pending...); err != nil {
		d.r.Log.Error("results could not be handed in; they wait in the spool", "run", d.run, "error", err)
		return
	}
	d.forget(pending)
}

// forget clears the spool of what is safe in the register now.
func (d *driver) forget(recorded []register.Result) {
	for _, res := range recorded {
		fault.Point("runner.forget.before")
		if err := d.r.Actions.Forget(action.Request{Run: d.run, Step: res.Step, Attempt: res.Attempt}); err != nil {
			d.r.Log.Warn("the spool of a recorded step could not be cleared", "run", d.run, "step", res.Step, "error", err)
		}
		fault.Point("runner.forget.after")
	}
}

// sleep ends early when there is news, such as that the register answers again.
func (d *driver) sleep(ctx context.Context, pause time.Duration) {
	select {
	case <-ctx.Done():
	case <-d.wake:
	case <-time.After(pause):
	}
}
