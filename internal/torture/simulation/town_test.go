package simulation_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"beredskab/internal/action"
	"beredskab/internal/door"
	"beredskab/internal/notify"
	"beredskab/internal/plan"
	"beredskab/internal/register"
)

// week is how long a simulation goes on; the last part of it is quiet, so that
// what has to happen can be asked for at its end.
const (
	week  = 7 * 24 * time.Hour
	quiet = 14 * time.Hour
)

// town is one simulated week: what all nodes share, and what must hold.
type town struct {
	seed     uint64
	db       *database
	courier  *notify.Courier
	nodes    []*node
	servers  []*server // all that were ever started
	begin    time.Time
	look     time.Duration    // how often messages are looked for; 0: as a week wants it
	routes   []register.Route // nil: mail alone
	parallel int              // commands at once on a node; 0: as ever
	still    bool             // the way to the database takes no time

	orders chan func() // for the director, who alone starts and stops servers
	over   bool        // the director's: nothing is started any more

	mu       sync.Mutex
	away     bool // the database answers nobody
	quiet    bool
	trace    uint64
	told     map[string]int
	starts   map[attemptKey]int
	results  map[attemptKey]action.Outcome // that the register acknowledged
	answers  map[string]string             // run and step of an acknowledged answer, by its remark
	problems []string
	counts   map[string]int
	taken    map[attemptKey]time.Time // when another server took an attempt over
	awaited  map[string]bool          // run and step of those that waited for a site at which no server ran
}

func newTown(seed uint64, m mutant) (*town, error) {
	t := &town{
		seed: seed, db: newDatabase(m), orders: make(chan func(), 1000), told: map[string]int{}, starts: map[attemptKey]int{},
		results: map[attemptKey]action.Outcome{}, answers: map[string]string{}, counts: map[string]int{}, taken: map[attemptKey]time.Time{}, awaited: map[string]bool{},
	}
	var err error
	t.courier, err = notify.New(notify.Options{Channels: []notify.Channel{{Name: "mail", Sender: t, Address: "alle@kommune.test"}}})
	for i, place := range places(t.chance("places")) {
		name := fmt.Sprintf("n%d", i+1)
		n := &node{town: t, name: name, place: place, spool: newSpool("spool of " + name)}
		t.nodes = append(t.nodes, n)
	}
	return t, err
}

// chance is a number in [0,1) that depends on the seed and on what is asked, and
// not on the order in which things are asked.
func (t *town) chance(what string, about ...any) float64 {
	h := fnv.New64a()
	fmt.Fprint(h, t.seed, what, about)
	return rand.New(rand.NewPCG(h.Sum64(), t.seed)).Float64()
}

// between is a length of time by chance, short ones as often as long ones.
func (t *town) between(shortest, longest time.Duration, what string, about ...any) time.Duration {
	share := t.chance(what, about...)
	return shortest + time.Duration(share*share*float64(longest-shortest))
}

func (t *town) isAway() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.away
}

func (t *town) isQuiet() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.quiet
}

func (t *town) count(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[what]++
}

// broken notes an invariant that does not hold.
func (t *town) broken(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.problems) < 20 {
		t.problems = append(t.problems, fmt.Sprintf("%s: ", time.Since(t.begin).Round(time.Second))+fmt.Sprintf(format, args...))
	}
}

// note adds a committed transaction to the trace.
func (t *town) note(about ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := fnv.New64a()
	fmt.Fprint(h, t.trace, time.Since(t.begin), about)
	t.trace = h.Sum64()
}

// after lets the director do something then.
func (t *town) after(d time.Duration, do func()) {
	time.AfterFunc(d, func() { t.orders <- do })
}

// live is one of the servers that run and that people can reach.
func (t *town) live(what string, about ...any) *server {
	var up []*server
	for _, n := range t.nodes {
		if s := n.running(); s != nil && n.leads() {
			up = append(up, s)
		}
	}
	if len(up) == 0 {
		return nil
	}
	return up[int(t.chance(what, about...)*float64(len(up)))]
}

// mondays are weeks worth simulating: an ordinary one, those of both clock
// changes, Easter and Christmas.
func mondays() []time.Time {
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC) }
	return []time.Time{day(11, 23), day(3, 23), day(10, 19), day(3, 30), day(12, 21)}
}

