package schedule_test

import (
	"testing"
	"time"

	"beredskab/internal/schedule"
)

func TestJudge(t *testing.T) {
	cal := municipality(t)
	monday := schedule.Spec{Rule: rule(t, "every monday at 09:00", ""), Blackouts: []string{"vinterferie"}}
	early := schedule.Spec{Rule: rule(t, "weekdays at 06:00", "")}
	with := func(s schedule.Spec, missed schedule.Missed, within time.Duration) schedule.Spec {
		s.Missed, s.StartWithin = missed, within
		return s
	}
	for _, c := range []struct {
		name         string
		spec         schedule.Spec
		nominal, now string
		fate         schedule.Fate
		cause        schedule.Cause
		late         time.Duration
	}{
		{"not yet", monday, "2026-11-23T09:00", "2026-11-23T07:59", schedule.FateDue, "", 0},
		{"on the minute", monday, "2026-11-23T09:00", "2026-11-23T08:00", schedule.FateStart, "", 0},
		{"a tick later", monday, "2026-11-23T09:00", "2026-11-23T08:02", schedule.FateStart, "", 0},
		{"late", monday, "2026-11-23T09:00", "2026-11-23T11:00", schedule.FateStartLate, schedule.CauseDown, 3 * time.Hour},
		{"late at the limit", monday, "2026-11-23T09:00", "2026-11-24T08:00", schedule.FateStartLate, schedule.CauseDown, 24 * time.Hour},
		{"too late", monday, "2026-11-23T09:00", "2026-11-24T08:01", schedule.FateMissed, schedule.CauseTooLate, 24*time.Hour + time.Minute},
		{"own limit", with(monday, "", time.Hour), "2026-11-23T09:00", "2026-11-23T10:00", schedule.FateMissed, schedule.CauseTooLate, 2 * time.Hour},
		{"waits for the morning", monday, "2026-11-23T09:00", "2026-11-23T19:00", schedule.FateWait, schedule.CauseQuiet, 11 * time.Hour},
		{"morning comes too late", with(monday, "", 12*time.Hour), "2026-11-23T09:00", "2026-11-23T19:00", schedule.FateMissed, schedule.CauseQuiet, 11 * time.Hour},
		{"was due in quiet hours anyway", early, "2026-11-23T06:00", "2026-11-23T05:30", schedule.FateStartLate, schedule.CauseDown, 30 * time.Minute},
		{"skip", with(monday, schedule.MissedSkip, 0), "2026-11-23T09:00", "2026-11-23T08:10", schedule.FateMissed, schedule.CausePolicy, 10 * time.Minute},
		{"skip still starts on time", with(monday, schedule.MissedSkip, 0), "2026-11-23T09:00", "2026-11-23T08:01", schedule.FateStart, "", 0},
		{"ask, however old", with(monday, schedule.MissedAsk, 0), "2026-11-23T09:00", "2027-11-23T08:10", schedule.FateAsk, schedule.CausePolicy, 365*24*time.Hour + 10*time.Minute},
		{"blackout", monday, "2026-02-09T09:00", "2026-02-09T08:00", schedule.FateSkipped, schedule.CauseBlackout, 0},
		{"a late start would fall into the blackout", with(monday, "", 200*time.Hour), "2026-02-02T09:00", "2026-02-09T08:00", schedule.FateMissed, schedule.CauseBlackout, 168 * time.Hour},
		{"no nominal time", monday, "soon", "2026-02-09T08:00", schedule.FateAsk, schedule.CauseUndecidable, 0},
	} {
		d := c.spec.Judge(cal, schedule.Occurrence{Nominal: c.nominal}, utc(t, c.now))
		if d.Fate != c.fate || d.Why.Cause != c.cause || d.Late != c.late && c.fate != schedule.FateStart {
			t.Errorf("%s: got %s because %q, late %s; want %s because %q, late %s", c.name, d.Fate, d.Why.Cause, d.Late, c.fate, c.cause, c.late)
		}
		if (d.Fate == schedule.FateWait) != !d.Until.IsZero() || d.Sentence() == "" {
			t.Errorf("%s: waits until %v", c.name, d.Until)
		}
	}
}

