package register_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register"
)

// scheduled is a plan whose drill comes at that time.
func scheduled(id string, s plan.Schedule) *plan.Plan {
	p := system(id)
	p.Drills[0].Schedule = s
	return p
}

func (d *desk) tick() (checks bool, again time.Time) {
	d.t.Helper()
	checks, again, err := d.Tick(d.t.Context(), d.node)
	d.ok(err)
	return checks, again
}

// became lists what became of a schedule's due times, oldest first.
func (d *desk) became(key string) (list []string) {
	d.t.Helper()
	for _, o := range slices.Backward(must(d.Occurrences(d.t.Context(), key, 1000))(d.t)) {
		list = append(list, o.Nominal+" "+string(o.State))
	}
	return list
}

func (d *desk) reason(key string) string {
	d.t.Helper()
	return must(d.Occurrences(d.t.Context(), key, 1))(d.t)[0].Reason
}

func at(text string) time.Time {
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		panic(err)
	}
	moment, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		panic(err)
	}
	return moment.UTC()
}

func TestDueDrillStartsOnce(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		d.adopt(scheduled("a", plan.Schedule{When: "0 11 * * 1"}))
		_, again := d.tick()
		equal(t, "again", again.After(begin()), true)
		d.clock.set(at("2026-11-23 11:00"))
		other := register.New(door.New(d.store, d.clock), register.Options{Routes: routes()})
		done := make(chan error, 8)
		for i := range 8 {
			go func() {
				_, _, err := []*register.Register{d.Register, other}[i%2].Tick(t.Context(), d.node)
				done <- err
			}()
		}
		for range 8 {
			d.ok(<-done)
		}
		d.same("occurrences", d.became("a/gendan"), "2026-11-23T11:00 started")
		d.same("runs", must(d.OpenRuns(t.Context()))(t), "2026-01")
		equal(t, "who leads", must(d.Runs(t.Context(), kept.RunFilter{}))(t)[0].Director, "it-chef")
	})
}

func TestWhatBecomesOfOccurrences(t *testing.T) {
	week := plan.Schedule{When: "0 11 * * *"}
	for _, c := range []struct {
		name     string
		schedule plan.Schedule
		now      string
		became   string
		reason   string
	}{
		{"late", week, "2026-11-23 15:00", "2026-11-23T11:00 started", "nobody started it in time"},
		{"skip", plan.Schedule{When: "0 11 * * *", Missed: "skip"}, "2026-11-23 15:00", "2026-11-23T11:00 missed", "skip"},
		{"ask", plan.Schedule{When: "0 11 * * *", Missed: "ask"}, "2026-11-23 15:00", "2026-11-23T11:00 asked", "ask"},
		{"too late", plan.Schedule{When: "0 11 * * *", StartWithin: 60}, "2026-11-23 15:00", "2026-11-23T11:00 missed", "1h"},
		{"blackout", plan.Schedule{When: "0 11 * * *", Blackout: []string{"jul"}}, "2026-11-23 11:00", "2026-11-23T11:00 skipped", "blackout"},
		{
			"moved",
			plan.Schedule{When: "0 11 28 11 *", Move: "next_working_day"},
			"2026-11-30 11:00",
			"2026-11-28T11:00 started", "Saturday",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := sqlite(t)
			org := organisation()
			d.ok(json.Unmarshal([]byte(`{"blackouts": [{"id": "jul", "from": "11-23", "to": "11-23"}]}`), &org.Calendar))
			must(d.Adopt(t.Context(), ann(), &plan.Set{Organisation: org, Plans: []*plan.Plan{scheduled("a", c.schedule)}}))(t)
			d.clock.set(at(c.now))
			d.tick()
			d.tick()
			d.same("became", d.became("a/gendan"), c.became)
			if reason := d.reason("a/gendan"); !strings.Contains(reason, c.reason) {
				t.Errorf("reason %q does not say %q", reason, c.reason)
			}
			wanted := 0
			if strings.HasSuffix(c.became, "missed") || strings.HasSuffix(c.became, "asked") {
				wanted = 1
			}
			missed := slices.DeleteFunc(d.told("slack"), func(s string) bool { return !strings.HasPrefix(s, "missed") })
			equal(t, "told", len(missed), wanted)
		})
	}
}

