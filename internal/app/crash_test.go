package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/register"
	"beredskab/internal/store/pgtest"
)

// crash is one municipality whose server is killed again and again while drills
// run. What the register has acknowledged after each kill is remembered, and
// every start of a step's command leaves a line in a file: that is the oracle
// (spec/reliability.md 2.4).
type crash struct {
	t       *testing.T
	dir     string
	random  *rand.Rand
	app     *app.App // reads and answers beside the server
	known   map[string]string
	runs    []string
	settled int
}

const (
	crashSystems = 24
	crashSteps   = 8
)

func TestKilledServerLosesNothingAndStartsNothingTwice(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			c := newCrash(t, engine, "rerun: ask", "")
			c.killing(200)
			c.finish()
			starts, doubled := c.starts()
			if len(doubled) > 0 {
				t.Errorf("steps started more than once: %v", doubled)
			}
			fmt.Printf("killed serve on %s: 200 kills, %d runs, %d steps started, %d settled by a person, %d lost, %d second starts, 0 stuck\n",
				engine, len(c.runs), starts, c.settled, 0, len(doubled))
		})
	}
}

// The control: the same harness on steps without any fence that may be repeated
// must see second starts, or it could not see them above.
func TestHarnessSeesSecondStartsWithoutTheFence(t *testing.T) {
	t.Parallel()
	c := newCrash(t, "sqlite", "rerun: safe", "fence: none")
	for range 40 {
		c.killing(1)
		if _, doubled := c.starts(); len(doubled) > 0 {
			return
		}
	}
	t.Error("no step was started twice although nothing prevents it; the harness is blind")
}

func newCrash(t *testing.T, engine, rerun, fence string) *crash {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	c := &crash{t: t, dir: t.TempDir(), random: rand.New(rand.NewPCG(seed, 1)), known: map[string]string{}}
	c.write("plans/organisation.yaml", "schema: 1\norganisation: Test\nteams:\n  - {id: drift, capacity: 2}\ncadence:\n  - {class: 2, exercise: 365d, measured: 365d}\n")
	for i := range crashSystems {
		c.write(fmt.Sprintf("plans/system-%02d.yaml", i), crashPlan(i, rerun))
	}
	// The command tells that it was started and then takes its time.
	c.write("actions.yaml", fmt.Sprintf(`version: 1
actions:
  - id: mark
    description: Leave a line that says that the command was started
    exec: /bin/sh
    args: [-c, 'echo "$1" >> "$2"; sleep 0.03', sh, "${step}", %s]
    params:
      step: {type: string, pattern: "[a-z0-9/-]+"}
    timeout: 5m
    %s
`, filepath.Join(c.dir, "started"), fence))
	database := ""
	if engine == "postgres" {
		database = "database: " + pgtest.Start(t) + "\n"
	}
	c.write("beredskab.yaml", "dir: .\nnode: test\nactions: actions.yaml\nparallel: 4\n"+database)
	c.open()
	return c
}

