package drill

import (
	"fmt"
	"slices"
	"time"

	"beredskab/internal/plan"
)

// overEstimate is how far a step or a measured time may run over its estimate
// before it is a remark (C10).
const overEstimate = 1.2

// OverEstimate is the code of a step that took longer than the plan says.
const OverEstimate = "D09"

// Finding is something that a run showed and that somebody should put right.
type Finding struct {
	Code     string // D01 …, stable
	Severity string // error or warning
	Step     string
	Text     string // English; figures in minutes
	Hint     string
	Value    time.Duration
	Limit    time.Duration
}

// Findings lists what the run showed, errors first. It may be asked at any time;
// only after the end is it complete.
func (r *Run) Findings() []Finding {
	found := slices.Concat(r.timeFindings(), r.chainFindings(), r.courseFindings())
	for i := range r.Steps {
		found = append(found, r.stepFindings(&r.Steps[i])...)
	}
	for i := range found {
		if found[i].Severity == "" {
			found[i].Severity = "warning"
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int { return rank(a) - rank(b) })
	return found
}

func rank(f Finding) int {
	if f.Severity == "error" {
		return 0
	}
	return 1
}

func (r *Run) timeFindings() (found []Finding) {
	goals := r.Plan.Objectives
	if rta := r.counted(); rta.Known && rta.Length > goals.RTO.Std() {
		found = append(found, Finding{
			Code: "D01", Severity: "error", Value: rta.Length, Limit: goals.RTO.Std(),
			Text: fmt.Sprintf("recovery took %s, the accepted time is %s", Words(rta.Length), goals.RTO),
			Hint: "make the slowest step quicker, or ask the system owner to accept a longer time",
		})
	}
	if rpa := r.RPA(); rpa.Known && rpa.Length > goals.RPO.Std() {
		found = append(found, Finding{
			Code: "D02", Severity: "error", Value: rpa.Length, Limit: goals.RPO.Std(),
			Text: fmt.Sprintf("the newest data that came back was %s old, the accepted loss is %s", Words(rpa.Length), goals.RPO),
			Hint: "back up more often, or ask the system owner to accept a larger loss",
		})
	}
	if wra := r.WRA(); wra.Known && wra.Length > goals.WRT.Std() {
		found = append(found, Finding{
			Code: "D13", Value: wra.Length, Limit: goals.WRT.Std(),
			Text: fmt.Sprintf("catching up took %s, the plan says %s", Words(wra.Length), goals.WRT),
			Hint: "shorten the catching up, or ask the system owner to accept a longer time",
		})
	}
	return found
}

// courseFindings are those of the run as a whole.
func (r *Run) courseFindings() (found []Finding) {
	for _, j := range r.Jumps {
		found = append(found, Finding{
			Code: "D08", Value: j.By,
			Text: fmt.Sprintf("the wall clock jumped by %s during the run; durations follow the monotonic clock", j.By.Round(time.Second)),
			Hint: "check the time service of the server",
		})
	}
	if !r.Overdue.IsZero() {
		found = append(found, Finding{
			Code: "D10", Limit: r.Drill.MaxDuration.Std(),
			Text: fmt.Sprintf("the run went on for longer than %s, which the plan gives as its longest time", r.Drill.MaxDuration),
			Hint: "see which step held it up, or give the drill more time in the plan",
		})
	}
	if r.Incident && !r.Times.Start.IsZero() && !slices.Contains(r.Times.given, "disrupted_at") {
		found = append(found, Finding{
			Code: "D12",
			Text: "when the disruption began has not been set; the recovery time counts from when the plan was put in force",
			Hint: "set disrupted_at, as an estimate if need be",
		})
	}
	return found
}

// stepFindings are those of one step: first how it ended, then what else was
// noticed on the way.
func (r *Run) stepFindings(s *Step) (found []Finding) {
	if s.Link || s.GivenUp {
		found = r.linkFindings(s)
	}
	if s.Link && s.State != Skipped || s.Way() == never {
		return found
	}
	add := func(code, hint, format string, args ...any) *Finding {
		found = append(found, Finding{Code: code, Step: s.ID, Text: fmt.Sprintf(format, args...), Hint: hint})
		return &found[len(found)-1]
	}
	failed := s.State == Failed || (s.State == Skipped && s.Failures > 0)
	switch {
	case failed && s.Cleanup:
		add("D07", "clean up by hand and see that nothing of the drill is left", "cleanup step %q failed: %s", s.ID, s.Note)
	case failed:
		f := add("D03", "find the cause, correct the plan or the system, and hold the drill again", "step %q failed (%s): %s", s.ID, s.Outcome, s.Note)
		if !r.Incident || s.State == Failed {
			f.Severity = "error" // in an incident the leader may have found another way
		}
	case s.State == Skipped && r.Closing == "":
		add("D05", "hold the step next time, or take it out of the plan", "step %q was skipped by %s: %s", s.ID, s.By, s.Note)
	case s.State == Done && s.Failures > 0:
		add("D11", "find out what went wrong at first, and correct the plan", "step %q went well only after it had failed (%d)", s.ID, s.Failures)
	}
	if s.Settled {
		add("D04", "see in the log what interrupted the program", "how step %q ended was not known; %s decided that it counts as: %s", s.ID, s.SettledBy, s.SettledAs)
	}
	if s.Unreached {
		add("D06", "check the contact and the deputy in the plan", "%s could not be reached for step %q in time", r.Asks(s), s.ID).Value = s.Waited
	}
	limit := s.Estimate.Std()
	if s.State == Done && s.Kind() != plan.StepInject && limit > 0 && float64(s.Worked) > overEstimate*float64(limit) {
		f := add(OverEstimate, "take the measured time over into the plan", "step %q took %s, the plan says %s", s.ID, Words(s.Worked), s.Estimate)
		f.Value, f.Limit = s.Worked, limit
	}
	return found
}