// F18, F21: after a week each due time has its row, and one drill is held.
func TestServerOffForAWeek(t *testing.T) {
	d := sqlite(t)
	d.adopt(scheduled("a", plan.Schedule{When: "0 11 * * *"}))
	d.clock.set(at("2026-11-30 12:00"))
	d.tick()
	became := d.became("a/gendan")
	equal(t, "rows", len(became), 8)
	for _, line := range became[:7] {
		equal(t, line, strings.HasSuffix(line, " missed"), true)
	}
	equal(t, "newest", became[7], "2026-11-30T11:00 started")
	trace := slices.DeleteFunc(d.acts(), func(s string) bool { return !strings.HasPrefix(s, "schedule.missed") })
	equal(t, "traced", len(trace), 7)
}

// What was due when the files changed is not lost (the server adopts first).
func TestFilesChangeWhileTheServerIsOff(t *testing.T) {
	d := sqlite(t)
	d.adopt(scheduled("a", plan.Schedule{When: "0 11 * * *"}), scheduled("b", plan.Schedule{When: "0 11 * * *"}))
	d.clock.set(at("2026-11-23 12:00"))
	edited := scheduled("a", plan.Schedule{When: "0 11 * * *"})
	edited.Purpose = "Ny tekst"
	d.adopt(edited, scheduled("b", plan.Schedule{When: "0 13 * * *"}))
	d.tick()
	d.same("same schedule", d.became("a/gendan"), "2026-11-23T11:00 started")
	d.same("another schedule", d.became("b/gendan"), "2026-11-23T11:00 missed")
	if reason := d.reason("b/gendan"); !strings.Contains(reason, "changed") {
		t.Errorf("reason: %s", reason)
	}
}

func TestBusySystem(t *testing.T) {
	d := sqlite(t)
	d.adopt(scheduled("a", plan.Schedule{When: "0 11 * * 1", StartWithin: 120}))
	d.start("a")
	d.clock.set(at("2026-11-23 11:00"))
	_, again := d.tick()
	equal(t, "tries again", again, at("2026-11-23 11:01"))
	row := must(d.Schedules(t.Context()))(t)[0]
	equal(t, "says why", strings.Contains(row.Problem, "2026-01"), true)
	d.same("nothing yet", d.became("a/gendan"))
	d.clock.set(at("2026-11-23 13:01"))
	d.tick()
	d.same("too late", d.became("a/gendan"), "2026-11-23T11:00 missed")
	if reason := d.reason("a/gendan"); !strings.Contains(reason, "2026-01") {
		t.Errorf("reason: %s", reason)
	}
}

func TestBusySystemBecomesFree(t *testing.T) {
	d := sqlite(t)
	p := scheduled("a", plan.Schedule{When: "0 11 * * 1"})
	p.Recovery = plan.Recovery{Steps: p.Recovery.Steps[2:]}
	p.Recovery.Steps[0].After = nil
	d.adopt(p)
	run := d.start("a")
	d.advance(run)
	d.clock.set(at("2026-11-23 11:00"))
	d.tick()
	d.ok(d.Answer(t.Context(), door.Actor{Name: owner}, register.Answer{Run: run, Step: "bekraeft", Answer: "yes"}))
	d.advance(run)
	d.clock.pass(time.Minute)
	d.tick()
	d.same("started", d.became("a/gendan"), "2026-11-23T11:00 started")
}

