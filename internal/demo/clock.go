package demo

import (
	"time"

	"beredskab/internal/event"
)

// clock is what the register reads while the municipality's past is told: it
// stands still until the story goes on, and never goes back. It has no boot, so
// lengths follow the wall clock.
type clock struct{ at time.Time }

func (c *clock) Now() event.Moment { return event.Moment{Wall: c.at} }

func (c *clock) to(at time.Time) {
	if at.After(c.at) {
		c.at = at
	}
}
