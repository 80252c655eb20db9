package cluster

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"beredskab/internal/proof"
	"beredskab/internal/register"
)

// longestTakeover is where a takeover counts as failed, on a machine as slow as
// one likes; the figure says what it really was.
const longestTakeover = 60 * time.Second

// TestThreeNodesNeverTwiceNeverLost is R5: three nodes and PostgreSQL, drills
// from schedules and from people, and faults by chance.
func TestThreeNodesNeverTwiceNeverLost(t *testing.T) {
	w := newTown(t, proof.Binary(t, ""), "ask")
	runs, over := proof.Size(24, 200, 10_000), time.Duration(proof.Size(15, 60, 1800))*time.Second
	p := newPeople(w)
	p.rerun = true
	for _, n := range w.nodes {
		n.start()
	}
	c := &chaos{w: w, random: rand.New(rand.NewPCG(w.seed, 7)), done: map[string]int{}}
	c.during(p, runs, over, [][]fault{few(), faults()}[proof.Size(0, 1, 1)])
	p.finish()
	for _, n := range w.nodes {
		n.crash()
	}
	f := w.judge(p, c.victims)
	doubles := controlWithoutFence(t, w.binary)
	for _, what := range f.failed() {
		t.Error(what)
	}
	worst := f.part(1)
	if worst > longestTakeover {
		t.Errorf("a run lay still for %s after its node had died", worst)
	}
	fell := 0
	for _, n := range w.nodes {
		fell += n.fell
	}
	proof.Report(t, proof.Figure{
		ID: "R5", What: "three nodes, killed, frozen and cut off", Seed: w.seed, Count: f.runs, Unit: "runs", Failed: len(f.failed()),
		Found:   fmt.Sprintf("%s; %s, %d settled by a person; %s", f, c, p.settled, f.speed()),
		Control: doubles,
	})
	t.Logf("faults: %v; servers that ended by themselves: %d", c.done, fell)
}

// during lets people work for that time while faults come.
func (c *chaos) during(p *people, runs int, over time.Duration, all []fault) {
	ctx, cancel := context.WithCancel(c.w.t.Context())
	var busy sync.WaitGroup
	defer busy.Wait()
	defer cancel()
	busy.Go(func() { p.attend(ctx) })
	opened := make(chan struct{})
	busy.Go(func() { defer close(opened); p.open(ctx, runs, over) })
	limited, stop := context.WithTimeout(ctx, over)
	defer stop()
	c.rage(limited, all)
	select {
	case <-opened:
	case <-time.After(over + patience):
		c.w.t.Error("the people could not start their drills")
	}
}

// controlWithoutFence kills nodes in mid-step under plans that let a step run
// again: the oracle must see second starts, or it could not see them above.
func controlWithoutFence(t *testing.T, binary string) (says string) {
	t.Run("control", func(t *testing.T) {
		w := newTown(t, binary, "safe")
		for _, n := range w.nodes {
			n.start()
		}
		p := newPeople(w)
		for range 6 {
			if _, err := w.app.Register.Open(t.Context(), leader(), register.Opening{System: system(longest), Drill: "gendan"}); err != nil {
				t.Fatal(err)
			}
		}
		w.wait("steps run", func() bool { return len(w.starts()) >= 6 })
		for _, n := range w.nodes {
			n.crash()
			n.start()
		}
		p.finish()
		f := w.judge(p, nil)
		if len(f.doubled) == 0 {
			t.Error("no step was started twice although nothing prevents it; the oracle is blind")
		}
		says = fmt.Sprintf("with rerun: safe it saw %d second starts", len(f.doubled))
	})
	return says
}
