package simulation_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/proof"
	"beredskab/internal/register"
	"beredskab/internal/store"
)

// Two rules of the store are no mutants of TestMutants, because the weeks do not
// see one of them broken alone: other fences stand before them. The tests of this
// file take the fences out one at a time, on a real SQLite, and show which of
// them are enough.
//
// The epoch of an attempt (SaveAttempt). For a result, the register compares the
// epoch that it reads before it writes; the store compares again as it writes. On
// SQLite nothing comes between the two, so each is enough. On PostgreSQL a newer
// start may take the attempt over in between; then only the store's is left. A
// rescue by another node changes the attempt's state as well, which SaveAttempt
// asks for too, and the run's sequence number, which SaveRun asks for. Who notes
// the process of an attempt compares nothing before: there the store's epoch is
// the only fence. In the weeks an older start sees by its lease that it has been
// replaced and starts nothing, so it has no process to note.
//
// The natural key of an occurrence (AddOccurrence). Ticks go one after the other
// (Lock), and each moves the schedule's mark past what it has followed, in the
// same transaction: in the weeks no due time is found twice. It is found twice
// when the schedule is made anew, because its plan file was gone for a while, and
// the clock has been set back meanwhile. Then the register's look at the row
// keeps a second drill away, and should the look come too early, the key does.

// leaky is a store some of whose fences are out.
type leaky struct {
	door.Store
	holes holes
	older int64 // the epoch before a takeover
}

type holes struct {
	early   bool // attempts are read as before a takeover
	epoch   bool // the store writes attempts whatever their epoch
	noLook  bool // occurrences are read as before anybody added one
	noUnity bool // the store adds occurrences whatever is there
}

func (s leaky) Update(ctx context.Context, fn func(door.Tx) error) error {
	return s.Store.Update(ctx, func(tx door.Tx) error { return fn(leakyTx{tx, s}) })
}

type leakyTx struct {
	door.Tx
	leaky
}

func (t leakyTx) Attempt(ctx context.Context, run, step string, number int) (kept.Attempt, error) {
	a, err := t.Tx.Attempt(ctx, run, step, number)
	if t.holes.early {
		a.Epoch = t.older
	}
	return a, err
}

func (t leakyTx) SaveAttempt(ctx context.Context, a kept.Attempt, epoch int64, from ...kept.AttemptState) error {
	if t.holes.epoch {
		row, err := t.Tx.Attempt(ctx, a.Run, a.Step, a.Number)
		if err != nil {
			return err
		}
		epoch = row.Epoch
	}
	return t.Tx.SaveAttempt(ctx, a, epoch, from...)
}

func (t leakyTx) Occurrence(ctx context.Context, schedule, nominal, zone string) (kept.Occurrence, error) {
	if t.holes.noLook {
		return kept.Occurrence{}, kept.ErrNotFound
	}
	return t.Tx.Occurrence(ctx, schedule, nominal, zone)
}

func (t leakyTx) AddOccurrence(ctx context.Context, o kept.Occurrence) (bool, error) {
	added, err := t.Tx.AddOccurrence(ctx, o)
	if err == nil && !added && t.holes.noUnity {
		return true, t.SaveOccurrence(ctx, o)
	}
	return added, err
}

// standing is a clock that stands still until it is set.
type standing struct{ wall time.Time }

func (c *standing) Now() event.Moment {
	return event.Moment{Wall: c.wall, Boot: "boot", Mono: time.Duration(c.wall.UnixNano())}
}

// office is a register on a real SQLite, and another on the same with holes.
type office struct {
	*register.Register
	holed *register.Register
	t     *testing.T
	store *store.DB
	clock *standing
	node  register.Node
}

// begin is a Monday, 10:00 in Copenhagen.
func begin() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

func newOffice(t *testing.T, h holes) *office {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "register.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	o := &office{t: t, store: db, clock: &standing{begin()}}
	o.Register = register.New(door.New(db, o.clock), register.Options{})
	o.node = o.join()
	o.holed = register.New(door.New(leaky{db, h, o.node.Epoch}, o.clock), register.Options{})
	return o
}

