package schedule_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/schedule"
)

// lines says each decision of a period as "nominal fate due cause detail".
func lines(spec schedule.Spec, cal *schedule.Calendar, from, to time.Time) []string {
	var list []string
	for d := range spec.Occurrences(cal, from, to) {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s", d.Nominal, d.Fate, d.Due.Format(nominal), d.Why.Cause, d.Why.Detail)))
	}
	return list
}

// period is a spec with the lines that it gives between two moments.
type period struct {
	name     string
	spec     schedule.Spec
	from, to string
	want     []string
}

func checkPeriods(t *testing.T, cal *schedule.Calendar, periods []period) {
	t.Helper()
	for _, c := range periods {
		if got := lines(c.spec, cal, utc(t, c.from), utc(t, c.to)); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.name, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
	}
}

func TestOccurrencesAreMovedWithTheirReason(t *testing.T) {
	checkPeriods(t, municipality(t), []period{
		{
			"moved past Easter",
			schedule.Spec{Rule: rule(t, "monthly on day 2", ""), Move: schedule.MoveNext},
			"2026-03-01T00:00", "2026-05-01T00:00",
			[]string{"2026-03-02T09:00 due 2026-03-02T08:00", "2026-04-02T09:00 moved 2026-04-07T07:00 holiday Skærtorsdag"},
		},
		{
			"moved before Easter",
			schedule.Spec{Rule: rule(t, "monthly on day 6", ""), Move: schedule.MovePrevious},
			"2026-04-01T00:00", "2026-05-01T00:00",
			[]string{"2026-04-06T09:00 moved 2026-04-01T07:00 holiday Anden påskedag"},
		},
		{
			"two moved to the same day stay two",
			schedule.Spec{Rule: rule(t, "daily", ""), Move: schedule.MoveNext},
			"2026-06-04T00:00", "2026-06-09T00:00",
			[]string{
				"2026-06-04T09:00 due 2026-06-04T07:00",
				"2026-06-05T09:00 moved 2026-06-08T07:00 closed_day Grundlovsdag",
				"2026-06-06T09:00 moved 2026-06-08T07:00 weekend Saturday",
				"2026-06-07T09:00 moved 2026-06-08T07:00 weekend Sunday",
				"2026-06-08T09:00 due 2026-06-08T07:00",
			},
		},
	})
}

func TestOccurrencesAreSkippedOrStayWithTheirReason(t *testing.T) {
	checkPeriods(t, municipality(t), []period{
		{
			"a blackout counts on the day after the move",
			schedule.Spec{Rule: rule(t, "every sunday", ""), Move: schedule.MoveNext, Blackouts: []string{"vinterferie"}},
			"2026-02-02T00:00", "2026-02-17T00:00",
			[]string{
				"2026-02-01T09:00 moved 2026-02-02T08:00 weekend Sunday",
				"2026-02-08T09:00 skipped 2026-02-09T08:00 blackout vinterferie",
				"2026-02-15T09:00 moved 2026-02-16T08:00 weekend Sunday",
			},
		},
		{
			"left where it is",
			schedule.Spec{Rule: rule(t, "0 9 25 12 *", "")},
			"2026-12-01T00:00", "2027-01-01T00:00",
			[]string{"2026-12-25T09:00 due 2026-12-25T08:00"},
		},
		{
			"Easter Sunday in the gap",
			schedule.Spec{Rule: rule(t, "30 2 28 3 *", "")},
			"2027-01-01T00:00", "2028-01-01T00:00",
			[]string{"2027-03-28T02:30 due 2027-03-28T01:00 clock_gap"},
		},
		{
			"an unknown blackout is asked about",
			schedule.Spec{Rule: rule(t, "0 9 4 5 *", ""), Blackouts: []string{"ferie"}},
			"2026-01-01T00:00", "2027-01-01T00:00",
			[]string{`2026-05-04T09:00 ask 2026-05-04T07:00 undecidable the calendar has no blackout "ferie"`},
		},
	})
}

