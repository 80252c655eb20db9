//go:build bench

package bundle_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"beredskab/internal/bundle"
	"beredskab/internal/disk"
	"beredskab/internal/plan"
)

// municipality is n systems, each with a whole plan of the sample's under a name
// of its own, waiting for the one a hundred before it.
func municipality(t *testing.T, n int) bundle.Input {
	in := sample(t, "da")
	base := in.Set.Plans
	in.Set = &plan.Set{Organisation: in.Set.Organisation}
	for i := range n {
		p := *base[i%len(base)]
		p.ID, p.Name, p.DependsOn = fmt.Sprintf("system-%05d", i), fmt.Sprintf("%s %d", p.Name, i), nil
		if i >= 100 {
			p.DependsOn = []plan.Dependency{{ID: fmt.Sprintf("system-%05d", i-100)}}
		}
		text := p.Canonical()
		again, err := plan.ParseCanonical(text)
		if err != nil {
			t.Fatal(err)
		}
		in.Set.Plans = append(in.Set.Plans, again)
	}
	return in
}

// fastest is the quickest of some runs: the one that was disturbed least.
func fastest(fn func()) time.Duration {
	list := make([]time.Duration, 5)
	for i := range list {
		began := time.Now()
		fn()
		list[i] = time.Since(began)
	}
	return slices.Min(list)
}

// TestBenchBundle sets a bundle beside what nobody can save: writing the same
// bytes into as many files, hashing them and waiting once for the disk.
func TestBenchBundle(t *testing.T) {
	in := municipality(t, 300)
	in.Print, in.Seal.Recipients = true, []string{"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"}
	root := t.TempDir()
	in.Keep = 1
	took := fastest(func() {
		if _, err := bundle.Build(root, in); err != nil {
			t.Fatal(err)
		}
	})
	_, folder, err := bundle.Newest(root)
	if err != nil {
		t.Fatal(err)
	}
	tree := memory(t, os.DirFS(folder))
	floor := fastest(func() { plainly(t, tree) })
	verified := fastest(func() {
		if _, err := bundle.Verify(os.DirFS(folder)); err != nil {
			t.Fatal(err)
		}
	})
	hashed := fastest(func() { hashAll(t, os.DirFS(folder)) })
	line := func(name string, took, floor time.Duration, limit float64) {
		ratio, word := float64(took)/float64(floor), "within"
		if ratio > limit {
			word = "OVER"
		}
		fmt.Printf("%-58s %10s  floor %10s  %6.2f x  limit %5.2f x  %s\n", name, took.Round(time.Microsecond), floor.Round(time.Microsecond), ratio, limit, word)
	}
	line(fmt.Sprintf("bundle, 300 systems, %d files", len(tree)), took, floor, 20)
	line("bundle verify, the same", verified, hashed, 3)
}

// plainly writes and hashes files one after the other.
func plainly(t *testing.T, tree fs.FS) {
	folder := t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, "copy"), tree); err != nil {
		t.Fatal(err)
	}
	hashAll(t, os.DirFS(folder))
	if err := disk.SyncAll(folder); err != nil {
		t.Fatal(err)
	}
}

func hashAll(t *testing.T, tree fs.FS) {
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(tree, name)
		sha256.Sum256(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
