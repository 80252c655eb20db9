package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/hamlet"
	"beredskab/internal/plan"
	"beredskab/internal/proof"
	"beredskab/internal/register"
	"beredskab/internal/store/pgtest"
)

// patience bounds every wait. It says nothing about how fast the program is; a
// test that comes near it hangs.
const patience = 5 * time.Minute

// town is a municipality with three nodes, its database, and the test's own
// connection, by which people start drills and answer.
type town struct {
	t        *testing.T
	seed     uint64
	random   *rand.Rand
	dir      string
	net      *network
	database *host
	cluster  *pgtest.Cluster
	nodes    []*node
	zones    map[string]string // what the settings of a node say besides, by its name
	binary   string
	app      *app.App
	born     time.Time // when the schedules came into force
}

const (
	kinds   = 3                     // plain, fenced, and with a question to a person
	systems = 4                     // of each kind
	longest = kinds*(systems-1) + 1 // the number of a fenced system whose step lasts
)

// newTown makes three machines with that program and the database; no node runs yet. rerun is
// what the plans say of a step that nobody knows the end of.
func newTown(t *testing.T, binary, rerun string) *town {
	t.Helper()
	w := found(t, binary, rerun)
	w.machines(w.cluster.URL("postgres"))
	return w
}

// found makes the network, the database and the plans.
func found(t *testing.T, binary, rerun string) *town {
	t.Helper()
	seed := proof.Seed(t)
	w := &town{t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 5)), dir: t.TempDir(), net: newNetwork(t), binary: binary}
	w.database = w.net.host("db", 2)
	var err error
	w.cluster, err = pgtest.LaunchAt(pgtest.Place{Namespace: w.database.namespace, Host: w.database.address, Network: w.net.everybody()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.cluster.Stop)
	w.plans(rerun)
	return w
}

// machines adds the three nodes and the test's own connection to the register.
func (w *town) machines(url string) {
	w.t.Helper()
	for i := 1; i <= 3; i++ {
		name := fmt.Sprintf("n%d", i)
		w.nodes = append(w.nodes, newNode(w.t, w.net.host(name, 10+i), name, w.binary, filepath.Join(w.dir, name), w.settings(url)+w.zones[name]))
	}
	dir := filepath.Join(w.dir, "people")
	write(w.t, filepath.Join(dir, "beredskab.yaml"), "dir: state\nnode: people\n"+w.settings(url))
	s, err := app.Load(map[string]string{"config": filepath.Join(dir, "beredskab.yaml")}, func(string) (string, bool) { return "", false }, dir)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.app, err = app.Open(w.t.Context(), s, app.Use, slog.New(slog.DiscardHandler)); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = w.app.Close() })
	w.adopt()
}

func (w *town) settings(url string) string {
	return fmt.Sprintf("plans: %s\nactions: %s\nparallel: 4\ndatabase: %s\n", filepath.Join(w.dir, "plans"), filepath.Join(w.dir, "actions.yaml"), url)
}

// past is a clock that goes behind: what is adopted with it has been due before.
type past struct{ behind time.Duration }

func (p past) Now() event.Moment { return event.Moment{Wall: time.Now().Add(-p.behind)} }

// adopt puts the plans into force three minutes ago, so that occurrences are due
// however short the test is.
func (w *town) adopt() {
	w.t.Helper()
	set, problems, err := app.ReadPlans(w.app.Settings.Plans, plan.NewReader())
	if err != nil || len(problems) > 0 {
		w.t.Fatal(err, problems)
	}
	clock := past{3 * time.Minute}
	w.born = clock.Now().Wall
	if _, err := register.New(door.New(w.app.Store(), clock), register.Options{}).Adopt(w.t.Context(), leader(), set); err != nil {
		w.t.Fatal(err)
	}
}

func leader() door.Actor { return door.Actor{Name: "oevelsesleder", Assurance: "login"} }
func owner() door.Actor  { return door.Actor{Name: "systemejer", Assurance: "login"} }

// plans writes the plan files and the catalogue. The command leaves a line that
// names its attempt and then takes its time.
func (w *town) plans(rerun string) {
	w.t.Helper()
	write(w.t, filepath.Join(w.dir, "plans", "organisation.yaml"), hamlet.Organisation)
	for i := range kinds * systems {
		write(w.t, filepath.Join(w.dir, "plans", system(i)+".yaml"), townPlan(i, rerun))
	}
	const entry = `  - {id: %s, description: Leave a line that names the attempt, exec: /bin/sh, args: [-c, 'echo "$KEY" >> "$1"; exec sleep "$2"', sh, %s, "${seconds}"],
     params: {seconds: {type: string, pattern: "[0-9.]+"}}, env: [PATH, "KEY=attempt:"], timeout: 5m%s}
`
	write(w.t, filepath.Join(w.dir, "actions.yaml"), "version: 1\nactions:\n"+
		fmt.Sprintf(entry, "plain", w.oracle(), ", fence: none")+fmt.Sprintf(entry, "fenced", w.oracle(), ""))
}

func (w *town) oracle() string { return filepath.Join(w.dir, "started") }

func system(i int) string {
	return fmt.Sprintf("%s-%02d", [kinds]string{"plain", "fenced", "asked"}[i%kinds], i/kinds)
}

// townPlan has one to three steps. Every fourth system has one that lasts longer
// than the rest, so that a fault meets it in mid-step.
func townPlan(i int, rerun string) string {
	s := hamlet.System{ID: system(i), Mailbox: "ejer@by.example", Drills: []string{"id: gendan, title: Gendan, type: restore, allow_parallel: true"}}
	if i/kinds == 0 {
		s.Drills[0] += `, schedule: {when: "* * * * *"}`
	}
	seconds := fmt.Sprintf("0.%02d", 1+i%9)
	if i/kinds == systems-1 {
		seconds = "3"
	}
	step := func(id, action, after string) {
		s.Steps = append(s.Steps, fmt.Sprintf("id: %s, title: Trin, team: drift, estimate: 1m, action: %s, timeout: 1m, rerun: %s, with: {seconds: %q}%s", id, action, rerun, seconds, after))
	}
	switch i % kinds {
	case 0:
		step("first", "plain", "")
		step("second", "plain", ", after: [first]")
	case 1:
		step("first", "fenced", "")
	default:
		step("first", "fenced", "")
		s.Steps = append(s.Steps, "id: asked, title: Svarer det?, estimate: 1m, confirm: {by: systemejer, question: Svarer det?, within: 1d}, after: [first]")
	}
	return s.Plan()
}

// wait looks until something holds that nobody signals.
func (w *town) wait(what string, done func() bool) {
	w.t.Helper()
	if !proof.Await(patience, done) {
		w.t.Fatalf("waited in vain until %s", what)
	}
}

// starts counts the lines that the commands left, by attempt: RUN/STEP/NUMBER.
func (w *town) starts() map[string]int {
	w.t.Helper()
	text, err := os.ReadFile(w.oracle())
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // none was started yet
		w.t.Fatal(err)
	}
	seen := map[string]int{}
	for line := range strings.Lines(string(text)) {
		seen[strings.TrimSpace(line)]++
	}
	return seen
}

// patient repeats what the register refuses while a fault lasts, until ctx ends.
func patient[T any](ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	for {
		once, cancel := context.WithTimeout(ctx, 20*time.Second)
		out, err := ask(once)
		cancel()
		if err == nil || ctx.Err() != nil {
			return out, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond): // the fault goes on
		}
	}
}
