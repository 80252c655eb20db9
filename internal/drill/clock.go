package drill

import (
	"math"
	"slices"
	"time"

	"beredskab/internal/event"
)

// clock adds up the time of a run. On a machine that it has seen before, that
// machine's monotonic clock counts; on the first reading of a boot only the wall
// clock can tell how long it has been (F19). Two nodes that take turns therefore
// count their difference once, not at every turn.
type clock struct {
	wall    time.Time // of the newest reading
	elapsed time.Duration
	boots   []reading
}

// reading is the newest reading of one boot, and where the run's clock stood.
type reading struct {
	event.Moment
	on time.Duration
}

// at is where the run's clock stands at m, and by how much the wall clock of
// that machine has jumped since its reading before. Time never runs backwards.
func (c *clock) at(m event.Moment) (elapsed, jump time.Duration) {
	if i := c.find(m); i >= 0 {
		since := m.Mono - c.boots[i].Mono
		return max(c.elapsed, sum(c.boots[i].on, since)), m.Wall.Sub(c.boots[i].Wall) - since
	}
	return sum(c.elapsed, max(m.Wall.Sub(c.wall), 0)), 0
}

func (c *clock) find(m event.Moment) int {
	if m.Boot == "" || m.Mono < 0 {
		return -1
	}
	return slices.IndexFunc(c.boots, func(r reading) bool { return r.Boot == m.Boot })
}

// advance moves the clock to m and reports the jump of the wall clock. A reading
// that was overtaken by a later one of the same machine moves nothing.
func (c *clock) advance(m event.Moment) (jump time.Duration) {
	c.elapsed, jump = c.at(m)
	c.wall = m.Wall
	i := c.find(m)
	switch {
	case i >= 0 && m.Mono < c.boots[i].Mono:
	case i >= 0:
		c.boots = slices.Clone(c.boots)
		c.boots[i] = reading{m, c.elapsed}
	case m.Boot != "" && m.Mono >= 0:
		c.boots = append(slices.Clip(c.boots), reading{m, c.elapsed})
	}
	return jump
}

// sum adds without wrapping round: no reading, however wrong, makes time run
// backwards.
func sum(a, b time.Duration) time.Duration {
	if b > 0 && a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
