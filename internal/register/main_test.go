package register_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/store"
	"beredskab/internal/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// clock is the one seam of time: it stands still until it is set.
type clock struct {
	mu   sync.Mutex
	wall time.Time
}

// A Monday, 10:00 in Copenhagen.
func begin() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

func (c *clock) Now() event.Moment {
	c.mu.Lock()
	defer c.mu.Unlock()
	return event.Moment{Wall: c.wall, Boot: "boot", Mono: c.wall.Sub(begin().AddDate(-1, 0, 0))}
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall = at
}

func (c *clock) pass(d time.Duration) { c.set(c.Now().Wall.Add(d)) }

// desk is a register on a real database with what a test asks of it.
type desk struct {
	*register.Register
	t     testing.TB
	clock *clock
	store *store.DB
	node  register.Node
}

// sqlite opens a register on a file of its own.
func sqlite(t testing.TB) *desk {
	return open(t, store.Options{Path: filepath.Join(t.TempDir(), "register.db")})
}

func open(t testing.TB, o store.Options) *desk {
	t.Helper()
	db, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	c := &clock{wall: begin()}
	d := &desk{t: t, clock: c, store: db, Register: register.New(door.New(db, c), register.Options{Routes: routes()})}
	d.node = must(d.Join(t.Context(), kept.Identity{Name: "n1"}))(t)
	return d
}

func routes() []register.Route {
	return []register.Route{{Channel: "mail", Personal: true}, {Channel: "slack"}}
}

