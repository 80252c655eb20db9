package powerloss_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"beredskab/internal/proof"
	"beredskab/internal/torture/powerloss/lossy"
)

const (
	systems  = 4  // plans of the municipality
	lifetime = 40 // power losses of one disk
)

// tally adds up what the machines of a test found.
type tally struct {
	mu                                                                 sync.Mutex
	losses, failed, acknowledged, settled, lost, steps, twice, unended int
}

// TestPowerLoss is R2: what was acknowledged is there after each power loss, no
// step is started twice by the machine, and no run is stuck in the end.
func TestPowerLoss(t *testing.T) {
	seed, program := proof.Seed(t), proof.Binary(t, "")
	total := &tally{}
	cycles := proof.Size(6, 120, 1000)
	lives := max(cycles/lifetime, 2)
	t.Run("disks", func(t *testing.T) {
		for life := range lives {
			names, loss := lossy.Names(life%2), lossy.Loss(life/2%2)
			if lives == 2 { // both kinds of names and of losses, also in the smallest size
				loss = lossy.Loss(life % 2)
			}
			t.Run(fmt.Sprintf("disk %d, names %d, loss %d", life, names, loss), func(t *testing.T) {
				t.Parallel()
				m := newMachine(t, lossy.New(names, loss, seed+uint64(life)), job{Program: program})
				m.municipality()
				random := rand.New(rand.NewPCG(seed, uint64(life)))
				for range cycles / lives {
					total.add(m.run(1 + random.IntN(moment(random))))
				}
				total.end(m)
			})
		}
	})
	normal := control(t, seed, "NORMAL")
	if normal == 0 {
		t.Error("the control lost nothing with synchronous=NORMAL; the harness is blind")
	}
	if full := control(t, seed, "FULL"); full > 0 {
		t.Errorf("the control lost %d rows with synchronous=FULL; the disk loses what is synced", full)
	}
	proof.Report(t, proof.Figure{
		ID: "R2", What: "power losses", Seed: seed, Count: total.losses, Unit: "power losses", Failed: total.failed,
		Found: fmt.Sprintf("%d acknowledged, %d lost; %d steps started, %d twice, %d settled by a person; %d runs stuck",
			total.acknowledged, total.lost, total.steps, total.twice, total.settled, total.unended),
		Control: fmt.Sprintf("NORMAL lost %d rows", normal),
	})
}

// moment gives how far a boot may come: often only into its start, where
// recovery is, and else well into its work.
func moment(random *rand.Rand) int {
	if random.IntN(3) == 0 {
		return 60
	}
	return 600
}

// control lets the simple writer lose its power, and gives how many of its
// acknowledged rows are lost.
func control(t *testing.T, seed uint64, synchronous string) int {
	random := rand.New(rand.NewPCG(seed, 99))
	lost := 0
	for i := range proof.Size(2, 6, 20) {
		m := newMachine(t, lossy.New(lossy.Strict, lossy.Loss(i%2), seed+uint64(i)), job{Writer: synchronous})
		if acknowledged := count(m.run(50+random.IntN(400)), "acknowledged"); acknowledged == 0 {
			t.Error("the control acknowledged nothing")
		}
		m.job.Finish = true
		said := m.run(0)
		if lost += count(said, "lost"); count(said, "finished") == 0 && synchronous == "FULL" {
			t.Errorf("the control did not come to its end: %v", tail(said, 3))
		}
	}
	return lost
}

func (s *tally) add(said []word) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.losses++
	s.acknowledged += count(said, "acknowledged")
	s.settled += count(said, "settled")
	lost := count(said, "lost")
	if s.lost += lost; lost > 0 {
		s.failed++
	}
}

// end lets the machine work to the end of every run.
func (s *tally) end(m *machine) {
	m.t.Helper()
	m.job.Finish = true
	said := m.run(0)
	for _, w := range said {
		if w.Kind == "lost" {
			m.t.Errorf("lost: %s %s", w.Key, w.Text)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost += count(said, "lost")
	if count(said, "finished") == 0 {
		s.unended++
		m.t.Errorf("the runs did not come to their end: %v\n%s", tail(said, 3), m.log())
	}
	steps, twice := m.begun()
	s.steps += steps
	s.twice += len(twice)
	if len(twice) > 0 {
		s.failed++
		m.t.Errorf("started twice: %v", twice)
	}
}

// municipality writes the plans, the catalogue and the settings. They lie on a
// real disk; all that the program writes lies on the one that forgets.
func (m *machine) municipality() {
	m.write("plans/organisation.yaml", "schema: 1\norganisation: Test\nteams:\n  - {id: drift, capacity: 8}\ncadence:\n  - {class: 2, exercise: 365d, measured: 365d}\n")
	for i := range systems {
		m.write(fmt.Sprintf("plans/system-%d.yaml", i), fmt.Sprintf(plan, i))
	}
	m.write("actions.yaml", fmt.Sprintf(`version: 1
actions:
  - id: mark
    description: Leave a line that says that the command was started
    exec: /bin/sh
    args: [-c, 'echo "$ATTEMPT" >> started; sleep 0.02']
    dir: %s
    env: ["ATTEMPT=attempt:", PATH]
    timeout: 5m
`, m.dir))
	m.write("beredskab.yaml", "dir: disk/beredskab/state\nplans: plans\nactions: actions.yaml\nnode: test\nparallel: 4\n")
}

func (m *machine) write(name, text string) {
	m.t.Helper()
	path := filepath.Join(m.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		m.t.Fatal(err)
	}
}

const plan = `schema: 1
id: system-%[1]d
name: System %[1]d
owner: {role: systemejer, unit: Test}
criticality: ikke_kritisk
recovery_class: 2
hosting: on_premise
objectives: {mtpd: 2d, rto: 1d, wrt: 1h, rpo: 1d}
depends_on: []
drills:
  - {id: gendan, title: Gendan, type: restore, allow_parallel: true}
recovery:
  steps:
    - {id: s0, title: Trin 0, team: drift, estimate: 1m, action: mark, timeout: 1m, rerun: ask}
    - {id: s1, title: Trin 1, team: drift, estimate: 1m, action: mark, timeout: 1m, rerun: ask}
    - {id: s2, title: Trin 2, team: drift, estimate: 1m, action: mark, timeout: 1m, rerun: ask, after: [s0]}
    - {id: s3, title: Trin 3, team: drift, estimate: 1m, action: mark, timeout: 1m, rerun: ask, after: [s1]}
    - {id: m1, title: Se efter, team: drift, estimate: 1m, after: [s2]}
    - id: k1
      title: Bekræft
      team: drift
      estimate: 1m
      after: [s3]
      confirm: {by: systemejer, question: Virker det?, within: 30m}
    - {id: s4, title: Trin 4, team: drift, estimate: 1m, action: mark, timeout: 1m, rerun: ask, after: [m1, k1]}
    - {id: s5, title: Trin 5, team: drift, estimate: 1m, action: mark, timeout: 1m, rerun: ask, after: [s4]}
`
