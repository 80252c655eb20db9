package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Bad steps end their own drill as not passed, with the cleanup done and nobody
// left over; the drills beside them pass.
func TestBadSteps(t *testing.T) {
	forbidden := newReceiver(t)
	w := newTown(t, "parallel: 8\nallow: {hosts: ['127.0.0.1:9']}\n")
	w.commands(map[string]string{
		"good":   "true",
		"hang":   `echo here; sleep 1000 & sleep 1000`,
		"fork":   `sleep 1000 & (setsid sleep 1000 &) & sh -c 'sleep 1000 & sleep 1000 &'; echo forked`,
		"daemon": `setsid sh -c 'exec >/dev/null 2>&1 </dev/null; trap "" TERM; while :; do sleep 1000; done' & echo gone`,
		"held":   `(sleep 1000; echo late) & echo main`, // keeps standard output open
		"fail":   `echo "no such backup" >&2; exit 3`,
	})
	for _, c := range badSteps(forbidden.URL) {
		w.plan(c.system, []string{
			"{id: s1, title: Trin, estimate: 1m, timeout: " + c.timeout + ", " + c.step + "}",
			"{id: s2, title: Bagefter, estimate: 1m, action: good, timeout: 1m, after: [s1]}",
		}, "{id: ryd, title: Ryd op, estimate: 1m, action: good, timeout: 1m}")
	}
	w.serve()
	runs := map[string]string{}
	for _, c := range badSteps("") {
		runs[c.system] = w.drill(c.system)
	}
	for _, c := range badSteps("") {
		row, run := w.end(runs[c.system])
		s, _ := run.Find("s1")
		said := s.Note + s.Output.Head + s.Output.Tail
		if got := outcome(run, "s1"); got != c.outcome || row.Verdict != c.verdict || !strings.Contains(said, c.says) {
			t.Errorf("%s: s1 is %q and says %q, verdict %q; want %q, %q, %q", c.system, got, said, row.Verdict, c.outcome, c.says, c.verdict)
		}
		if got, want := outcome(run, "s2"), map[bool]string{true: "done ok", false: "blocked "}[c.verdict == "passed"]; got != want {
			t.Errorf("%s: what comes after is %q, want %q", c.system, got, want)
		}
		if got := outcome(run, "ryd"); got != "done ok" {
			t.Errorf("%s: the cleanup is %q", c.system, got)
		}
	}
	w.until("nobody is left over", func() bool { return len(w.left()) == 0 })
	if got := forbidden.got(); len(got) > 0 {
		t.Errorf("a target that is not on the allow-list was asked: %v", got)
	}
}

type badStep struct{ system, step, timeout, outcome, says, verdict string }

func badSteps(url string) []badStep {
	return []badStep{
		{"good", "action: good", "1m", "done ok", "", "passed"},
		{"hang", "action: hang", "1m", "failed timed_out", "here", "not_passed"},
		{"fork", "action: fork", "1m", "done ok", "forked", "passed"},
		{"daemon", "action: daemon", "1m", "done ok", "gone", "passed"},
		{"held", "action: held", "1m", "done ok", "main", "passed"},
		{"fail", "action: fail", "1m", "failed failed", "no such backup", "not_passed"},
		{"unlisted", "action: format-disk", "1m", "failed failed", "format-disk", "not_passed"},
		{"extra", "action: good, with: {name: x}", "1m", "failed failed", "name", "not_passed"},
		{"outside", "action: http, with: {url: '" + url + "/'}", "1m", "failed failed", "allow", "not_passed"},
		{"file", "action: file, with: {path: /etc/shadow}", "1m", "failed failed", "allow", "not_passed"},
		{"target", "action: sql, with: {database: nobody, query: select 1}", "1m", "failed failed", "nobody", "not_passed"},
	}
}

