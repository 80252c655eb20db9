package register

import (
	"context"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/invited"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/timetable"
)

// checksKey is the schedule of the RTO checks; it belongs to no system.
const checksKey = "@checks"

// reschedule makes the schedules what the files ask for now. A schedule whose
// text did not change keeps how far it has been followed; a new one is born now,
// so nothing before was ever its duty. What was due of one that goes or changes,
// and had not been followed yet, is recorded as missed.
func (r *Register) reschedule(ctx context.Context, tx door.Tx, set *plan.Set, now time.Time) error {
	held, err := tx.Schedules(ctx)
	if err != nil {
		return fmt.Errorf("reading the schedules: %w", err)
	}
	old := make(map[string]kept.Schedule, len(held))
	for _, row := range held {
		old[row.Key] = row
	}
	rows := timetable.Wanted(set, checksKey)
	for _, row := range rows {
		before, there := old[row.Key]
		row.Born = now
		known := there && string(before.Spec) == string(row.Spec)
		if known {
			delete(old, row.Key)
			row.Born, row.Nominal, row.Followed = before.Born, before.Nominal, before.Followed
		}
		timetable.Look(&row, set.Organisation, now)
		if known && !before.Next.IsZero() && (row.Next.IsZero() || before.Next.Before(row.Next)) {
			row.Next = before.Next // what is due, or is to be tried again, stays so
		}
		if known && row.Same(before) {
			continue
		}
		if err := tx.PutSchedule(ctx, row); err != nil {
			return fmt.Errorf("keeping schedule %s: %w", row.Key, err)
		}
	}
	if err := r.leave(ctx, tx, set, old, now); err != nil {
		return err
	}
	return invited.Withdraw(ctx, tx, rows, set.Organisation, now, func(n outbox.Notice, to []plan.Contact) error {
		return r.Spread(ctx, tx, set.Organisation, n, to)
	})
}

// leave ends the schedules that the files no longer ask for in that text.
func (r *Register) leave(ctx context.Context, tx door.Tx, set *plan.Set, old map[string]kept.Schedule, now time.Time) error {
	asked := map[string]bool{}
	for _, row := range timetable.Wanted(set, checksKey) {
		asked[row.Key] = true
	}
	for key, row := range old {
		f := following{r: r, ctx: ctx, tx: tx, org: set.Organisation, now: now, row: row, out: &ticked{}}
		if err := f.giveUp("the schedule was changed or taken out before this could be followed"); err != nil {
			return fmt.Errorf("leaving schedule %s: %w", key, err)
		}
		if asked[key] {
			continue
		}
		if err := tx.DeleteSchedule(ctx, key); err != nil {
			return fmt.Errorf("dropping schedule %s: %w", key, err)
		}
	}
	return nil
}

// Schedules lists every schedule with its next occurrence.
func (r *Register) Schedules(ctx context.Context) ([]kept.Schedule, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) ([]kept.Schedule, error) { return tx.Schedules(ctx) })
}

// Occurrences lists what became of a schedule's due times, newest first.
func (r *Register) Occurrences(ctx context.Context, key string, limit int) ([]kept.Occurrence, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) ([]kept.Occurrence, error) { return tx.Occurrences(ctx, key, limit) })
}