// A person starts what the schedule left to people: that is its occurrence.
func TestAskedOccurrenceIsStartedByHand(t *testing.T) {
	d := sqlite(t)
	d.adopt(scheduled("a", plan.Schedule{When: "0 11 * * *", Missed: "ask"}))
	for _, day := range []string{"2026-11-23 15:00", "2026-11-24 15:00"} {
		d.clock.set(at(day))
		d.tick()
	}
	var run string
	d.same("one entry", d.since(func() { run = d.start("a") }), "drill.start a done by it-chef")
	d.same("became", d.became("a/gendan"), "2026-11-23T11:00 missed", "2026-11-24T11:00 started")
	equal(t, "run", must(d.Occurrences(t.Context(), "a/gendan", 1))(t)[0].Run, run)
}

// F20: a time in the gap runs at the first valid moment, one in the fold once.
func TestClockChanges(t *testing.T) {
	for _, c := range []struct{ born, due, nominal string }{
		{"2027-03-27 12:00", "2027-03-28T01:00:00Z", "2027-03-28T02:30"},
		{"2027-10-30 12:00", "2027-10-31T00:30:00Z", "2027-10-31T02:30"},
	} {
		d := sqlite(t)
		d.clock.set(at(c.born))
		d.adopt(scheduled("a", plan.Schedule{When: "30 2 * * *"}))
		due := must(time.Parse(time.RFC3339, c.due))(t)
		equal(t, "foreseen", must(d.Schedules(t.Context()))(t)[0].Due, due)
		d.clock.set(due.Add(-time.Second))
		d.tick()
		d.same("not yet", d.became("a/gendan"))
		for range 3 {
			d.clock.set(due)
			d.tick()
			due = due.Add(time.Hour)
		}
		d.same("once", d.became("a/gendan"), c.nominal+" started")
	}
}

func TestReminders(t *testing.T) {
	for _, move := range []string{"", "next_working_day"} {
		d := sqlite(t)
		d.adopt(scheduled("a", plan.Schedule{When: "0 11 19 12 *", Move: move})) // a Saturday
		day := at("2026-12-19 11:00")
		if move != "" {
			day = at("2026-12-21 11:00")
		}
		_, again := d.tick()
		for _, days := range []int{14, 7, 1} {
			equal(t, "wakes for it", again, day.AddDate(0, 0, -days))
			d.clock.set(again)
			_, again = d.tick()
			d.clock.pass(time.Minute)
			d.tick()
			equal(t, "says", d.notice(outbox.Reminder, "slack").Facts.DaysBefore, days)
		}
		equal(t, "told once each", len(d.told("slack")), 3)
		equal(t, "mail", len(d.told("mail")), 6)
	}
}

// A server that was off tells the newest reminder, with the days that are left.
func TestReminderAfterDaysOff(t *testing.T) {
	d := sqlite(t)
	d.adopt(scheduled("a", plan.Schedule{When: "0 11 21 12 *"}))
	d.clock.set(at("2026-12-17 11:00"))
	d.tick()
	d.same("told", d.told("slack"), "reminder It-chef, systemejer Stab")
	equal(t, "days", d.notice(outbox.Reminder, "slack").Facts.DaysBefore, 4)
}

// However the server is stopped and started, each due time has one row, in
// order, and every run belongs to one.
func TestRandomDownTimes(t *testing.T) {
	d := sqlite(t)
	p := scheduled("a", plan.Schedule{When: "0 11 * * *"})
	p.Drills[0].AllowParallel = true
	d.adopt(p)
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		d.clock.pass(time.Duration(random.ExpFloat64() * float64(9*time.Hour)))
		d.tick()
	}
	list := slices.Collect(slices.Values(must(d.Occurrences(t.Context(), "a/gendan", 10_000))(t)))
	slices.Reverse(list)
	runs := map[string]bool{}
	for i, o := range list {
		want := time.Date(2026, 11, 23+i, 11, 0, 0, 0, time.UTC).Format("2006-01-02T15:04")
		if o.Nominal != want || (o.Run != "") != (o.State == kept.OccurrenceStarted) || runs[o.Run] {
			t.Fatalf("occurrence %d: %+v, want %s", i, o, want)
		}
		runs[o.Run] = o.Run != ""
	}
	delete(runs, "")
	equal(t, "runs", len(must(d.Runs(t.Context(), kept.RunFilter{}))(t)), len(runs))
	if len(list) < 300 {
		t.Fatalf("only %d occurrences", len(list))
	}
}

