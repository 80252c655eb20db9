package supervisor

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkFloor is what the others are measured against: fork, exec and one durable write a step.
func BenchmarkFloor(b *testing.B) {
	file, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	for b.Loop() {
		if err := exec.Command("/bin/true").Run(); err != nil {
			b.Fatal(err)
		}
		if _, err := file.WriteString("ended\n"); err != nil {
			b.Fatal(err)
		}
		if err := file.Sync(); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmark(b *testing.B, run func(*Host, Command) (Result, error)) {
	h, _ := newHost(b)
	h.options.Started = func(Attempt, Process) {}
	c := Command{Argv: []string{"/bin/true"}, Env: []string{}, Dir: "/", Timeout: time.Minute, Grace: time.Second}
	for i := 0; b.Loop(); i++ {
		c.Attempt = Attempt{Run: "bench", Step: "true", Number: i}
		if res, err := run(h, c); err != nil || res.Outcome != OK {
			b.Fatalf("%+v, %v", res, err)
		}
	}
}

func BenchmarkFenced(b *testing.B) {
	benchmark(b, func(h *Host, c Command) (Result, error) { return h.Run(context.Background(), c) })
}

func BenchmarkPlain(b *testing.B) {
	benchmark(b, func(h *Host, c Command) (Result, error) { return h.RunPlain(context.Background(), c) })
}
