package schedule_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/schedule"
)

func TestTextsNameTheirTimes(t *testing.T) {
	for _, c := range []struct{ text, next string }{
		{"30 8 * * 1-5", "2026-01-02T08:30 2026-01-05T08:30"},
		{"0 9 29 2 *", "2028-02-29T09:00 2032-02-29T09:00"},
		{"@daily", "2026-01-02T00:00 2026-01-03T00:00"},
		{"@weekly", "2026-01-04T00:00 2026-01-11T00:00"},
		{"@monthly", "2026-02-01T00:00 2026-03-01T00:00"},
		{"@yearly", "2027-01-01T00:00 2028-01-01T00:00"},
		{"@every 6h", "2026-01-01T12:00 2026-01-01T18:00"},
		{"first monday of month at 09:00", "2026-01-05T09:00 2026-02-02T09:00"},
		{"Second Tuesday of the month", "2026-01-13T09:00 2026-02-10T09:00"},
		{"third friday of quarter at 10:15", "2026-01-16T10:15 2026-04-17T10:15"},
		{"fourth sunday of march", "2026-03-22T09:00 2027-03-28T09:00"},
		{"last friday of month at 9:00", "2026-01-30T09:00 2026-02-27T09:00"},
		{"last friday of quarter", "2026-03-27T09:00 2026-06-26T09:00"},
		{"first working day of month", "2026-01-02T09:00 2026-02-02T09:00"},
		{"last working day of year at 08.00", "2026-12-31T08:00 2027-12-31T08:00"},
		{"last working day of april", "2026-04-30T09:00 2027-04-30T09:00"},
		{"second working day of april", "2026-04-07T09:00 2027-04-02T09:00"},
		{"first day of month at 07:00", "2026-02-01T07:00 2026-03-01T07:00"},
		{"last day of february", "2026-02-28T09:00 2027-02-28T09:00 2028-02-29T09:00"},
		{"every 6 months", "2026-07-01T09:00 2027-01-01T09:00"},
		{"every 6 months on day 15 at 09:00", "2026-01-15T09:00 2026-07-15T09:00"},
		{"every 6 months from march on first monday", "2026-03-02T09:00 2026-09-07T09:00"},
		{"every other week on tuesday at 10:00", "2026-01-13T10:00 2026-01-27T10:00"},
		{"every 2 weeks on tuesday at 10:00", "2026-01-13T10:00 2026-01-27T10:00"},
		{"every 2 weeks from 2026-01-14 on tuesday and friday", "2026-01-02T09:00 2026-01-13T09:00 2026-01-16T09:00"},
		{"every 3 days from 2026-01-02 at 06:30", "2026-01-02T06:30 2026-01-05T06:30"},
		{"every monday, wednesday at 09:00", "2026-01-05T09:00 2026-01-07T09:00"},
		{"every working day at 09:00", "2026-01-02T09:00 2026-01-05T09:00"},
		{"working days at 09:00", "2026-01-02T09:00 2026-01-05T09:00"},
		{"every 15 minutes", "2026-01-01T12:00 2026-01-01T12:15"},
		{"every 2 hours", "2026-01-01T12:00 2026-01-01T14:00"},
		{"yearly on 15 march at 09:00", "2026-03-15T09:00 2027-03-15T09:00"},
		{"every 2 years on march 15", "2026-03-15T09:00 2028-03-15T09:00"},
		{"yearly on 29 february", "2026-02-28T09:00 2027-02-28T09:00 2028-02-29T09:00"},
		{"weekdays at 06:00", "2026-01-02T06:00 2026-01-05T06:00"},
		{"daily at 23:59", "2026-01-01T23:59 2026-01-02T23:59"},
		{"weekly on thursday at 13:00", "2026-01-01T13:00 2026-01-08T13:00"},
		{"monthly on day 10 at 00:00", "2026-01-10T00:00 2026-02-10T00:00"},
		{"monthly on day 31", "2026-01-31T09:00 2026-02-28T09:00 2026-03-31T09:00 2026-04-30T09:00"},
		{"monthly on last working day", "2026-01-30T09:00 2026-02-27T09:00"},
		{"quarterly on day 10 at 10:00", "2026-01-10T10:00 2026-04-10T10:00"},
		{"every quarter from february", "2026-02-01T09:00 2026-05-01T09:00"},
	} {
		want := strings.Fields(c.next)
		got := nominals(rule(t, c.text, ""), utc(t, "2026-01-01T10:59"), len(want))
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", c.text, got, want)
		}
	}
}

