package schedule

import (
	"fmt"
	"iter"
	"time"
)

// Move says where an occurrence goes that falls on a day off; "" leaves it.
type Move string

// The two directions of a move.
const (
	MoveNext     Move = "next_working_day"
	MovePrevious Move = "previous_working_day"
)

// Missed is the schedule's word for occurrences whose time passed unnoticed.
type Missed string

// MissedRunOnce starts the newest late, within StartWithin; it is the default.
const (
	MissedRunOnce Missed = "run_once"
	MissedSkip    Missed = "skip" // record only
	MissedAsk     Missed = "ask"  // a person decides about the newest
)

// defaultStartWithin is F21's.
const defaultStartWithin = 24 * time.Hour

// Spec is a schedule: a rule and what the calendar may do to it.
//
// Moving keeps the time of day and never merges: two occurrences moved to the
// same day stay two, told apart by their nominal times, and [Spec.Pending] starts
// only the newest of those that are due together.
type Spec struct {
	Rule Rule
	// Move is not allowed for rules that come more than once a day or count hours
	// ("every 36 hours"), and is ignored for them if Check was not asked.
	Move Move
	// Blackouts names windows of the calendar. They are looked up for the day
	// after the move.
	Blackouts []string
	// StartWithin is how long after Due a late start is still wanted; 0 is 24 h.
	StartWithin time.Duration
	// Missed is "" for run_once.
	Missed Missed
}

// Check says what in the spec does not fit the calendar or itself. Errors wrap
// [ErrSettings].
func (s Spec) Check(cal *Calendar) error {
	if s.Rule.loc == nil {
		return fmt.Errorf("%w: the schedule has no rule", ErrSettings)
	}
	switch s.Move {
	case "", MoveNext, MovePrevious:
	default:
		return fmt.Errorf("%w: move: %q is unknown; write %s or %s", ErrSettings, s.Move, MoveNext, MovePrevious)
	}
	if s.Move != "" && !s.Rule.movable() {
		return fmt.Errorf("%w: move: a schedule that comes several times a day, or at changing hours, cannot be moved; name a blackout or choose other days", ErrSettings)
	}
	switch s.Missed {
	case "", MissedRunOnce, MissedSkip, MissedAsk:
	default:
		return fmt.Errorf("%w: missed: %q is unknown; write %s, %s or %s", ErrSettings, s.Missed, MissedRunOnce, MissedSkip, MissedAsk)
	}
	if s.StartWithin < 0 {
		return fmt.Errorf("%w: start_within is negative", ErrSettings)
	}
	if name, bad := cal.unknown(s.Blackouts); bad {
		return fmt.Errorf("%w: blackout %q is not in the calendar", ErrSettings, name)
	}
	return nil
}

// Plan says what the calendar makes of one occurrence of the rule: FateDue,
// FateMoved, FateSkipped, or FateAsk where the calendar gives no answer. Only
// Nominal is read, so a stored occurrence can be planned again.
func (s Spec) Plan(cal *Calendar, occ Occurrence) Decision {
	w, err := parseWall(occ.Nominal)
	if err != nil || s.Rule.loc == nil {
		return Decision{Occurrence: occ, Fate: FateAsk, Why: Reason{CauseUndecidable, "its nominal time cannot be read"}}
	}
	occ.Due, occ.Clock = resolve(w, s.Rule.loc)
	d := Decision{Occurrence: occ, Fate: FateDue}
	if occ.Clock != causeNone {
		d.Why = Reason{Cause: occ.Clock}
	}
	on, moved := s.move(cal, w, &d)
	if d.Fate == FateAsk {
		return d
	}
	if moved {
		d.From = occ.Due
		d.Due, _ = resolve(wallAt(on, w.minuteOfDay()), s.Rule.loc)
	}
	return s.applyBlackouts(cal, on, d)
}

// move gives the day on which the occurrence is to be, and sets fate and reasons.
func (s Spec) move(cal *Calendar, w wall, d *Decision) (day, bool) {
	from := w.day()
	if s.Move == "" || !s.Rule.movable() {
		return from, false
	}
	why, off := cal.dayOff(from)
	if !off {
		return from, false
	}
	direction := day(1)
	if s.Move == MovePrevious {
		direction = -1
	}
	to, ok := cal.workingDay(from, direction)
	if !ok {
		d.Fate, d.Why = FateAsk, Reason{CauseUndecidable, fmt.Sprintf("there is no working day within %d days", maxClosed)}
		return from, false
	}
	d.Fate, d.Why, d.Moved = FateMoved, why, why
	return to, true
}

func (s Spec) applyBlackouts(cal *Calendar, on day, d Decision) Decision {
	if name, bad := cal.unknown(s.Blackouts); bad {
		d.Fate, d.Why = FateAsk, Reason{CauseUndecidable, fmt.Sprintf("the calendar has no blackout %q", name)}
	} else if name, hit := cal.blackout(on, s.Blackouts); hit {
		d.Fate, d.Why = FateSkipped, Reason{CauseBlackout, name}
	}
	return d
}

// Occurrences lists the planned occurrences that are due in [from, to), skipped
// ones included, in the order of their nominal times. It computes as it goes, so
// a caller who wants the next n may break.
func (s Spec) Occurrences(cal *Calendar, from, to time.Time) iter.Seq[Decision] {
	return func(yield func(Decision) bool) {
		rule := s.Rule.With(cal)
		slack := s.slack()
		after := from.Add(-slack - time.Second)
		for {
			occ, ok := rule.Next(after)
			if !ok || !occ.Due.Before(to.Add(slack)) {
				return
			}
			after = occ.Due
			d := s.Plan(cal, occ)
			if !d.Due.Before(from) && d.Due.Before(to) && !yield(d) {
				return
			}
		}
	}
}

// slack is how far a move can carry an occurrence, clock changes included.
func (s Spec) slack() time.Duration {
	if s.Move == "" || !s.Rule.movable() {
		return 0
	}
	return (maxClosed + 2) * 24 * time.Hour
}
