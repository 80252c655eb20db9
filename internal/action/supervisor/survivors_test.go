package supervisor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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

// TestMemoryIsLimited is F25, on a host with control groups and on one without: there the command only fails to get more.
func TestMemoryIsLimited(t *testing.T) {
	program := nasty(t)
	for _, without := range []bool{!hasGroups(t), true} {
		h, _ := newHost(t)
		h.options.WithoutGroup = without
		c := misbehave(t, program, "memory", "leave")
		c.Limits = Limits{Memory: 64}
		res, err := h.Run(context.Background(), c)
		if slices.Contains(res.Fences, fenceGroup) == without || slices.Contains(res.Missing, fenceGroup) != without || err != nil {
			t.Errorf("without=%t: fences %v, missing %v, %v", without, res.Fences, res.Missing, err)
		}
		if without && (res.Outcome != OK || res.Output.Head != "48 MiB\nup\n") {
			t.Errorf("%+v", res)
		}
		if !without && (res.Outcome != Failed || res.ExitCode != 137 || !strings.Contains(res.Message, "out of its memory of 64 MiB")) {
			t.Errorf("%+v", res)
		}
		// The control: with room the same command gets it.
		c.Limits.Memory, c.Attempt.Number, c.Argv = 320, 2, append(c.Argv, "256")
		if res, err := h.Run(context.Background(), c); err != nil || res.Output.Head != "256 MiB\nup\n" {
			t.Fatalf("%+v, %v", res, err)
		}
	}
}

// hasGroups says whether this host has control groups for us.
func hasGroups(t *testing.T) bool {
	t.Helper()
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Fatal(err)
	}
	g, err := newGroup(homes(string(own)), Limits{Memory: 64, Processes: 10})
	if err != nil {
		t.Logf("this host has no control groups for us: %v", err)
		return false
	}
	return g.remove() == nil
}

// TestProcessesAreLimited: a control group holds root too, and its end says why.
func TestProcessesAreLimited(t *testing.T) {
	h, _ := newHost(t)
	c := misbehave(t, nasty(t), "crowd", "leave")
	c.Limits = Limits{Processes: 10}
	res, err := h.Run(context.Background(), c)
	if err != nil || hasGroups(t) != strings.Contains(res.Message, "met its limit of 10 processes") {
		t.Errorf("%+v, %v", res, err)
	}
	h, _ = newHost(t) // the other has a supervisor coming up with the group
	c.Attempt.Number, h.options.WithoutGroup, c.Required = 2, true, []string{fenceGroup}
	if res, err := h.Run(context.Background(), c); !errors.Is(err, ErrRefused) || !strings.Contains(res.Message, "the fence cgroup") {
		t.Errorf("a required fence that is missing: %+v, %v", res, err)
	}
	if left, _ := filepath.Glob(groups + "/*/beredskab-step-" + strconv.Itoa(res.Process.PID)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestHomesOfGroups(t *testing.T) {
	text := "12:pids:/system.slice/b.service\n4:memory:/\n3:cpu:/\n1:name=systemd:/x\nnonsense\n"
	got := homes(text)
	if len(got) != 2 || got["pids"] != groups+"/pids/system.slice/b.service" || got["memory"] != groups+"/memory" {
		t.Errorf("%v", got)
	}
	if got := homes("0::/system.slice/b.service/server\n"); len(got) != 0 { // nobody hands controllers down there
		t.Errorf("%v", got)
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
