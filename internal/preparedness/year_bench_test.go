//go:build bench

package preparedness_test

import (
	"fmt"
	"io"
	"path/filepath"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/preparedness"
	"beredskab/internal/register"
	"beredskab/internal/report"
	"beredskab/internal/store"
)

const (
	benchSystems = 300
	benchRuns    = 1000 // of each, over two years
)

// grown is the sample's register with many systems and very many runs.
func grown(t *testing.T) *hall {
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "register.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	sample := newHall(t)
	h := &hall{t: t, wall: day(2025, 1, 1), set: &plan.Set{Organisation: sample.set.Organisation}}
	for i := range benchSystems {
		p := *sample.set.Plans[i%len(sample.set.Plans)]
		p.ID, p.DependsOn = fmt.Sprintf("system-%03d", i), nil
		own, err := plan.ParseCanonical(p.Canonical())
		h.ok(err)
		h.set.Plans = append(h.set.Plans, own)
	}
	h.door = door.New(db, h)
	h.register, h.office = register.New(h.door, register.Options{}), governance.New(h.door)
	_, err = h.register.Adopt(t.Context(), h.actor("koordinator"), h.set)
	h.ok(err)
	h.ok(db.Update(t.Context(), func(tx door.Tx) error { return h.fill(tx) }))
	h.wall = day(2026, 12, 31)
	return h
}

func (h *hall) fill(tx door.Tx) error {
	number := 0
	for i, p := range h.set.Plans {
		for n := range benchRuns {
			number++
			ended := day(2025, 1, 1).Add(time.Duration(n*benchSystems+i) * (2 * 365 * 24 * time.Hour / (benchSystems * benchRuns)))
			took := int64(time.Duration(20+n%50) * time.Minute)
			row := kept.Run{
				ID: fmt.Sprintf("%d-%02d", ended.Year(), number), System: p.ID, PlanHash: p.Hash(), StepsHash: p.StepsHash(), Type: "restore", Title: "Gendan",
				Scope: "isolated", Imported: true, State: string(drill.Ended), Verdict: "passed", OpenedAt: ended, StartedAt: ended, EndedAt: ended, Measured: true, RTA: &took, RPA: &took,
			}
			if _, err := tx.AddRun(h.t.Context(), row); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestBenchYearlyReport makes the report of a year from a register of 300,000
// runs. Its floor is the reading of those runs alone.
func TestBenchYearlyReport(t *testing.T) {
	h := grown(t)
	began := time.Now()
	_, err := h.register.Runs(t.Context(), kept.RunFilter{})
	h.ok(err)
	floor := time.Since(began)
	began = time.Now()
	facts, err := preparedness.Read(t.Context(), h.door, h.wall)
	h.ok(err)
	read := time.Since(began)
	figures := facts.Figures(preparedness.Asked{From: day(2026, 1, 1), Until: day(2027, 1, 1), Program: "bench"})
	counted := time.Since(began)
	frozen, err := report.Freeze(figures)
	h.ok(err)
	h.ok(report.Year(io.Discard, report.YearInput{Frozen: frozen, PrintedAt: h.wall}, report.HTML, "da"))
	took := time.Since(began)
	word := "within"
	if took > 10*floor {
		word = "OVER"
	}
	fmt.Printf("%-58s %10s  floor %10s  %6.2f x  limit %5.2f x  %s\n", fmt.Sprintf("yearly report, %d systems x %d runs", benchSystems, benchRuns),
		took.Round(time.Millisecond), floor.Round(time.Millisecond), float64(took)/float64(floor), 10.0, word)
	fmt.Printf("  %d runs in the year; of which read %s, counted %s, %d kB frozen\n", len(figures.Runs), read.Round(time.Millisecond), (counted - read).Round(time.Millisecond), len(frozen)>>10)
}
