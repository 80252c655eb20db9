package cluster

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/proof"
	"beredskab/internal/register"
)

// chaos does one fault after the other to a town, by its seed.
type chaos struct {
	w       *town
	random  *rand.Rand
	done    map[string]int // faults by name
	victims []victim
}

// victim is a run whose step was in a node's hands when that node died.
type victim struct {
	run  string
	died time.Time
	back time.Time // when the node was started again
}

// fault is one kind of misfortune. It takes so long, and then it is over.
type fault struct {
	name string
	of   int // how often, among all
	do   func(*chaos, *node, time.Duration)
}

// longAway is longer than any lease, so that another node takes over.
const longAway = 25 * time.Second

// few are the faults of a test that must be over soon.
func few() []fault {
	return slices.DeleteFunc(faults(), func(f fault) bool {
		return !slices.Contains([]string{"server killed", "machine killed", "server paused", "PostgreSQL killed"}, f.name)
	})
}

func faults() []fault {
	return []fault{
		{"server killed", 4, func(c *chaos, n *node, d time.Duration) { c.die(n, n.kill, d) }},
		{"machine killed", 4, func(c *chaos, n *node, d time.Duration) { c.die(n, n.crash, d) }},
		{"server killed for long", 2, func(c *chaos, n *node, _ time.Duration) { c.dieBusy(n, n.kill) }},
		{"machine killed for long", 3, func(c *chaos, n *node, _ time.Duration) { c.dieBusy(n, n.crash) }},
		{"server paused beyond its lease", 2, func(c *chaos, n *node, _ time.Duration) { c.pause(n, false, longAway) }},
		{"machine paused beyond its lease", 2, func(c *chaos, n *node, _ time.Duration) { c.pause(n, true, longAway) }},
		{"server paused", 2, func(c *chaos, n *node, d time.Duration) { c.pause(n, false, d) }},
		{"cut off both ways", 2, func(c *chaos, n *node, d time.Duration) { c.part(n, true, true, 4*d) }},
		{"cut off, hears nothing", 2, func(c *chaos, n *node, d time.Duration) { c.part(n, false, true, 4*d) }},
		{"cut off, is not heard", 2, func(c *chaos, n *node, d time.Duration) { c.part(n, true, false, 4*d) }},
		{"network flaps", 3, func(c *chaos, n *node, _ time.Duration) { c.flap(n) }},
		{"PostgreSQL killed", 4, func(c *chaos, _ *node, d time.Duration) { c.database(d) }},
		{"rolling restart", 2, func(c *chaos, _ *node, _ time.Duration) { c.roll() }},
	}
}

// rage deals one fault after the other, each as often as its share before any
// comes again, until ctx ends.
func (c *chaos) rage(ctx context.Context, all []fault) {
	var deck []fault
	for ctx.Err() == nil {
		if len(deck) == 0 {
			for _, f := range all {
				deck = append(deck, slices.Repeat([]fault{f}, f.of)...)
			}
			c.random.Shuffle(len(deck), func(i, k int) { deck[i], deck[k] = deck[k], deck[i] })
		}
		c.hit(ctx, deck[0])
		deck = deck[1:]
	}
}

// hit does one fault, and then leaves a moment in which nothing is wrong.
func (c *chaos) hit(ctx context.Context, f fault) {
	n := c.w.nodes[c.random.IntN(len(c.w.nodes))]
	length := time.Duration(100+c.random.IntN(5000)) * time.Millisecond
	quiet := time.Duration(c.random.IntN(2500)) * time.Millisecond
	c.done[f.name]++
	f.do(c, n, length)
	last(ctx, quiet)
}

// last is how long a fault, or the peace after it, lasts.
func last(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// die ends a node and starts it again later.
func (c *chaos) die(n *node, how func(), away time.Duration) {
	died := time.Now()
	how()
	hands := c.hands(n)
	last(c.w.t.Context(), away-time.Since(died))
	back := time.Now()
	for _, run := range hands {
		c.victims = append(c.victims, victim{run, died, back})
	}
	n.start()
}

// dieBusy ends a node that has steps in hand, for so long that another node takes
// over.
func (c *chaos) dieBusy(n *node, how func()) {
	ctx, cancel := context.WithTimeout(c.w.t.Context(), patience)
	defer cancel()
	for range 9 {
		if _, err := patient(ctx, func(ctx context.Context) (string, error) {
			return c.w.app.Register.Open(ctx, leader(), register.Opening{System: system(longest), Drill: "gendan"})
		}); err != nil {
			c.w.t.Error(err)
		}
	}
	proof.Await(10*time.Second, func() bool { return len(c.hands(n)) > 0 }) // else there is nothing to measure
	c.die(n, how, longAway)
}

// hands gives the runs of which the node had a step in hand.
func (c *chaos) hands(n *node) (list []string) {
	ctx, cancel := context.WithTimeout(c.w.t.Context(), 10*time.Second)
	defer cancel()
	rows, err := c.w.app.Register.Runs(ctx, kept.RunFilter{Open: true})
	if err != nil {
		return nil // measured another time
	}
	for _, row := range rows {
		if row.Node != n.name {
			continue
		}
		_, run, err := c.w.app.Register.Run(ctx, row.ID)
		if err == nil && slices.ContainsFunc(run.Steps, func(s drill.Step) bool { return s.State == drill.Started }) {
			list = append(list, row.ID)
		}
	}
	return list
}

func (c *chaos) pause(n *node, all bool, d time.Duration) {
	n.freeze(all)
	last(c.w.t.Context(), d)
	n.thaw()
}

func (c *chaos) part(n *node, sent, got bool, d time.Duration) {
	n.host.cut(c.w.database, sent, got)
	last(c.w.t.Context(), d)
	n.host.heal()
}

// flap cuts and heals in quick turns, which delays whatever TCP sends again.
func (c *chaos) flap(n *node) {
	for range 8 {
		n.host.cut(c.w.database, true, true)
		last(c.w.t.Context(), time.Duration(50+c.random.IntN(900))*time.Millisecond)
		n.host.heal()
		last(c.w.t.Context(), time.Duration(c.random.IntN(300))*time.Millisecond)
	}
}

func (c *chaos) database(away time.Duration) {
	c.w.cluster.Kill()
	last(c.w.t.Context(), away)
	if err := c.w.cluster.Run(); err != nil {
		c.w.t.Error(err)
	}
}

// roll restarts every node in turn, as an upgrade does.
func (c *chaos) roll() {
	for _, n := range c.w.nodes {
		n.end(syscall.SIGTERM)
		n.start()
	}
}

func (c *chaos) String() string {
	total := 0
	for _, n := range c.done {
		total += n
	}
	return fmt.Sprintf("%d faults of %d kinds", total, len(c.done))
}
