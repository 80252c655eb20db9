package register

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/schedule"
)

// batch is how many due schedules share one transaction: enough to start a
// thousand drills that are due together without a thousand commits.
const batch = 100

// Ticked says what a tick found due.
type Ticked struct {
	Started  []string // runs
	Recorded int      // occurrences missed, skipped or asked about
	Reminded int
	Checks   bool      // the RTO checks are due now
	Again    time.Time // tick again then; zero: nothing is scheduled
}

// Tick follows every schedule that is due: drills start, missed and skipped
// occurrences get their row with the reason, reminders are owed. Any node may
// tick; the natural key of an occurrence lets only one of them act (DESIGN 2.1).
func (r *Register) Tick(ctx context.Context, n Node) (out Ticked, err error) {
	for {
		var part Ticked
		var full bool
		err := r.store.Update(ctx, func(tx Tx) (err error) {
			part, full, err = r.tick(ctx, tx, n)
			return err
		})
		if err != nil {
			return out, fmt.Errorf("following the schedules: %w", err)
		}
		out.Started = append(out.Started, part.Started...)
		out.Recorded += part.Recorded
		out.Reminded += part.Reminded
		out.Checks = out.Checks || part.Checks
		if out.Again = part.Again; !full {
			return out, nil
		}
	}
}

func (r *Register) tick(ctx context.Context, tx Tx, n Node) (out Ticked, full bool, err error) {
	now := r.now().Wall
	due, err := tx.DueSchedules(ctx, now, batch)
	if err != nil {
		return out, false, err
	}
	org, err := r.organisation(ctx, tx)
	if err != nil {
		return out, false, err
	}
	for _, row := range due {
		f := following{r: r, ctx: ctx, tx: tx, org: org, node: n, now: now, row: row, out: &out}
		if err := f.follow(); err != nil {
			return out, false, fmt.Errorf("schedule %s: %w", row.Key, err)
		}
	}
	out.Again, err = tx.NextDue(ctx)
	return out, len(due) == batch, err
}

// following is one due schedule within a tick.
type following struct {
	r    *Register
	ctx  context.Context
	tx   Tx
	org  *plan.Organisation
	node Node
	now  time.Time
	row  ScheduleRow
	out  *Ticked
}

// retryBusy is how soon a drill is tried again whose system another run holds.
const retryBusy = time.Minute

func (f *following) follow() error {
	spec, cal, err := compiled(&f.row, f.org)
	if err != nil {
		f.row.Problem, f.row.Next = err.Error(), time.Time{}
		return f.tx.PutSchedule(f.ctx, f.row)
	}
	var hold time.Time
	for more := true; more && hold.IsZero(); {
		var list []schedule.Decision
		list, more, err = spec.Pending(cal, schedule.Mark{Nominal: f.row.Nominal, Born: f.row.Born}, f.now)
		if err != nil {
			return err
		}
		for _, d := range list {
			if hold, err = f.settle(d); err != nil {
				return err
			}
			if !hold.IsZero() {
				break
			}
			f.row.Nominal, f.row.Followed = d.Nominal, d.Due
		}
	}
	if err := f.remind(spec, cal); err != nil {
		return err
	}
	look(&f.row, f.org, f.now)
	if !hold.IsZero() && (f.row.Next.IsZero() || hold.Before(f.row.Next)) {
		f.row.Next = hold
	}
	return f.tx.PutSchedule(f.ctx, f.row)
}

// settle gives one occurrence its row, or says until when it waits.
func (f *following) settle(d schedule.Decision) (hold time.Time, err error) {
	o := Occurrence{
		Schedule: f.row.Key, Nominal: d.Nominal, Zone: d.Zone, Due: d.Due, Reason: reason(d), At: f.now,
	}
	switch d.Fate {
	case schedule.FateWait:
		return d.Until, nil
	case schedule.FateStart, schedule.FateStartLate:
		return f.start(o)
	case schedule.FateAsk:
		o.State = OccurrenceAsked
	case schedule.FateSkipped:
		o.State = OccurrenceSkipped
	default:
		o.State = OccurrenceMissed
	}
	return time.Time{}, f.write(o)
}

// reason is why an occurrence was moved, skipped, late or missed.
func reason(d schedule.Decision) string {
	if d.Moved.Cause != "" && d.Why.Cause != d.Moved.Cause {
		return fmt.Sprintf("moved because %s; %s", d.Moved, d.Why)
	}
	return d.Why.String()
}

