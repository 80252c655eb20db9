package schedule_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"beredskab/internal/schedule"
)

// The vectors of spec/domain 6.7.
func TestDanishHolidays(t *testing.T) {
	var cal *schedule.Calendar
	for _, c := range []struct{ day, name string }{
		{"2026-01-01", "Nytårsdag"},
		{"2026-04-02", "Skærtorsdag"},
		{"2026-04-03", "Langfredag"},
		{"2026-04-05", "Påskedag"},
		{"2026-04-06", "Anden påskedag"},
		{"2026-05-01", ""},
		{"2026-05-14", "Kristi Himmelfartsdag"},
		{"2026-05-24", "Pinsedag"},
		{"2026-05-25", "Anden Pinsedag"},
		{"2026-06-05", ""},
		{"2026-12-24", ""},
		{"2026-12-25", "Juledag"},
		{"2026-12-26", "Anden juledag"},
		{"2026-12-31", ""},
		{"2027-03-25", "Skærtorsdag"},
		{"2027-03-26", "Langfredag"},
		{"2027-03-28", "Påskedag"},
		{"2027-03-29", "Anden påskedag"},
		{"2027-05-06", "Kristi Himmelfartsdag"},
		{"2027-05-16", "Pinsedag"},
		{"2027-05-17", "Anden Pinsedag"},
		{"2023-05-05", "Store bededag"},
		{"2024-04-26", ""},
		{"2024-03-31", "Påskedag"},
		{"2025-04-20", "Påskedag"},
		{"2028-04-16", "Påskedag"},
	} {
		at, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		if name, found := cal.Holiday(at); name != c.name || found != (c.name != "") {
			t.Errorf("%s: got %q, want %q", c.day, name, c.name)
		}
	}
}

// The oracle's almanac follows another rule for Easter, over two centuries.
func TestHolidaysAgainstTheAlmanac(t *testing.T) {
	var cal *schedule.Calendar
	for at := utc(t, "1950-01-01T00:00"); at.Year() < 2150; at = at.AddDate(0, 0, 1) {
		if name, found := cal.Holiday(at); found != redLetterDay(at) {
			t.Errorf("%s: got %q, the almanac says %t", at.Format(time.DateOnly), name, !found)
		}
	}
}

func TestDaysOffHaveNames(t *testing.T) {
	cal := municipality(t)
	for _, c := range []struct {
		at   string
		want schedule.Reason
	}{
		{"2026-06-05T12:00", schedule.Reason{Cause: schedule.CauseClosed, Detail: "Grundlovsdag"}},
		{"2026-12-24T12:00", schedule.Reason{Cause: schedule.CauseClosed, Detail: "Juleaftensdag"}},
		{"2026-12-31T12:00", schedule.Reason{Cause: schedule.CauseClosed, Detail: "Nytårsaftensdag"}},
		{"2026-12-26T12:00", schedule.Reason{Cause: schedule.CauseHoliday, Detail: "Anden juledag"}},
		{"2026-12-27T12:00", schedule.Reason{Cause: schedule.CauseWeekend, Detail: "Sunday"}},
		{"2026-12-28T12:00", schedule.Reason{}},
	} {
		if got, off := cal.DayOff(utc(t, c.at)); got != c.want || off != (c.want != schedule.Reason{}) {
			t.Errorf("%s: got %v, want %v", c.at, got, c.want)
		}
	}
}

