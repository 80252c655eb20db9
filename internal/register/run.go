package register

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/duty"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// Opening says which run is wanted.
type Opening struct {
	System string
	Drill  string // empty: a real incident
	// Hash pins a version; empty takes the one that the files hold now.
	Hash string
	// Director leads where the plan names nobody; empty takes the actor.
	Director string
}

// Open opens a run of one plan version and starts it: the run, its first
// events, its messages and its wake-up in one transaction.
func (r *Register) Open(ctx context.Context, a door.Actor, o Opening) (id string, err error) {
	typed := a
	if a, err = r.door.Known(ctx, a); err != nil {
		return "", err
	}
	act := "drill.start"
	if o.Drill == "" {
		act = "incident.start"
	}
	err = r.door.Do(ctx, a, act, o.System, func(tx door.Tx) (any, error) {
		if err := tx.Lock(ctx, opening); err != nil {
			return nil, err
		}
		org, err := r.organisation(ctx, tx)
		if err != nil {
			return nil, err
		}
		p, err := r.pinned(ctx, tx, o)
		if err != nil {
			return nil, err
		}
		basis, err := r.door.May(ctx, tx, typed, door.Wish{Decide: duty.Begin(org, p, o.Drill), Program: true})
		if err != nil {
			return nil, err
		}
		row, err := r.open(ctx, tx, org, a, p, o)
		if err != nil {
			return nil, err
		}
		id = row.ID
		asked, err := r.wasAsked(ctx, tx, a, row)
		return door.Resting(basis, map[string]string{"run": row.ID, "drill": row.DrillID, "plan": row.PlanHash, "occurrence": asked}), err
	})
	if err != nil {
		return "", fmt.Errorf("starting %s of %s: %w", cmp.Or(o.Drill, "an incident"), o.System, err)
	}
	return id, nil
}

// wasAsked settles the occurrences of the drill that were left to a person: the
// newest is what was started now, and stands for those before it.
func (r *Register) wasAsked(ctx context.Context, tx door.Tx, a door.Actor, row kept.Run) (nominal string, err error) {
	if row.Incident {
		return "", nil
	}
	list, err := tx.Occurrences(ctx, row.System+"/"+row.DrillID, batch)
	if err != nil {
		return "", err
	}
	for _, o := range list {
		if o.State != kept.OccurrenceAsked {
			continue
		}
		if o.At = row.OpenedAt; nominal == "" {
			nominal, o.State, o.Run, o.Reason = o.Nominal, kept.OccurrenceStarted, row.ID, "started by "+a.Name
		} else {
			o.State, o.Reason = kept.OccurrenceMissed, "the occurrence of "+nominal+" stands for it"
		}
		if err := tx.SaveOccurrence(ctx, o); err != nil {
			return "", err
		}
	}
	return nominal, nil
}

// opening is the lock of those who open runs or change schedules: one after the
// other, so that each sees which systems those before it hold (F33), and none
// writes back an old schedule. It is taken before anything else, so that no two
// wait for each other.
const opening = "opening"

// open writes the run of that version within a transaction that somebody else
// began, and that holds the lock of opening.
func (r *Register) open(ctx context.Context, tx door.Tx, org *plan.Organisation, a door.Actor, p *plan.Plan, o Opening) (kept.Run, error) {
	now := r.door.Now()
	last, err := tx.LastRunNumber(ctx, now.Wall.Year())
	if err != nil {
		return kept.Run{}, err
	}
	run, err := drill.Open(fmt.Sprintf("%d-%02d", now.Wall.Year(), last+1), p, o.Drill, cmp.Or(o.Director, a.Name))
	if err != nil {
		return kept.Run{}, err
	}
	if err := r.free(ctx, tx, p.ID, &run); err != nil {
		return kept.Run{}, err
	}
	row := kept.Run{
		ID: run.ID, System: p.ID, PlanHash: p.Hash(), StepsHash: p.StepsHash(), DrillID: o.Drill, Type: run.Drill.Type,
		Title: run.Drill.Title, Scope: cmp.Or(run.Drill.Scope, "isolated"), Incident: run.Incident, State: string(run.State),
		Director: run.Director, OpenedAt: now.Wall, Measured: run.Measured(),
	}
	if added, err := tx.AddRun(ctx, row); err != nil || !added {
		return kept.Run{}, errors.Join(err, conflictUnless(added))
	}
	s := r.begin(ctx, tx, org, row, run)
	if err := s.apply(event.Event{Kind: event.RunStarted, Actor: a.Name, Assured: a.Assurance, Chain: duty.Called(org, &run)}, now); err != nil {
		return kept.Run{}, err
	}
	if err := s.tell(outbox.Started, nil, 0); err != nil {
		return kept.Run{}, err
	}
	if err := s.save(); err != nil {
		return kept.Run{}, err
	}
	return s.row, tx.Wake(ctx, row.ID, kept.LookQueue, time.Time{})
}

