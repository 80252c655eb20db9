// Package timetable is the register's schedules as rows: which ones the plan files
// ask for, what each says, and when it must be looked at again.
package timetable

import (
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/schedule"
)

// Wanted lists the schedules that the files ask for; checks is the key of the
// one of the RTO checks.
func Wanted(set *plan.Set, checks string) (rows []kept.Schedule) {
	add := func(key, system, drill, hash string, s plan.Schedule) {
		if s.When == "" {
			return
		}
		spec, _ := json.Marshal(s) // a struct of strings and numbers cannot fail
		rows = append(rows, kept.Schedule{Key: key, System: system, Drill: drill, PlanHash: hash, Spec: spec})
	}
	add(checks, "", "", "", set.Organisation.Checks)
	for _, p := range set.Plans {
		for _, d := range p.Drills {
			add(p.ID+"/"+d.ID, p.ID, d.ID, p.Hash(), d.Schedule)
		}
	}
	return rows
}

// Compile reads a row's schedule text.
func Compile(row *kept.Schedule, org *plan.Organisation) (schedule.Spec, *schedule.Calendar, error) {
	var text plan.Schedule
	if err := json.Unmarshal(row.Spec, &text); err != nil {
		return schedule.Spec{}, nil, fmt.Errorf("reading schedule %s: %w", row.Key, err)
	}
	return schedule.FromPlan(org, text)
}

// Look reads the schedule's text and foresees.
func Look(row *kept.Schedule, org *plan.Organisation, now time.Time) {
	spec, cal, err := Compile(row, org)
	if err != nil {
		row.Problem, row.Next, row.Due = err.Error(), time.Time{}, time.Time{}
		return
	}
	Foresee(row, spec, cal, now)
}

// Foresee works out when the register must look at the schedule again, and what
// the next occurrence is.
func Foresee(row *kept.Schedule, spec schedule.Spec, cal *schedule.Calendar, now time.Time) {
	row.Problem, row.Next, row.Due = "", time.Time{}, time.Time{}
	if at, ok := spec.NextWake(cal, now); ok {
		row.Next = at
	}
	for d := range spec.Occurrences(cal, now, now.AddDate(10, 0, 0)) {
		if d.Fate != schedule.FateSkipped {
			row.Due = d.Due
			break
		}
	}
}

// Reminders gives each coming occurrence of which people are to be reminded, with
// the days before it of the newest reminder whose moment has come. One that a server
// slept through is still told, unless a later one has come meanwhile, or the
// schedule is younger than it.
func Reminders(row *kept.Schedule, spec schedule.Spec, cal *schedule.Calendar, now time.Time) iter.Seq2[schedule.Decision, int] {
	return func(yield func(schedule.Decision, int) bool) {
		for d := range spec.Occurrences(cal, now, now.AddDate(0, 0, 15)) {
			var last schedule.Reminder
			for _, m := range d.Reminders(now) {
				if m.DaysBefore > 0 && m.Past && !m.At.Before(row.Born) {
					last = m
				}
			}
			if last.DaysBefore == 0 || d.Fate == schedule.FateSkipped || !d.Due.After(now) {
				continue
			}
			if !yield(d, last.DaysBefore) {
				return
			}
		}
	}
}
