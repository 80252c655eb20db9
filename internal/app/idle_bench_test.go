//go:build bench

package app_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"beredskab/internal/app"
)

func TestBenchIdleServer(t *testing.T) {
	dir := t.TempDir()
	plans := map[string]string{}
	for i := range 5000 {
		id := fmt.Sprintf("system-%04d", i)
		plans[id] = benchPlan(id, `, schedule: {when: "first monday of month at 09:00", move: next_working_day}`,
			"    - {id: s0, title: Trin, team: drift, estimate: 1m}\n")
	}
	benchFolder(t, dir, plans)
	if err := benchApp(t, dir, app.Use).Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "test-serve", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	<-time.After(15 * time.Second) // start-up and its garbage are over
	before, _ := usage(t, cmd.Process.Pid)
	const window = 70 * time.Second // holds one look at the plan files
	<-time.After(window)
	after, memory := usage(t, cmd.Process.Pid)
	report("serve idle, 5,000 schedules: share of one core", after-before, window, 0.01)
	fmt.Printf("%-58s %d MiB, limit 100 MiB\n", "serve idle, 5,000 schedules: resident memory", memory>>20)
}

// usage reads a process's CPU time and resident memory.
func usage(t *testing.T, pid int) (cpu time.Duration, resident int64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+2:]))
	number := func(i int) int64 {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	const tick = 10 * time.Millisecond // USER_HZ is 100 on Linux
	return time.Duration(number(11)+number(12)) * tick, number(21) * int64(os.Getpagesize())
}

func TestBenchStart(t *testing.T) {
	program := filepath.Join(t.TempDir(), "beredskab")
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "../../cmd/beredskab").CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	for _, args := range [][]string{{"version"}, {"--help"}} {
		took := median(func() time.Duration {
			cmd := exec.Command(program, args...)
			if err := cmd.Run(); err != nil {
				t.Fatal(err)
			}
			usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
			return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
		})
		report("beredskab "+args[0]+": CPU time", took, 15*time.Millisecond, 1)
	}
}
