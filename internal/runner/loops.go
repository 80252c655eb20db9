package runner

import (
	"cmp"
	"context"
	"errors"
	"slices"
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
	var pause time.Duration
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
			pause = max(longer(pause), 2*time.Second)
			wait = jitter(pause)
		case !again.IsZero():
			wait = min(wait, max(time.Until(again), shortestPause))
		}
		if checks {
			if err := r.Checks(ctx); err != nil {
				r.Log.Error("the checks could not be run", "error", err)
			}
		}
		if err == nil {
			pause = 0
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
	var away time.Time
	for {
		r.Round("beat")
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(r.Beat):
		}
		err := r.renew(ctx)
		switch {
		case errors.Is(err, kept.ErrConflict):
			return err
		case ctx.Err() != nil:
			return nil
		case err != nil && away.IsZero():
			away = time.Now()
			r.Log.Error("the register cannot be reached; what runs goes on, and nothing new begins", "error", err)
			continue
		case err != nil:
			r.Log.Warn("the register is still not reachable", "since", away.Format(time.RFC3339), "error", err)
			continue
		case !away.IsZero():
			r.Log.Info("the register answers again", "after", time.Since(away).Round(time.Second/10).String())
			away = time.Time{}
		}
		r.nudgeAll()
		if r.Only == "" && r.lease.mature() {
			r.rescue(ctx)
		}
		r.elect(ctx)
	}
}

// rescue drives what silent nodes have left. The first time that one is found
// silent every open run is looked at: a wake-up that it took may be lost.
func (r *Runner) rescue(ctx context.Context) {
	fault.Point("runner.rescue.before")
	runs, silent, err := r.Register.Rescue(ctx, r.node, r.Silence)
	if err != nil {
		r.Log.Error("silent nodes could not be looked after", "error", err)
	}
	fault.Point("runner.rescued")
	unseen := slices.DeleteFunc(silent, func(n kept.Node) bool { return r.missed[n.Epoch] })
	if len(unseen) > 0 {
		open, err := r.Register.OpenRuns(ctx)
		if err != nil {
			r.Log.Error("the open runs could not be looked at", "error", err)
			unseen = nil
		}
		runs = append(runs, open...)
	}
	for _, n := range unseen {
		r.missed[n.Epoch] = true
		r.Log.Warn("a node is silent; its work is taken over", "silent", n.Name, "since", n.Beat.Format(time.RFC3339))
	}
	for _, run := range runs {
		r.poke(run)
	}
}

// nudgeAll has every run in hand looked at: another node may have changed it,
// such as by an abort, and cannot tell this one.
func (r *Runner) nudgeAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range r.drivers {
		nudge(d.wake)
	}
}

// elect asks whether this node is the one that delivers. While nobody can tell,
// it stays as it is.
func (r *Runner) elect(ctx context.Context) {
	leads := r.Only != ""
	if !leads {
		var err error
		if leads, err = r.Register.Leads(ctx, r.node, r.Silence); err != nil {
			return
		}
	}
	if r.leads.Swap(leads) != leads && leads {
		nudge(r.deliver)
	}
}
