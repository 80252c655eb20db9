//go:build bench

package main

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// TestBenchVerify prints what checking 1,000,000 entries of 600 bytes costs
// beside its floor in the same run: SHA-256 over the same file (A4).
func TestBenchVerify(t *testing.T) {
	b, path := newBook(t, 0, 1), filepath.Join(t.TempDir(), "log.jsonl")
	file := must(os.Create(path))(t)
	if err := large(t, b, 1_000_000).Write(file); err != nil {
		t.Fatal(err)
	}
	over := func(fn func(io.Reader) error) func() {
		return func() {
			if _, err := file.Seek(0, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			if err := fn(file); err != nil {
				t.Fatal(err)
			}
		}
	}
	floor := quickest(over(func(r io.Reader) error {
		_, err := io.Copy(sha256.New(), bufio.NewReaderSize(r, 1<<20))
		return err
	}))
	ours := quickest(over(func(r io.Reader) error {
		x := export{report: report{Keys: []string{b.first}}}
		if err := x.read(r); err != nil || !x.OK {
			return fmt.Errorf("%s (%w)", x.Problem, err)
		}
		return nil
	}))
	ratio, word := float64(ours)/float64(floor), "within"
	if ratio > 3 || ours > 10*time.Second {
		word = "OVER"
	}
	fmt.Printf("%-58s %10s  floor %10s  %6.2f x  limit %5.2f x  %s\n", "log of 1,000,000 entries x 600 bytes verified", ours.Round(time.Millisecond), floor.Round(time.Millisecond), ratio, 3.0, word)
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
	list := make([]time.Duration, 3)
	for i := range list {
		before := used()
		fn()
		list[i] = used() - before
	}
	return slices.Min(list)
}