func crashPlan(i int, rerun string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `schema: 1
id: system-%02[1]d
name: System %02[1]d
owner: {role: systemejer, unit: Test}
criticality: ikke_kritisk
recovery_class: 2
hosting: on_premise
objectives: {mtpd: 2d, rto: 1d, wrt: 1h, rpo: 1d}
depends_on: []
drills:
  - {id: gendan, title: Gendan, type: restore, allow_parallel: true}
recovery:
  steps:
`, i)
	for s := range crashSteps {
		fmt.Fprintf(&b, "    - {id: s%d, title: Trin %d, team: drift, estimate: 1m, action: mark, timeout: 1m, %s, with: {step: system-%02d/s%d}", s, s, rerun, i, s)
		if s > 1 {
			fmt.Fprintf(&b, ", after: [s%d]", s-2) // two chains, so that steps run side by side
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func (c *crash) write(name, text string) {
	c.t.Helper()
	path := filepath.Join(c.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *crash) open() {
	s, err := app.Load(map[string]string{"dir": c.dir}, func(string) (string, bool) { return "", false }, c.dir)
	if err != nil {
		c.t.Fatal(err)
	}
	if c.app, err = app.Open(c.t.Context(), s, app.Use, slog.New(slog.DiscardHandler)); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = c.app.Close() })
	if _, problems, err := c.app.Adopt(c.t.Context(), c.leader()); err != nil || len(problems) > 0 {
		c.t.Fatal(err, problems)
	}
}

func (c *crash) leader() register.Actor { return register.Actor{Name: "leder", Assurance: "login"} }

// killing starts drills, lets a server work on them, and kills it at a random
// moment, as often as wanted: of its start, and every other time of its work.
func (c *crash) killing(kills int) {
	for i := range kills {
		if i%max(kills/crashSystems, 1) == 0 && len(c.runs) < crashSystems {
			c.start(len(c.runs))
		}
		before, _ := c.starts()
		server := c.server()
		if i%2 == 0 {
			c.begun(before)
		}
		time.Sleep(time.Duration(c.random.IntN(250)) * time.Millisecond) // the random moment itself
		if err := server.Process.Kill(); err != nil {
			c.t.Fatal(err)
		}
		_ = server.Wait() // killed
		c.acknowledged()
		c.settle()
	}
}

// begun waits until a command has begun, however slow the machine is, or no run
// is left in which one could.
func (c *crash) begun(before int) {
	for range 1000 {
		open, err := c.app.Register.OpenRuns(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		if now, _ := c.starts(); now > before || len(open) == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond) // nothing here says when
	}
}

func (c *crash) start(i int) {
	id, err := c.app.Register.Open(c.t.Context(), c.leader(), register.Opening{System: fmt.Sprintf("system-%02d", i), Drill: "gendan"})
	if err != nil {
		c.t.Fatal(err)
	}
	c.runs = append(c.runs, id)
}

func (c *crash) server() *exec.Cmd {
	cmd := exec.Command(os.Args[0], "test-serve", c.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out bytes.Buffer
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		if c.t.Failed() {
			c.t.Log(out.String())
		}
	})
	return cmd
}

// acknowledged remembers every result that the register shows, and fails when
// one that it showed before is gone or changed.
func (c *crash) acknowledged() {
	now := map[string]string{}
	for _, id := range c.runs {
		_, run, err := c.app.Register.Run(c.t.Context(), id)
		if err != nil {
			c.t.Fatal(err)
		}
		for i := range run.Steps {
			if s := &run.Steps[i]; s.Over() {
				now[id+"/"+s.ID] = fmt.Sprint(s.State, s.Outcome, s.Attempt, s.EndedAt)
			}
		}
	}
	for step, was := range c.known {
		if now[step] != was {
			c.t.Fatalf("lost: %s was %q and is %q", step, was, now[step])
		}
	}
	c.known = now
}

// settle answers the questions about attempts whose end nobody knows, as the
// named person would.
func (c *crash) settle() {
	for _, id := range c.runs {
		_, run, err := c.app.Register.Run(c.t.Context(), id)
		if err != nil {
			c.t.Fatal(err)
		}
		for i := range run.Steps {
			if run.Steps[i].State != drill.Unknown {
				continue
			}
			err := c.app.Register.Lead(c.t.Context(), c.leader(), register.Lead{
				Run: id, Step: run.Steps[i].ID, Kind: event.StepSettled, Outcome: "done", Reason: "looked at the system",
			})
			if err != nil {
				c.t.Fatal(err)
			}
			c.settled++
		}
	}
}

// finish lets a last server work until no run is open: none may be stuck.
func (c *crash) finish() {
	for len(c.runs) < crashSystems {
		c.start(len(c.runs))
	}
	server := c.server()
	defer func() { _ = server.Process.Kill() }()
	ctx, cancel := context.WithTimeout(c.t.Context(), 2*time.Minute)
	defer cancel()
	for {
		open, err := c.app.Register.OpenRuns(ctx)
		if err != nil {
			c.t.Fatalf("runs are stuck: %v", err)
		}
		if len(open) == 0 {
			break
		}
		c.settle()
		select {
		case <-ctx.Done():
			c.t.Fatalf("runs are stuck: %v", open)
		case <-time.After(50 * time.Millisecond): // look again; nothing here says when
		}
	}
	c.acknowledged()
}

// starts reads the lines that the commands left.
func (c *crash) starts() (total int, doubled []string) {
	text, err := os.ReadFile(filepath.Join(c.dir, "started"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // none was started yet
		c.t.Fatal(err)
	}
	seen := map[string]int{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if seen[line]++; seen[line] == 2 {
			doubled = append(doubled, line)
		}
		total++
	}
	return total, doubled
}
