package schedule_test

import (
	"strings"
	"testing"
	"time"

	"beredskab/internal/schedule"
)

// FuzzZone: a zone is the name of one that is known, never a way out of the
// zones' folder, and times in it come and are in that zone.
func FuzzZone(f *testing.F) {
	for _, zone := range []string{
		"Europe/Copenhagen", "UTC", "", "Local", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "../../etc/passwd", "/etc/localtime",
		"Europe", "Europe/", "europe/copenhagen", "CET", "+01:00", "GMT+25", "posix/UTC", "zone.tab", "Europe/Copenhagen\x00", "Europe//Paris", "\\x", ".",
	} {
		f.Add(zone, "02:30", int64(1774738800))
	}
	f.Fuzz(func(t *testing.T, zone, clock string, from int64) {
		if _, err := schedule.NewCalendar(schedule.Settings{Zone: zone}); err == nil && zone != "" {
			mustBeZone(t, zone)
		}
		r, err := schedule.Parse("daily at "+clock, zone)
		if err != nil {
			return
		}
		if zone != "" {
			mustBeZone(t, zone)
		}
		checkSteps(t, r, from%(1<<34))
	})
}

func mustBeZone(t *testing.T, zone string) {
	t.Helper()
	if _, err := time.LoadLocation(zone); err != nil || strings.Contains(zone, "..") || strings.HasPrefix(zone, "/") || strings.ContainsRune(zone, 0) {
		t.Errorf("%q counts as a zone (%v)", zone, err)
	}
}