// A schedule that cannot be followed rests and says why; the others go on.
func TestBrokenScheduleHoldsUpNobody(t *testing.T) {
	d := sqlite(t)
	empty := scheduled("b", plan.Schedule{When: "0 11 * * *"})
	empty.Drills[0].Steps, empty.Recovery.Cleanup = []string{"findes-ikke"}, nil
	d.adopt(scheduled("a", plan.Schedule{When: "0 11 * * *"}), empty, scheduled("c", plan.Schedule{When: "0 11 * * *"}), scheduled("d", plan.Schedule{When: "0 11 * * *"}))
	for _, row := range must(d.Schedules(t.Context()))(t) {
		if row.Key == "a/gendan" {
			row.Spec = []byte(`{"when":"aldrig"}`)
			d.raw(func(ctx context.Context, tx door.Tx) error { return tx.PutSchedule(ctx, row) })
		}
	}
	d.clock.set(at("2026-11-23 11:00"))
	fresh := &desk{t: t, clock: d.clock, store: d.store, node: d.node, Register: register.New(door.New(blind{d.store, d.current("c")}, d.clock), register.Options{Routes: routes()})}
	fresh.tick()
	d.same("a", d.became("a/gendan"))
	if row := must(d.Schedules(t.Context()))(t)[0]; row.Problem == "" || !row.Next.IsZero() {
		t.Errorf("a: %+v", row)
	}
	d.same("b", d.became("b/gendan"), "2026-11-23T11:00 missed")
	d.same("c", d.became("c/gendan"), "2026-11-23T11:00 missed")
	d.same("d", d.became("d/gendan"), "2026-11-23T11:00 started")
}

func (d *desk) current(system string) string {
	d.t.Helper()
	list := must(d.Versions(d.t.Context(), system))(d.t)
	return list[len(list)-1].Hash
}

func TestChecksAreDueAndRecorded(t *testing.T) {
	d := sqlite(t)
	org := organisation()
	org.Checks = plan.Schedule{When: "0 11 * * *"}
	set := &plan.Set{Organisation: org, Plans: []*plan.Plan{system("a")}}
	must(d.Adopt(t.Context(), ann(), set))(t)
	d.clock.set(at("2026-11-23 11:00"))
	due, _ := d.tick()
	again, _ := d.tick()
	equal(t, "due", fmt.Sprint(due, again), "true false")
	found := check.Report{Findings: []check.Finding{{Code: "C6", System: "a", Severity: "error", State: check.Breached, Message: "for sent"}}}
	record := func(r check.Report) string {
		raised, closed, err := d.RecordChecks(t.Context(), ann(), set, r)
		d.ok(err)
		return fmt.Sprint(raised, closed)
	}
	equal(t, "raised", record(found), "1 0")
	d.clock.pass(25 * time.Hour)
	equal(t, "seen", record(found), "0 0")
	f := must(d.Findings(t.Context(), kept.FindingFilter{Open: true}))(t)[0]
	equal(t, "seen at", f.SeenAt.Sub(f.RaisedAt), 25*time.Hour)
	d.same("told once", d.told("mail"), "finding "+owner, "finding koordinator@kommune.test")
	d.same("one entry", d.since(func() { equal(t, "closed", record(check.Report{}), "0 1") }), "check.record findings done by it-chef")
	equal(t, "open", len(must(d.Findings(t.Context(), kept.FindingFilter{Open: true}))(t)), 0)
	equal(t, "raised anew", record(found), "1 0")
}
