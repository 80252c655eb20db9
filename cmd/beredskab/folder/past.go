package folder

import (
	"context"
	"fmt"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/approval"
)

// EndOf reads a moment; a day is its end, so that what came into force on it counts.
func EndOf(flag, text string) (time.Time, error) {
	at, err := Moment(flag, text)
	if err == nil && len(text) == len(time.DateOnly) {
		at = at.AddDate(0, 0, 1).Add(-time.Microsecond)
	}
	return at, err
}

// Past gives the version of a plan that was in force at that moment. The error wraps
// ErrNotFound when none was.
func Past(ctx context.Context, a *app.App, system string, at time.Time) (*Sheet, error) {
	standing, err := a.Office.Standing(ctx, system, time.Time{})
	if err != nil {
		return nil, err
	}
	for _, p := range standing.Periods() {
		if p.From.After(at) || !p.To.IsZero() && !p.To.After(at) {
			continue
		}
		plan, err := a.Register.VersionPlan(ctx, p.Version)
		if err != nil {
			return nil, err
		}
		v := sheetOf(plan, "in the register")
		v.From, v.Until = stamp(p.From), stamp(p.To)
		return v, nil
	}
	return nil, fmt.Errorf("%w: no version of the plan of %s was in force at %s%s", ErrNotFound, system, at.Format("2006-01-02 15:04"), first(standing))
}

// first says from when on there was one.
func first(s *approval.Standing) string {
	if list := s.Periods(); len(list) > 0 {
		return "; the first is in force since " + list[0].From.Local().Format("2006-01-02 15:04")
	}
	return "; none was ever approved"
}

// during says when a version out of the register was in force.
func (v *Sheet) during() string {
	switch {
	case v.From == "":
		return ""
	case v.Until == "":
		return ", in force since " + v.From
	default:
		return ", in force from " + v.From + " to " + v.Until
	}
}
