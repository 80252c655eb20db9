package schedule_test

import (
	"testing"
	"time"

	"beredskab/internal/schedule"
)

const nominal = "2006-01-02T15:04"

func rule(t testing.TB, text, zone string) schedule.Rule {
	t.Helper()
	r, err := schedule.Parse(text, zone)
	if err != nil {
		t.Fatalf("Parse(%q, %q): %v", text, zone, err)
	}
	return r
}

func utc(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(nominal, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// municipality is the calendar that most tests share.
func municipality(t testing.TB) *schedule.Calendar {
	t.Helper()
	cal, err := schedule.NewCalendar(schedule.Settings{
		Blackouts: []schedule.Window{
			{Name: "vinterferie", When: []string{"uge 7"}},
			{Name: "sommerferie", When: []string{"uge 28-30"}},
			{Name: "jul", When: []string{"12-20..01-03"}},
			{Name: "valg", When: []string{"2026-11-03"}},
			{Name: "lønkørsel", When: []string{"2026-09-28..2026-09-30"}},
		},
		QuietFrom: "17:00", QuietTo: "07:00",
		Quiet: []schedule.Window{{Name: "efterårsferie", When: []string{"week 42 2026"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

// nominals lists the next n nominal times after the instant.
func nominals(r schedule.Rule, after time.Time, n int) []string {
	var list []string
	for range n {
		occ, ok := r.Next(after)
		if !ok {
			break
		}
		list = append(list, occ.Nominal)
		after = occ.Due
	}
	return list
}
