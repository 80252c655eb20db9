package simulation_test

import (
	"fmt"
	"time"

	"beredskab/internal/action"
)

// plague draws the faults of the week.
func (t *town) plague() {
	faults := []func(n *node, i int){t.crash, t.power, t.halt, t.pause, t.pause, t.cut, t.cut, t.clock, t.outage, t.double, t.desert}
	for i := range 40 {
		at := time.Duration(t.chance("fault at", i) * float64(week-quiet-3*time.Hour))
		fault := faults[int(t.chance("fault", i)*float64(len(faults)))]
		n := t.nodes[int(t.chance("fault on", i)*float64(len(t.nodes)))]
		t.after(at, func() { fault(n, i) })
	}
}

func (t *town) crash(n *node, i int) {
	if s := n.running(); s != nil {
		t.count("crashes")
		n.fail(s, false, t.between(time.Second, 2*time.Hour, "down", i))
	}
}

func (t *town) power(n *node, i int) {
	if s := n.running(); s != nil {
		t.count("power losses")
		n.fail(s, true, t.between(time.Minute, 3*time.Hour, "down", i))
	}
}

func (t *town) halt(n *node, i int) {
	if s := n.running(); s != nil {
		t.count("upgrades")
		n.halt(s, t.between(time.Minute, 30*time.Minute, "down", i))
	}
}

// pause lets a server stand still, often longer than others take it for alive.
func (t *town) pause(n *node, i int) {
	s := n.running()
	if s == nil {
		return
	}
	t.count("pauses")
	s.pause()
	t.after(t.between(time.Second, 3*time.Hour, "pause", i), s.goOn)
}

// cut separates a server from the database, on both ways or only on the way
// back.
func (t *town) cut(n *node, i int) {
	s := n.running()
	if s == nil {
		return
	}
	t.count("partitions")
	s.setCut(t.chance("one way", i) < 0.5, true)
	t.after(t.between(time.Second, 2*time.Hour, "cut", i), func() { s.setCut(false, false) })
}

// clock sets a node's wall clock wrong.
func (t *town) clock(n *node, i int) {
	t.count("clock steps")
	step := t.between(time.Second, 3*time.Hour, "step", i)
	if t.chance("back", i) < 0.5 {
		step = -step
	}
	n.setClock(step)
	t.after(t.between(time.Minute, 3*time.Hour, "wrong for", i), func() { n.setClock(0) })
}

// outage takes the database away from all.
func (t *town) outage(_ *node, i int) {
	t.count("database outages")
	t.db.crash()
	set := func(away bool) {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.away = away
	}
	set(true)
	t.after(t.between(time.Second, 40*time.Minute, "away", i), func() { set(false) })
}

// double starts the node again on another machine while its server stands still
// and later goes on.
func (t *town) double(n *node, i int) {
	s := n.running()
	if s == nil {
		return
	}
	t.count("doubles")
	s.pause()
	t.after(t.between(time.Second, time.Hour, "asleep", i), s.goOn)
	n.reboot(newSpool(fmt.Sprintf("spool %d of %s", i, n.name)))
	n.start()
}

// desert stops every node in the zone, so that steps wait for one.
func (t *town) desert(_ *node, i int) {
	if t.zoned() {
		t.count("zones deserted")
	}
	for _, n := range t.nodes {
		if s := n.running(); s != nil && n.place.site == dmz {
			n.halt(s, t.between(10*time.Minute, 8*time.Hour, "deserted", i))
		}
	}
}

// command draws how an attempt goes: by its own name, so that it does not depend
// on when it is started.
func (t *town) command(q action.Request) *process {
	lasts := t.between(time.Second, 100*time.Minute, "lasts", q.Run, q.Step, q.Attempt)
	outcome := action.OK
	switch chance := t.chance("ends", q.Run, q.Step, q.Attempt); {
	case chance < 0.08:
		outcome = action.Failed
	case chance < 0.1:
		outcome = action.TimedOut
	case chance < 0.11:
		outcome = action.Unknown
	}
	return &process{ends: time.Now().Add(lasts), result: action.Result{Outcome: outcome, Elapsed: lasts}, lost: make(chan struct{})}
}