func pending(t *testing.T, spec schedule.Spec, cal *schedule.Calendar, last schedule.Mark, now time.Time) ([]schedule.Decision, bool) {
	t.Helper()
	list, more, err := spec.Pending(cal, last, now)
	if err != nil {
		t.Fatal(err)
	}
	return list, more
}

func TestAfterAnOutageOnlyTheNewestStarts(t *testing.T) {
	cal := municipality(t)
	daily := schedule.Spec{Rule: rule(t, "weekdays at 09:00", "")}
	for _, c := range []struct {
		missed schedule.Missed
		fates  []schedule.Fate
		cause  schedule.Cause // of the first
	}{
		{schedule.MissedRunOnce, []schedule.Fate{schedule.FateMissed, schedule.FateMissed, schedule.FateStartLate}, schedule.CauseTooLate},
		{schedule.MissedSkip, []schedule.Fate{schedule.FateMissed, schedule.FateMissed, schedule.FateMissed}, schedule.CausePolicy},
		{schedule.MissedAsk, []schedule.Fate{schedule.FateMissed, schedule.FateMissed, schedule.FateAsk}, schedule.CauseSuperseded},
	} {
		daily.Missed = c.missed
		list, more := pending(t, daily, cal, schedule.Mark{Nominal: "2026-11-17T09:00"}, utc(t, "2026-11-20T10:00"))
		if len(list) != len(c.fates) || more {
			t.Fatalf("%s: got %d decisions, more %t", c.missed, len(list), more)
		}
		for i, fate := range c.fates {
			if list[i].Fate != fate {
				t.Errorf("%s: number %d is %s, want %s", c.missed, i, list[i].Fate, fate)
			}
		}
		if list[0].Why.Cause != c.cause {
			t.Errorf("%s: the first is missed because of %q, want %q", c.missed, list[0].Why.Cause, c.cause)
		}
	}
}

func TestThreeMovedToOneDayStartOnce(t *testing.T) {
	spec := schedule.Spec{Rule: rule(t, "daily", ""), Move: schedule.MoveNext}
	list, _ := pending(t, spec, municipality(t), schedule.Mark{Nominal: "2026-11-20T09:00"}, utc(t, "2026-11-23T08:00"))
	if len(list) != 3 {
		t.Fatalf("got %d decisions", len(list))
	}
	for i, want := range []schedule.Fate{schedule.FateMissed, schedule.FateMissed, schedule.FateStart} {
		if list[i].Fate != want || want == schedule.FateMissed && list[i].Why != (schedule.Reason{Cause: schedule.CauseSuperseded, Detail: "2026-11-23T09:00"}) {
			t.Errorf("number %d: %s", i, list[i].Sentence())
		}
	}
}

func TestAWaitingOneEndsTheList(t *testing.T) {
	cal := municipality(t)
	spec := schedule.Spec{Rule: rule(t, "every monday", ""), StartWithin: 30 * time.Hour}
	mark := schedule.Mark{Born: utc(t, "2026-11-20T00:00")}
	list, _ := pending(t, spec, cal, mark, utc(t, "2026-11-23T19:00"))
	if len(list) != 1 || list[0].Fate != schedule.FateWait || !list[0].Until.Equal(utc(t, "2026-11-24T06:00")) {
		t.Fatalf("got %+v", list)
	}
	list, _ = pending(t, spec, cal, mark, list[0].Until)
	if len(list) != 1 || list[0].Fate != schedule.FateStartLate {
		t.Errorf("in the morning: got %+v", list)
	}
}

// Were the skipped Tuesday recorded first, the mark would pass the Monday by.
func TestNothingIsRecordedBehindAWaitingOne(t *testing.T) {
	spec := schedule.Spec{Rule: rule(t, "daily", ""), Blackouts: []string{"valg"}, StartWithin: 72 * time.Hour}
	list, _ := pending(t, spec, municipality(t), schedule.Mark{Nominal: "2026-11-01T09:00"}, utc(t, "2026-11-04T04:00"))
	if len(list) != 1 || list[0].Nominal != "2026-11-02T09:00" || list[0].Fate != schedule.FateWait {
		t.Fatalf("got %+v", list)
	}
	list, _ = pending(t, spec, municipality(t), schedule.Mark{Nominal: "2026-11-01T09:00"}, list[0].Until)
	if len(list) != 2 || list[0].Fate != schedule.FateStartLate || list[1].Fate != schedule.FateSkipped {
		t.Errorf("in the morning: got %+v", list)
	}
}

