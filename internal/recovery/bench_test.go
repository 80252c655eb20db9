package recovery

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"beredskab/internal/plan"
)

// big is n systems with ten steps each and up to three dependencies, twenty
// teams of three people, always the same for the same n.
func big(n int) *plan.Set {
	rnd := rand.New(rand.NewPCG(1, uint64(n)))
	set := &plan.Set{Organisation: &plan.Organisation{}}
	for k := range 20 {
		set.Organisation.Teams = append(set.Organisation.Teams, plan.Team{ID: fmt.Sprintf("t%d", k), Capacity: 3})
	}
	for i := range n {
		p := &plan.Plan{ID: fmt.Sprintf("sys-%05d", i), RecoveryClass: 1 + rnd.IntN(3)}
		p.Objectives.RTO = 1440
		for range min(i, rnd.IntN(4)) {
			p.DependsOn = append(p.DependsOn, plan.Dependency{ID: fmt.Sprintf("sys-%05d", rnd.IntN(i))})
		}
		for k := range 10 {
			s := plan.Step{
				ID: fmt.Sprintf("s%d", k), Team: fmt.Sprintf("t%d", rnd.IntN(20)),
				Estimate: plan.Duration(5 + rnd.IntN(60)),
			}
			if k > 0 {
				s.After = []string{fmt.Sprintf("s%d", rnd.IntN(k))}
			}
			p.Recovery.Steps = append(p.Recovery.Steps, s)
		}
		set.Plans = append(set.Plans, p)
	}
	return set
}

// walk is the floor: one look at each system, dependency and step of the graph.
func walk(g *Graph) (sum int) {
	for _, i := range g.order {
		for _, d := range g.needs.of(i) {
			sum += int(d)
		}
		for n := g.steps.first[i]; n < g.steps.first[i+1]; n++ {
			for _, before := range g.steps.needs.of(n) {
				sum += int(g.steps.minutes[before])
			}
		}
	}
	return sum
}

func BenchmarkRecovery(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		set := big(n)
		g := mustNew(b, set)
		b.Run(fmt.Sprintf("New/%d", n), func(b *testing.B) {
			for b.Loop() {
				mustNew(b, set)
			}
		})
		b.Run(fmt.Sprintf("Forecast/%d", n), func(b *testing.B) {
			for b.Loop() {
				g.Forecast(nil)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/floor(g), "x-walk")
		})
		b.Run(fmt.Sprintf("Simulate/%d", n), func(b *testing.B) {
			for b.Loop() {
				g.Simulate()
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/floor(g), "x-walk")
		})
	}
}

// floor is the nanoseconds of one plain walk.
func floor(g *Graph) float64 {
	const rounds = 50
	start, sum := time.Now(), 0
	for range rounds {
		sum += walk(g)
	}
	if sum == 0 {
		return 1
	}
	return float64(time.Since(start)) / rounds
}
