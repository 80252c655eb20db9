package register_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register"
)

func TestAdopt(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		first := d.adopt(system("a"), system("b"))
		equal(t, "new", len(first.New), 3)
		d.same("nothing changed", d.since(func() { equal(t, "new", len(d.adopt(system("a"), system("b")).New), 0) }))
		changed := system("a")
		changed.Recovery.Steps[0].Estimate = 45
		equal(t, "new version", d.adopt(changed, system("b")).New[0].Number, 2)
		equal(t, "versions", len(must(d.Versions(t.Context(), "a"))(t)), 2)
		equal(t, "an older text comes back", len(d.adopt(system("a"), system("b")).New), 0)
		set := must(d.Set(t.Context()))(t)
		equal(t, "current", set.Plans[0].Hash(), system("a").Hash())
		equal(t, "read back", must(d.VersionPlan(t.Context(), changed.Hash()))(t).Recovery.Steps[0].Estimate, plan.Duration(45))
		if _, err := d.Adopt(t.Context(), ann(), &plan.Set{}); !errors.Is(err, kept.ErrNotFound) {
			t.Errorf("without an organisation: %v", err)
		}
		if _, err := d.Versions(t.Context(), "x"); !errors.Is(err, kept.ErrNotFound) {
			t.Errorf("no such system: %v", err)
		}
	})
}

// The whole drill: the machine restores, the owner confirms, the machine cleans.
func TestWholeDrill(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		d.adopt(system("esdh"))
		trace := d.since(func() {
			run := d.start("esdh")
			equal(t, "number", run, "2026-01")
			d.toQuestion(run)
			d.ok(d.Take(t.Context(), door.Actor{Name: owner}, run, "bekraeft"))
			d.clock.pass(5 * time.Minute)
			d.ok(d.Answer(t.Context(), door.Actor{Name: owner}, register.Answer{Run: run, Step: "bekraeft", Answer: "ja"}))
			turn := d.advance(run)
			equal(t, "cleanup", turn.Jobs[0].Step, "ryd-op")
			turn = d.advance(run, ended("ryd-op", 1, "ok"))
			equal(t, "state", turn.State, drill.Ended)
		})
		d.same("trace", trace,
			"drill.start esdh done by it-chef", "step.start 2026-01/gendan done by system", "step.end 2026-01/gendan done by system",
			"step.start 2026-01/svarer done by system", "step.end 2026-01/svarer done by system", "step.ask 2026-01/bekraeft done by system",
			"step.take 2026-01/bekraeft done by "+owner, "step.answer 2026-01/bekraeft done by "+owner,
			"step.start 2026-01/ryd-op done by system", "step.end 2026-01/ryd-op done by system", "drill.end 2026-01 done by system")
		d.same("mail", d.told("mail"), "started it-chef@kommune.test", "started "+owner, "request "+owner, "finished it-chef@kommune.test", "finished "+owner)
		equal(t, "slack", len(d.told("slack")), 3)
		row, run, err := d.Run(t.Context(), "2026-01")
		d.ok(err)
		equal(t, "verdict", row.Verdict, string(run.Verdict))
		equal(t, "measured", time.Duration(*row.RTA), 25*time.Minute)
		equal(t, "finished says it", d.notice(outbox.Finished, "mail").Facts.RTAMinutes, 25)
		equal(t, "events", len(must(d.Events(t.Context(), row.ID, 0))(t)), row.Seq)
		equal(t, "evidence", must(d.Evidence(t.Context()))(t)[0].RTAMinutes, 25)
	})
}

func TestOpenRefusesAndRollsBack(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"))
	run := d.start("a")
	trace := d.since(func() {
		if _, err := d.Open(t.Context(), ann(), register.Opening{System: "a", Drill: "gendan"}); !errors.Is(err, door.ErrBusy) {
			t.Errorf("second run: %v", err)
		}
	})
	d.same("refusal is traced once", trace, "drill.start a refused by it-chef")
	d.same("bad input is no act", d.since(func() {
		for _, o := range []register.Opening{{System: "x", Drill: "gendan"}, {System: "a", Drill: "x"}} {
			if _, err := d.Open(t.Context(), ann(), o); err == nil {
				t.Errorf("opened %+v", o)
			}
		}
		if _, err := d.Open(t.Context(), door.Actor{}, register.Opening{System: "a"}); !errors.Is(err, door.ErrNotAllowed) {
			t.Errorf("without a name: %v", err)
		}
	}))
	equal(t, "runs", len(must(d.Runs(t.Context(), kept.RunFilter{}))(t)), 1)
	incident := must(d.Open(t.Context(), ann(), register.Opening{System: "a"}))(t)
	d.same("a real incident is never refused", must(d.OpenRuns(t.Context()))(t), incident, run)
}

// A run is pinned: new files change nothing in it.
func TestRunIsPinned(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"), system("b"))
	run := d.start("a")
	changed := system("a")
	changed.Recovery.Steps = changed.Recovery.Steps[:1]
	d.adopt(changed, system("b"))
	d.toQuestion(run)
	d.ok(d.Answer(t.Context(), door.Actor{Name: "systemejer"}, register.Answer{Run: run, Step: "bekraeft", Answer: "yes"}))
	d.advance(run)
	equal(t, "state", d.advance(run, ended("ryd-op", 1, "ok")).State, drill.Ended)
}

