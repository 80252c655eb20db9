package notify

import (
	"maps"
	"sync"
	"time"

	"beredskab/internal/outbox"
)

// tallies count what the tries of each channel have come to.
type tallies struct {
	mu   sync.Mutex
	each map[string]outbox.Tally
}

func (t *tallies) note(channel string, outcome outbox.Outcome, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.each[channel]
	if one.Tries == nil {
		one.Tries = map[outbox.Outcome]int{}
	}
	one.Tries[outcome]++
	if one.Tried = now; outcome == outbox.Accepted {
		one.Delivered = now
	}
	t.each[channel] = one
}

// Tallies gives what the tries of each channel have come to since this courier was made.
func (c *Courier) Tallies() map[string]outbox.Tally {
	c.tally.mu.Lock()
	defer c.tally.mu.Unlock()
	out := map[string]outbox.Tally{}
	for name := range c.channels {
		one := c.tally.each[name]
		one.Tries = maps.Clone(one.Tries)
		out[name] = one
	}
	return out
}