func conflictUnless(ok bool) error {
	if ok {
		return nil
	}
	return kept.ErrConflict
}

// free refuses a drill that may find no room on the disk, and a second run on a
// system that one holds, unless the plan allows it. An incident is never refused.
func (r *Register) free(ctx context.Context, tx door.Tx, system string, run *drill.Run) error {
	if run.Incident {
		return nil
	}
	if room := r.options.Room; room != nil {
		if err := room(); err != nil {
			return fmt.Errorf("%w: %w", door.ErrNoRoom, err)
		}
	}
	if run.Drill.AllowParallel {
		return nil
	}
	open, err := tx.Runs(ctx, kept.RunFilter{System: system, Open: true, Limit: 1})
	if err != nil || len(open) == 0 {
		return err
	}
	return fmt.Errorf("run %s on %s has not ended: %w", open[0].ID, system, door.ErrBusy)
}

// pinned gives the plan version that the run is of: the one in force, where there
// is one that knows the drill, else the one that the files hold, as a draft.
func (r *Register) pinned(ctx context.Context, tx door.Tx, o Opening) (*plan.Plan, error) {
	if o.Hash != "" {
		return r.door.Plan(ctx, tx, o.Hash)
	}
	if p, err := r.door.InForce(ctx, tx, o.System); err != nil || (p != nil && holds(p, o.Drill)) {
		return p, err
	}
	versions, err := tx.Current(ctx, "plan")
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		if v.ID == o.System {
			return r.door.Plan(ctx, tx, v.Hash)
		}
	}
	return nil, fmt.Errorf("plan of system %q: %w", o.System, kept.ErrNotFound)
}

// holds tells whether a plan has that drill; an incident needs none.
func holds(p *plan.Plan, drill string) bool {
	_, there := p.Drill(drill)
	return there || drill == ""
}

// Run gives a run as its events say it is.
func (r *Register) Run(ctx context.Context, id string) (row kept.Run, run drill.Run, err error) {
	err = r.door.View(ctx, func(tx door.Tx) error {
		if row, run, err = r.load(ctx, tx, id); err == nil && !row.Imported {
			r.remember(run)
		}
		return err
	})
	return row, run, err
}

// load replays a run, from the newest state known when the row has not moved. It
// remembers nothing: what a transaction reads may be what it wrote itself.
func (r *Register) load(ctx context.Context, tx door.Tx, id string) (kept.Run, drill.Run, error) {
	row, err := tx.Run(ctx, id)
	if err != nil {
		return row, drill.Run{}, fmt.Errorf("run %q: %w", id, err)
	}
	if row.Imported {
		return row, drill.Run{ID: id, Director: row.Director, State: drill.Ended}, nil
	}
	r.mu.Lock()
	run, ok := r.runs[id]
	r.mu.Unlock()
	if ok && run.Seq == row.Seq {
		return row, run, nil
	}
	if !ok || run.Seq > row.Seq {
		p, err := r.door.Plan(ctx, tx, row.PlanHash)
		if err != nil {
			return row, run, fmt.Errorf("run %s: %w", id, err)
		}
		if run, err = drill.Open(id, p, row.DrillID, row.Director); err != nil {
			return row, run, fmt.Errorf("run %s %w: %w; %w", id, door.ErrBroken, err, ledger.ErrUnreadable)
		}
	}
	rows, err := tx.Events(ctx, id, run.Seq)
	if err != nil {
		return row, run, fmt.Errorf("events of run %s: %w", id, err)
	}
	if rows, err = door.Worded(ctx, tx, id, rows); err != nil {
		return row, run, fmt.Errorf("run %s: %w", id, err)
	}
	if run, err = replay(run, rows); err != nil {
		return row, run, fmt.Errorf("run %s %w: %w; %w", id, door.ErrBroken, err, ledger.ErrUnreadable)
	}
	return row, run, nil
}