func TestACalendarThatIsAlwaysClosedIsAskedAbout(t *testing.T) {
	cal, err := schedule.NewCalendar(schedule.Settings{Closed: []schedule.Window{{Name: "lukket", When: []string{"01-01..12-31"}}}})
	if err != nil {
		t.Fatal(err)
	}
	spec := schedule.Spec{Rule: rule(t, "monthly on day 4", ""), Move: schedule.MoveNext}
	for d := range spec.Occurrences(cal, utc(t, "2026-01-01T00:00"), utc(t, "2026-12-01T00:00")) {
		if d.Fate != schedule.FateAsk || d.Why.Cause != schedule.CauseUndecidable {
			t.Errorf("got %+v", d)
		}
	}
	if occ, ok := rule(t, "first working day of month", "").With(cal).Next(utc(t, "2026-01-01T00:00")); ok {
		t.Errorf("a working day in a closed year: %v", occ)
	}
}

func TestPlanIsTheSameForAStoredOccurrence(t *testing.T) {
	cal := municipality(t)
	spec := schedule.Spec{Rule: rule(t, "daily at 02:30", ""), Move: schedule.MovePrevious, Blackouts: []string{"jul"}}
	for d := range spec.Occurrences(cal, utc(t, "2026-01-01T00:00"), utc(t, "2027-12-31T00:00")) {
		again := spec.Plan(cal, schedule.Occurrence{Nominal: d.Nominal, Zone: d.Zone, StandsFor: d.StandsFor})
		if again != d {
			t.Fatalf("planned again:\n got %+v\nwant %+v", again, d)
		}
	}
}

func TestCheckRefusesWhatCannotMeanAnything(t *testing.T) {
	cal := municipality(t)
	daily := rule(t, "daily", "")
	for _, c := range []struct {
		spec schedule.Spec
		says string
	}{
		{schedule.Spec{}, "rule"},
		{schedule.Spec{Rule: daily, Move: "sideways"}, "next_working_day"},
		{schedule.Spec{Rule: daily, Missed: "forget"}, "run_once"},
		{schedule.Spec{Rule: daily, StartWithin: -1}, "negative"},
		{schedule.Spec{Rule: daily, Blackouts: []string{"jul", "ferie"}}, "ferie"},
		{schedule.Spec{Rule: rule(t, "every 15 minutes", ""), Move: schedule.MoveNext}, "several times a day"},
		{schedule.Spec{Rule: rule(t, "every 36 hours", ""), Move: schedule.MovePrevious}, "changing hours"},
		{schedule.Spec{Rule: rule(t, "0 9,15 * * *", ""), Move: schedule.MoveNext}, "several times a day"},
	} {
		err := c.spec.Check(cal)
		if !errors.Is(err, schedule.ErrSettings) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: got %v, want words of %q", c.spec, err, c.says)
		}
	}
	good := schedule.Spec{Rule: daily, Move: schedule.MoveNext, Blackouts: []string{"jul"}, Missed: schedule.MissedAsk}
	if err := good.Check(cal); err != nil {
		t.Error(err)
	}
}

func TestSentences(t *testing.T) {
	cal := municipality(t)
	spec := schedule.Spec{Rule: rule(t, "monthly on day 2", ""), Move: schedule.MoveNext, Blackouts: []string{"vinterferie"}}
	first := func(at string) schedule.Decision {
		for d := range spec.Occurrences(cal, utc(t, at), utc(t, at).AddDate(0, 1, 0)) {
			return d
		}
		return schedule.Decision{}
	}
	want := "2026-04-02T09:00 Europe/Copenhagen is moved from 2026-04-02 07:00 UTC to 2026-04-07 07:00 UTC because Skærtorsdag is a public holiday."
	if got := first("2026-04-01T00:00").Sentence(); got != want {
		t.Errorf("got %q", got)
	}
	late := spec.Judge(cal, first("2026-04-01T00:00").Occurrence, utc(t, "2026-04-09T09:00"))
	want = "2026-04-02T09:00 Europe/Copenhagen was missed because more than 24h0m0s have passed since it was due."
	if got := late.Sentence(); got != want {
		t.Errorf("got %q", got)
	}
}