// simulate lives through one week and notes what was broken.
func simulate(t *testing.T, seed uint64, m mutant) *town {
	t.Helper()
	w, err := newTown(seed, m)
	if err != nil {
		t.Fatal(err)
	}
	monday := mondays()[int(w.chance("monday")*float64(len(mondays())))]
	time.Sleep(time.Until(monday))
	w.begin = time.Now()
	set := files()
	w.settle(set)
	if _, err := register.New(door.New(w.db, &node{town: w}), register.Options{}).Adopt(t.Context(), door.Actor{Name: "it-chef"}, set); err != nil {
		t.Fatal(err)
	}
	for _, n := range w.nodes {
		n.reboot(nil)
		n.start()
	}
	w.plague()
	ctx, cancel := context.WithCancel(t.Context())
	var people sync.WaitGroup
	people.Go(func() { w.people(ctx) })
	w.direct(week - quiet)
	w.calm()
	w.direct(quiet)
	cancel()
	people.Wait()
	w.end()
	w.judge(set)
	return w
}

// direct carries out orders for that long.
func (t *town) direct(d time.Duration) {
	end := time.NewTimer(d)
	defer end.Stop()
	for {
		select {
		case do := <-t.orders:
			do()
		case <-end.C:
			return
		}
	}
}

// calm ends every fault and lets all nodes run.
func (t *town) calm() {
	t.mu.Lock()
	t.quiet, t.away = true, false
	t.mu.Unlock()
	for _, s := range t.servers {
		s.setCut(false, false)
		s.goOn()
	}
	for _, n := range t.nodes {
		n.setClock(0)
		t.after(0, n.ensure)
	}
}

// end stops all servers and waits for them.
func (t *town) end() {
	t.over = true
	for _, s := range t.servers {
		s.goOn()
		s.stop()
	}
	for _, s := range t.servers {
		<-s.ended
	}
	for len(t.orders) > 0 {
		<-t.orders
	}
}

// files is four systems whose drills are due far more often than in real life,
// some of them at one moment.
func files() *plan.Set {
	org := &plan.Organisation{
		Schema: 1, Name: "Prøve", File: "organisation.yaml", Zone: "Europe/Copenhagen", DutyPhone: "+45 00 00 00 10",
		Roles: []plan.Role{
			{ID: "it-chef", Name: "It-chef", Mailbox: "it-chef@kommune.test"},
			{ID: "beredskabskoordinator", Name: "Koordinator", Mailbox: "koordinator@kommune.test"},
		},
		Teams:  []plan.Team{{ID: "drift", Name: "Drift", Capacity: 2, Mailbox: "drift@kommune.test"}},
		Checks: plan.Schedule{When: "0 6 * * *"},
	}
	set := &plan.Set{Organisation: org}
	for i, when := range []string{"30 2 * * *", "0 */8 * * *", "0 9 * * *", "0 9 * * *"} {
		set.Plans = append(set.Plans, system(fmt.Sprintf("s%d", i+1), when, []string{"run_once", "skip", "ask"}[i%3]))
	}
	return set
}

// system is a plan with steps of every kind of rerun, and a question.
func system(id, when, missed string) *plan.Plan {
	return &plan.Plan{
		Schema: 1, ID: id, Name: "System " + id, File: id + ".yaml", PlanVersion: "1",
		Owner:      plan.Owner{Role: "systemejer", Unit: "Stab", Mailbox: owner, Deputy: "stedfortraeder@kommune.test"},
		Objectives: plan.Objectives{RTO: 240, RPO: 60},
		Recovery: plan.Recovery{
			Steps: []plan.Step{
				{ID: "gendan", Title: "Gendan", Action: "restore", Timeout: 180, Estimate: 30},
				{ID: "skift", Title: "Skift over", Action: "failover", Timeout: 60, Estimate: 5, Rerun: "never"},
				{ID: "svarer", Title: "Svarer", Action: "http", Timeout: 60, Estimate: 1, After: []string{"gendan", "skift"}, Rerun: "safe"},
				{ID: "bekraeft", Title: "Bekræft", After: []string{"svarer"}, Verifies: true, Confirm: &plan.Confirm{By: "systemejer", Question: "Er alt der?"}},
			},
			Cleanup: []plan.Step{{ID: "ryd-op", Title: "Ryd op", Action: "clean", Timeout: 30, Estimate: 1, Rerun: "safe"}},
		},
		Drills: []plan.Drill{{
			ID: "gendan", Title: "Gendannelse", Type: "restore", Participants: plan.Cast{Director: "it-chef"},
			Schedule: plan.Schedule{When: when, StartWithin: 120, Missed: missed},
		}},
	}
}

const owner = "ejer@kommune.test"
