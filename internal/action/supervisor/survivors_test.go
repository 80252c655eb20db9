package supervisor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestNobodySurvives: what a command leaves behind when it ends by itself is dead when Run returns, with and without a PID namespace.
func TestNobodySurvives(t *testing.T) {
	program := nasty(t)
	for _, without := range []bool{false, true} {
		for _, kind := range []string{"fork", "setsid", "double", "hold", "crowd", "shut", "files", "zombies"} {
			t.Run(fmt.Sprintf("%s-without-namespace=%t", kind, without), func(t *testing.T) {
				h, _ := newHost(t)
				h.options.WithoutNamespace = without
				res, err := h.Run(context.Background(), misbehave(t, program, kind, "leave"))
				if err != nil || res.Outcome != OK || res.Output.Head != "up\n" {
					t.Fatalf("outcome %q, %v: %+v", res.Outcome, err, res)
				}
				for _, fence := range []string{fenceNamespace, fenceMounts} {
					if slices.Contains(res.Fences, fence) == without || slices.Contains(res.Missing, fence) != without {
						t.Errorf("fences %v, missing %v", res.Fences, res.Missing)
					}
				}
				if left := survivors(t, mark(t)); len(left) > 0 {
					t.Errorf("survivors: %v", left)
				}
			})
		}
	}
}

func TestMemoryIsLimited(t *testing.T) {
	h, _ := newHost(t)
	c := misbehave(t, nasty(t), "memory", "leave")
	c.Limits = Limits{Memory: 64}
	res, err := h.Run(context.Background(), c)
	if err != nil || res.Outcome != OK || res.Output.Head != "48 MiB\nup\n" {
		t.Fatalf("%+v, %v", res, err)
	}
	// The control: with room the same command gets it.
	c.Limits.Memory, c.Attempt.Number = 1200, 2
	if res, err := h.Run(context.Background(), c); err != nil || res.Output.Head != "1024 MiB\nup\n" {
		t.Fatalf("%+v, %v", res, err)
	}
}

func TestLimitsAreSaid(t *testing.T) {
	h, _ := newHost(t)
	cases := map[string]struct {
		script string
		limits Limits
		want   string
	}{
		"cpu":   {`while :; do :; done`, Limits{CPU: 1}, "processor time"},
		"file":  {`exec head -c 3000000 /dev/zero > big`, Limits{FileSize: 1}, "larger file"},
		"files": {`ulimit -n; exit 3`, Limits{Files: 33}, "exit status 3"},
	}
	for name, one := range cases {
		c := shell(t, one.script)
		c.Attempt.Step, c.Limits = name, one.limits
		res, err := h.Run(context.Background(), c)
		if err != nil || res.Outcome != Failed || !strings.Contains(res.Message, one.want) {
			t.Errorf("%s: %+v, %v", name, res, err)
		}
		if name == "files" && strings.TrimSpace(res.Output.Head) != "33" {
			t.Errorf("open files: %q", res.Output.Head)
		}
	}
}

func TestPlain(t *testing.T) {
	h, started := newHost(t)
	res, err := h.RunPlain(context.Background(), shell(t, `echo out; echo err >&2; exit 4`))
	if err != nil || res.Outcome != Failed || res.ExitCode != 4 || res.Output.Head != "out\nerr\n" {
		t.Fatalf("%+v, %v", res, err)
	}
	if p := <-started; p.PID == 0 || p != res.Process {
		t.Errorf("process %+v", p)
	}
	c := misbehave(t, nasty(t), "deaf", "stay")
	c.Timeout = 500 * time.Millisecond
	if res, err = h.RunPlain(context.Background(), c); err != nil || res.Outcome != TimedOut || res.ExitCode != 137 {
		t.Fatalf("%+v, %v", res, err)
	}
	<-started
	ctx, cancel := context.WithCancelCause(context.Background())
	go func() {
		<-started
		cancel(errors.New("stopping"))
	}()
	c.Timeout, c.Grace = time.Minute, time.Minute
	res, err = h.RunPlain(ctx, c)
	if err != nil || res.Outcome != Aborted || !strings.Contains(res.Message, "server was stopping") {
		t.Fatalf("%+v, %v", res, err)
	}
	if left := survivors(t, mark(t)); len(left) > 0 {
		t.Errorf("survivors: %v", left)
	}
}
