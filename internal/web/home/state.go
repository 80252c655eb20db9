package home

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/dossier"
	"beredskab/internal/frame"
	"beredskab/internal/plan"
	"beredskab/internal/preparedness"
	"beredskab/internal/report"
)

// state is how the municipality stands, read at one moment.
type state struct {
	at      time.Time
	set     *plan.Set
	report  check.Report
	ready   map[string]preparedness.Ready
	figures report.Figures // of the twelve months up to now
	pending []preparedness.Pending
	owing   []dossier.Owed
}

// calm is how old what others did may be on these pages.
const calm = 10 * time.Second

// now is how the municipality stands for the visitor; empty before its plans were taken
// over.
func (p *Part) now(v *frame.Visit) (*state, error) {
	s, err := p.standing.Now(v, calm, p.read)
	if err != nil {
		return nil, fmt.Errorf("reading how the municipality stands: %w", err)
	}
	return s, nil
}

func (p *Part) read(ctx context.Context, at time.Time) (*state, error) {
	s := &state{at: at, set: &plan.Set{Organisation: &plan.Organisation{}}, ready: map[string]preparedness.Ready{}}
	facts, err := preparedness.Read(ctx, p.Door, at)
	if errors.Is(err, preparedness.ErrNoPlans) {
		return s, nil
	} else if err != nil {
		return nil, err
	}
	known, err := p.Dossier.Facts(ctx, at)
	if err != nil {
		return nil, err
	}
	if p.Copies != nil {
		known.OfflineCopies = p.Copies()
	}
	asked := preparedness.Asked{From: at.AddDate(-1, 0, 1), Until: at.AddDate(0, 0, 1), Known: known}
	reports, err := p.Office.Reports(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range reports {
		asked.Frozen = append(asked.Frozen, r.Year)
		if r.Treated != nil {
			asked.Treated = append(asked.Treated, r.Year)
		}
	}
	s.set, s.pending, s.figures = facts.Set, facts.Pending(), facts.Figures(asked)
	s.report = facts.Check(known, asked.Frozen, asked.Treated)
	for _, r := range facts.Readiness() {
		s.ready[r.System] = r
	}
	s.owing, err = p.Dossier.Owing(ctx)
	return s, err
}

// name is what a system is called.
func (s *state) name(id string) string {
	if p, ok := s.set.Plan(id); ok {
		return p.Name
	}
	return id
}
