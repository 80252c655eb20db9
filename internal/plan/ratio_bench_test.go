//go:build bench

package plan

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"
)

// TestBenchPlans prints what reading 5,000 plans costs beside its floor in the
// same run (spec/performance.md 7). The quickest of some turns counts: the one
// that was disturbed least.
func TestBenchPlans(t *testing.T) {
	folder, warm := benchFolder(t, benchPlans), NewReader()
	load := func(r *Reader) {
		if set, problems := r.Load(folder); len(problems) > 0 || len(set.Plans) != benchPlans {
			t.Fatal(problems)
		}
	}
	load(warm)
	for _, w := range []struct {
		name        string
		ours, floor func()
		limit       float64
	}{
		{"5,000 plans read, validated and hashed, cold", func() { load(NewReader()) }, func() {
			eachFile(t, folder, func(src []byte) error {
				var p barePlan
				return yaml.Load(src, &p, yaml.WithKnownFields())
			})
		}, 1.3},
		{"5,000 plans, unchanged", func() { load(warm) }, func() {
			eachFile(t, folder, func(src []byte) error {
				if sum := sha256.Sum256(src); bytes.Equal(sum[:], make([]byte, len(sum))) {
					return errors.New("impossible")
				}
				return nil
			})
		}, 2},
	} {
		ours, floor := quickest(w.ours), quickest(w.floor)
		ratio, word := float64(ours)/float64(floor), "within"
		if ratio > w.limit {
			word = "OVER"
		}
		fmt.Printf("%-58s %10s  floor %10s  %6.2f x  limit %5.2f x  %s\n", w.name, ours.Round(time.Microsecond), floor.Round(time.Microsecond), ratio, w.limit, word)
	}
}

// quickest is processor time, of all cores: what others do on the machine moves
// it less than the time on the wall.
func quickest(fn func()) time.Duration {
	used := func() time.Duration {
		var usage syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
			panic(err)
		}
		return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	list := make([]time.Duration, 5)
	for i := range list {
		before := used()
		fn()
		list[i] = used() - before
	}
	return slices.Min(list)
}
