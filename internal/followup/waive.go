package followup

import (
	"cmp"
	"slices"
	"time"
)

// Breach is a finding as far as dispensations look at it. Value is what was
// found, in the finding's own unit, and -1 where the rule compares no values or
// there was nothing to measure.
type Breach struct {
	Code   string
	System string // empty: the organisation
	State  string // as check's: ok, at_risk, breached, unknown, waived
	Value  int64
	Until  time.Time // waived: when that ends
	Waiver string    // waived: the dispensation's ID
}

// Waive gives the findings as they stand at that moment under the dispensations:
// what is breached, and has one that holds, is waived until it ends. What is not
// breached stays as it is: nothing is ever made ok. A finding that was waived
// before, and is not any more, is breached again.
//
// A dispensation covers its own rule and its own system. When it states a bound,
// it covers a value up to it; a breach that grows beyond, or that nobody can put
// a value to, is not covered.
func Waive(findings []Breach, dispensations []Dispensation, at time.Time) []Breach {
	out := slices.Clone(findings)
	for i := range out {
		b := &out[i]
		if b.State != "breached" && b.State != "waived" {
			continue
		}
		b.State, b.Until, b.Waiver = "breached", time.Time{}, ""
		for _, d := range dispensations {
			if d.covers(*b, at) && (d.To.After(b.Until) || d.To.Equal(b.Until) && d.ID < b.Waiver) {
				b.State, b.Until, b.Waiver = "waived", d.To, d.ID
			}
		}
	}
	return out
}

func (d Dispensation) covers(b Breach, at time.Time) bool {
	within := d.Bound == 0 || b.Value >= 0 && b.Value <= d.Bound
	return d.Code == b.Code && d.System == b.System && within && d.State(at) == Running
}

// Warning is that a dispensation ends soon. (ID, Days) names it, so that it is
// told once.
type Warning struct {
	ID, Code, System string
	Days             int // 30 or 7: the mark that was passed
	To               time.Time
	Applicant        string // who must ask anew or keep the rule
}

// WarnBefore lists the dispensations that end within 30 days, and then within 7,
// the soonest first. One that was given for a shorter time than a mark is not
// warned of at that mark.
func WarnBefore(dispensations []Dispensation, at time.Time) []Warning {
	var list []Warning
	for _, d := range dispensations {
		if d.State(at) != Running {
			continue
		}
		for _, days := range []int{7, 30} {
			mark := d.To.AddDate(0, 0, -days)
			if mark.Before(d.From) || at.Before(mark) {
				continue
			}
			list = append(list, Warning{d.ID, d.Code, d.System, days, d.To, d.Applied.Person})
			break
		}
	}
	slices.SortFunc(list, func(a, b Warning) int { return cmp.Or(a.To.Compare(b.To), cmp.Compare(a.ID, b.ID)) })
	return list
}
