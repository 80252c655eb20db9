package simulation_test

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"beredskab/internal/proof"
)

// live simulates the week of one seed in a bubble of its own.
func live(t *testing.T, seed uint64, m mutant) (w *town) {
	synctest.Test(t, func(t *testing.T) { w = simulate(t, seed, m) })
	return w
}

// weeks simulates that many seeds from first on, on all cores, and hands each to
// see, one at a time.
func weeks(t *testing.T, first uint64, count int, m mutant, see func(*town)) {
	var mu sync.Mutex
	next := first
	draw := func() (seed uint64, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		seed, next = next, next+1
		return seed, seed < first+uint64(count)
	}
	t.Run("weeks", func(t *testing.T) {
		for range runtime.GOMAXPROCS(0) {
			t.Run("core", func(t *testing.T) {
				t.Parallel()
				for seed, ok := draw(); ok; seed, ok = draw() {
					w := live(t, seed, m)
					mu.Lock()
					see(w)
					mu.Unlock()
				}
			})
		}
	})
}

// TestWeeks is R22.
func TestWeeks(t *testing.T) {
	count := proof.Size(20, 60, 2_000)
	if raced {
		count = 4 // the rest is simulated without the race detector, by make simulate
	}
	first := proof.Seed(t)%1_000_000 + 1
	failed, counts := 0, map[string]int{}
	weeks(t, first, count, sound, func(w *town) {
		for what, n := range w.counts {
			counts[what] += n
		}
		if len(w.problems) > 0 {
			failed++
		}
		for _, problem := range w.problems {
			if failed <= 5 {
				t.Errorf("seed %d: %s", w.seed, problem)
			}
		}
	})
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%-32s %d", what, counts[what])
	}
	proof.Report(t, proof.Figure{
		ID: "R22", What: "simulated weeks of three nodes", Seed: first, Count: count, Unit: "weeks", Failed: failed,
		Found: fmt.Sprintf("%d drills and %d commands, %d of them at a site, under %d faults, 0 broken invariants unless counted as failed", counts["runs"], counts["commands"], counts["attempts at a site"], faults(counts)),
	})
}

func faults(counts map[string]int) (sum int) {
	for _, what := range []string{"crashes", "power losses", "upgrades", "pauses", "partitions", "clock steps", "database outages", "doubles", "zones deserted", "commits of unknown fate", "kills right after a commit", "pauses right after a commit"} {
		sum += counts[what]
	}
	return sum
}