func TestClosedDaysAreTheMunicipalitys(t *testing.T) {
	own, err := schedule.NewCalendar(schedule.Settings{Closed: []schedule.Window{
		{Name: "Fredag efter Kr. himmelfart", When: []string{"easter+40"}},
		{Name: "Mellem jul og nytår", When: []string{"12-27..12-30"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{
		"2026-05-15T09:00": "Fredag efter Kr. himmelfart", "2027-05-07T09:00": "Fredag efter Kr. himmelfart",
		"2026-12-29T09:00": "Mellem jul og nytår", "2026-12-31T09:00": "", "2026-06-05T09:00": "",
	} {
		if got, _ := own.DayOff(utc(t, day)); got.Detail != want {
			t.Errorf("%s: got %q, want %q", day, got.Detail, want)
		}
	}
	if got := nominals(rule(t, "last working day of year", "").With(own), utc(t, "2027-01-01T00:00"), 1); got[0] != "2027-12-31T09:00" {
		t.Errorf("last working day without closed New Year's Eve: %v", got)
	}
	if got := nominals(rule(t, "last working day of year", "").With(municipality(t)), utc(t, "2026-01-01T00:00"), 1); got[0] != "2026-12-30T09:00" {
		t.Errorf("last working day with closed New Year's Eve: %v", got)
	}
}

func TestBlackouts(t *testing.T) {
	cal := municipality(t)
	all := []string{"vinterferie", "sommerferie", "jul", "valg", "lønkørsel"}
	for day, want := range map[string]string{
		"2026-02-08": "", "2026-02-09": "vinterferie", "2026-02-15": "vinterferie", "2026-02-16": "",
		"2026-07-05": "", "2026-07-06": "sommerferie", "2026-07-26": "sommerferie", "2026-07-27": "",
		"2026-12-19": "", "2026-12-20": "jul", "2026-12-31": "jul", "2027-01-03": "jul", "2027-01-04": "",
		"2026-11-03": "valg", "2027-11-03": "", "2026-09-29": "lønkørsel", "2027-09-29": "",
	} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := cal.Blackout(at, all); got != want {
			t.Errorf("%s: got %q, want %q", day, got, want)
		}
		if got, hit := cal.Blackout(at, nil); hit {
			t.Errorf("%s: %q although none was named", day, got)
		}
	}
}

func TestQuietHours(t *testing.T) {
	cal := municipality(t)
	for _, c := range []struct{ at, until string }{
		{"2026-11-23T08:00", ""},                 // Monday 09:00 local
		{"2026-11-23T15:59", ""},                 // 16:59
		{"2026-11-23T16:00", "2026-11-24T06:00"}, // 17:00
		{"2026-11-24T05:59", "2026-11-24T06:00"}, // 06:59
		{"2026-11-24T06:00", ""},
		{"2026-11-27T20:00", "2026-11-30T06:00"}, // Friday evening
		{"2026-04-01T16:00", "2026-04-07T05:00"}, // before Easter
		{"2026-10-09T16:00", "2026-10-19T05:00"}, // week 42 of 2026
		{"2027-10-20T10:00", ""},                 // week 42 of another year
		{"2026-03-28T12:00", "2026-03-30T05:00"}, // over the clock change
	} {
		until, quiet := cal.QuietUntil(utc(t, c.at))
		got := ""
		if quiet {
			got = until.Format(nominal)
		}
		if got != c.until {
			t.Errorf("%s: got %q, want %q", c.at, got, c.until)
		}
	}
	var bare *schedule.Calendar
	if until, quiet := bare.QuietUntil(utc(t, "2026-11-22T23:00")); quiet {
		t.Errorf("no quiet hours were set, got %v", until)
	}
}

func TestSettingsThatCannotBeUsed(t *testing.T) {
	window := func(when ...string) schedule.Settings {
		return schedule.Settings{Blackouts: []schedule.Window{{Name: "frost", When: when}}}
	}
	for _, c := range []struct {
		settings schedule.Settings
		says     string
	}{
		{window(), "needs a name"},
		{window("uge 54"), "uge 54"},
		{window("uge 7-x"), "uge 7-x"},
		{window("uge 51-2 2026"), "uge 51-2"},
		{window("2026-02-30"), "2026-02-30"},
		{window("2026-05-02..2026-05-01"), "2026-05-02"},
		{window("13-01"), "13-01"},
		{window("12-24..2026-01-01"), "12-24"},
		{window("easter+x"), "easter"},
		{window("påske"), "easter+40"},
		{schedule.Settings{Closed: []schedule.Window{{When: []string{"12-24"}}}}, "closed days"},
		{schedule.Settings{QuietFrom: "17:00"}, "07:00"},
		{schedule.Settings{QuietFrom: "17:00", QuietTo: "17:00"}, "different"},
		{schedule.Settings{Zone: "Mars/Olympus"}, "Mars/Olympus"},
	} {
		_, err := schedule.NewCalendar(c.settings)
		if !errors.Is(err, schedule.ErrSettings) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: got %v, want words of %q", c.settings, err, c.says)
		}
	}
}