func (o *office) join() register.Node {
	o.t.Helper()
	n, err := o.Join(o.t.Context(), kept.Identity{Name: "n1"})
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

// adopt takes over those plans beside the organisation of the weeks.
func (o *office) adopt(plans ...*plan.Plan) {
	o.t.Helper()
	org := files().Organisation
	org.Checks = plan.Schedule{}
	if _, err := o.Adopt(o.t.Context(), door.System("n1"), &plan.Set{Organisation: org, Plans: plans}); err != nil {
		o.t.Fatal(err)
	}
}

// TestEpochFences lets an older start of a node note a process and hand in a
// result after a newer one has taken its attempts over.
func TestEpochFences(t *testing.T) {
	cases := []struct {
		without        string
		holes          holes
		noted, counted bool // what came of it although it must not
	}{
		{"none", holes{}, false, false},
		{"the register's look", holes{early: true}, false, false},
		{"the store's condition", holes{epoch: true}, true, false},
		{"both", holes{early: true, epoch: true}, true, true},
	}
	failed := 0
	for _, c := range cases {
		if noted, counted := newOffice(t, c.holes).replaced(); noted != c.noted || counted != c.counted {
			failed++
			t.Errorf("without %s: process noted %v, want %v; result counted %v, want %v", c.without, noted, c.noted, counted, c.counted)
		}
	}
	proof.Report(t, proof.Figure{
		ID: "R22", What: "fences of an attempt taken out", Count: len(cases), Unit: "sets of fences", Failed: failed,
		Found:   "a replaced start's result counts only where the register's look and the store's condition are both out",
		Control: "without the store's condition its process was noted, without both its result counted",
	})
}

// replaced is what an older start still achieves.
func (o *office) replaced() (noted, counted bool) {
	o.t.Helper()
	ctx := o.t.Context()
	o.adopt(system("s1", "0 11 * * *", "skip"))
	run, err := o.Open(ctx, door.System("n1"), register.Opening{System: "s1", Drill: "gendan"})
	if err != nil {
		o.t.Fatal(err)
	}
	turn, err := o.Advance(ctx, o.node, run)
	if err != nil || len(turn.Jobs) != 2 {
		o.t.Fatalf("%d jobs, %v", len(turn.Jobs), err)
	}
	if taken, err := o.Orphans(ctx, o.join()); err != nil || len(taken) != 2 {
		o.t.Fatalf("%d taken over, %v", len(taken), err)
	}
	first, second := turn.Jobs[0], turn.Jobs[1]
	refused := func(err error) {
		if err != nil && !errors.Is(err, kept.ErrConflict) {
			o.t.Fatal(err)
		}
	}
	refused(o.holed.Running(ctx, o.node, first, "the older start's"))
	refused(o.holed.HandIn(ctx, o.node, run, register.Result{Step: second.Step, Attempt: second.Attempt, Outcome: "failed"}))
	err = o.store.View(ctx, func(tx door.Tx) error {
		a, err := tx.Attempt(ctx, run, first.Step, first.Attempt)
		noted = a.State == kept.AttemptRunning
		return err
	})
	_, state, errRun := register.New(door.New(o.store, o.clock), register.Options{}).Run(ctx, run)
	if err := errors.Join(err, errRun); err != nil {
		o.t.Fatal(err)
	}
	step, _ := state.Find(second.Step)
	return noted, step.State != drill.Started
}

// TestOccurrenceFences has a due time come twice: its plan file was gone for a
// while, and the clock has been set back.
func TestOccurrenceFences(t *testing.T) {
	cases := []struct {
		without string
		holes   holes
		drills  int
	}{
		{"none", holes{}, 1},
		{"the register's look", holes{noLook: true}, 1},
		{"the store's key", holes{noUnity: true}, 1},
		{"both", holes{noLook: true, noUnity: true}, 2},
	}
	failed := 0
	for _, c := range cases {
		if drills := newOffice(t, c.holes).twiceDue(); drills != c.drills {
			failed++
			t.Errorf("without %s: %d drills, want %d", c.without, drills, c.drills)
		}
	}
	proof.Report(t, proof.Figure{
		ID: "R22", What: "fences of a due time taken out", Count: len(cases), Unit: "sets of fences", Failed: failed,
		Found:   "a due time that comes twice gets a second drill only where the register's look and the store's key are both out",
		Control: fmt.Sprintf("without both there were %d drills", cases[3].drills),
	})
}

// twiceDue counts the drills of one due time.
func (o *office) twiceDue() int {
	o.t.Helper()
	ctx := o.t.Context()
	p := system("s1", "0 11 * * *", "run_once")
	p.Drills[0].AllowParallel = true
	for range 2 {
		o.clock.wall = begin()
		o.adopt()
		o.adopt(p)
		o.clock.wall = begin().Add(time.Hour)
		if _, _, err := o.holed.Tick(ctx, o.node); err != nil && !errors.Is(err, kept.ErrConflict) {
			o.t.Fatal(err)
		}
	}
	runs, err := o.Runs(ctx, kept.RunFilter{System: "s1"})
	if err != nil {
		o.t.Fatal(err)
	}
	return len(runs)
}
