package register

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/invited"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/schedule"
	"beredskab/internal/timetable"
)

// batch is how many due schedules share one transaction: enough to start a
// thousand drills that are due together without a thousand commits.
const batch = 100

// ticked is what one transaction of a tick came to.
type ticked struct {
	checks bool
	more   bool      // something is still due
	again  time.Time // zero: nothing is scheduled
}

// Tick follows every schedule that is due: drills start, missed and skipped
// occurrences get their row with the reason, reminders are owed. It says whether
// the RTO checks are due, and when to tick again (zero: nothing is scheduled).
// Any node may tick; the natural key of an occurrence lets only one of them act
// (DESIGN 2.1). A schedule that cannot be followed says why and holds up no other.
func (r *Register) Tick(ctx context.Context, n Node) (checks bool, again time.Time, err error) {
	for {
		var part ticked
		err := r.door.Update(ctx, func(tx door.Tx) (err error) {
			part, err = r.tick(ctx, tx, n)
			return err
		})
		if err != nil {
			return checks, time.Time{}, fmt.Errorf("following the schedules: %w", err)
		}
		if checks = checks || part.checks; !part.more {
			return checks, part.again, nil
		}
	}
}

func (r *Register) tick(ctx context.Context, tx door.Tx, n Node) (out ticked, err error) {
	now := r.door.Now().Wall
	due, err := tx.DueSchedules(ctx, now, batch)
	if len(due) > 0 && err == nil {
		if err = tx.Lock(ctx, opening); err == nil { // another node may just be following them
			due, err = tx.DueSchedules(ctx, now, batch)
		}
	}
	if err != nil {
		return out, err
	}
	org, err := r.organisation(ctx, tx)
	if err != nil {
		return out, err
	}
	out.more = len(due) == batch
	for _, row := range due {
		f := following{r: r, ctx: ctx, tx: tx, org: org, node: n, now: now, row: row, out: &out}
		err := f.follow()
		if errors.Is(err, door.ErrBroken) {
			err = f.stop(err)
		}
		if err != nil {
			return out, fmt.Errorf("schedule %s: %w", row.Key, err)
		}
	}
	out.again, err = tx.NextDue(ctx)
	return out, err
}

// following is one due schedule within a tick.
type following struct {
	r    *Register
	ctx  context.Context
	tx   door.Tx
	org  *plan.Organisation
	node Node
	now  time.Time
	row  kept.Schedule
	out  *ticked
}

// retryBusy is how soon a drill is tried again whose system another run holds,
// or that found no room.
const retryBusy = time.Minute

func (f *following) follow() error {
	spec, cal, list, more, err := f.pending()
	if err != nil {
		return err
	}
	var hold time.Time
	for _, d := range list {
		if hold, err = f.settle(d); err != nil {
			return err
		}
		if !hold.IsZero() {
			break
		}
		f.row.Nominal, f.row.Followed = d.Nominal, d.Due
	}
	if err := f.remind(spec, cal); err != nil {
		return err
	}
	waits := f.row.Problem
	timetable.Foresee(&f.row, spec, cal, f.now)
	switch {
	case !hold.IsZero():
		if f.row.Problem = waits; f.row.Next.IsZero() || hold.Before(f.row.Next) {
			f.row.Next = hold
		}
	case more: // the rest gets a transaction of its own
		f.row.Next, f.out.more = f.now, true
	}
	return f.tx.PutSchedule(f.ctx, f.row)
}

// pending lists what is due of the schedule and has no row yet.
func (f *following) pending() (spec schedule.Spec, cal *schedule.Calendar, list []schedule.Decision, more bool, err error) {
	if spec, cal, err = timetable.Compile(&f.row, f.org); err == nil {
		list, more, err = spec.Pending(cal, schedule.Mark{Nominal: f.row.Nominal, Born: f.row.Born}, f.now)
	}
	if err != nil {
		err = fmt.Errorf("%w: %w", door.ErrBroken, err)
	}
	return spec, cal, list, more, err
}

// stop lets a schedule rest that cannot be followed, until its files change.
func (f *following) stop(why error) error {
	f.row.Problem, f.row.Next = why.Error(), time.Time{}
	if err := f.tx.PutSchedule(f.ctx, f.row); err != nil {
		return err
	}
	return door.Log(f.ctx, f.tx, f.now, door.System(f.node.Name), "schedule.stopped", f.row.Key, "done", map[string]string{"why": f.row.Problem})
}

// giveUp records as missed what is due and will never be followed.
func (f *following) giveUp(why string) error {
	for more := true; more; {
		var list []schedule.Decision
		var err error
		if _, _, list, more, err = f.pending(); errors.Is(err, door.ErrBroken) {
			return nil // nobody can tell what would have been due
		}
		for _, d := range list {
			o := f.occurrence(d, kept.OccurrenceMissed)
			o.Reason = why
			if err := f.write(o); err != nil {
				return err
			}
			f.row.Nominal = d.Nominal
		}
	}
	return nil
}

func (f *following) occurrence(d schedule.Decision, state kept.OccurrenceState) kept.Occurrence {
	return kept.Occurrence{
		Schedule: f.row.Key, Nominal: d.Nominal, Zone: d.Zone, Due: d.Due, Reason: d.Because(), At: f.now, State: state,
	}
}

