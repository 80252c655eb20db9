package notify

import (
	"context"
	"sync"
	"time"
)

// pacer keeps messages to one place at least a gap apart, in the order in which they ask.
// Slack takes one message per second and channel (F16).
type pacer struct {
	mu   sync.Mutex
	gap  time.Duration
	free map[string]time.Time // when each place may be used again
	shut map[string]time.Time // until when a place has asked to be left alone
	mute time.Time            // until when nothing is tried, because no answer came
}

// restAfterSilence is how long a channel is not tried after it gave no answer. Each try
// waits for the time limit: a thousand messages that all wait for it one after the
// other would keep each other from the fallback that is due after ten minutes (F16).
const restAfterSilence = 15 * time.Second

func newPacer(gap time.Duration) *pacer {
	return &pacer{gap: gap, free: map[string]time.Time{}, shut: map[string]time.Time{}}
}

// wait returns when it is the caller's turn to write to place, or with an
// error when ctx ends before. A turn that is given up is not given to another.
func (p *pacer) wait(ctx context.Context, place string) error {
	if p.gap <= 0 {
		return ctx.Err()
	}
	pause := time.Until(p.book(place))
	if pause <= 0 {
		return ctx.Err()
	}
	turn := time.NewTimer(pause)
	defer turn.Stop()
	select {
	case <-turn.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *pacer) book(place string) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	for other, free := range p.free {
		if free.Before(now) {
			delete(p.free, other) // places come from plans; the map must not grow for ever
		}
	}
	turn := latest(now, p.free[place])
	p.free[place] = turn.Add(p.gap)
	return turn
}

// leave keeps everybody away from place for a while, because it asked for it.
func (p *pacer) leave(place string, pause time.Duration) {
	if pause <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shut[place] = latest(p.shut[place], time.Now().Add(pause))
}

// left tells how long place still wants to be left alone; 0 when it does not.
func (p *pacer) left(place string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	pause := time.Until(p.shut[place])
	if pause <= 0 {
		delete(p.shut, place)
		return 0
	}
	return pause
}

// rest keeps everybody away from the whole channel for a moment.
func (p *pacer) rest() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mute = time.Now().Add(restAfterSilence)
}

func (p *pacer) rests() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Now().Before(p.mute)
}
