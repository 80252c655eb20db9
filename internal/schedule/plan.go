package schedule

import (
	"fmt"
	"strings"

	"beredskab/internal/plan"
)

// FromPlan reads a schedule as a plan file says it, with the calendar of the
// organisation. Errors about the text are *Error; the others wrap ErrSettings.
func FromPlan(org *plan.Organisation, s plan.Schedule) (Spec, *Calendar, error) {
	cal, err := CalendarOf(org)
	if err != nil {
		return Spec{}, nil, err
	}
	zone := s.Zone
	if zone == "" {
		zone = org.Zone
	}
	rule, err := Parse(s.When, zone)
	if err != nil {
		return Spec{}, nil, err
	}
	spec := Spec{
		Rule: rule.With(cal), Move: Move(s.Move), Blackouts: s.Blackout,
		StartWithin: s.StartWithin.Std(), Missed: Missed(s.Missed),
	}
	return spec, cal, spec.Check(cal)
}

// CalendarOf reads the organisation's calendar.
func CalendarOf(org *plan.Organisation) (*Calendar, error) {
	settings := Settings{Zone: org.Zone}
	for _, d := range org.Calendar.ClosedDays {
		settings.Closed = append(settings.Closed, Window{Name: d.Name, When: []string{d.Date}})
	}
	for _, b := range org.Calendar.Blackouts {
		w := Window{Name: b.ID}
		if b.Weeks != "" {
			for part := range strings.SplitSeq(b.Weeks, ",") {
				w.When = append(w.When, "uge "+strings.TrimSpace(part))
			}
		}
		switch {
		case b.From != "" && b.To != "":
			w.When = append(w.When, b.From+".."+b.To)
		case b.From != "":
			w.When = append(w.When, b.From)
		}
		settings.Blackouts = append(settings.Blackouts, w)
	}
	if q := org.Calendar.QuietHours; q != "" {
		from, to, ok := strings.Cut(q, "-")
		if !ok {
			return nil, fmt.Errorf("quiet_hours %q: write it as 17:00-07:00: %w", q, ErrSettings)
		}
		settings.QuietFrom, settings.QuietTo = strings.TrimSpace(from), strings.TrimSpace(to)
	}
	return NewCalendar(settings)
}
