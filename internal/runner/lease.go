package runner

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"beredskab/internal/kept"
)

// lease is what a node knows by itself of whether the others still count on it:
// when it began the newest beat that was acknowledged. It reads a clock that
// goes on while the process is stopped and while the machine sleeps (F6).
type lease struct {
	clock   func() time.Duration
	silence time.Duration // after which the others take over

	mu      sync.Mutex
	renewed time.Duration
	steady  time.Duration // since when the beats have come without a gap
	one     chan struct{} // held by who renews: a channel, because it is held while the database is asked
}

// begin is the first beat, of the start itself.
func (l *lease) begin(at time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.renewed, l.steady = at, at
}

func (l *lease) mark(begun time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if begun-l.renewed > l.span() {
		l.steady = begun
	}
	l.renewed = max(l.renewed, begun)
}

// span leaves a third of the silence for what lies between a look at the lease
// and what is done on the strength of it.
func (l *lease) span() time.Duration { return l.silence * 2 / 3 }

// good tells whether nobody else can have taken over yet.
func (l *lease) good() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.clock()-l.renewed < l.span()
}

// unbroken tells whether nobody else can have taken over since that moment.
func (l *lease) unbroken(since time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.steady <= since && l.clock()-l.renewed < l.span()
}

// mature tells whether this node has seen the register without a gap for long
// enough to judge others: after the database itself was away everybody looks
// silent, and gets the time to speak first (F8).
func (l *lease) mature() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.clock()-l.steady >= l.silence
}

// beatTimeout bounds the wait for an answer to a beat.
const beatTimeout = 3 * time.Second

// renew beats.
func (r *Runner) renew(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, beatTimeout)
	defer cancel()
	begun := r.lease.clock()
	err := r.Register.Beat(ctx, r.node)
	if errors.Is(err, kept.ErrConflict) {
		return fmt.Errorf("another server has been started as node %s, or the node was forgotten: %w", r.Node, err)
	}
	if err == nil {
		r.lease.mark(begun)
	}
	return err
}

// hold makes sure that the lease is good, or says why it cannot be: a node that
// stood still, or was cut off, begins nothing before it has been heard again.
func (r *Runner) hold(ctx context.Context) error {
	if r.lease.good() {
		return nil
	}
	select {
	case r.lease.one <- struct{}{}:
		defer func() { <-r.lease.one }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if r.lease.good() {
		return nil
	}
	return r.renew(ctx)
}

// insist tries again for as long as the database is away: a server that is just
// starting when its database restarts does not give up (F8).
func (r *Runner) insist(ctx context.Context, what string, do func() error) error {
	for pause := time.Duration(0); ; {
		err := do()
		if err == nil || ctx.Err() != nil || r.Away == nil || !r.Away(err) {
			return err
		}
		pause = longer(pause)
		r.Log.Warn("the register cannot be reached; trying again", "while", what, "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(jitter(pause)):
		}
	}
}

// How long a pause grows when the register refuses something (F8).
const (
	shortestPause = 50 * time.Millisecond
	longestPause  = 30 * time.Second
)

func longer(pause time.Duration) time.Duration {
	return min(max(2*pause, shortestPause), longestPause)
}

// jitter shortens a pause by chance, so that nodes do not come back all at once.
func jitter(pause time.Duration) time.Duration { return pause/2 + rand.N(pause/2) }