// engines runs a test on both databases.
func engines(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Run("sqlite", func(t *testing.T) { test(t, sqlite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, open(t, store.Options{URL: pgtest.Start(t)})) })
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (d *desk) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func ann() door.Actor { return door.Actor{Name: "it-chef", Assurance: "login"} }

// The system owner and its deputy are known by their mailboxes.
const (
	owner  = "ejer@kommune.test"
	second = "stedfortraeder@kommune.test"
)

func organisation() *plan.Organisation {
	return &plan.Organisation{
		Schema: 1, Name: "Prøve", File: "organisation.yaml", DutyPhone: "+45 00 00 00 10",
		Roles: []plan.Role{
			{ID: "it-chef", Name: "It-chef", Mailbox: "it-chef@kommune.test"},
			{ID: "beredskabskoordinator", Name: "Koordinator", Mailbox: "koordinator@kommune.test"},
		},
		Teams: []plan.Team{{ID: "drift", Name: "Drift", Capacity: 2, Mailbox: "drift@kommune.test"}},
	}
}

// system is a plan with one drill: restore, probe, a question, clean up.
func system(id string) *plan.Plan {
	return &plan.Plan{
		Schema: 1, ID: id, Name: "System " + id, File: id + ".yaml", PlanVersion: "1",
		Owner:      plan.Owner{Role: "systemejer", Unit: "Stab", Mailbox: owner, Deputy: second},
		Objectives: plan.Objectives{RTO: 240, RPO: 60},
		Recovery: plan.Recovery{
			Steps: []plan.Step{
				{ID: "gendan", Title: "Gendan", Action: "restore", With: map[string]string{"db": id}, Timeout: 60, Estimate: 30},
				{ID: "svarer", Title: "Svarer", Action: "http", Timeout: 5, Estimate: 1, After: []string{"gendan"}, Rerun: "safe"},
				{ID: "bekraeft", Title: "Bekræft", After: []string{"svarer"}, Verifies: true, Confirm: &plan.Confirm{By: "systemejer", Question: "Er alt der?"}},
			},
			Cleanup: []plan.Step{{ID: "ryd-op", Title: "Ryd op", Action: "clean", Timeout: 5, Estimate: 1}},
		},
		Drills: []plan.Drill{{ID: "gendan", Title: "Gendannelse", Type: "restore", Participants: plan.Cast{Director: "it-chef"}}},
	}
}

// adopt takes those plans over.
func (d *desk) adopt(plans ...*plan.Plan) register.Adopted {
	d.t.Helper()
	slices.SortFunc(plans, func(a, b *plan.Plan) int { return cmp.Compare(a.ID, b.ID) })
	return must(d.Adopt(d.t.Context(), ann(), &plan.Set{Organisation: organisation(), Plans: plans}))(d.t)
}

func (d *desk) start(system string) string {
	d.t.Helper()
	return must(d.Open(d.t.Context(), ann(), register.Opening{System: system, Drill: "gendan"}))(d.t)
}

func (d *desk) advance(run string, results ...register.Result) register.Turn {
	d.t.Helper()
	return must(d.Advance(d.t.Context(), d.node, run, results...))(d.t)
}

// toQuestion drives a run until the owner is asked.
func (d *desk) toQuestion(run string) {
	d.t.Helper()
	for _, step := range []string{"gendan", "svarer"} {
		turn := d.advance(run)
		if len(turn.Jobs) != 1 || turn.Jobs[0].Step != step {
			d.t.Fatalf("jobs: %+v, want %s", turn.Jobs, step)
		}
		d.clock.pass(10 * time.Minute)
		d.ok(d.HandIn(d.t.Context(), d.node, run, ended(step, 1, "ok")))
	}
	d.advance(run)
}

func ended(step string, attempt int, outcome string) register.Result {
	return register.Result{Step: step, Attempt: attempt, Outcome: outcome}
}

func (d *desk) step(run, step string) *drill.Step {
	d.t.Helper()
	_, state, err := d.Run(d.t.Context(), run)
	d.ok(err)
	s, ok := state.Find(step)
	if !ok {
		d.t.Fatalf("run %s has no step %s", run, step)
	}
	return s
}

// acts lists the trace, oldest first, as "act object outcome by actor".
func (d *desk) acts() (list []string) {
	d.t.Helper()
	entries := must(d.Entries(d.t.Context(), kept.EntryFilter{}))(d.t)
	for i, e := range slices.Backward(entries) {
		list = append(list, strings.Join([]string{e.Act, e.Object, e.Outcome, "by", e.Actor}, " "))
		hash := sha256.Sum256(append([]byte{0}, e.Bytes...))
		if !slices.Equal(hash[:], e.Hash) || e.Seq != int64(len(entries)-i) {
			d.t.Errorf("entry %d: wrong leaf hash or number", e.Seq)
		}
	}
	return list
}

// since runs do and gives the entries that it wrote.
func (d *desk) since(do func()) []string {
	d.t.Helper()
	before := len(d.acts())
	do()
	return d.acts()[before:]
}

// told lists the notices of one channel, oldest first, as "kind receiver".
func (d *desk) told(channel string) (list []string) {
	d.t.Helper()
	for _, n := range slices.Backward(must(d.Notices(d.t.Context(), outbox.Filter{}))(d.t)) {
		if n.Channel == channel {
			list = append(list, string(n.Kind)+" "+cmp.Or(n.Address, n.Receiver))
		}
	}
	return list
}

func (d *desk) same(what string, got []string, want ...string) {
	d.t.Helper()
	if !slices.Equal(got, want) {
		d.t.Errorf("%s:\n got %s\nwant %s", what, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

func refusal(err error) bool {
	var r *drill.Refusal
	return errors.As(err, &r) || errors.Is(err, door.ErrNotAllowed) || errors.Is(err, door.ErrBusy)
}

// rescue gives the runs that the node has taken over.
func (d *desk) rescue(n register.Node, silence time.Duration) []string {
	d.t.Helper()
	runs, _, err := d.Rescue(d.t.Context(), n, silence)
	d.ok(err)
	return runs
}

// raw changes the database behind the register's back, to break something.
func (d *desk) raw(fn func(ctx context.Context, tx door.Tx) error) {
	d.t.Helper()
	d.ok(d.store.Update(d.t.Context(), func(tx door.Tx) error { return fn(d.t.Context(), tx) }))
}

func (d *desk) notice(kind outbox.Kind, channel string) outbox.Notice {
	d.t.Helper()
	for _, n := range must(d.Notices(d.t.Context(), outbox.Filter{}))(d.t) {
		if n.Kind == kind && n.Channel == channel {
			return n
		}
	}
	d.t.Fatalf("no %s message on %s", kind, channel)
	return outbox.Notice{}
}

func aborted(run string) register.Lead {
	return register.Lead{Run: run, Kind: event.RunAborted, Reason: "brand"}
}
