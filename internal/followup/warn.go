package followup

import (
	"cmp"
	"slices"
	"time"
)

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
