package register_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/proof"
	"beredskab/internal/register"
)

// join is a start of a node on the desk's register.
func (d *desk) join(id kept.Identity) register.Node {
	d.t.Helper()
	return must(d.Join(d.t.Context(), id))(d.t)
}

func (d *desk) jobs(n register.Node, run string) (list []string) {
	d.t.Helper()
	for _, job := range must(d.Advance(d.t.Context(), n, run))(d.t).Jobs {
		list = append(list, job.Step)
	}
	return list
}

// A step is claimed by a node of its site and by no other; what people are asked
// is asked by nodes that lead, and the same goes for the end.
func TestStepsGoToTheirSite(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		p := system("a")
		p.Recovery.Steps[0].Site = "dmz"
		d.adopt(p)
		run := d.start("a")
		scheduler := d.join(kept.Identity{Name: "plan", Role: kept.Scheduler})
		dmz := d.join(kept.Identity{Name: "dmz1", Role: kept.Runner, Site: "dmz"})
		runner := d.join(kept.Identity{Name: "r1", Role: kept.Runner})
		elsewhere := d.join(kept.Identity{Name: "x1", Role: kept.Runner, Site: "elsewhere"})
		for _, n := range []register.Node{d.node, scheduler, runner, elsewhere} {
			d.same("not for "+n.Name, d.jobs(n, run))
		}
		d.same("for its site", d.jobs(dmz, run), "gendan")
		turn := must(d.Advance(t.Context(), dmz, run, ended("gendan", 1, "ok")))(t)
		equal(t, "the next is not the site's", len(turn.Jobs), 0)
		d.same("nor the scheduler's", d.jobs(scheduler, run))
		d.same("but a runner's", d.jobs(runner, run), "svarer")
		d.ok(d.HandIn(t.Context(), runner, run, ended("svarer", 1, "ok")))
		d.same("a runner asks nobody", d.jobs(runner, run))
		equal(t, "not asked", d.step(run, "bekraeft").State, drill.Waiting)
		d.jobs(scheduler, run)
		equal(t, "asked", d.step(run, "bekraeft").State, drill.Asked)
	})
}

// Whose end nobody knows is asked about by a node that leads, once, although a
// runner noticed it.
func TestRunnerLeavesTheQuestionToOthers(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"))
	run := d.start("a")
	runner := d.join(kept.Identity{Name: "r1", Role: kept.Runner})
	d.jobs(runner, run)
	before := len(d.told("slack"))
	must(d.Advance(t.Context(), runner, run, ended("gendan", 1, "unknown")))(t)
	equal(t, "the runner tells nobody", len(d.told("slack")), before)
	for range 3 {
		d.advance(run)
	}
	d.same("told once", d.told("slack")[before:], "unknown It-chef")
}

// A step without a node waits in sight, and its leader is told once.
func TestStepWithoutNode(t *testing.T) {
	d := sqlite(t)
	p := system("a")
	p.Recovery.Steps[0].Site = "dmz"
	d.adopt(p)
	run := d.start("a")
	before := len(d.told("slack"))
	turn := d.advance(run)
	equal(t, "looked at again", turn.Again, d.clock.Now().Wall.Add(15*time.Minute))
	waits := must(d.Waits(t.Context(), run))(t)
	equal(t, "never", waits[0].Text(nil), "waits for a node at site dmz (none was ever heard from)")
	d.clock.pass(14 * time.Minute)
	d.advance(run)
	equal(t, "nobody is told yet", len(d.told("slack")), before)
	d.clock.pass(time.Minute)
	for range 3 {
		d.advance(run)
	}
	d.same("told once", d.told("slack")[before:], "stalled It-chef")
	facts := d.notice(outbox.Stalled, "slack").Facts
	equal(t, "where", facts.Site+" "+facts.Command, "dmz beredskab drill show "+run)
	dmz := d.join(kept.Identity{Name: "dmz1", Role: kept.Runner, Site: "dmz"})
	equal(t, "served", must(d.Waits(t.Context(), run))(t)[0].Served, true)
	d.raw(func(ctx context.Context, tx door.Tx) error { return tx.ForgetNode(ctx, "dmz1") })
	equal(t, "gone", must(d.Waits(t.Context(), run))(t)[0].Served, false)
	if _, err := d.Advance(t.Context(), dmz, run); !errors.Is(err, register.ErrReplaced) {
		t.Errorf("a forgotten node claims: %v", err)
	}
}

// An older start of a node claims nothing any more, whatever it was about to do.
func TestOlderStartClaimsNothing(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		d.adopt(system("a"))
		run := d.start("a")
		older := d.node
		d.node = d.join(kept.Identity{Name: "n1"})
		if _, err := d.Advance(t.Context(), older, run); !errors.Is(err, register.ErrReplaced) {
			t.Errorf("the older start claims: %v", err)
		}
		d.same("the newer one does", d.jobs(d.node, run), "gendan")
	})
}