// A step that prints 1 GiB is carried out to its end; what is kept is small, and
// neither the server nor the supervisor holds it in memory (F24).
func TestStepThatPrintsMuch(t *testing.T) {
	const printed, limit = 1 << 30, 512 << 20
	w := newTown(t, "")
	w.commands(map[string]string{"flood": `head -c 1073741824 /dev/zero`})
	w.plan("a", []string{"{id: s1, title: Trin, estimate: 1m, action: flood, timeout: 5m}"})
	w.serve()
	before, largest := highWater(t), supervisors(t)
	row, run := w.end(w.drill("a"))
	s, _ := run.Find("s1")
	if row.Verdict != "passed" || s.Output.Length != printed || len(s.Output.SHA256) != 64 {
		t.Errorf("verdict %q, %d bytes, SHA-256 %q", row.Verdict, s.Output.Length, s.Output.SHA256)
	}
	if kept := len(s.Output.Head) + len(s.Output.Tail); kept > 1<<20 {
		t.Errorf("%d bytes are kept", kept)
	}
	if grown := highWater(t) - before; grown > limit {
		t.Errorf("the server grew by %d MiB", grown>>20)
	}
	if most := largest(); most == 0 || most > limit {
		t.Errorf("the largest supervisor took %d MiB", most>>20)
	}
}

// supervisors looks at the supervisors of this process again and again, and gives
// the most memory that one of them had, in bytes. Other children, such as a linker,
// are larger.
func supervisors(t *testing.T) (largest func() int64) {
	ctx, stop := context.WithCancel(t.Context())
	most := make(chan int64)
	go func() {
		var n int64
		for tick := time.NewTicker(20 * time.Millisecond); ctx.Err() == nil; <-tick.C {
			list, _ := filepath.Glob("/proc/[0-9]*/cmdline") // its pattern is right
			for _, name := range list {
				if line, err := os.ReadFile(name); err == nil && bytes.HasSuffix(line, []byte("\x00supervise\x00")) {
					status, _ := os.ReadFile(filepath.Join(filepath.Dir(name), "status")) // gone meanwhile: nothing
					n = max(n, highWaterOf(string(status)))
				}
			}
		}
		most <- n
	}()
	return func() int64 {
		stop()
		return <-most
	}
}

// highWater is the most memory that this process ever had, in bytes.
func highWater(t *testing.T) int64 {
	t.Helper()
	return highWaterOf(readText(t, "/proc/self/status"))
}

// highWaterOf is that of the process with this status; 0 when it has no memory any
// more.
func highWaterOf(status string) int64 {
	_, rest, _ := strings.Cut(status, "VmHWM:")
	n, _ := strconv.ParseInt(strings.TrimSpace(strings.SplitN(rest, "kB", 2)[0]), 10, 64)
	return n << 10
}

// A catalogue that others could change is refused before anything runs.
func TestCatalogueThatOthersCouldChange(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(w *town) error
		want []string
	}{
		{"everybody may write it", func(w *town) error { return os.Chmod(w.path("actions.yaml"), 0o666) }, []string{"actions.yaml", "can be written by everybody", "chmod o-w"}},
		{"its folder", func(w *town) error { return os.Chmod(w.dir, 0o777) }, []string{"can be written by everybody", "chmod o-w"}},
		{"somebody else's", func(w *town) error { return os.Chown(w.path("actions.yaml"), 65534, 65534) }, []string{"belongs to user 65534", "chown root"}},
		{"in the plan folder", func(w *town) error {
			w.write("beredskab.yaml", "dir: .\nnode: test\nactions: plans/actions.yml\n")
			return os.Rename(w.path("actions.yaml"), w.path("plans/actions.yml"))
		}, []string{"lies in the plan folder", "/etc/beredskab"}},
		{"a link into the plan folder", func(w *town) error {
			return errors.Join(os.Rename(w.path("actions.yaml"), w.path("plans/.actions")), os.Symlink("plans/.actions", w.path("actions.yaml")))
		}, []string{"lies in the plan folder"}},
		{"a command anybody may replace", func(w *town) error {
			w.write("tool", "#!/bin/sh\n")
			w.write("actions.yaml", fmt.Sprintf("version: 1\nactions:\n  - {id: tool, description: Test, exec: %q, timeout: 5m}\n", w.path("tool")))
			return os.Chmod(w.path("tool"), 0o777)
		}, []string{"actions[0] tool", "exec: ", "chmod o-w"}},
		{"no catalogue at all", func(w *town) error { w.write("actions.yaml", "version: 1\nactions: 7\n"); return nil }, []string{"actions.yaml:2:"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTown(t, "")
			w.commands(map[string]string{"good": "true"})
			w.plan("a", []string{manual("s1")})
			if err := c.make(w); err != nil {
				t.Fatal(err)
			}
			refusal(t, w, c.want...)
		})
	}
}
