package notify

import (
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, time.November, 26, 8, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "0": 0, "-5": 0, " 90 ": 90 * time.Second, "soon": 0, "99999999999": 7 * 24 * time.Hour,
		"Thu, 26 Nov 2026 08:02:00 GMT": 2 * time.Minute, "Thu, 26 Nov 2026 07:00:00 GMT": 0,
	} {
		if got := RetryAfter(value, now); got != want {
			t.Errorf("Retry-After %q means %v, want %v", value, got, want)
		}
	}
}
