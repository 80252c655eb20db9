package simulation_test

import (
	"fmt"
	"strings"
	"testing"

	"beredskab/internal/proof"
)

// TestMutants is the control of R22: each rule that the store, the queue, the
// spool or a node keeps is broken in turn, and the invariants must see it in some week.
// What stands behind other fences is in fences_test.go.
func TestMutants(t *testing.T) {
	const most = 25 // weeks until a mutant counts as unseen
	mutants := []mutant{lossySpool, lossyQueue}
	if !raced { // their weeks are long, or many; make simulate lives them
		mutants = append(mutants, unsynced, noFences, lyingNode)
	}
	unseen, seen := 0, []string(nil)
	for _, m := range mutants {
		found := ""
		for seed := uint64(1); seed <= most && found == ""; seed++ {
			if w := live(t, seed, m); len(w.problems) > 0 {
				found = fmt.Sprintf("%s: seen in week %d", m, seed)
				t.Logf("%s: %s", found, w.problems[0])
			}
		}
		if found == "" {
			unseen++
			t.Errorf("%s was not seen in %d weeks", m, most)
			continue
		}
		seen = append(seen, found)
	}
	proof.Report(t, proof.Figure{
		ID: "R22", What: "rules broken on purpose", Count: len(mutants), Unit: "mutants", Failed: unseen,
		Found: strings.Join(seen, "; "), Control: "the same weeks with every rule kept are R22 itself",
	})
}

// TestReplay says how far a seed replays: the same world always, and the same
// trace of commits and starts in as many weeks as it counts.
func TestReplay(t *testing.T) {
	seed, weeks, same := proof.Seed(t), proof.Size(2, 3, 20), 0
	for i := range weeks {
		one, two := live(t, seed+uint64(i), sound), live(t, seed+uint64(i), sound)
		if one.counts["crashes"] != two.counts["crashes"] || one.counts["due times"] != two.counts["due times"] {
			t.Errorf("seed %d is not one world: %v, and then %v", one.seed, one.counts, two.counts)
		}
		if one.trace == two.trace {
			same++
		}
	}
	proof.Report(t, proof.Figure{
		ID: "R22", What: "a seed lived twice", Seed: seed, Count: weeks, Unit: "worlds",
		Found: fmt.Sprintf("the same plans, faults and due times each time; the same trace of commits in %d of %d", same, weeks),
	})
}
