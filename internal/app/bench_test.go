//go:build bench

package app_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/register"
	"beredskab/internal/store"
)

// report prints one workload beside its limit. Ratios count, never absolute
// times: the machine is shared (spec/performance.md).
func report(name string, ours, floor time.Duration, limit float64) {
	ratio := float64(ours) / float64(floor)
	word := "within"
	if ratio > limit {
		word = "OVER"
	}
	fmt.Printf("%-58s %10s  floor %10s  %6.2f x  limit %5.2f x  %s\n", name, ours.Round(time.Microsecond), floor.Round(time.Microsecond), ratio, limit, word)
}

// median runs a measurement three times; the middle one counts.
func median(measure func() time.Duration) time.Duration {
	list := []time.Duration{measure(), measure(), measure()}
	slices.Sort(list)
	return list[1]
}

const benchSteps = 200

func TestBenchTwoHundredSteps(t *testing.T) {
	floor := median(func() time.Duration { return durableFloor(t) })
	for _, w := range []struct {
		name, action, with string
		limit              float64
	}{
		{"200 steps in order: built-in probe", "file", `{path: PROBED, min_size: "1"}`, 1.5},
		{"200 steps in order: command, no fence asked", "plain", `{}`, 1.5},
		{"200 steps in order: command, every fence", "fenced", `{}`, 5},
	} {
		report(w.name, median(func() time.Duration { return runSteps(t, w.action, w.with) }), floor, w.limit)
	}
}

