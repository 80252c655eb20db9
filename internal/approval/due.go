package approval

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"beredskab/internal/plan"
)

const (
	year        = 365 * 24 * time.Hour
	halfAYear   = 182 * 24 * time.Hour
	threeMonths = 91 * 24 * time.Hour
)

// Due is what must be done next, by when.
type Due struct {
	What string    // a document's id, a system, a subject
	Who  string    // a person or mailbox; empty where it is nobody's in particular
	At   time.Time // zero: it was never done, and is due at once
}

// Overdue tells whether it should have been done before that moment.
func (d Due) Overdue(at time.Time) bool { return d.At.Before(at) }

// byDate puts what was never done first.
func byDate(list []Due) []Due {
	slices.SortFunc(list, func(a, b Due) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.What, b.What), cmp.Compare(a.Who, b.Who))
	})
	return list
}

// DocumentsDue is when each document that is valid at that moment must be reviewed.
func DocumentsDue(list []Document, at time.Time) (due []Due) {
	for _, d := range list {
		if valid, ok := ValidOn(list, d.ID, at); ok && valid.Version == d.Version {
			due = append(due, Due{What: d.ID, At: d.due()})
		}
	}
	return byDate(due)
}

// ContactsDue is when each contact of a system of that class must be reached again:
// every three months in class 0 and 1, otherwise every six, or as often as own says.
// Only a call that was answered counts.
func ContactsDue(system string, class int, own plan.Duration, contacts []string, list []Verification) (due []Due) {
	every := halfAYear
	if class <= 1 {
		every = threeMonths
	}
	every = cmp.Or(own.Std(), every)
	for _, who := range contacts {
		next := Due{What: system, Who: who}
		for _, v := range list {
			if v.System == system && v.Whom == who && v.Reached && v.At.Add(every).After(next.At) {
				next.At = v.At.Add(every)
			}
		}
		due = append(due, next)
	}
	return byDate(due)
}

// TrainingDue is when each person must be trained again in what his newest training
// is good for a time only.
func TrainingDue(list []Training) (due []Due) {
	newest := map[[2]string]Training{}
	for _, t := range list {
		key := [2]string{t.Person, t.Subject}
		if had, ok := newest[key]; !ok || t.At.After(had.At) {
			newest[key] = t
		}
	}
	for t := range maps.Values(newest) {
		if !t.Until.IsZero() {
			due = append(due, Due{What: t.Subject, Who: t.Person, At: t.Until})
		}
	}
	return byDate(due)
}

// Owing are those of the required persons who have not said that they have read
// and understood that version of the object.
func Owing(required []string, list []Receipt, object, version string) (persons []string) {
	for _, person := range required {
		if !slices.ContainsFunc(list, func(r Receipt) bool {
			return r.By.Person == person && r.Object == object && r.Version == version
		}) {
			persons = append(persons, person)
		}
	}
	return persons
}
