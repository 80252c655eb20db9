package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"beredskab/internal/plan"
	"beredskab/internal/register"
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

func (a *App) serve(ctx context.Context, reload <-chan struct{}) error {
	var beside sync.WaitGroup
	defer beside.Wait()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if err := a.show(ctx, &beside); err != nil {
		return err
	}
	actor := register.System(a.Settings.Node)
	_, problems, err := a.Adopt(ctx, actor)
	if err != nil {
		return err
	}
	a.complain(problems)
	r, err := a.Runner("")
	if err != nil {
		return err
	}
	beside.Go(func() { a.follow(ctx, actor, reload, problems) })
	beside.Go(func() {
		select {
		case <-ctx.Done():
		case err := <-a.failed:
			cancel(err)
		}
	})
	err = r.Run(ctx)
	cancel(nil)
	beside.Wait()
	if why := context.Cause(ctx); errors.Is(why, store.ErrFailed) {
		return errors.Join(why, err)
	}
	return err
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
func (a *App) follow(ctx context.Context, actor register.Actor, reload <-chan struct{}, told plan.Problems) {
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
