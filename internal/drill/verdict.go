package drill

import (
	"slices"
	"time"

	"beredskab/internal/plan"
)

// Verdict is what a run came to; empty before its end.
type Verdict string

// The verdicts. A run that measures nothing is NotMeasured, never Passed.
const (
	Passed      Verdict = "passed"
	WithRemarks Verdict = "passed_with_remarks"
	NotPassed   Verdict = "not_passed"
	NotMeasured Verdict = "not_measured"
	NotFinished Verdict = "aborted" // or interrupted by a real incident
)

// judge gives the verdict of a run that has come to its end.
func (r *Run) judge() Verdict {
	if r.Closing != "" {
		return NotFinished
	}
	found := r.Findings()
	bad := slices.ContainsFunc(found, func(f Finding) bool { return f.Severity == "error" })
	blocked := slices.ContainsFunc(r.Steps, func(s Step) bool { return s.State == Blocked })
	rta, _ := r.RTA()
	switch {
	case bad || blocked:
		return NotPassed
	case !rta.Known && r.Calling().Reached == 0: // an exercise of the alarm measures the chain
		return NotMeasured
	case len(found) > 0:
		return WithRemarks
	default:
		return Passed
	}
}

// Words writes a measured length for people, to the second below ten minutes
// and to the minute above.
func Words(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < 10*time.Minute:
		return d.Round(time.Second / 10).String()
	default:
		return plan.Duration(d.Round(time.Minute) / time.Minute).String()
	}
}
