package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/proof"
	"beredskab/internal/register"
)

// failure is one system call that fails: the n-th of each thread.
type failure struct {
	call   string // as strace names it
	number int
	errno  string
}

func (f failure) String() string { return fmt.Sprintf("%s %d %s", f.call, f.number, f.errno) }

func calls() []string {
	return []string{"write", "pwrite64", "fsync", "fdatasync", "/^rename", "openat", "ftruncate"}
}

func errnos() []string { return []string{"EIO", "ENOSPC", "EACCES"} }

// R3: the system calls of a whole drill that can fail on a bad or full disk fail
// one at a time, wherever they come. The program neither panics nor says that
// something was done which is not there afterwards, and it goes on with that
// register when the disk is sound again: nothing is started or kept twice. A
// drill makes more such calls than a release has time for, most of them the
// database's writes; the seed draws the same number of each kind, as far as
// there are so many.
func TestFailingSystemCalls(t *testing.T) {
	binary, seed := program(t, ""), proof.Seed(t)
	all := failures(t, binary)
	rand.New(rand.NewPCG(seed, 3)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	all = mixed(all)
	sweep := &sweep{t: t, binary: binary, wanted: proof.Size(4, 20, min(600, len(all)))}
	var hands sync.WaitGroup
	work := make(chan failure)
	for range 3 {
		hands.Go(func() {
			for f := range work {
				sweep.try(f)
			}
		})
	}
	for _, f := range all {
		if sweep.enough() {
			break
		}
		work <- f
	}
	close(work)
	hands.Wait()
	proof.Report(t, proof.Figure{
		ID: "R3", What: "failing system calls", Seed: seed, Count: sweep.struck, Unit: "drills with one failure", Failed: sweep.bad,
		Found: fmt.Sprintf("drawn from %d that can fail, in turn from %d kinds of call; %d ended with a clear line, %d went on; 0 panics, 0 said to be done and not there, 0 second rows, 0 second starts; %d struck the Go runtime itself and %d nothing, not counted",
			len(all), len(calls()), sweep.clear, sweep.went, sweep.runtime, sweep.missed),
		Control: blindJudge(t, binary),
	})
}

// failures lists what can fail in a drill, from a run in which nothing does.
func failures(t *testing.T, binary string) (list []failure) {
	t.Helper()
	w := smallTown(t, binary)
	said := w.drill("-e", "trace="+strings.Join(calls(), ","))
	if said.code != 0 || !strings.Contains(said.out, "passed") {
		t.Fatalf("the drill does not pass even when nothing fails: exit %d\n%s%s", said.code, said.out, said.errs)
	}
	perThread, most := map[string]int{}, map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^(\d+) +(\w+)\(`).FindAllStringSubmatch(w.beside("trace"), -1) {
		call := m[2]
		if strings.HasPrefix(call, "rename") {
			call = "/^rename"
		}
		perThread[m[1]+call]++
		most[call] = max(most[call], perThread[m[1]+call])
	}
	for _, call := range calls() {
		// Which thread does what differs from run to run, so go a little further.
		for n := range most[call] + 2 {
			for _, errno := range errnos() {
				list = append(list, failure{call, n + 1, errno})
			}
		}
	}
	return list
}

// mixed takes one of each call in turn, so that a few are of all kinds.
func mixed(all []failure) (list []failure) {
	byCall := map[string][]failure{}
	for _, f := range all {
		byCall[f.call] = append(byCall[f.call], f)
	}
	for len(list) < len(all) {
		for _, call := range calls() {
			if rest := byCall[call]; len(rest) > 0 {
				list, byCall[call] = append(list, rest[0]), rest[1:]
			}
		}
	}
	return list
}

// smallTown has one drill: a command, then a person's answer.
func smallTown(t *testing.T, binary string) *town {
	w := townIn(t, t.TempDir(), binary, 1)
	w.settle("")
	w.command("true", "")
	w.write("plans/esdh.yaml", planOf("esdh",
		"id: gendan, title: Gendan, estimate: 1m, action: mark, timeout: 1m",
		"id: bekraeft, title: Spørg, estimate: 5m, after: [gendan], confirm: {by: systemejer, question: Er det rigtigt?, within: 30m}"))
	return w
}

// said is what a command ended with.
type said struct {
	out, errs string
	code      int
	hung      bool
}

// drill carries the drill out in one process, as a person does at a terminal,
// with strace around it.
func (w *town) drill(trace ...string) said {
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	args := slices.Concat([]string{"-f", "-qq", "-o", filepath.Join(w.side, "trace")}, trace,
		[]string{w.program(), "drill", "start", "esdh", "--here", "--answer", "yes", "--dir", w.dir})
	cmd := exec.CommandContext(ctx, "strace", args...)
	cmd.Env, cmd.WaitDelay = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + w.side, "GOTRACEBACK=single"}, time.Second
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		w.t.Errorf("running strace: %v", err)
	}
	hung := ctx.Err() != nil
	w.killAll() // what hung, and supervisors that wait for a next command
	return said{out.String(), errs.String(), cmd.ProcessState.ExitCode(), hung}
}

// sweep counts what came of the failures.
type sweep struct {
	t      *testing.T
	binary string
	wanted int

	mu                                   sync.Mutex
	struck, clear, went, runtime, missed int
	bad                                  int
}

func (s *sweep) enough() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.struck >= s.wanted || s.bad > 20
}

func (s *sweep) try(f failure) {
	s.t.Run(f.String(), func(t *testing.T) {
		w := smallTown(t, s.binary)
		said := w.drill("-e", "trace="+f.call, "-e", fmt.Sprintf("inject=%s:error=%s:when=%d", f.call, f.errno, f.number))
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case !strings.Contains(w.beside("trace"), "(INJECTED)"):
			s.missed++
			return
		case strings.Contains(said.errs, "runtime: netpollBreak write failed"), strings.Contains(said.errs, "runtime: netpoll failed"):
			s.runtime++ // its own event descriptor, which no disk can make fail
			return
		}
		s.struck++
		if said.code == 0 || said.hung {
			s.went++
		} else {
			s.clear++
		}
		s.mu.Unlock()
		problems := w.judge(said)
		s.mu.Lock()
		if len(problems) > 0 {
			s.bad++
			t.Errorf("%s: %s\n%s%s", f, strings.Join(problems, "; "), said.out, said.errs)
		}
	})
}

// judge compares what the command said with the register, opened without faults,
// and lets a sound server carry on from there.
func (w *town) judge(said said) (problems []string) {
	note := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	for _, word := range []string{"panic:", "fatal error:", "goroutine ", "SIGSEGV"} {
		if strings.Contains(said.errs, word) {
			note("it crashed")
		}
	}
	if lines := strings.Split(strings.TrimSpace(said.errs), "\n"); said.code != 0 && !said.hung && lines[len(lines)-1] == "" {
		note("it ended with %d and said nothing", said.code)
	}
	w.with(func(a *app.App) {
		for _, step := range missing(w, a, said) {
			note("it said %q, which is not so", step)
		}
		if said.hung && !w.asks(a) {
			note("it hung, and asked nobody anything")
		}
	})
	problems = append(problems, w.carryOn()...)
	return problems
}

// asks says whether a drill waits for a person.
func (w *town) asks(a *app.App) bool {
	w.compare(a)
	return slices.ContainsFunc(w.openRuns(), func(id string) bool {
		_, run, err := a.Register.Run(w.t.Context(), id)
		return err == nil && slices.ContainsFunc(run.Steps, func(s drill.Step) bool { return s.State == drill.Unknown || s.State == drill.Asked })
	})
}

// missing lists what the command showed as done and the register does not hold.
func missing(w *town, a *app.App, said said) (lines []string) {
	rows, err := a.Register.Runs(w.t.Context(), kept.RunFilter{})
	if err != nil {
		return []string{err.Error()}
	}
	done, verdict := map[string]bool{}, ""
	for _, row := range rows {
		done["DRILL "+row.ID] = true
		verdict = "Verdict  " + strings.ReplaceAll(row.Verdict, "_", " ")
		_, run, err := a.Register.Run(w.t.Context(), row.ID)
		if err != nil {
			return []string{err.Error()}
		}
		for i := range run.Steps {
			if s := &run.Steps[i]; s.State == drill.Done {
				done[fmt.Sprintf("✓ %d %s", i+1, s.Title)] = true
			}
		}
	}
	for _, shown := range regexp.MustCompile(`DRILL [0-9-]+|✓ \d+ \S+`).FindAllString(said.out, -1) {
		if !done[shown] {
			lines = append(lines, shown)
		}
	}
	if shown := strings.TrimSpace(regexp.MustCompile(`Verdict  .+`).FindString(said.out)); shown != "" && shown != verdict {
		lines = append(lines, shown)
	}
	return lines
}

// carryOn lets a server without faults bring every drill to its end, with a
// person answering, and looks for anything that is there twice.
func (w *town) carryOn() (problems []string) {
	s := w.serve()
	defer s.kill()
	over := func() (over bool) {
		w.with(func(a *app.App) {
			w.compare(a)
			w.answer(a)
			w.confirm(a)
		})
		return len(w.openRuns()) == 0
	}
	if !proof.Await(patience, func() bool { return !s.up() || over() }) || !s.up() {
		return []string{fmt.Sprintf("a sound server does not bring %v to an end", w.openRuns())}
	}
	if !s.stop() {
		return []string{"a sound server does not stop"}
	}
	w.with(func(a *app.App) { problems = w.twice(a) })
	if _, doubled := w.starts(); len(doubled) > 0 {
		problems = append(problems, fmt.Sprintf("second starts: %v", doubled))
	}
	return problems
}

// confirm answers the drill's question.
func (w *town) confirm(a *app.App) {
	for _, id := range w.openRuns() {
		_, run, err := a.Register.Run(w.t.Context(), id)
		if err != nil {
			w.t.Fatal(err)
		}
		if s, ok := run.Find("bekraeft"); ok && s.State == drill.Asked {
			if err := a.Register.Answer(w.t.Context(), door.Actor{Name: "systemejer", Assurance: "login"}, register.Answer{Run: id, Step: "bekraeft", Answer: "yes"}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// twice wants one drill of one command, one end of each attempt and one answer,
// however often the program tried.
func (w *town) twice(a *app.App) (problems []string) {
	rows, err := a.Register.Runs(w.t.Context(), kept.RunFilter{})
	if err != nil || len(rows) > 1 {
		problems = append(problems, fmt.Sprintf("%d drills, %v", len(rows), err))
	}
	for _, row := range rows {
		events, err := a.Register.Events(w.t.Context(), row.ID, 0)
		if err != nil {
			problems = append(problems, err.Error())
		}
		seen := map[string]int{}
		for _, e := range events {
			var said struct{ Attempt int }
			if event.Kind(e.Kind) == event.StepEnded || event.Kind(e.Kind) == event.StepAnswered {
				_ = json.Unmarshal(e.Body, &said) // what says no attempt has none
				seen[fmt.Sprintf("%s %s %d", e.Kind, e.Step, said.Attempt)]++
			}
		}
		for what, n := range seen {
			if n > 1 {
				problems = append(problems, fmt.Sprintf("%s is there %d times", what, n))
			}
		}
	}
	if h := a.Store().Check(w.t.Context()); len(h.Problems) > 0 {
		problems = append(problems, h.Problems...)
	}
	return problems
}

// blindJudge is the control: the same judge must object when the register is not
// the one in which it was done, and when a crash was printed.
func blindJudge(t *testing.T, binary string) string {
	t.Helper()
	w := smallTown(t, binary)
	said := w.drill("-e", "trace=fsync")
	if problems := w.judge(said); len(problems) > 0 {
		t.Errorf("without a failure: %v", problems)
	}
	for _, name := range []string{"register.db", "register.db-wal", "register.db-shm"} {
		_ = os.Remove(w.path(name)) // the last two are there only sometimes
	}
	var lies []string
	w.with(func(a *app.App) { lies = missing(w, a, said) })
	if len(lies) == 0 {
		t.Error("a register without anything in it passes: the judge is blind")
	}
	return fmt.Sprintf("beside an empty register %d lines were seen to be untrue", len(lies))
}