// A start that stood still between its joining and its taking over takes nothing
// from the newer one: its results would count for nobody.
func TestOlderStartTakesNothingOver(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		d.adopt(system("a"))
		run := d.start("a")
		d.advance(run)
		older := d.join(kept.Identity{Name: "n1"})
		d.node = d.join(kept.Identity{Name: "n1"})
		equal(t, "taken over", len(must(d.Orphans(t.Context(), d.node))(t)), 1)
		if list, err := d.Orphans(t.Context(), older); !errors.Is(err, register.ErrReplaced) {
			t.Errorf("the older start takes %v over: %v", list, err)
		}
		d.advance(run, ended("gendan", 1, "ok"))
		equal(t, "the newer one's result counts", d.step(run, "gendan").State, drill.Done)
	})
}

// A name belongs to the key that it first came with, until it is forgotten; the
// log keeps what the key signed.
func TestNameBelongsToKey(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		public, key, err := ed25519.GenerateKey(nil)
		d.ok(err)
		_, other, err := ed25519.GenerateKey(nil)
		d.ok(err)
		mine := kept.Identity{Name: "n7", Key: key, Boot: "b"}
		d.join(mine)
		var entry struct {
			Detail struct{ Signed, Signature string }
		}
		d.ok(json.Unmarshal(must(d.Entries(t.Context(), kept.EntryFilter{Object: "n7"}))(t)[0].Bytes, &entry))
		signature, err := base64.StdEncoding.DecodeString(entry.Detail.Signature)
		if err != nil || !ed25519.Verify(public, []byte(entry.Detail.Signed), signature) || !strings.Contains(entry.Detail.Signed, `"n7" epoch 2 boot b`) {
			t.Errorf("signed %q (%v)", entry.Detail.Signed, err)
		}
		d.join(mine) // a restart
		d.same("refused", d.since(func() {
			for _, id := range []kept.Identity{{Name: "n7", Key: other}, {Name: "n7"}} {
				if _, err := d.Join(t.Context(), id); !errors.Is(err, door.ErrNotAllowed) || !strings.Contains(err.Error(), "node forget n7") {
					t.Errorf("another key: %v", err)
				}
			}
			if err := d.Forget(t.Context(), ann(), "n7"); !errors.Is(err, door.ErrNotAllowed) {
				t.Errorf("forgotten while alive: %v", err)
			}
		}), "node.start n7 refused by system", "node.start n7 refused by system", "node.forget n7 refused by it-chef")
		d.raw(func(ctx context.Context, tx door.Tx) error { return tx.ForgetNode(ctx, "n1") })
		d.ok(d.Forget(t.Context(), ann(), "n1"))
		d.raw(func(ctx context.Context, tx door.Tx) error { return tx.ForgetNode(ctx, "n7") })
		d.join(kept.Identity{Name: "n7", Key: other})
		if err := d.Forget(t.Context(), ann(), "n9"); !errors.Is(err, kept.ErrNotFound) {
			t.Errorf("an unknown one: %v", err)
		}
	})
}

// meet starts the drill of a system that often at one moment.
func (d *desk) meet(system string, times int) (started, refused int) {
	d.t.Helper()
	said, gate := make(chan error, times), make(chan struct{})
	for range times {
		go func() {
			<-gate
			_, err := d.Open(d.t.Context(), ann(), register.Opening{System: system, Drill: "gendan"})
			said <- err
		}()
	}
	close(gate)
	for range times {
		switch err := <-said; {
		case err == nil:
			started++
		case errors.Is(err, door.ErrBusy):
			refused++
		default:
			d.t.Error(err)
		}
	}
	return started, refused
}

// F33: however many start a drill of one system at one moment, one run is open.
// The control allows runs side by side and must see that they truly meet.
func TestStartsAtOneMoment(t *testing.T) {
	const nodes = 8
	rounds := proof.Size(25, 100, 1000)
	engines(t, func(t *testing.T, d *desk) {
		var plans []*plan.Plan
		for i := range rounds {
			plans = append(plans, system(fmt.Sprintf("s%04d", i)))
		}
		side := system("side")
		side.Drills[0].AllowParallel = true
		d.adopt(append(plans, side)...)
		failed := 0
		for _, p := range plans {
			if started, refused := d.meet(p.ID, nodes); started != 1 || refused != nodes-1 {
				failed++
				t.Errorf("%s: %d started, %d refused", p.ID, started, refused)
			}
			equal(t, "open", len(must(d.Runs(t.Context(), kept.RunFilter{System: p.ID, Open: true}))(t)), 1)
		}
		control, _ := d.meet("side", nodes)
		equal(t, "control: side by side", control, nodes)
		proof.Report(t, proof.Figure{
			ID: "R13", What: "drills of one system begun at one moment, " + d.store.Engine(), Count: rounds, Unit: "rounds of 8 starts", Failed: failed,
			Found: "exactly one run open each time", Control: fmt.Sprintf("with allow_parallel %d are open", control),
		})
	})
}
