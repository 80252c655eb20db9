package report

import (
	"testing"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/plan"
)

// alarmed is an exercise of the alarm: one answers at once, one through the second
// channel, the deputy of one, and one nobody reaches.
func alarmed(t *testing.T) drill.Run {
	t.Helper()
	c := calling(t, func(d *plan.Drill) {
		d.Alarm.Within, d.Alarm.Channels, d.OutsideHours = 10, []string{"sms", "mail"}, true
		d.Participants.Barred = []string{"systemejer"}
		d.Objectives = d.Objectives[:1]
		d.Objectives[0].Text, d.Objectives[0].Measure, d.Objectives[0].Target = "Alle har kvitteret", "chain", "60m"
	})
	call := func(role string, raised int, answer time.Duration, assured string) {
		step := "alarm-" + role
		c.play(0, event.Event{Kind: event.StepAsked, Step: step})
		for level := range raised {
			c.play(10*time.Minute, event.Event{Kind: event.StepRaised, Step: step, Level: level + 1, Actor: "system"})
		}
		if assured == "" {
			c.play(10*time.Minute, event.Event{Kind: event.StepGivenUp, Step: step, Actor: "system"})
			return
		}
		c.play(answer, event.Event{Kind: event.StepAnswered, Step: step, Outcome: "yes", Actor: "Vagthavende " + role, Assured: assured})
	}
	call("it-vagt", 0, 2*time.Minute, "link")
	call("it-chef", 1, 3*time.Minute, "code")
	call("systemejer", 2, time.Minute, "login")
	call("direktionen", 2, 0, "")
	c.play(4*time.Minute, event.Event{Kind: event.RunEnded})
	return c.run
}

// afoot is an exercise of the alarm in which the telephone net is down.
func afoot(t *testing.T) drill.Run {
	t.Helper()
	c := calling(t, func(d *plan.Drill) { d.Alarm.Within, d.Alarm.PhonesDown = 60, true })
	roles := []string{"it-vagt", "it-chef", "systemejer", "direktionen"}
	for _, role := range roles {
		c.play(0, event.Event{Kind: event.StepAsked, Step: "alarm-" + role})
	}
	c.play(3*time.Hour, event.Event{Kind: event.NoteAdded, Actor: "Øvelsesleder", Text: "Sedlerne er talt"})
	for i, role := range roles {
		met := start().Add(time.Duration(20+15*i) * time.Minute)
		c.play(time.Minute, event.Event{Kind: event.StepAnswered, Step: "alarm-" + role, Outcome: "yes", Actor: "Øvelsesleder", Assured: "paper", Time: met})
	}
	c.play(0, event.Event{Kind: event.RunEnded})
	return c.run
}

// calling is a tape of an exercise of the alarm that has begun.
func calling(t *testing.T, change func(*plan.Drill)) *tape {
	t.Helper()
	c := begun(t, "gendan", nil)
	p := *c.run.Plan
	d := p.Drills[0]
	d.ID, d.Title, d.Type, d.Steps, d.Injects = "alarm", "Alarmering en aften", "alert", nil, nil
	change(&d)
	p.Drills = []plan.Drill{d}
	run, err := drill.Open("2026-08", &p, "alarm", "oevelsesleder")
	if err != nil {
		t.Fatal(err)
	}
	c = &tape{t: t, run: run}
	c.play(0, event.Event{Kind: event.RunStarted, Actor: "Øvelsesleder", Assured: "login", Chain: []event.Link{
		{Role: "it-vagt", Name: "It-vagt"},
		{Role: "it-chef", Name: "It-chef", Decides: true},
		{Role: "systemejer", Name: "systemejer Økonomi"},
		{Role: "direktionen", Name: "Direktionen", Decides: true},
	}})
	return c
}
