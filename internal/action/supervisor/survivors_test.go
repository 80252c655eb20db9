package supervisor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// TestSeesOnlyWhatIsAllowed is S15.
func TestSeesOnlyWhatIsAllowed(t *testing.T) {
	t.Setenv("BEREDSKAB_SECRET", "of the server")
	h, _ := newHost(t)
	script := `tr '\0' '\n' < /proc/self/environ; echo; for f in /proc/self/fd/*; do [ -e "$f" ] && echo "${f##*/}"; done; pwd; ls -A; grep -E 'NoNewPrivs|CapAmb' /proc/self/status; ulimit -c`
	res, err := h.Run(context.Background(), shell(t, script))
	if err != nil || res.Outcome != OK {
		t.Fatalf("%+v, %v", res, err)
	}
	lines := strings.Fields(res.Output.Head)
	if len(lines) < 5 {
		t.Fatalf("output %q", res.Output.Head)
	}
	dir := lines[len(lines)-6]
	if !filepath.IsAbs(dir) {
		t.Fatalf("output %q", res.Output.Head)
	}
	want := "PATH=/usr/bin:/bin 0 1 2 " + dir + " CapAmb: 0000000000000000 NoNewPrivs: 1 0"
	got := strings.Join(lines, " ")
	if got != want {
		t.Errorf("the command saw\n%s\nwant\n%s", got, want)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the working folder is still there: %v", err)
	}
}

// TestSetUIDGivesNoRights runs a set-user-ID program of root's as an ordinary user. The control without fences shows that it works.
func TestSetUIDGivesNoRights(t *testing.T) {
	dir, err := os.MkdirTemp("", "beredskab-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	text, err := os.ReadFile("/usr/bin/id")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "id")
	for _, err := range []error{os.Chmod(dir, 0o755), os.WriteFile(path, text, 0o755), os.Chmod(path, 0o755|os.ModeSetuid)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	h, _ := newHost(t)
	c := shell(t, "")
	c.Argv, c.Account = []string{path, "-u"}, &Account{UID: 65534, GID: 65534}
	if res, err := h.Run(context.Background(), c); err != nil || res.Output.Head != "65534\n" {
		t.Errorf("fenced: %+v, %v", res, err)
	}
	if res, err := h.RunPlain(context.Background(), c); err != nil || res.Output.Head != "0\n" {
		t.Errorf("the control: %+v, %v", res, err)
	}
}

func TestRequiredFenceRefuses(t *testing.T) {
	h, _ := newHost(t)
	file := filepath.Join(t.TempDir(), "ran")
	c := shell(t, `echo x > "$1"`, file)
	c.Required, h.options.WithoutNamespace = Fences(), true
	res, err := h.Run(context.Background(), c)
	if !errors.Is(err, ErrRefused) || !strings.Contains(res.Message, fenceNamespace) || res.Outcome != Failed {
		t.Fatalf("%+v, %v", res, err)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Error("the command ran")
	}
	if res, err := h.Adopt(context.Background(), c.Attempt); !errors.Is(err, ErrRefused) {
		t.Errorf("adopting what was refused: %+v, %v", res, err)
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
