package schedule

import (
	"fmt"
	"time"
)

// Cause names why something is not simply due at its nominal time.
type Cause string

// The causes. Detail of a [Reason] is given in brackets.
const (
	CauseGap         Cause = "clock_gap"   // the clock jumped over the nominal time
	CauseFold        Cause = "clock_fold"  // the nominal time comes twice; the first counts
	CauseWeekend     Cause = "weekend"     // [name of the weekday]
	CauseHoliday     Cause = "holiday"     // a public holiday [its name]
	CauseClosed      Cause = "closed_day"  // the municipality's own closed day [its name]
	CauseBlackout    Cause = "blackout"    // a named window without drills [its name]
	CauseUndecidable Cause = "undecidable" // the calendar gives no answer [what is wrong]
	CauseDown        Cause = "not_started" // nobody started it in time, as after an outage
	CauseTooLate     Cause = "too_late"    // past StartWithin [that limit]
	CauseSuperseded  Cause = "superseded"  // a later occurrence stands for it [its nominal time]
	CausePolicy      Cause = "missed_word" // the schedule's word for missed ones [skip or ask]
	CauseQuiet       Cause = "quiet_hours" // a late start would fall into quiet hours
	causeNone        Cause = ""
)

// Reason is a cause with the name or figure that belongs to it. The zero Reason
// means that there was nothing to explain.
type Reason struct {
	Cause  Cause
	Detail string
}

// String gives the reason as an English clause that can follow "because".
func (r Reason) String() string {
	switch r.Cause {
	case CauseGap:
		return "the clock jumped over its time"
	case CauseFold:
		return "its time comes twice and the first passing counts"
	case CauseWeekend:
		return fmt.Sprintf("the day is a %s", r.Detail)
	case CauseHoliday:
		return fmt.Sprintf("%s is a public holiday", r.Detail)
	case CauseClosed:
		return fmt.Sprintf("the municipality is closed on %s", r.Detail)
	case CauseBlackout:
		return fmt.Sprintf("the day lies in the blackout %q", r.Detail)
	case CauseUndecidable:
		return r.Detail
	case CauseDown:
		return "nobody started it in time"
	case CauseTooLate:
		return fmt.Sprintf("more than %s have passed since it was due", r.Detail)
	case CauseSuperseded:
		return fmt.Sprintf("the later occurrence %s stands for it", r.Detail)
	case CausePolicy:
		return fmt.Sprintf("the schedule says %q for missed occurrences", r.Detail)
	case CauseQuiet:
		return "a late start would fall into quiet hours"
	default:
		return string(r.Cause)
	}
}

// Fate is what becomes of an occurrence.
type Fate string

// FateDue to FateSkipped are planned; the others are judged when it is due.
const (
	FateDue       Fate = "due"        // will start at Due
	FateMoved     Fate = "moved"      // will start at Due, away from its nominal day
	FateSkipped   Fate = "skipped"    // falls away, and the reason is recorded
	FateStart     Fate = "start"      // start it now, on time
	FateStartLate Fate = "start_late" // start it now and mark it late
	FateMissed    Fate = "missed"     // record it as missed and tell the owner
	FateAsk       Fate = "ask"        // a person decides
	FateWait      Fate = "wait"       // start it late, but not before Until; record nothing yet
)

// Decision is an occurrence with its fate and the reason for it.
type Decision struct {
	// Occurrence has the planned Due, after any move; Nominal never changes.
	Occurrence
	Fate Fate
	Why  Reason
	// From is the due time before the move; zero unless it was moved.
	From time.Time
	// Moved is why it was moved; it stays when the fate goes on to start or missed.
	Moved Reason
	// Late is how long after Due it was judged; zero before and on time.
	Late time.Duration
	// Until is when a waiting occurrence is to be judged again; zero otherwise.
	Until time.Time
}

// Sentence says the decision in English, with times in UTC and the nominal time
// in its zone.
func (d Decision) Sentence() string {
	s := fmt.Sprintf("%s %s ", d.Nominal, d.Zone)
	switch d.Fate {
	case FateDue:
		s += "is due at " + stamp(d.Due)
	case FateMoved:
		s += fmt.Sprintf("is moved from %s to %s", stamp(d.From), stamp(d.Due))
	case FateSkipped:
		s += "is skipped"
	case FateStart:
		s += "starts on time"
	case FateStartLate:
		s += fmt.Sprintf("starts %s late", d.Late)
	case FateMissed:
		s += "was missed"
	case FateAsk:
		s += "waits for a person's decision"
	case FateWait:
		s += "waits until " + stamp(d.Until)
	default:
		s += "is undecided"
	}
	if d.Why.Cause != causeNone {
		s += " because " + d.Why.String()
	}
	return s + "."
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }
