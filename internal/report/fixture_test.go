package report

import (
	"os"
	"strings"
	"testing"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/plan"
)

// tape plays events to a run. Its clock begins on 23 November 2026 at 13:05
// UTC, which is 14.05 in Denmark.
type tape struct {
	t    *testing.T
	run  drill.Run
	now  time.Duration
	wall time.Duration // by how much the wall clock has jumped
}

// begun is a tape of a run that has started; drillID is empty for an incident.
func begun(t *testing.T, drillID string, change func(*plan.Plan)) *tape {
	t.Helper()
	src, err := os.ReadFile("testdata/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.ParseCanonical(src)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(p)
	}
	run, err := drill.Open("2026-07", p, drillID, "it-vagt")
	if err != nil {
		t.Fatal(err)
	}
	c := &tape{t: t, run: run}
	c.play(0, event.Event{Kind: event.RunStarted, Actor: "Øvelsesleder", Assured: "login"})
	return c
}

// play applies an event that happens so long after the one before.
func (c *tape) play(after time.Duration, e event.Event) {
	c.t.Helper()
	c.now += after
	e.Seq = c.run.Seq + 1
	e.At = event.Moment{Wall: start().Add(c.now + c.wall), Boot: "boot", Mono: c.now}
	run, err := c.run.Apply(e)
	if err != nil {
		c.t.Fatal(err)
	}
	c.run = run
}

// manual lets a person carry out a step.
func (c *tape) manual(step string, waited, worked time.Duration, by string) {
	c.t.Helper()
	c.play(0, event.Event{Kind: event.StepAsked, Step: step})
	c.play(waited, event.Event{Kind: event.StepTaken, Step: step, Actor: by, Assured: "link"})
	c.play(worked, event.Event{Kind: event.StepAnswered, Step: step, Actor: by, Assured: "link", Outcome: "yes"})
}

// automatic lets the machine carry out a step.
func (c *tape) automatic(step string, worked time.Duration, end event.Event) {
	c.t.Helper()
	c.play(2*time.Second, event.Event{Kind: event.StepStarted, Step: step, Attempt: 1, Actor: "server-1", Assured: "system"})
	end.Kind, end.Step, end.Attempt, end.Actor, end.Assured = event.StepEnded, step, 1, "server-1", "system"
	c.play(worked, end)
}

func start() time.Time { return time.Date(2026, time.November, 23, 13, 5, 0, 0, time.UTC) }

func allFences() []string { return []string{"supervisor", "spool", "rlimits", "no-new-privs"} }

// held is a drill within its time: with a pause of each kind, a clock that
// jumped, a fence that was missing, a slow step, and a note.
func held(t *testing.T) drill.Run {
	c := begun(t, "gendan", nil)
	c.manual("erklaer", 30*time.Second, 90*time.Second, "it-vagt")
	c.automatic("gendan-database", 110*time.Minute, event.Event{
		Outcome: "ok", Fences: allFences(), Missing: []string{"pid-namespace"}, Output: &event.Output{Head: "gendannet", Length: 9, SHA256: strings.Repeat("c", 64)},
	})
	c.wall = 5 * time.Second
	c.play(time.Minute, event.Event{Kind: event.NoteAdded, Actor: "Logfører", Step: "gendan-database", Text: "Båndrobotten var langsom:\nsag <b>oprettet</b> | *se* `log`"})
	c.play(0, event.Event{Kind: event.RunPaused, Actor: "Øvelsesleder", Text: "Brandalarm i huset", Artifice: true})
	c.play(20*time.Minute, event.Event{Kind: event.RunResumed, Actor: "Øvelsesleder"})
	c.automatic("friskhed", 4*time.Second, event.Event{Outcome: "ok", Fences: append(allFences(), "pid-namespace"), Recovery: start().Add(-7 * time.Hour)})
	c.play(0, event.Event{Kind: event.StepAsked, Step: "bekraeft-data"})
	c.play(6*time.Minute+12*time.Second, event.Event{Kind: event.StepAnswered, Step: "bekraeft-data", Actor: "Systemejer Økonomi", Assured: "login", Outcome: "yes"})
	c.manual("ryd-op", time.Minute, 8*time.Minute, "databaseteam")
	c.play(time.Second, event.Event{Kind: event.RunEnded})
	return c.run
}

// failed is a drill whose restore failed with output that tries to hide.
func failed(t *testing.T) drill.Run {
	c := begun(t, "gendan", nil)
	c.manual("erklaer", 0, time.Minute, "it-vagt")
	out := "læser kopi\n\x1b[2K\x1b[32mOK\x1b[0m\tintet galt\r\nfejl: \u202egnp.exe\x00 ```\n<script>alert(1)</script>\n"
	c.automatic("gendan-database", 3*time.Minute, event.Event{
		Outcome: "timed_out", Text: "ingen plads på disken", Fences: allFences(),
		Output: &event.Output{Head: out, Length: int64(len(out)), SHA256: strings.Repeat("d", 64)},
	})
	c.manual("ryd-op", 0, 2*time.Minute, "databaseteam")
	c.play(0, event.Event{Kind: event.RunEnded})
	return c.run
}

// discussed is a tabletop, which measures nothing.
func discussed(t *testing.T) drill.Run {
	c := begun(t, "dilemma", nil)
	c.manual("indspil-1", 0, 12*time.Minute, "it-vagt")
	c.play(0, event.Event{Kind: event.StepAsked, Step: "valg"})
	c.play(5*time.Minute, event.Event{Kind: event.StepAnswered, Step: "valg", Actor: "Systemejer Økonomi", Assured: "code", Outcome: "Vent til i morgen"})
	c.play(0, event.Event{Kind: event.RunEnded})
	return c.run
}

// endured is a real incident whose RTO counts from the declaration.
func endured(t *testing.T) drill.Run {
	c := begun(t, "", func(p *plan.Plan) { p.Objectives.Anchor = "declaration"; p.Recovery.Cleanup = nil })
	c.play(0, event.Event{Kind: event.TimeSet, Actor: "Øvelsesleder", Assured: "login", Point: "disrupted_at", Time: start().Add(-3 * time.Hour)})
	c.manual("erklaer", 0, time.Minute, "it-vagt")
	c.automatic("gendan-database", 100*time.Minute, event.Event{Outcome: "ok"})
	c.automatic("friskhed", 500*time.Millisecond, event.Event{Outcome: "ok", Recovery: start().Add(-30 * time.Hour)})
	c.manual("bekraeft-data", time.Minute, 10*time.Minute, "Systemejer Økonomi")
	c.play(0, event.Event{Kind: event.RunEnded})
	return c.run
}

func input(run drill.Run, scope string) DrillInput {
	return DrillInput{
		Run: run, PlanHash: strings.Repeat("3fa9", 16), StepsHash: strings.Repeat("b1", 32), Scope: scope,
		PrintedAt: time.Date(2026, time.November, 24, 8, 0, 0, 0, time.UTC),
	}
}
