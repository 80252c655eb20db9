package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"golang.org/x/sys/unix"

	"beredskab/internal/action"
	"beredskab/internal/channels"
	"beredskab/internal/ops"
)

// watch shows the running server to its operators. The parts that it looks at
// may still be starting.
func (a *App) watch(ctx context.Context) (*ops.Watch, error) {
	now, err := a.store.Census(ctx)
	if err != nil {
		return nil, fmt.Errorf("counting in the register: %w", err)
	}
	notes := a.fences(ctx)
	build := ReadBuild()
	return ops.New(ops.Options{
		Register: a.Register, Meter: a.meter, Census: a.store.Census, Schema: now.Schema, Disk: a.disk,
		InHand: a.inHand, Anchored: a.Notary.Anchored, Shut: a.shut, Told: a.Courier.Tallies, Connected: a.connected, Version: build.Version, Commit: build.Revision,
		Doubts: func() []ops.Trouble { return append(append(a.doubts(), a.deaf()...), notes...) },
	}), nil
}

func (a *App) shut(ctx context.Context) map[string]time.Time { return channels.Stopped(ctx, a.Courier) }

// connected tells whether answers can come from Slack, where this node listens for them.
func (a *App) connected() map[string]bool {
	if a.answers == nil {
		return nil
	}
	s := a.answers.State()
	if !s.Socket || !s.Leads {
		return nil
	}
	return map[string]bool{"slack": s.Connected}
}

func (a *App) inHand() int {
	if r := a.runner.Load(); r != nil {
		return r.InHand()
	}
	return 0
}

// round tells the watch that a loop has begun a round.
func (a *App) round(loop string) {
	if w := a.watching.Load(); w != nil {
		w.Beat(loop)
	}
}

// doubts are what may be wrong with this host besides its register.
func (a *App) doubts() (list []ops.Trouble) {
	if err := a.room(); err != nil {
		list = append(list, ops.Trouble{
			Name: "disk", Text: err.Error() + "; new drills wait, incidents do not",
			Next: "make room under " + a.Settings.Dir + "; nothing has to be restarted",
		})
	}
	if err := unix.Access(a.spool(), unix.R_OK|unix.W_OK|unix.X_OK); err != nil && !errors.Is(err, fs.ErrNotExist) {
		list = append(list, ops.Trouble{
			Name: "spool", Text: fmt.Sprintf("%s cannot be written: %v", a.spool(), err),
			Next: "give the folder to the server's user, on a disk that can be written; until then no step can be started here",
		})
	}
	return list
}

// Fences says how well commands are fenced in on this host.
func (s *Settings) Fences(ctx context.Context) (action.Survey, error) {
	c, err := s.Catalogue()
	if err != nil {
		return action.Survey{}, err
	}
	return c.Survey(ctx)
}

// fences says at start, once, which fences this host lacks and what will
// therefore be refused. What is asked for is judged again each time.
func (a *App) fences(ctx context.Context) (notes []ops.Trouble) {
	c, err := a.Settings.Catalogue()
	if err == nil && c == nil {
		a.Log.Info("no catalogue of actions; steps can use probes only", "actions", a.Settings.Actions)
		return nil
	}
	if err != nil {
		return nil // the server does not start with it, and says why
	}
	s, err := c.Survey(ctx)
	if err != nil {
		a.Log.Warn("it is not known which fences this host has", "error", err)
		return []ops.Trouble{{Name: "fences", Text: err.Error(), Next: "restart the server; see that its own binary can be started", Minor: true}}
	}
	level, text, next := s.Words()
	a.Log.Log(ctx, level, text, "held", s.Held, "missing", s.Missing, "next", next)
	if len(s.Missing) > 0 {
		notes = append(notes, ops.Trouble{Name: "fences", Text: text, Next: next, Minor: true})
	}
	return notes
}

// pinging gives what calls the address that watches this server; nil when none is named.
func (a *App) pinging(leads func() bool) (*ops.Ping, error) {
	address, err := secret(a.Settings.Ping.URLFile)
	if err != nil || address == "" {
		return nil, err
	}
	ping, err := a.Settings.Ping.New(address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSettings, err)
	}
	ping.Watch, ping.Leads, ping.Log = a.watching.Load(), leads, a.Log
	return ping, nil
}
