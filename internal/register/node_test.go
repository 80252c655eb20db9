package register_test

import (
	"errors"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/register"
)

// F5, F6: what a silent node had in hand is unknown; its late word is kept and
// not counted, however often it is said.
func TestSilentNodeAndLateResult(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		d.adopt(system("a"))
		run := d.start("a")
		d.advance(run)
		equal(t, "may begin", must(d.Claimed(t.Context(), d.node, run))(t)[0].Step, "gendan")
		other := must(d.Join(t.Context(), kept.Identity{Name: "n2"}))(t)
		runs := d.rescue(other, time.Hour)
		d.same("nobody is silent", runs)
		d.same("rescued", d.rescue(other, -time.Hour), run)
		d.same("once", d.rescue(other, -time.Hour))
		equal(t, "state", d.step(run, "gendan").State, drill.Unknown)
		equal(t, "may not begin", len(must(d.Claimed(t.Context(), d.node, run))(t)), 0)
		d.same("late", d.since(func() {
			d.ok(d.HandIn(t.Context(), d.node, run, ended("gendan", 1, "ok")))
			d.ok(d.HandIn(t.Context(), d.node, run, ended("gendan", 1, "ok")))
		}), "step.end "+run+"/gendan done by system")
		equal(t, "not counted", d.step(run, "gendan").State, drill.Unknown)
		_, state, err := d.Run(t.Context(), run)
		d.ok(err)
		equal(t, "kept", len(state.Notes), 1)
	})
}

// A result that comes when the run has ended is kept as well.
func TestResultAfterTheEnd(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"))
	run := d.start("a")
	d.advance(run)
	other := must(d.Join(t.Context(), kept.Identity{Name: "n2"}))(t)
	d.rescue(other, -time.Hour)
	d.ok(d.Lead(t.Context(), ann(), register.Lead{Run: run, Kind: event.RunAborted, Reason: "x"}))
	d.ok(d.Lead(t.Context(), ann(), register.Lead{Run: run, Step: "gendan", Kind: event.StepSettled, Outcome: "failed", Reason: "x"}))
	d.advance(run)
	equal(t, "ended", d.advance(run, ended("ryd-op", 1, "ok")).State, drill.Ended)
	d.ok(d.HandIn(t.Context(), d.node, run, ended("gendan", 1, "ok")))
	_, state, err := d.Run(t.Context(), run)
	d.ok(err)
	equal(t, "kept", state.Notes[len(state.Notes)-1].Step, "gendan")
	d.ok(d.HandIn(t.Context(), d.node, run, ended("gendan", 7, "ok"))) // as after a return to an older copy
}

func TestOrphansAndEpochs(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"))
	run := d.start("a")
	job := d.advance(run).Jobs[0]
	d.ok(d.Running(t.Context(), d.node, job, map[string]int{"pid": 7}))
	old := d.node
	d.node = must(d.Join(t.Context(), kept.Identity{Name: "n1"}))(t)
	orphans := must(d.Orphans(t.Context(), d.node))(t)
	d.same("asked again, the answer being lost", d.since(func() { equal(t, "orphans", len(must(d.Orphans(t.Context(), d.node))(t)), len(orphans)) }))
	equal(t, "adopted", orphans[0].Action+" "+orphans[0].With["db"], "restore a")
	equal(t, "epoch", orphans[0].Epoch, d.node.Epoch)
	if err := d.Beat(t.Context(), old); !errors.Is(err, kept.ErrConflict) {
		t.Errorf("the older start beats: %v", err)
	}
	d.ok(d.Beat(t.Context(), d.node))
	d.ok(d.HandIn(t.Context(), old, run, ended("gendan", 1, "failed")))
	equal(t, "the older start's word does not count", d.step(run, "gendan").State, drill.Started)
	d.ok(d.Running(t.Context(), old, job, 1))
	equal(t, "the newer one's does", d.advance(run, ended("gendan", 1, "ok")).Jobs[0].Step, "svarer")
	d.same("said twice", d.since(func() { d.advance(run, ended("gendan", 1, "ok")) }))
}

// Two nodes drive one run: each attempt is given to one of them.
func TestTwoNodesAdvance(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		p := system("a")
		for i := range p.Recovery.Steps[:2] {
			p.Recovery.Steps[i].After = nil
		}
		d.adopt(p)
		run := d.start("a")
		other := register.New(door.New(d.store, d.clock), register.Options{Routes: routes()})
		n2 := must(other.Join(t.Context(), kept.Identity{Name: "n2"}))(t)
		turns := make(chan register.Turn, 8)
		for i := range 8 {
			go func() {
				r, n := d.Register, d.node
				if i%2 == 1 {
					r, n = other, n2
				}
				turn, err := r.Advance(t.Context(), n, run)
				if err != nil {
					t.Error(err)
				}
				turns <- turn
			}()
		}
		given := map[string]int{}
		for range 8 {
			for _, job := range (<-turns).Jobs {
				given[job.Step]++
			}
		}
		equal(t, "gendan", given["gendan"], 1)
		equal(t, "svarer", given["svarer"], 1)
	})
}

func TestOneNodeDelivers(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		n2 := must(d.Join(t.Context(), kept.Identity{Name: "n2"}))(t)
		equal(t, "the older", must(d.Leads(t.Context(), d.node, time.Hour))(t), true)
		equal(t, "the newer", must(d.Leads(t.Context(), n2, time.Hour))(t), false)
		equal(t, "the newer when the older is silent", must(d.Leads(t.Context(), n2, -time.Hour))(t), true)
	})
}

func TestGivenBack(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"))
	run := d.start("a")
	d.advance(run)
	d.ok(d.HandIn(t.Context(), d.node, run, ended("gendan", 1, "not_started")))
	equal(t, "next attempt", d.advance(run).Jobs[0].Attempt, 2)
}
