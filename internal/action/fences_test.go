package action

import (
	"slices"
	"testing"
)

// What a host cannot fence in is known before it is asked for: only entries that
// require the missing fence are refused.
func TestSurvey(t *testing.T) {
	c, err := catalogue(t, `
  - {id: strict, description: x, exec: /bin/true, timeout: 1m, fences: [pid-namespace]}
  - {id: usual, description: x, exec: /bin/true, timeout: 1m}
  - {id: open, description: x, exec: /bin/true, timeout: 1m, fence: none}
`)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := c.Survey(t.Context())
	if err != nil || len(whole.Missing) > 0 || len(whole.Refused) > 0 || whole.Actions != 3 {
		t.Errorf("here every fence holds: %+v, %v", whole, err)
	}
	without, err := c.Survey(t.Context(), "/proc/self/exe", "supervise", "without-namespace")
	if err != nil || !slices.Contains(without.Missing, "pid-namespace") || len(without.Refused) != 1 || !slices.Equal(without.Refused["strict"], []string{"pid-namespace"}) || without.None() {
		t.Errorf("without namespaces: %+v, %v", without, err)
	}
	only, err := catalogue(t, "  - {id: strict, description: x, exec: /bin/true, timeout: 1m, fence: all}\n")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := only.Survey(t.Context(), "/proc/self/exe", "supervise", "without-namespace"); err != nil || !s.None() {
		t.Errorf("no action can run: %+v, %v", s, err)
	}
}