func TestALongBacklogComesInPartsAndLosesNothing(t *testing.T) {
	spec := schedule.Spec{Rule: rule(t, "every 15 minutes", ""), Missed: schedule.MissedAsk}
	born, now := utc(t, "2026-10-01T00:00"), utc(t, "2026-11-10T00:00")
	mark, seen, asked := schedule.Mark{Born: born}, map[string]bool{}, 0
	for part := 0; ; part++ {
		list, more := pending(t, spec, nil, mark, now)
		for _, d := range list {
			seen[d.Nominal] = true
			if d.Fate != schedule.FateMissed {
				asked++
			}
		}
		if !more {
			break
		}
		if asked > 0 {
			t.Fatal("asked before the newest was reached")
		}
		mark.Nominal = list[len(list)-1].Nominal
	}
	// 40 days of 96, less the four of the fold that come only once.
	if len(seen) != 40*96-4 || asked != 1 {
		t.Errorf("%d recorded, %d asked about", len(seen), asked)
	}
	if _, _, err := spec.Pending(nil, schedule.Mark{Nominal: "yesterday"}, now); err == nil {
		t.Error("a mark that cannot be read was taken")
	}
}

func TestReminders(t *testing.T) {
	spec := schedule.Spec{Rule: rule(t, "monthly on day 2", ""), Move: schedule.MoveNext}
	d := spec.Plan(municipality(t), schedule.Occurrence{Nominal: "2026-04-02T09:00", Zone: "Europe/Copenhagen"})
	list := d.Reminders(utc(t, "2026-03-26T00:00"))
	for i, want := range []struct {
		at   string
		days int
		past bool
	}{{"2026-03-24T08:00", 14, true}, {"2026-03-31T07:00", 7, false}, {"2026-04-06T07:00", 1, false}, {"2026-04-07T07:00", 0, false}} {
		if got := list[i]; got != (schedule.Reminder{At: utc(t, want.at), DaysBefore: want.days, Past: want.past}) {
			t.Errorf("number %d: got %+v, want %+v", i, got, want)
		}
	}
}

func TestNextWake(t *testing.T) {
	cal := municipality(t)
	for _, c := range []struct {
		spec      schedule.Spec
		now, wake string
	}{
		{schedule.Spec{Rule: rule(t, "monthly on day 2", ""), Move: schedule.MoveNext}, "2026-03-10T00:00", "2026-03-24T08:00"},
		{schedule.Spec{Rule: rule(t, "monthly on day 2", ""), Move: schedule.MoveNext}, "2026-03-24T08:00", "2026-03-31T07:00"},
		{schedule.Spec{Rule: rule(t, "monthly on day 2", ""), Move: schedule.MoveNext}, "2026-04-06T07:00", "2026-04-07T07:00"},
		{schedule.Spec{Rule: rule(t, "every 2 weeks", "")}, "2026-11-30T07:00", "2026-11-30T08:00"},
		{schedule.Spec{Rule: rule(t, "every 15 minutes", "")}, "2026-11-30T07:01", "2026-11-30T07:15"},
		// A skipped one is recorded when its time comes, but not announced.
		{schedule.Spec{Rule: rule(t, "yearly on 10 february", ""), Blackouts: []string{"vinterferie"}}, "2026-01-01T00:00", "2026-02-10T08:00"},
	} {
		if wake, ok := c.spec.NextWake(cal, utc(t, c.now)); !ok || !wake.Equal(utc(t, c.wake)) {
			t.Errorf("%q at %s: got %v, want %s", c.spec.Rule.Text(), c.now, wake, c.wake)
		}
	}
	if wake, ok := (schedule.Spec{}).NextWake(cal, utc(t, "2026-01-01T00:00")); ok {
		t.Errorf("no rule, but woken at %v", wake)
	}
}
