//go:build bench

package check

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"beredskab/internal/plan"
	"beredskab/internal/recovery"
)

// plainWalk is one walk over the same graph in plain Go: names looked up in
// maps, each system after what it needs, each step after the steps it waits for.
func plainWalk(set *plan.Set) (latest int) {
	byID := make(map[string]*plan.Plan, len(set.Plans))
	for _, p := range set.Plans {
		byID[p.ID] = p
	}
	finish := make(map[string]int, len(set.Plans))
	var system func(id string) int
	system = func(id string) int {
		if at, ok := finish[id]; ok {
			return at
		}
		p, start := byID[id], 0
		for _, d := range p.DependsOn {
			start = max(start, system(d.ID))
		}
		steps, own := make(map[string]int, len(p.Recovery.Steps)), 0
		for _, s := range p.Recovery.Steps {
			begin := 0
			for _, before := range s.After {
				begin = max(begin, steps[before])
			}
			steps[s.ID] = begin + s.Estimate.Minutes()
			own = max(own, steps[s.ID])
		}
		finish[id] = start + own
		return finish[id]
	}
	for id := range byID {
		latest = max(latest, system(id))
	}
	return latest
}

// municipality is n systems of ten steps with whole plans, of which one in four
// has something to find. What a finding costs is its sentences, not its graph.
func municipality(t *testing.T, n int) Input {
	src, err := os.ReadFile("../../plans/hjemmeside.yaml")
	if err != nil {
		t.Fatal(err)
	}
	base, problems := plan.Parse("hjemmeside.yaml", src)
	if problems.Failed() {
		t.Fatal(problems)
	}
	in := many(t, n)
	in.Set.Organisation.Cadence = []plan.Cadence{{Class: 2, Exercise: 1440 * 365, Measured: 1440 * 730}}
	for i, p := range in.Set.Plans {
		whole := *base
		whole.ID, whole.DependsOn, whole.RecoveryClass = p.ID, p.DependsOn, 2
		whole.Recovery.Steps, whole.Recovery.SecuritySteps = p.Recovery.Steps, nil
		whole.LevelOverride = "Beregnet prøve"
		// Each layer of the chain is promised later than the one that it stands on.
		whole.Objectives.RTO, whole.Objectives.MTPD = plan.Duration(20000+160*(i/100)), plan.Duration(80000)
		in.Set.Plans[i] = reread(t, &whole)
		in.Evidence[i].StepsHash, in.Evidence[i].EndedAt = in.Set.Plans[i].StepsHash(), in.Now.AddDate(0, 0, -i%400)
	}
	return in
}

// fastest is the quickest of some runs: the one that was disturbed least.
func fastest(fn func()) time.Duration {
	list := make([]time.Duration, 15)
	for i := range list {
		began := time.Now()
		fn()
		list[i] = time.Since(began)
	}
	return slices.Min(list)
}

func TestBenchCheckAndOrder(t *testing.T) {
	for _, n := range []int{1_000, 10_000} {
		in := municipality(t, n)
		floor := fastest(func() { plainWalk(in.Set) })
		order := func() {
			g, err := recovery.New(in.Set)
			if err != nil {
				t.Fatal(err)
			}
			recovery.ByFinish(g.Forecast(MeasuredTimes(in)).Results)
			g.Simulate()
		}
		fmt.Printf("%d systems, %d findings\n", n, len(Run(in).Findings))
		for _, w := range []struct {
			name string
			took time.Duration
		}{
			{fmt.Sprintf("plan order, %d systems x 10 steps", n), fastest(order)},
			{fmt.Sprintf("check, %d systems x 10 steps", n), fastest(func() { Run(in) })},
		} {
			ratio, word := float64(w.took)/float64(floor), "within"
			if ratio > 10 {
				word = "OVER"
			}
			fmt.Printf("%-58s %10s  floor %10s  %6.2f x  limit %5.2f x  %s\n", w.name, w.took.Round(time.Microsecond), floor.Round(time.Microsecond), ratio, 10.0, word)
		}
	}
}
