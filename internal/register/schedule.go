package register

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"beredskab/internal/kept"

	"beredskab/internal/plan"
	"beredskab/internal/schedule"
)

// checksKey is the schedule of the RTO checks; it belongs to no system.
const checksKey = "@checks"

// reschedule makes the schedules what the files ask for now. A schedule whose
// text did not change keeps how far it has been followed; a new one is born now,
// so nothing before was ever its duty. What was due of one that goes or changes,
// and had not been followed yet, is recorded as missed.
func (r *Register) reschedule(ctx context.Context, tx Tx, set *plan.Set, now time.Time) error {
	held, err := tx.Schedules(ctx)
	if err != nil {
		return fmt.Errorf("reading the schedules: %w", err)
	}
	old := make(map[string]kept.Schedule, len(held))
	for _, row := range held {
		old[row.Key] = row
	}
	for _, row := range wanted(set) {
		before, there := old[row.Key]
		row.Born = now
		known := there && string(before.Spec) == string(row.Spec)
		if known {
			delete(old, row.Key)
			row.Born, row.Nominal, row.Followed = before.Born, before.Nominal, before.Followed
		}
		look(&row, set.Organisation, now)
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
	return r.leave(ctx, tx, set, old, now)
}

// leave ends the schedules that the files no longer ask for in that text.
func (r *Register) leave(ctx context.Context, tx Tx, set *plan.Set, old map[string]kept.Schedule, now time.Time) error {
	asked := map[string]bool{}
	for _, row := range wanted(set) {
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

// wanted lists the schedules that the files ask for.
func wanted(set *plan.Set) (rows []kept.Schedule) {
	add := func(key, system, drill, hash string, s plan.Schedule) {
		if s.When == "" {
			return
		}
		spec, _ := json.Marshal(s) // a struct of strings and numbers cannot fail
		rows = append(rows, kept.Schedule{Key: key, System: system, Drill: drill, PlanHash: hash, Spec: spec})
	}
	add(checksKey, "", "", "", set.Organisation.Checks)
	for _, p := range set.Plans {
		for _, d := range p.Drills {
			add(p.ID+"/"+d.ID, p.ID, d.ID, p.Hash(), d.Schedule)
		}
	}
	return rows
}

// compiled reads a row's schedule text.
func compiled(row *kept.Schedule, org *plan.Organisation) (schedule.Spec, *schedule.Calendar, error) {
	var text plan.Schedule
	if err := json.Unmarshal(row.Spec, &text); err != nil {
		return schedule.Spec{}, nil, fmt.Errorf("reading schedule %s: %w", row.Key, err)
	}
	return schedule.FromPlan(org, text)
}

// look reads the schedule's text and foresees.
func look(row *kept.Schedule, org *plan.Organisation, now time.Time) {
	spec, cal, err := compiled(row, org)
	if err != nil {
		row.Problem, row.Next, row.Due = err.Error(), time.Time{}, time.Time{}
		return
	}
	foresee(row, spec, cal, now)
}

// foresee works out when the register must look at the schedule again, and what
// the next occurrence is.
func foresee(row *kept.Schedule, spec schedule.Spec, cal *schedule.Calendar, now time.Time) {
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

// Schedules lists every schedule with its next occurrence.
func (r *Register) Schedules(ctx context.Context) ([]kept.Schedule, error) {
	return read(ctx, r, func(tx Tx) ([]kept.Schedule, error) { return tx.Schedules(ctx) })
}

// Occurrences lists what became of a schedule's due times, newest first.
func (r *Register) Occurrences(ctx context.Context, key string, limit int) ([]kept.Occurrence, error) {
	return read(ctx, r, func(tx Tx) ([]kept.Occurrence, error) { return tx.Occurrences(ctx, key, limit) })
}
