package register_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
)

// BenchmarkAdvanceStep is the end of one automatic step with the next one's
// claim, beside the floor: a bare commit of one row on the same file.
func BenchmarkAdvanceStep(b *testing.B) {
	b.Run("advance", func(b *testing.B) {
		const chain = 200
		d := sqlite(b)
		p := system("a")
		p.Drills[0].AllowParallel = true
		p.Recovery = plan.Recovery{}
		for i := range chain {
			s := plan.Step{ID: fmt.Sprint("s", i), Title: "x", Action: "true", Timeout: 5}
			if i > 0 {
				s.After = []string{fmt.Sprint("s", i-1)}
			}
			p.Recovery.Steps = append(p.Recovery.Steps, s)
		}
		d.adopt(p)
		run, at := "", chain
		for b.Loop() {
			if at == chain {
				b.StopTimer()
				run, at = d.start("a"), 0
				d.advance(run)
				b.StartTimer()
			}
			d.advance(run, ended(fmt.Sprint("s", at), 1, "ok"))
			at++
		}
	})
	b.Run("floor", func(b *testing.B) {
		d := sqlite(b)
		i := 0
		for b.Loop() {
			i++
			d.raw(func(ctx context.Context, tx door.Tx) error {
				return tx.PutFinding(ctx, kept.Finding{Key: fmt.Sprint(i), Text: "x"})
			})
		}
	})
}

// BenchmarkTick1000 starts a thousand drills that are due at one moment.
func BenchmarkTick1000(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		d := sqlite(b)
		var plans []*plan.Plan
		for i := range 1000 {
			plans = append(plans, scheduled(fmt.Sprintf("s%04d", i), plan.Schedule{When: "0 11 * * 1"}))
		}
		d.adopt(plans...)
		d.clock.set(at("2026-11-23 11:00"))
		b.StartTimer()
		d.tick()
		b.StopTimer()
		equal(b, "runs", len(must(d.OpenRuns(b.Context()))(b)), 1000)
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/1000/float64(time.Microsecond), "µs/drill")
}
