package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"beredskab/internal/fault"
	"beredskab/internal/kept"
	"beredskab/internal/store/queries"
)

func (t *transaction) AddOccurrence(ctx context.Context, o kept.Occurrence) (bool, error) {
	rows, err := t.q.AddOccurrence(ctx, queries.AddOccurrenceParams{
		Schedule: o.Schedule, Nominal: o.Nominal, Zone: o.Zone, Due: micros(o.Due), State: string(o.State),
		Reason: o.Reason, Run: o.Run, DecidedAt: micros(o.At),
	})
	fault.Point("store.occurrence.written")
	return added(rows, err, "adding occurrence", o.Schedule, o.Nominal, o.Zone)
}

func (t *transaction) SaveOccurrence(ctx context.Context, o kept.Occurrence) error {
	rows, err := t.q.SaveOccurrence(ctx, queries.SaveOccurrenceParams{
		Schedule: o.Schedule, Nominal: o.Nominal, Zone: o.Zone, Due: micros(o.Due), State: string(o.State),
		Reason: o.Reason, Run: o.Run, DecidedAt: micros(o.At),
	})
	return changed(rows, err, kept.ErrNotFound, "saving occurrence", o.Schedule, o.Nominal, o.Zone)
}

func (t *transaction) Occurrence(ctx context.Context, schedule, nominal, zone string) (kept.Occurrence, error) {
	row, err := t.q.Occurrence(ctx, queries.OccurrenceParams{Schedule: schedule, Nominal: nominal, Zone: zone})
	return one(row, err, occurrence, "occurrence", schedule, nominal, zone)
}

func (t *transaction) Occurrences(ctx context.Context, schedule string, limit int) ([]kept.Occurrence, error) {
	var rows []queries.Occurrence
	var err error
	if schedule == "" {
		rows, err = t.q.Occurrences(ctx, most(limit))
	} else {
		rows, err = t.q.OccurrencesOfSchedule(ctx, queries.OccurrencesOfScheduleParams{Schedule: schedule, Most: most(limit)})
	}
	return each(rows, doing(err, "listing occurrences", schedule), occurrence)
}

func occurrence(row queries.Occurrence) kept.Occurrence {
	return kept.Occurrence{
		Schedule: row.Schedule, Nominal: row.Nominal, Zone: row.Zone, Due: moment(row.Due),
		State: kept.OccurrenceState(row.State), Reason: row.Reason, Run: row.Run, At: moment(row.DecidedAt),
	}
}

func (t *transaction) PutSchedule(ctx context.Context, s kept.Schedule) error {
	return doing(t.q.PutSchedule(ctx, queries.PutScheduleParams{
		ScheduleKey: s.Key, System: s.System, Drill: s.Drill, PlanHash: s.PlanHash, Spec: string(s.Spec),
		Born: micros(s.Born), Followed: micros(s.Followed), NextAt: micros(s.Next), Due: micros(s.Due),
		Nominal: s.Nominal, Problem: s.Problem,
	}), "putting schedule", s.Key)
}

func (t *transaction) DeleteSchedule(ctx context.Context, key string) error {
	return doing(t.q.DeleteSchedule(ctx, key), "deleting schedule", key)
}

func (t *transaction) Schedules(ctx context.Context) ([]kept.Schedule, error) {
	rows, err := t.q.Schedules(ctx)
	return each(rows, doing(err, "listing schedules"), scheduleRow)
}

// DueSchedules leaves out those without a Next: nothing is to be done for them.
func (t *transaction) DueSchedules(ctx context.Context, now time.Time, limit int) ([]kept.Schedule, error) {
	rows, err := t.q.DueSchedules(ctx, queries.DueSchedulesParams{Now: micros(now), Most: most(limit)})
	return each(rows, doing(err, "listing due schedules"), scheduleRow)
}

func (t *transaction) NextDue(ctx context.Context) (time.Time, error) {
	next, err := t.q.NextDue(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return moment(next), doing(err, "finding the next due schedule")
}

func scheduleRow(row queries.Schedule) kept.Schedule {
	return kept.Schedule{
		Key: row.ScheduleKey, System: row.System, Drill: row.Drill, PlanHash: row.PlanHash, Spec: raw(row.Spec),
		Born: moment(row.Born), Followed: moment(row.Followed), Next: moment(row.NextAt), Due: moment(row.Due),
		Nominal: row.Nominal, Problem: row.Problem,
	}
}
