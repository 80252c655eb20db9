package check

import (
	"fmt"
	"testing"

	"beredskab/internal/plan"
)

// many is n systems of ten steps in layers of a hundred, each with a supplier
// and a measured test.
func many(b testing.TB, n int) Input {
	in := Input{Now: sampleNow(), Set: &plan.Set{Organisation: &plan.Organisation{
		Teams: []plan.Team{{ID: "it", Capacity: 20}},
	}}}
	for i := range n {
		p := &plan.Plan{ID: fmt.Sprintf("sys-%05d", i), RecoveryClass: 2, Hosting: "ekstern"}
		p.Objectives = plan.Objectives{MTPD: 20000, RTO: 4000, RPO: 1440}
		p.Backup = &plan.Backup{Method: "x", Interval: 1440, Duration: 10}
		p.Suppliers = []plan.Supplier{{Name: "leverandør", SupportWindow: "hverdage 8-16"}}
		for _, back := range []int{100, 137} {
			if i >= back {
				p.DependsOn = append(p.DependsOn, plan.Dependency{ID: fmt.Sprintf("sys-%05d", i-back)})
			}
		}
		for k := range 10 {
			s := plan.Step{ID: fmt.Sprintf("s%d", k), Team: "it", Estimate: 15}
			if k > 0 {
				s.After = []string{fmt.Sprintf("s%d", k-1)}
			}
			p.Recovery.Steps = append(p.Recovery.Steps, s)
		}
		p = reread(b, p) // a plan that was read knows its hash
		in.Set.Plans = append(in.Set.Plans, p)
		in.Evidence = append(in.Evidence, Evidence{
			System: p.ID, Type: "restore", Measured: true, HasRTA: true, RTAMinutes: 100 + i%100,
			StepsHash: p.StepsHash(), EndedAt: in.Now.AddDate(0, 0, -i%900),
		})
	}
	return in
}

func BenchmarkRun(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		in := many(b, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				Run(in)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/system")
		})
	}
}