// Numbers are one row, also when two nodes open runs at one moment.
func TestRunNumbersOfConcurrentOpens(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		var plans []*plan.Plan
		for i := range 16 {
			plans = append(plans, system(string(rune('a'+i))))
		}
		d.adopt(plans...)
		other := register.New(door.New(d.store, d.clock), register.Options{})
		opened := make(chan error, 32)
		for _, p := range plans {
			for _, r := range []*register.Register{d.Register, other} {
				go func() {
					_, err := r.Open(t.Context(), ann(), register.Opening{System: p.ID, Drill: "gendan"})
					opened <- err
				}()
			}
		}
		busy := 0
		for range 32 {
			if err := <-opened; errors.Is(err, door.ErrBusy) {
				busy++
			} else {
				d.ok(err)
			}
		}
		equal(t, "one run a system", busy, 16)
		ids := []string{}
		for _, row := range must(d.Runs(t.Context(), kept.RunFilter{}))(t) {
			ids = append(ids, row.ID)
		}
		slices.Sort(ids)
		equal(t, "first", ids[0], "2026-01")
		equal(t, "last", ids[15], "2026-16")
	})
}

// A plan version that cannot be read is told of, and holds up no other.
func TestBrokenVersion(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"), system("b"))
	broken, sound := d.start("a"), d.start("b")
	d.advance(broken)
	d.advance(sound)
	fresh := &desk{t: t, clock: d.clock, store: d.store, node: d.node, Register: register.New(door.New(blind{d.store, system("a").Hash()}, d.clock), register.Options{Routes: routes()})}
	if _, err := fresh.Advance(t.Context(), d.node, broken); !errors.Is(err, ledger.ErrUnreadable) || errors.Is(err, kept.ErrNotFound) || !strings.Contains(err.Error(), "run "+broken) {
		t.Errorf("a broken run: %v", err)
	}
	fresh.advance(sound, ended("gendan", 1, "ok"))
	fresh.node = must(fresh.Join(t.Context(), kept.Identity{Name: "n1"}))(t)
	equal(t, "orphans", len(must(fresh.Orphans(t.Context(), fresh.node))(t)), 2)
	other := must(fresh.Join(t.Context(), kept.Identity{Name: "n2"}))(t)
	runs, _, err := fresh.Rescue(t.Context(), other, -time.Hour)
	d.same("rescued", runs, sound)
	if err == nil {
		t.Error("nothing was said of the broken run")
	}
}

// blind is a store in which one version cannot be read.
type blind struct {
	door.Store
	hash string
}

type blindTx struct {
	door.Tx
	hash string
}

func (b blind) View(ctx context.Context, fn func(door.Tx) error) error {
	return b.Store.View(ctx, func(tx door.Tx) error { return fn(blindTx{tx, b.hash}) })
}

func (b blind) Update(ctx context.Context, fn func(door.Tx) error) error {
	return b.Store.Update(ctx, func(tx door.Tx) error { return fn(blindTx{tx, b.hash}) })
}

func (b blindTx) Version(ctx context.Context, hash string) (kept.Version, error) {
	v, err := b.Tx.Version(ctx, hash)
	if hash == b.hash {
		v.Canonical = []byte("{")
	}
	return v, err
}

func TestImport(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"))
	rta := 90 * time.Minute
	held := register.Held{
		System: "a", Type: "restore", Title: "Før", Verdict: "passed", RTA: &rta,
		StartedAt: begin().AddDate(0, -3, 0), EndedAt: begin().AddDate(0, -3, 0).Add(2 * time.Hour),
	}
	d.same("one entry", d.since(func() { d.ok(d.Import(t.Context(), ann(), []register.Held{held})) }), "history.import runs done by it-chef")
	d.same("again", d.since(func() { d.ok(d.Import(t.Context(), ann(), []register.Held{held})) }))
	equal(t, "evidence", must(d.Evidence(t.Context()))(t)[0].RTAMinutes, 90)
	row, _, err := d.Run(t.Context(), "2026-01")
	d.ok(err)
	equal(t, "imported", row.Imported, true)
	d.same("it takes no act", d.since(func() {
		equal(t, "refused", refusal(d.Note(t.Context(), ann(), row.ID, "", "x")), true)
		d.advance(row.ID)
	}), "drill.note 2026-01 refused by it-chef")
	held.EndedAt = time.Time{}
	equal(t, "without an end", refusal(d.Import(t.Context(), ann(), []register.Held{held})), true)
	equal(t, "next number", d.start("a"), "2026-02")
}

// A run that was broken off shows nothing, and takes nothing away.
func TestEvidenceSurvivesAnAbortedRun(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"))
	run := d.start("a")
	d.toQuestion(run)
	d.ok(d.Answer(t.Context(), door.Actor{Name: owner}, register.Answer{Run: run, Step: "bekraeft", Answer: "yes"}))
	d.advance(run)
	d.advance(run, ended("ryd-op", 1, "ok"))
	d.clock.pass(time.Hour)
	run = d.start("a")
	d.ok(d.Lead(t.Context(), ann(), register.Lead{Run: run, Kind: event.RunAborted, Reason: "brand"}))
	d.advance(run)
	equal(t, "ended", d.advance(run, ended("ryd-op", 1, "ok")).State, drill.Ended)
	list := must(d.Evidence(t.Context()))(t)
	equal(t, "pieces", len(list), 1)
	equal(t, "of the first", list[0].RTAMinutes, 20)
}