// settle gives one occurrence its row, or says until when it waits.
func (f *following) settle(d schedule.Decision) (hold time.Time, err error) {
	switch d.Fate {
	case schedule.FateWait:
		return d.Until, nil
	case schedule.FateStart, schedule.FateStartLate:
		return f.start(f.occurrence(d, kept.OccurrenceStarted))
	case schedule.FateAsk:
		return time.Time{}, f.write(f.occurrence(d, kept.OccurrenceAsked))
	case schedule.FateSkipped:
		return time.Time{}, f.write(f.occurrence(d, kept.OccurrenceSkipped))
	default:
		return time.Time{}, f.write(f.occurrence(d, kept.OccurrenceMissed))
	}
}

// start opens the drill of an occurrence. While another run holds the system, or
// the disk has no room, it is tried again; once the time to start it is over, it is missed.
func (f *following) start(o kept.Occurrence) (hold time.Time, err error) {
	if _, err := f.tx.Occurrence(f.ctx, o.Schedule, o.Nominal, o.Zone); err == nil {
		return time.Time{}, nil // another node was first; its row says what happened
	} else if !errors.Is(err, kept.ErrNotFound) {
		return time.Time{}, err
	}
	if f.row.Key == checksKey {
		f.out.checks = true
		return time.Time{}, f.write(o)
	}
	var row kept.Run
	wanted := Opening{System: f.row.System, Drill: f.row.Drill, Hash: f.row.PlanHash, Director: f.org.Leader()}
	p, err := f.r.pinned(f.ctx, f.tx, wanted)
	if err == nil {
		row, err = f.r.open(f.ctx, f.tx, f.org, door.System(f.node.Name), p, wanted)
	}
	switch {
	case errors.Is(err, door.ErrBusy), errors.Is(err, door.ErrNoRoom):
		f.row.Problem = err.Error()
		return f.now.Add(retryBusy), nil
	case hopeless(err):
		o.State, o.Reason = kept.OccurrenceMissed, err.Error()
	case err != nil:
		return time.Time{}, err
	default:
		o.Run = row.ID
	}
	return time.Time{}, f.write(o)
}

// hopeless tells whether the plan itself is why a drill cannot be held.
func hopeless(err error) bool {
	return errors.Is(err, drill.ErrNoSteps) || errors.Is(err, drill.ErrNoDrill) || errors.Is(err, door.ErrBroken)
}

// write keeps the occurrence, its log entry and, unless it simply started, the
// message about it.
func (f *following) write(o kept.Occurrence) error {
	if o.State != kept.OccurrenceSkipped && f.row.Problem != "" && o.Reason != "" {
		o.Reason += "; before that, " + f.row.Problem
	}
	f.row.Problem = ""
	added, err := f.tx.AddOccurrence(f.ctx, o)
	if err != nil || !added {
		return errors.Join(err, conflictUnless(added || o.Run == "")) // a run without its row would be a second one
	}
	detail := map[string]string{"nominal": o.Nominal, "zone": o.Zone, "state": string(o.State), "reason": o.Reason, "run": o.Run}
	if err := door.Log(f.ctx, f.tx, f.now, door.System(f.node.Name), "schedule."+string(o.State), o.Schedule, "done", detail); err != nil {
		return err
	}
	if o.State == kept.OccurrenceStarted || o.State == kept.OccurrenceSkipped || f.row.Key == checksKey {
		return nil
	}
	return f.owe(outbox.Missed, o.Nominal, o.Due, outbox.Facts{Text: o.Reason}, f.now.Add(resultLives))
}

// remind owes each reminder whose moment has come, once by its natural key.
func (f *following) remind(spec schedule.Spec, cal *schedule.Calendar) error {
	if f.row.Key == checksKey || spec.Rule.Intraday() {
		return nil
	}
	for d, before := range timetable.Reminders(&f.row, spec, cal, f.now) {
		left := int((d.Due.Sub(f.now) + 12*time.Hour) / (24 * time.Hour))
		if err := f.owe(outbox.Reminder, fmt.Sprintf("%s/%d", d.Nominal, before), d.Due, outbox.Facts{DaysBefore: max(left, 1), Occurrence: invited.Occurrence(f.row.Key, d.Nominal)}, d.Due); err != nil {
			return err
		}
	}
	return nil
}

// owe tells the owner and the people of the drill. A plan that cannot be read
// has no people; then only the leader is told.
func (f *following) owe(kind outbox.Kind, key string, due time.Time, facts outbox.Facts, expires time.Time) error {
	p, err := f.r.door.Plan(f.ctx, f.tx, f.row.PlanHash)
	if err != nil && !errors.Is(err, door.ErrBroken) {
		return err
	}
	facts.System, facts.SystemName, facts.Drill, facts.StartsAt = f.row.System, f.row.System, f.row.Drill, due
	facts.Command = fmt.Sprintf("%s drill start %s %s", cmp.Or(f.r.options.Command, "beredskab"), f.row.System, f.row.Drill)
	to := facts.OfDrill(p, f.row.Drill, f.org)
	if kind == outbox.Reminder {
		if key, err = invited.Keep(f.ctx, f.tx, key, &facts, to, f.now); err != nil {
			return err
		}
	}
	return f.r.Spread(f.ctx, f.tx, f.org, outbox.Notice{
		Key:  fmt.Sprintf("%s/%s/%s/%s", f.row.Key, kind, due.UTC().Format(time.RFC3339), key),
		Kind: kind, Facts: facts, CreatedAt: f.now, ExpiresAt: expires,
	}, to)
}
