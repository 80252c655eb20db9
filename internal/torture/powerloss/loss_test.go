package powerloss_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"beredskab/internal/proof"
	"beredskab/internal/torture/powerloss/lossy"
)

// lifetime is how many power losses one disk sees.
const lifetime = 40

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
	cycles := proof.Size(6, 80, 1000)
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
				municipality(t, m.dir, "disk/beredskab/state")
				random := rand.New(rand.NewPCG(seed, uint64(life)))
				// The first boot makes the register and comes well into its work.
				total.add(m.run(2000+random.IntN(600), patience))
				for range cycles/lives - 1 {
					total.add(m.run(moment(random)))
				}
				total.end(m)
			})
		}
	})
	if total.acknowledged == 0 || total.steps == 0 {
		t.Error("nothing was acknowledged or started, so nothing could have been lost")
	}
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

// moment draws how far a boot comes: often only into its start, where recovery
// is, and else into its work.
func moment(random *rand.Rand) (changes int, after time.Duration) {
	changes = 1 + random.IntN(600)
	if random.IntN(3) == 0 {
		changes = 1 + random.IntN(100)
	}
	return changes, time.Duration(random.IntN(1200)) * time.Millisecond
}

// control lets the simple writer lose its power, and gives how many of its
// acknowledged rows are lost.
func control(t *testing.T, seed uint64, synchronous string) int {
	random := rand.New(rand.NewPCG(seed, 99))
	lost := 0
	for i := range proof.Size(2, 6, 20) {
		m := newMachine(t, lossy.New(lossy.Strict, lossy.Loss(i%2), seed+uint64(i)), job{Writer: synchronous})
		if acknowledged := count(m.run(50+random.IntN(400), patience), "acknowledged"); acknowledged == 0 {
			t.Error("the control acknowledged nothing")
		}
		m.job.Finish = true
		said := m.run(0, 0)
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
	said := m.run(0, 0)
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
