package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/fault"
	"beredskab/internal/kept"
)

// How long the loops sleep at most, unless Options.Look says otherwise: the wall
// clock may have been set meanwhile (F19), and other processes write to the
// register too.
const (
	longestTick    = 30 * time.Second
	longestDeliver = 2 * time.Second
)

// schedule starts what is due, whenever it is due.
func (r *Runner) schedule(ctx context.Context) error {
	for {
		r.Round("tick")
		fault.Point("runner.tick.before")
		checks, again, err := r.Register.Tick(ctx, r.node)
		fault.Point("runner.tick.after")
		wait := cmp.Or(r.Look, longestTick)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			r.Log.Error("the schedules cannot be followed; trying again", "error", err)
			wait = time.Second
		case !again.IsZero():
			wait = min(wait, max(time.Until(again), shortestPause))
		}
		if checks {
			if err := r.Checks(ctx); err != nil {
				r.Log.Error("the checks could not be run", "error", err)
			}
		}
		nudge(r.deliver)
		select {
		case <-ctx.Done():
			return nil
		case <-r.tickle:
		case <-time.After(wait):
		}
	}
}

// beat says that the node lives, and takes over from nodes that do not.
func (r *Runner) beat(ctx context.Context) error {
	for {
		r.Round("beat")
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(r.Beat):
		}
		err := r.Register.Beat(ctx, r.node)
		if errors.Is(err, kept.ErrConflict) {
			return fmt.Errorf("another server has been started as node %s: %w", r.Node, err)
		}
		if err != nil {
			r.Log.Error("the register cannot be reached", "error", err)
			continue
		}
		fault.Point("runner.rescue.before")
		runs, err := r.Register.Rescue(ctx, r.node, r.Silence)
		if err != nil {
			r.Log.Error("silent nodes could not be looked after", "error", err)
		}
		fault.Point("runner.rescued")
		for _, run := range runs {
			r.poke(run)
		}
		r.elect(ctx)
	}
}

// elect asks whether this node is the one that delivers. When nobody can tell,
// it is: a message twice is better than none.
func (r *Runner) elect(ctx context.Context) {
	leads := r.Only != ""
	if !leads {
		var err error
		if leads, err = r.Register.Leads(ctx, r.node, r.Silence); err != nil {
			leads = true
		}
	}
	if r.leads.Swap(leads) != leads && leads {
		nudge(r.deliver)
	}
}
