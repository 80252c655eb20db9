package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/runner"
	"beredskab/internal/store"
)

// Serve runs the server until ctx ends: it follows the plan files, the schedules
// and the runs. A reload has the plan files looked at without waiting. When the
// disk has failed it ends with that error, because nothing more can be promised
// (F13).
func (a *App) Serve(ctx context.Context, reload <-chan struct{}) error {
	err := a.serve(ctx, reload)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) && !errors.Is(err, store.ErrFailed) {
		return nil // it was stopped while it still started
	}
	return err
}

func (a *App) serve(ctx context.Context, reload <-chan struct{}) (err error) {
	var beside sync.WaitGroup
	defer beside.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := a.Notary.Prove(ctx); err != nil {
		return fmt.Errorf("the server does not start on this register: %w", err)
	}
	var r *runner.Runner
	defer func() { // also when it was stopped while it still started: what it has written by then is signed
		if err == nil || errors.Is(err, context.Canceled) {
			a.Notary.Part(ctx, func() bool { return a.Settings.Database == "" || r != nil && r.Leads() }) // the only server may stop before it leads
		}
	}()
	if err := a.hear(ctx, &beside); err != nil {
		return err
	}
	if err := a.show(ctx, &beside); err != nil {
		return err
	}
	if err := a.open(ctx, &beside); err != nil {
		return err
	}
	if a.Settings.Role(false) != kept.Runner { // a runner has no plan files
		if err := a.takeUp(ctx, &beside, reload); err != nil {
			return err
		}
	}
	if r, err = a.Runner(""); err != nil {
		return err
	}
	beside.Go(func() { a.Notary.Attend(ctx, r.Leads) })
	beside.Go(func() { a.Vigil().Attend(ctx, r.Leads) })
	beside.Go(func() { a.keeper().Attend(ctx, r.Leads) })
	if ping, err := a.pinging(r.Leads); err != nil {
		return err
	} else if ping != nil {
		beside.Go(func() { ping.Attend(ctx) })
	}
	return a.run(ctx, r)
}

// CarryOut drives one run in this process until it has ended or ctx does. When
// the disk has failed it ends with that error (F13).
func (a *App) CarryOut(ctx context.Context, run string) error {
	r, err := a.Runner(run)
	if err != nil {
		return err
	}
	return a.run(ctx, r)
}

// run lets the runner work until ctx ends or the disk fails.
func (a *App) run(ctx context.Context, r *runner.Runner) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-ctx.Done():
		case err := <-a.failed:
			cancel(err)
		}
	}()
	err := r.Run(ctx)
	if why := context.Cause(ctx); errors.Is(why, store.ErrFailed) {
		return errors.Join(why, err)
	}
	return err
}

// takeUp adopts the plan files, and goes on doing so. A database that is away
// at the start is waited for.
func (a *App) takeUp(ctx context.Context, beside *sync.WaitGroup, reload <-chan struct{}) error {
	actor := door.System(a.Settings.Node)
	for {
		_, problems, err := a.Adopt(ctx, actor)
		if err == nil {
			a.complain(problems)
			beside.Go(func() { a.follow(ctx, actor, reload, problems) })
			return nil
		}
		if ctx.Err() != nil || !a.store.Away(err) {
			return err
		}
		a.Log.Warn("the register cannot be reached; trying again", "while", "taking the plan files over", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// show lets operators look at the server from its first moment on.
func (a *App) show(ctx context.Context, beside *sync.WaitGroup) error {
	w, err := a.watch(ctx)
	if err != nil {
		return err
	}
	a.watching.Store(w)
	if a.Settings.Listen != listenOff {
		beside.Go(func() { w.Serve(ctx, a.Settings.Listen, a.Log) })
	}
	return nil
}

// followEvery is how often the plan files are looked at.
const followEvery = time.Minute

// follow adopts what changes in the plan files while the server runs. Problems
// are told when they change, not every minute.
func (a *App) follow(ctx context.Context, actor door.Actor, reload <-chan struct{}, told plan.Problems) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-reload:
		case <-time.After(followEvery):
		}
		out, problems, err := a.Adopt(ctx, actor)
		if problems.Error() != told.Error() {
			a.complain(problems)
			told = problems
		}
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			a.Log.Error("the plan files could not be taken over; the versions in the register stay", "error", err)
		case len(out.New) > 0 || len(out.Dropped) > 0:
			a.Log.Info("plan files taken over", "new", len(out.New), "dropped", out.Dropped)
			a.changed()
		}
	}
}

// complain tells the log what is wrong with the plan files.
func (a *App) complain(problems plan.Problems) {
	if problems.Failed() {
		a.Log.Warn("plan files have errors; their last good versions stay in force")
	}
	for _, p := range problems {
		a.Log.Warn(p.String(), "hint", p.Hint)
	}
}
