package schedule_test

import (
	"testing"

	"beredskab/internal/schedule"
)

// The clock changes of every zone that R7 names, as a table (F20).
func TestClockChanges(t *testing.T) {
	const cph, sao, howe, apia = "Europe/Copenhagen", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia"
	for _, c := range []struct {
		text, zone, after, nominal, due string
		clock                           schedule.Cause
		standsFor                       int
	}{
		// 2026-03-29 02:00 becomes 03:00, which is 01:00 UTC.
		{"30 2 * * *", cph, "2026-03-28T12:00", "2026-03-29T02:30", "2026-03-29T01:00", schedule.CauseGap, 0},
		{"30 2 29 3 *", cph, "2026-01-01T00:00", "2026-03-29T02:30", "2026-03-29T01:00", schedule.CauseGap, 0},
		{"30 2 * * 0", cph, "2026-03-28T12:00", "2026-03-29T02:30", "2026-03-29T01:00", schedule.CauseGap, 0},
		{"59 1 * * *", cph, "2026-03-28T12:00", "2026-03-29T01:59", "2026-03-29T00:59", "", 0},
		{"0 3 * * *", cph, "2026-03-28T12:00", "2026-03-29T03:00", "2026-03-29T01:00", "", 0},
		{"*/15 * * * *", cph, "2026-03-29T00:45", "2026-03-29T02:00", "2026-03-29T01:00", schedule.CauseGap, 4},
		{"every 15 minutes", cph, "2026-03-29T01:00", "2026-03-29T03:15", "2026-03-29T01:15", "", 0},
		{"every 25 minutes", cph, "2026-03-29T00:59", "2026-03-29T02:10", "2026-03-29T01:00", schedule.CauseGap, 2},
		// 2027-03-28 is Easter Sunday too.
		{"daily at 02:30", cph, "2027-03-27T12:00", "2027-03-28T02:30", "2027-03-28T01:00", schedule.CauseGap, 0},
		// 2026-10-25 03:00 becomes 02:00; the first 02:30 is 00:30 UTC.
		{"30 2 * * *", cph, "2026-10-24T12:00", "2026-10-25T02:30", "2026-10-25T00:30", schedule.CauseFold, 0},
		{"30 2 * * *", cph, "2026-10-25T00:30", "2026-10-26T02:30", "2026-10-26T01:30", "", 0},
		{"30 2 * * *", cph, "2026-10-25T01:29", "2026-10-26T02:30", "2026-10-26T01:30", "", 0},
		{"*/15 * * * *", cph, "2026-10-25T00:45", "2026-10-25T03:00", "2026-10-25T02:00", "", 0},
		{"daily at 02:00", cph, "2027-10-30T12:00", "2027-10-31T02:00", "2027-10-31T00:00", schedule.CauseFold, 0},
		{"daily at 03:00", cph, "2027-10-30T12:00", "2027-10-31T03:00", "2027-10-31T02:00", "", 0},
		// Lord Howe moves by half an hour: 02:00 becomes 02:30 in October, back at 02:00 in April.
		{"10 2 * * *", howe, "2026-10-03T00:00", "2026-10-04T02:10", "2026-10-03T15:30", schedule.CauseGap, 0},
		{"45 1 * * *", howe, "2026-04-04T00:00", "2026-04-05T01:45", "2026-04-04T14:45", schedule.CauseFold, 0},
		{"15 1 * * *", howe, "2026-04-04T00:00", "2026-04-05T01:15", "2026-04-04T14:15", "", 0},
		// Apia had no 30 December 2011.
		{"daily at 09:00", apia, "2011-12-30T00:00", "2011-12-30T09:00", "2011-12-30T10:00", schedule.CauseGap, 0},
		{"daily at 09:00", apia, "2011-12-30T10:00", "2011-12-31T09:00", "2011-12-30T19:00", "", 0},
		{"every 2 hours", apia, "2011-12-30T09:59", "2011-12-30T00:00", "2011-12-30T10:00", schedule.CauseGap, 12},
		// São Paulo's summer began at midnight: 2017-10-15 has no 00:00.
		{"daily at 00:00", sao, "2017-10-14T12:00", "2017-10-15T00:00", "2017-10-15T03:00", schedule.CauseGap, 0},
		{"30 23 * * *", sao, "2018-02-17T12:00", "2018-02-17T23:30", "2018-02-18T01:30", schedule.CauseFold, 0},
		{"daily at 00:00", sao, "2018-02-18T02:30", "2018-02-18T00:00", "2018-02-18T03:00", "", 0},
		// Leap days.
		{"0 9 29 2 *", "UTC", "2026-01-01T00:00", "2028-02-29T09:00", "2028-02-29T09:00", "", 0},
		{"0 9 29 2 *", "UTC", "2096-03-01T00:00", "2104-02-29T09:00", "2104-02-29T09:00", "", 0},
		// The last day of a leap year for which no zone has a table any more.
		{"daily at 09:00", cph, "2040-12-30T12:00", "2040-12-31T09:00", "2040-12-31T08:00", "", 0},
		{"daily at 00:30", cph, "2040-12-31T12:00", "2041-01-01T00:30", "2040-12-31T23:30", "", 0},
		{"daily at 12:00", howe, "2040-12-30T12:00", "2040-12-31T12:00", "2040-12-31T01:00", "", 0},
		{"daily at 21:00", "America/St_Johns", "2044-12-30T12:00", "2044-12-30T21:00", "2044-12-31T00:30", "", 0},
	} {
		occ, ok := rule(t, c.text, c.zone).Next(utc(t, c.after))
		want := schedule.Occurrence{Nominal: c.nominal, Zone: c.zone, Due: utc(t, c.due), Clock: c.clock, StandsFor: c.standsFor}
		if !ok || occ != want {
			t.Errorf("%q in %s after %s:\n got %+v\nwant %+v", c.text, c.zone, c.after, occ, want)
		}
	}
}
