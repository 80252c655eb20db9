package schedule_test

import (
	"testing"
	"time"

	"beredskab/internal/schedule"
)

func BenchmarkParse(b *testing.B) {
	for _, text := range []string{"0 9 1 * *", "first monday of month at 09:00"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := schedule.Parse(text, "Europe/Copenhagen"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkNext(b *testing.B) {
	for _, text := range []string{"30 2 * * *", "0 9 29 2 *", "every 15 minutes", "first monday of month", "last working day of quarter"} {
		r := rule(b, text, "Europe/Copenhagen")
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			after := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
			for b.Loop() {
				if _, ok := r.Next(after); !ok {
					b.Fatal("never comes")
				}
			}
		})
	}
}

func BenchmarkNextWake(b *testing.B) {
	spec := schedule.Spec{Rule: rule(b, "every 6 months on day 15", ""), Move: schedule.MoveNext, Blackouts: []string{"jul"}}
	cal := municipality(b)
	after := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := spec.NextWake(cal, after); !ok {
			b.Fatal("never wakes")
		}
	}
}