// durableFloor is the least that a recording runner can do: start the command,
// and have one row on disk for each step.
func durableFloor(t *testing.T) time.Duration {
	db, err := store.OpenForWriting(filepath.Join(t.TempDir(), "floor.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{"pragma journal_mode=wal", "create table step (id integer primary key, body text)"} {
		if _, err := db.Exec(q); err != nil && !errors.Is(err, sql.ErrNoRows) {
			t.Fatal(err)
		}
	}
	insert, err := db.Prepare("insert into step (body) values (?)")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for i := range benchSteps {
		if err := exec.Command("/bin/true").Run(); err != nil {
			t.Fatal(err)
		}
		if _, err := insert.Exec(fmt.Sprintf(`{"step": %d, "outcome": "ok"}`, i)); err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(began)
}

func runSteps(t *testing.T, action, with string) time.Duration {
	dir := t.TempDir()
	var steps strings.Builder
	for i := range benchSteps {
		after := ""
		if i > 0 {
			after = fmt.Sprintf(", after: [s%d]", i-1)
		}
		fmt.Fprintf(&steps, "    - {id: s%d, title: Trin, team: drift, estimate: 1m, action: %s, timeout: 1m, with: %s%s}\n",
			i, action, strings.ReplaceAll(with, "PROBED", filepath.Join(dir, "beredskab.yaml")), after)
	}
	benchFolder(t, dir, map[string]string{"system": benchPlan("system", "", steps.String())})
	a := benchApp(t, dir, app.Serve)
	id, err := a.Register.Open(t.Context(), door.Actor{Name: "bench"}, register.Opening{System: "system", Drill: "gendan"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.Runner(id)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	row, _, err := a.Register.Run(t.Context(), id)
	if err != nil || row.Verdict != "passed" {
		t.Fatal(row.Verdict, err)
	}
	return took
}

func benchPlan(id, when, steps string) string {
	return fmt.Sprintf(`schema: 1
id: %[1]s
name: System %[1]s
owner: {role: systemejer, unit: Bench}
criticality: ikke_kritisk
recovery_class: 2
hosting: on_premise
objectives: {mtpd: 2d, rto: 1d, wrt: 1h, rpo: 1d}
depends_on: []
drills:
  - {id: gendan, title: Gendan, type: restore%[2]s}
recovery:
  steps:
%[3]s`, id, when, steps)
}

func benchFolder(t *testing.T, dir string, plans map[string]string) {
	files := map[string]string{
		"beredskab.yaml":          fmt.Sprintf("dir: .\nnode: bench\nactions: actions.yaml\nallow: {paths: [%s]}\n", dir),
		"plans/organisation.yaml": "schema: 1\norganisation: Bench\nteams:\n  - {id: drift, capacity: 2}\ncadence:\n  - {class: 2, exercise: 365d, measured: 365d}\n",
		"actions.yaml": fmt.Sprintf(`version: 1
actions:
  - {id: plain, description: Nothing, exec: /bin/true, timeout: 5m, fence: none}
  - {id: fenced, description: Nothing, exec: /bin/true, timeout: 5m, fence: all}
  - {id: mark, description: Leave a line, exec: /bin/sh, args: [-c, 'echo x >> %s/started; sleep 5'], timeout: 5m, fence: none}
`, dir),
	}
	for id, text := range plans {
		files["plans/"+id+".yaml"] = text
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

func benchApp(t *testing.T, dir string, mode app.Mode) *app.App {
	s, err := app.Load(map[string]string{"dir": dir}, func(string) (string, bool) { return "", false }, dir)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), s, mode, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if _, problems, err := a.Adopt(t.Context(), door.Actor{Name: "bench"}); err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return a
}

// nextMinute is a schedule text for the coming minute, with time to start.
func nextMinute() (text string, due time.Time) {
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		panic(err)
	}
	due = time.Now().In(zone).Truncate(time.Minute).Add(time.Minute)
	if time.Until(due) < 20*time.Second {
		due = due.Add(time.Minute)
	}
	return fmt.Sprintf(", schedule: {when: %q}", "daily at "+due.Format("15:04")), due
}

func TestBenchThousandDrillsDueTogether(t *testing.T) {
	dir := t.TempDir()
	when, due := nextMinute()
	plans := map[string]string{}
	for i := range 1000 {
		id := fmt.Sprintf("system-%04d", i)
		plans[id] = benchPlan(id, when, "    - {id: s0, title: Trin, team: drift, estimate: 1m}\n")
	}
	benchFolder(t, dir, plans)
	a := benchApp(t, dir, app.Serve)
	ctx, cancel := context.WithDeadline(t.Context(), due.Add(30*time.Second))
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx, nil) }()
	var late []time.Duration
	for len(late) < 1000 && ctx.Err() == nil {
		<-time.After(time.Second)
		rows, err := a.Register.Runs(ctx, kept.RunFilter{})
		if err != nil {
			break
		}
		late = late[:0]
		for _, row := range rows {
			late = append(late, row.StartedAt.Sub(due))
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	slices.Sort(late)
	if len(late) != 1000 {
		t.Fatalf("%d of 1000 drills started", len(late))
	}
	report("1,000 drills due in one second: p99 due to started", late[989], 50*time.Millisecond, 1)
	fmt.Printf("%-58s p50 %s, last %s\n", "", late[499].Round(time.Millisecond), late[999].Round(time.Millisecond))
}

func TestBenchHundredCommandDrills(t *testing.T) {
	dir := t.TempDir()
	when, due := nextMinute()
	plans := map[string]string{}
	for i := range 100 {
		id := fmt.Sprintf("system-%04d", i)
		plans[id] = benchPlan(id, when, "    - {id: s0, title: Trin, team: drift, estimate: 1m, action: mark, timeout: 1m}\n")
	}
	benchFolder(t, dir, plans)
	settings := filepath.Join(dir, "beredskab.yaml")
	text, _ := os.ReadFile(settings)
	if err := os.WriteFile(settings, append(text, "parallel: 100\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	a := benchApp(t, dir, app.Serve)
	ctx, cancel := context.WithDeadline(t.Context(), due.Add(20*time.Second))
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx, nil) }()
	<-time.After(time.Until(due))
	var all time.Duration
	for all == 0 && ctx.Err() == nil {
		<-time.After(2 * time.Millisecond)
		if info, err := os.Stat(filepath.Join(dir, "started")); err == nil && info.Size() >= 200 {
			all = time.Since(due)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	report("100 command drills due together: last command running", all, 300*time.Millisecond, 1)
}
