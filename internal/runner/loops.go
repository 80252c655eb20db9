package runner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"beredskab/internal/notify"
	"beredskab/internal/outbox"
	"beredskab/internal/register"
)

// longest is how long the loops sleep at most: the wall clock may have been set
// meanwhile (F19), and other processes write to the register too.
const (
	longestTick    = 30 * time.Second
	longestDeliver = 2 * time.Second
)

// schedule starts what is due, whenever it is due.
func (r *Runner) schedule(ctx context.Context) error {
	for {
		out, err := r.Register.Tick(ctx, r.node)
		wait := longestTick
		if err != nil {
			r.Log.Error("the schedules cannot be followed; trying again", "error", err)
			wait = time.Second
		}
		if out.Checks {
			if err := r.Checks(ctx); err != nil {
				r.Log.Error("the checks could not be run", "error", err)
			}
		}
		if !out.Again.IsZero() {
			wait = min(wait, max(time.Until(out.Again), time.Millisecond))
		}
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
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(r.Beat):
		}
		err := r.Register.Beat(ctx, r.node)
		if errors.Is(err, register.ErrConflict) {
			return fmt.Errorf("another server has been started as node %s: %w", r.Node, err)
		}
		if err != nil {
			r.Log.Error("the register cannot be reached", "error", err)
			continue
		}
		runs, err := r.Register.Rescue(ctx, r.node, r.Silence)
		if err != nil {
			r.Log.Error("silent nodes could not be looked after", "error", err)
		}
		for _, run := range runs {
			r.poke(context.WithoutCancel(ctx), run)
		}
	}
}

// fetch is how many owed messages are read at a time.
const fetch = 200

// deliveries sends what is owed, each channel on its own so that a slow one
// does not hold up the others. Before it ends it has tried everything once.
func (r *Runner) deliveries(ctx context.Context) error {
	for {
		wait := longestDeliver
		n, next, err := r.round(context.WithoutCancel(ctx))
		switch {
		case err != nil:
			r.Log.Error("the outbox cannot be read; trying again", "error", err)
		case n == fetch:
			wait = 0
		case !next.IsZero():
			wait = min(wait, max(time.Until(next), time.Millisecond))
		}
		select {
		case <-ctx.Done():
			_, _, err := r.round(context.WithoutCancel(ctx))
			return err
		case <-r.deliver:
		case <-time.After(wait):
		}
	}
}

// round tries everything that is owed now, once.
func (r *Runner) round(ctx context.Context) (tried int, next time.Time, err error) {
	owed, next, err := r.Register.Owed(ctx, fetch)
	if err != nil || len(owed) == 0 {
		return 0, next, err
	}
	channels := map[string][]outbox.Notice{}
	for _, n := range owed {
		channels[n.Channel] = append(channels[n.Channel], n)
	}
	var work sync.WaitGroup
	for _, list := range channels {
		work.Go(func() { r.send(ctx, list) })
	}
	work.Wait()
	return len(owed), next, nil
}

// digestOver is from how many delayed messages on one summary is sent (F16).
const digestOver = 5

func (r *Runner) send(ctx context.Context, list []outbox.Notice) {
	single, groups := notify.Digest(list, digestOver, time.Now())
	for _, n := range single {
		r.keep(ctx, n, r.Courier.Deliver(ctx, n))
	}
	for _, group := range groups {
		for i, d := range r.Courier.DeliverDigest(ctx, group) {
			r.keep(ctx, group[i], d)
		}
	}
}

// keep writes what became of a try, and owes the fallback channel its copy.
func (r *Runner) keep(ctx context.Context, n outbox.Notice, d notify.Decision) {
	if err := r.Register.Tried(ctx, n.ID, d.Delivery, d.State); err != nil {
		r.Log.Error("a delivery could not be kept; it may be told twice", "message", n.ID, "error", err)
		return
	}
	if other, ok := d.Owed(n, time.Now()); ok {
		if _, err := r.Register.Owe(ctx, register.System(r.Node), other); err != nil {
			r.Log.Error("the fallback channel could not be asked", "message", n.ID, "error", err)
		}
	}
}
