package schedule_test

import (
	"errors"
	"testing"
	"time"

	"beredskab/internal/schedule"
)

// FuzzParse feeds any text (R19). Some seeds panic or mislead the cron library.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"TZ=", "TZ=0", "CRON_TZ=Europe/Copenhagen", "CRON_TZ= * * * * *", "@every -5m", "@every 0s", "@every 9999999h",
		"0 0 30 2 *", "0 9 1-7 * MON", "*/0 * * * *", "1-2-3 * * * *", "60/9999999999999999999 * * * *", ", , , , ,",
		"0-59/9223372036854775807 * * * *", "? ? ? ? ?", "first monday of month at 09:00", "every 6 months from march on day 31",
		"last working day of quarter", "every 2 weeks from 2026-01-05 on tuesday and friday at 23:59", "every other day",
		"yearly on 29 february", "every 1000 years", "every 527040 minutes", "the , the", "every\x00", "\xff\xfe", "İ İ İ İ İ",
	} {
		f.Add(seed, "Europe/Copenhagen", int64(1774738800))
	}
	f.Add("30 2 * * *", "Australia/Lord_Howe", int64(-5e9))
	f.Add("daily", "Pacific/Apia", int64(1<<60))
	f.Fuzz(func(t *testing.T, text, zone string, from int64) {
		r, err := schedule.Parse(text, zone)
		if err != nil {
			var bad *schedule.Error
			if !errors.As(err, &bad) || bad.Offset < -1 || bad.Offset > len(text) || bad.Message == "" {
				t.Fatalf("%q: bad error %#v", text, err)
			}
			return
		}
		checkSteps(t, r, from)
	})
}

func checkSteps(t *testing.T, r schedule.Rule, from int64) {
	after, last := time.Unix(from, 0), ""
	for range 5 {
		occ, ok := r.Next(after)
		if !ok {
			return
		}
		if !occ.Due.After(after) || occ.Nominal <= last || len(occ.Nominal) != len(nominal) {
			t.Fatalf("%q: %v does not come after %v (%q)", r.Text(), occ, after, last)
		}
		after, last = occ.Due, occ.Nominal
	}
}