func replay(run drill.Run, rows []kept.Event) (drill.Run, error) {
	events := make([]event.Event, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal(row.Body, &events[i]); err != nil {
			return run, fmt.Errorf("event %d of run %s: %w", row.Seq, run.ID, err)
		}
	}
	return drill.Replay(run, events)
}

// remember keeps the state of an open run as it was committed, so that a step
// costs its own events and not the whole history.
func (r *Register) remember(run drill.Run) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if run.State == drill.Ended {
		delete(r.runs, run.ID)
	} else if run.Seq > r.runs[run.ID].Seq {
		r.runs[run.ID] = run
	}
}

// Runs lists runs, newest first.
func (r *Register) Runs(ctx context.Context, f kept.RunFilter) ([]kept.Run, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) ([]kept.Run, error) { return tx.Runs(ctx, f) })
}

// session is one run within one transaction: events are applied to it, and it
// is written once at the end.
type session struct {
	r      *Register
	ctx    context.Context
	tx     door.Tx
	org    *plan.Organisation
	row    kept.Run
	run    drill.Run
	before int    // Seq as stored
	node   string // that drove it before
	basis  rights.Basis
	events []kept.Event
	writes []func() error // to attempts
}

// session reads a run to act on it.
func (r *Register) session(ctx context.Context, tx door.Tx, id string) (*session, error) {
	row, run, err := r.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	org, err := r.organisation(ctx, tx)
	return r.begin(ctx, tx, org, row, run), err
}

func (r *Register) begin(ctx context.Context, tx door.Tx, org *plan.Organisation, row kept.Run, run drill.Run) *session {
	return &session{r: r, ctx: ctx, tx: tx, org: org, row: row, run: run, before: row.Seq, node: row.Node}
}

// apply applies one event at that moment and keeps it for saving.
func (s *session) apply(e event.Event, now event.Moment) error {
	e.Seq, e.At = s.run.Seq+1, now
	run, err := s.run.Apply(e)
	if err != nil {
		return err
	}
	body, err := s.body(e)
	if err != nil {
		return err
	}
	s.run = run
	s.events = append(s.events, kept.Event{Seq: e.Seq, At: now.Wall, Kind: string(e.Kind), Step: e.Step, Body: body})
	return nil
}

// save writes attempts, events and the row that they lead to. The row's sequence
// number is the run's optimistic lock: whoever comes second gets ErrConflict.
func (s *session) save() error {
	if !s.row.Imported && (len(s.events) > 0 || s.row.Node != s.node) {
		s.writes = append(s.writes, s.saveRun)
	}
	if err := s.tx.Together(s.ctx, s.writes...); err != nil {
		return fmt.Errorf("saving run %s: %w", s.row.ID, err)
	}
	return nil
}

func (s *session) saveRun() error {
	s.row.Seq, s.row.State, s.row.Verdict = s.run.Seq, string(s.run.State), string(s.run.Verdict)
	s.row.StartedAt, s.row.EndedAt = s.run.Times.Start, s.run.Times.End
	rta, _ := s.run.RTA()
	s.row.RTA, s.row.RPA = rta.Nanoseconds(), s.run.RPA().Nanoseconds()
	if err := s.tx.SaveRun(s.ctx, s.row, s.before); err != nil {
		return err
	}
	return s.tx.AddEvents(s.ctx, s.row.ID, s.events)
}