// start opens the drill of an occurrence. While another run holds the system it
// is tried again; once the time to start it is over, it is missed.
func (f *following) start(o Occurrence) (hold time.Time, err error) {
	if known, err := f.tx.Occurrence(f.ctx, o.Schedule, o.Nominal, o.Zone); err == nil {
		_ = known // another node was first; its row says what happened
		return time.Time{}, nil
	} else if !errors.Is(err, ErrNotFound) {
		return time.Time{}, err
	}
	o.State = OccurrenceStarted
	if f.row.Key == checksKey {
		f.out.Checks = true
		return time.Time{}, f.write(o)
	}
	row, err := f.r.open(f.ctx, f.tx, System(f.node.Name), Opening{System: f.row.System, Drill: f.row.Drill, Hash: f.row.PlanHash, Director: f.leader()})
	switch {
	case errors.Is(err, ErrBusy):
		return f.now.Add(retryBusy), nil
	case errors.Is(err, drill.ErrNoSteps), errors.Is(err, drill.ErrNoDrill):
		o.State, o.Reason = OccurrenceMissed, err.Error()
	case err != nil:
		return time.Time{}, err
	default:
		o.Run = row.ID
		f.out.Started = append(f.out.Started, row.ID)
	}
	return time.Time{}, f.write(o)
}

// leader is who decides in a scheduled drill that names no director.
func (f *following) leader() string {
	for _, r := range f.org.Roles {
		if r.ID == "oevelsesleder" || r.ID == "beredskabskoordinator" {
			return r.ID
		}
	}
	return "it-chef"
}

// write keeps the occurrence, its log entry and, unless it simply started, the
// message about it.
func (f *following) write(o Occurrence) error {
	added, err := f.tx.AddOccurrence(f.ctx, o)
	if err != nil || !added {
		return err
	}
	detail := map[string]string{"nominal": o.Nominal, "zone": o.Zone, "state": string(o.State), "reason": o.Reason, "run": o.Run}
	if err := log(f.ctx, f.tx, f.now, System(f.node.Name), "schedule."+string(o.State), o.Schedule, "done", detail); err != nil {
		return err
	}
	if o.State == OccurrenceStarted {
		return nil
	}
	f.out.Recorded++
	if f.row.Key == checksKey || o.State == OccurrenceSkipped {
		return nil
	}
	return f.owe(outbox.Missed, "", o.Due, o.Reason, 0, f.now.Add(resultLives))
}

// remind owes the reminders whose moment has come, once each by natural key.
func (f *following) remind(spec schedule.Spec, cal *schedule.Calendar) error {
	if f.row.Key == checksKey || spec.Rule.Intraday() {
		return nil
	}
	for d := range spec.Occurrences(cal, f.now, f.now.AddDate(0, 0, 15)) {
		if d.Fate == schedule.FateSkipped {
			continue
		}
		for _, m := range d.Reminders(f.now) {
			recent := m.Past && f.now.Sub(m.At) < 12*time.Hour && !m.At.Before(f.row.Born)
			if m.DaysBefore == 0 || !recent {
				continue
			}
			f.out.Reminded++
			if err := f.owe(outbox.Reminder, fmt.Sprintf("%s/%d", d.Nominal, m.DaysBefore), d.Due, "", m.DaysBefore, d.Due); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *following) owe(kind outbox.Kind, key string, due time.Time, text string, days int, expires time.Time) error {
	p, err := f.r.plan(f.ctx, f.tx, f.row.PlanHash)
	if err != nil {
		return err
	}
	d, _ := drillOf(p, f.row.Drill)
	to := []receiver{reach(words(d.Participants.Director, f.leader()), p, f.org), reach("systemejer", p, f.org)}
	for _, role := range d.Participants.Participants {
		to = append(to, reach(role, p, f.org))
	}
	return f.r.owe(f.ctx, f.tx, f.org, outbox.Notice{
		Key:  fmt.Sprintf("%s/%s/%s/%s", f.row.Key, kind, due.UTC().Format(time.RFC3339), key),
		Kind: kind, State: outbox.Owed, CreatedAt: f.now, NextTry: f.now, ExpiresAt: expires,
		Facts: outbox.Facts{
			System: p.ID, SystemName: p.Name, Drill: d.Title, StartsAt: due, DaysBefore: days, Text: text,
			Minutes: length(p, d), EndsAt: due.Add(time.Duration(length(p, d)) * time.Minute), Phone: f.org.DutyPhone,
			Leader:  to[0].Name,
			Command: fmt.Sprintf("%s drill start %s %s", words(f.r.options.Command, "beredskab"), p.ID, d.ID),
		},
	}, unique(to...))
}

// length is how long a drill is planned to take, in minutes: its steps one
// after the other, which is what people should keep free.
func length(p *plan.Plan, d plan.Drill) (total int) {
	run, err := drill.Open("", p, d.ID, "")
	if err != nil {
		return 0
	}
	for _, s := range run.Steps {
		total += s.Estimate.Minutes()
	}
	return total
}
