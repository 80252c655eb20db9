package register

import (
	"context"
	"encoding/json"
	"fmt"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
)

// session is one run within one transaction: events are applied to it, and it
// is written once at the end.
type session struct {
	r      *Register
	ctx    context.Context
	tx     Tx
	org    *plan.Organisation
	row    kept.Run
	run    drill.Run
	before int    // Seq as stored
	node   string // that drove it before
	events []kept.Event
}

// session reads a run to act on it.
func (r *Register) session(ctx context.Context, tx Tx, id string) (*session, error) {
	row, run, err := r.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	org, err := r.organisation(ctx, tx)
	return r.begin(ctx, tx, org, row, run), err
}

func (r *Register) begin(ctx context.Context, tx Tx, org *plan.Organisation, row kept.Run, run drill.Run) *session {
	return &session{r: r, ctx: ctx, tx: tx, org: org, row: row, run: run, before: row.Seq, node: row.Node}
}

// apply applies one event at that moment and keeps it for saving.
func (s *session) apply(e event.Event, now event.Moment) error {
	e.Seq, e.At = s.run.Seq+1, now
	run, err := s.run.Apply(e)
	if err != nil {
		return err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("writing event %s: %w", e.Kind, err)
	}
	s.run = run
	s.events = append(s.events, kept.Event{Seq: e.Seq, At: now.Wall, Kind: string(e.Kind), Step: e.Step, Body: body})
	return nil
}

// save writes the events and the row that they lead to. The row's sequence
// number is the run's optimistic lock: whoever comes second gets ErrConflict.
func (s *session) save() error {
	if s.row.Imported || (len(s.events) == 0 && s.row.Node == s.node) {
		return nil
	}
	s.row.Seq, s.row.State, s.row.Verdict = s.run.Seq, string(s.run.State), string(s.run.Verdict)
	s.row.StartedAt, s.row.EndedAt = s.run.Times.Start, s.run.Times.End
	rta, _ := s.run.RTA()
	s.row.RTA, s.row.RPA = rta.Nanoseconds(), s.run.RPA().Nanoseconds()
	if err := s.tx.SaveRun(s.ctx, s.row, s.before); err != nil {
		return fmt.Errorf("saving run %s: %w", s.row.ID, err)
	}
	if err := s.tx.AddEvents(s.ctx, s.row.ID, s.events); err != nil {
		return fmt.Errorf("saving the events of run %s: %w", s.row.ID, err)
	}
	return nil
}