func TestIntervalsCountFromTheirAnchorOnly(t *testing.T) {
	for _, c := range []struct {
		text string
		step time.Duration
	}{{"every 7 minutes", 7 * time.Minute}, {"every 5 hours", 5 * time.Hour}, {"every 10 days at 00:00", 240 * time.Hour}, {"every 3 weeks at 00:00", 504 * time.Hour}} {
		anchor := utc(t, "2001-01-01T00:00")
		for _, after := range []string{"1999-05-05T12:34", "2026-01-01T00:00", "2031-12-31T23:59"} {
			occ, ok := rule(t, c.text, "UTC").Next(utc(t, after))
			if !ok || occ.Due.Sub(anchor)%c.step != 0 || occ.Due.Sub(utc(t, after)) > c.step {
				t.Errorf("%q after %s: got %v, which is no whole step from the anchor", c.text, after, occ)
			}
		}
	}
}

func TestRefusalsSayWhereAndWhatInstead(t *testing.T) {
	for _, c := range []struct {
		text   string
		offset int
		says   string
	}{
		{"", 0, "empty"},
		{"   ", 0, "empty"},
		{"TZ=", 0, "zone"},
		{"TZ=0", 0, "zone"},
		{"CRON_TZ=Europe/Copenhagen", 0, "zone"},
		{" cron_tz=UTC 0 9 * * *", 1, "zone"},
		{"0 9 1-7 * MON", 4, "first monday of month"},
		{"0 9 */2 * MON", 4, "first monday of month"},
		{"0 0 30 2 *", 4, "never comes"},
		{"0 0 31 4,6,9,11 *", 4, "never comes"},
		{"0 25 * * *", 2, "hour"},
		{"0 9 * * 7", 8, "sunday"},
		{"0 9 * * ,", 8, "empty"},
		{"0 9 * *", 6, "five fields"},
		{"0 0 9 * * *", 10, "five fields"},
		{"@every 30s", 7, "minute"},
		{"@every -5m", 7, "minute"},
		{"@every 0s", 7, "minute"},
		{"@every 90s", 7, "minute"},
		{"@every x", 7, "duration"},
		{"@reboot", 0, "unknown"},
		{"@daily at 09:00", 7, "daily at 09:00"},
		{"every 30 seconds", 9, "minute"},
		{"every 0 minutes", 6, "number"},
		{"every 99999999999999999999 days", 6, "number"},
		{"every 600000 minutes", 6, "number"},
		{"every 15 minutes at 09:00", 17, "end here"},
		{"every 2 fortnights", 8, "expected"},
		{"first monday", 12, `"of"`},
		{"first banana of month", 6, "weekday"},
		{"yearly on 30 february", 10, "never comes"},
		{"yearly on 15 smarch", 13, "month"},
		{"monthly on day 32", 15, "1 to 31"},
		{"daily at 24:00", 9, "00:00 to 23:59"},
		{"daily at 9", 9, "HH:MM"},
		{"daily at", 8, "HH:MM"},
		{"weekly on day 3", 10, "weekday"},
		{"every monday and", 16, "weekday"},
		{"hver mandag kl. 09:00", 0, "cron text"},
		{strings.Repeat("x", 201), 200, "longer"},
	} {
		_, err := schedule.Parse(c.text, "")
		var bad *schedule.Error
		if !errors.As(err, &bad) {
			t.Errorf("%q: want an *Error, got %v", c.text, err)
			continue
		}
		if bad.Offset != c.offset || !strings.Contains(bad.Error(), c.says) {
			t.Errorf("%q: got offset %d, %q; want offset %d and a word of %q", c.text, bad.Offset, bad, c.offset, c.says)
		}
	}
}

func TestZonesThatAreRefused(t *testing.T) {
	for _, zone := range []string{"Local", "Europe/Kalundborg", "../etc/passwd", "+01:00"} {
		_, err := schedule.Parse("daily", zone)
		var bad *schedule.Error
		if !errors.As(err, &bad) || bad.Offset != -1 {
			t.Errorf("zone %q: want an *Error without a place in the text, got %v", zone, err)
		}
	}
	if r := rule(t, "daily", ""); r.Zone() != "Europe/Copenhagen" || r.Text() != "daily" {
		t.Errorf("default: got zone %q, text %q", r.Zone(), r.Text())
	}
}

func TestTheZeroRuleNeverComes(t *testing.T) {
	if occ, ok := (schedule.Rule{}).Next(time.Unix(0, 0)); ok {
		t.Errorf("got %v", occ)
	}
	for _, year := range []int{-5000, 0, 1, 9998, 9999, 12000} {
		if occ, ok := rule(t, "every 15 minutes", "").Next(time.Date(year, 12, 30, 23, 59, 0, 0, time.UTC)); ok && len(occ.Nominal) != len(nominal) {
			t.Errorf("year %d: nominal time %q has not four digits of year", year, occ.Nominal)
		}
	}
}
