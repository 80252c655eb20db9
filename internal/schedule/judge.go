package schedule

import (
	"fmt"
	"time"
)

const (
	// onTime is what counts as on time: the program looks at least each 30 s
	// (F19) and may be busy for a moment.
	onTime = 2 * time.Minute
	// maxPending bounds one answer of Pending, and so one transaction.
	maxPending = 500
)

// Judge says what to do with an occurrence at the moment now. Before Due it is
// the plan again. Up to two minutes after Due it starts on time. Later the word
// for missed ones decides: run_once starts it late within StartWithin, but not in
// quiet hours (unless it was due in them) nor in a blackout; skip records it; ask
// leaves it to a person, however old it is, because a timeout never decides.
func (s Spec) Judge(cal *Calendar, occ Occurrence, now time.Time) Decision {
	d := s.Plan(cal, occ)
	late := now.Sub(d.Due)
	if late < 0 || d.Fate == FateSkipped || d.Fate == FateAsk {
		return d
	}
	if late <= onTime {
		d.Fate = FateStart
		return d
	}
	d.Late = late
	switch s.Missed {
	case MissedSkip:
		d.Fate, d.Why = FateMissed, Reason{CausePolicy, string(MissedSkip)}
		return d
	case MissedAsk:
		d.Fate, d.Why = FateAsk, Reason{CausePolicy, string(MissedAsk)}
		return d
	}
	return s.judgeLate(cal, d, now)
}

func (s Spec) judgeLate(cal *Calendar, d Decision, now time.Time) Decision {
	limit := s.StartWithin
	if limit <= 0 {
		limit = defaultStartWithin
	}
	if d.Late > limit {
		d.Fate, d.Why = FateMissed, Reason{CauseTooLate, limit.String()}
		return d
	}
	if name, hit := cal.Blackout(now.In(s.Rule.loc), s.Blackouts); hit {
		d.Fate, d.Why = FateMissed, Reason{CauseBlackout, name}
		return d
	}
	until, quiet := cal.QuietUntil(now)
	if _, wanted := cal.QuietUntil(d.Due); !quiet || wanted {
		d.Fate, d.Why = FateStartLate, Reason{Cause: CauseDown}
		return d
	}
	d.Fate, d.Why = FateMissed, Reason{Cause: CauseQuiet}
	if until.Sub(d.Due) <= limit {
		d.Fate, d.Until = FateWait, until
	}
	return d
}

// Mark says up to where a schedule's occurrences stand in the register.
type Mark struct {
	// Nominal is the nominal time of the newest recorded occurrence, "" if none.
	Nominal string
	// Born is when the schedule, or its present zone, came into force. It counts
	// when Nominal is empty: earlier occurrences are nobody's duty.
	Born time.Time
}

// Pending lists every occurrence after the mark that is due at now, oldest first,
// each with the fate to record (F18, F21, R8). At most one of them is to be
// started, waits or is asked about: the newest such. The others that could have
// been are missed because it stands for them. So neither a jump of the clock nor
// a week of outage causes a burst, and none is lost. A waiting one is the last of
// the list; record nothing for it and call again at Until.
//
// The list is bounded. When more is true, record it and call again with the last
// nominal time as mark; nothing in such a part is started.
func (s Spec) Pending(cal *Calendar, last Mark, now time.Time) (list []Decision, more bool, err error) {
	after := last.Born
	rule := s.Rule.With(cal)
	if last.Nominal != "" {
		w, err := parseWall(last.Nominal)
		if err != nil {
			return nil, false, fmt.Errorf("reading the mark of the schedule: %w", err)
		}
		if rule.loc != nil {
			after, _ = resolve(w, rule.loc)
		}
	}
	newest := Occurrence{}
	for {
		occ, ok := rule.Next(after)
		if !ok {
			break
		}
		d := s.Judge(cal, occ, now)
		// Moves keep the order, so nothing behind this one is due either.
		if d.Due.After(now) {
			break
		}
		newest = occ
		if len(list) == maxPending {
			more = true
			break
		}
		list = append(list, d)
		after = occ.Due
	}
	return supersede(list, newest, more), more, nil
}

// supersede leaves at most one decision that acts.
func supersede(list []Decision, newest Occurrence, more bool) []Decision {
	stands := ""
	if more {
		stands = newest.Nominal
	}
	for i := len(list) - 1; i >= 0; i-- {
		d := &list[i]
		if !d.acts() {
			continue
		}
		if stands != "" {
			d.Fate, d.Why, d.Until = FateMissed, Reason{CauseSuperseded, stands}, time.Time{}
			continue
		}
		stands = d.Nominal
		if d.Fate == FateWait {
			list = list[:i+1]
		}
	}
	return list
}

func (d Decision) acts() bool {
	switch d.Fate {
	case FateStart, FateStartLate, FateAsk, FateWait:
		return true
	}
	return false
}

// NextWake gives the first moment after now at which this schedule wants
// attention: a due time, skipped ones included because they are recorded too, or
// a [Reminder]. Rules that come several times a day are not announced. The Until
// of a waiting decision is the caller's to remember.
func (s Spec) NextWake(cal *Calendar, now time.Time) (time.Time, bool) {
	const announced = 15 * 24 * time.Hour
	horizon := now.AddDate(40, 0, 0)
	var wake time.Time
	for d := range s.Occurrences(cal, now.Add(time.Nanosecond), horizon) {
		if !wake.IsZero() && d.Due.After(wake.Add(announced)) {
			break
		}
		if wake.IsZero() || d.Due.Before(wake) {
			wake = d.Due
		}
		if s.Rule.Intraday() {
			break
		}
		if at, ok := s.firstReminder(d, now); ok && at.Before(wake) {
			wake = at
		}
	}
	return wake, !wake.IsZero()
}

func (s Spec) firstReminder(d Decision, now time.Time) (time.Time, bool) {
	if d.Fate == FateSkipped {
		return time.Time{}, false
	}
	for _, r := range d.remindersIn(s.Rule.loc, now) {
		if !r.Past {
			return r.At, true
		}
	}
	return time.Time{}, false
}

// Because says in one line why it was moved, skipped, late or missed; empty when
// there is nothing to explain.
func (d Decision) Because() string {
	if d.Moved.Cause != "" && d.Why.Cause != d.Moved.Cause {
		return fmt.Sprintf("moved because %s; %s", d.Moved, d.Why)
	}
	return d.Why.String()
}
