package systems

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/preparedness"
	"beredskab/internal/recovery"
	"beredskab/internal/report"
)

// state is how all systems stand, read at one moment.
type state struct {
	at       time.Time
	set      *plan.Set // the versions in force; of a system without one, the newest
	report   check.Report
	promises map[string]check.SystemReport
	ready    map[string]preparedness.Ready
	figures  map[string]report.System
	open     map[string]int // actions
	next     map[string]kept.Schedule
	forecast *recovery.Forecast // nil where systems wait for each other in a circle
	graph    *recovery.Graph
}

// now is how the systems stand; without any before their plans were taken over.
func (p *Part) now(v *frame.Visit) (*state, error) {
	s, err := p.standing.Now(v, 0, p.read)
	if err != nil {
		return nil, fmt.Errorf("reading how the systems stand: %w", err)
	}
	return s, nil
}

func (p *Part) read(ctx context.Context, at time.Time) (*state, error) {
	s := &state{
		at: at, set: &plan.Set{Organisation: &plan.Organisation{}}, promises: map[string]check.SystemReport{}, ready: map[string]preparedness.Ready{},
		figures: map[string]report.System{}, open: map[string]int{}, next: map[string]kept.Schedule{},
	}
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
	s.set, s.report = facts.Set, facts.Check(known, nil, nil)
	for _, one := range s.report.Systems {
		s.promises[one.System] = one
	}
	for _, one := range facts.Readiness() {
		s.ready[one.System] = one
	}
	figures := facts.Figures(preparedness.Asked{From: at.AddDate(0, 0, -1), Until: at.AddDate(0, 0, 1), Known: known})
	for _, one := range figures.Systems {
		s.figures[one.ID] = one
	}
	for _, a := range figures.Actions {
		if a.Closed.IsZero() {
			s.open[a.System]++
		}
	}
	if s.graph, err = recovery.New(s.set); err == nil { // a circle is told of by the rules
		s.forecast = s.graph.Forecast(facts.Measured())
	}
	return s, p.upcoming(ctx, s)
}

// upcoming finds the next drill of each system.
func (p *Part) upcoming(ctx context.Context, s *state) error {
	schedules, err := p.Register.Schedules(ctx)
	for _, one := range schedules {
		soonest, known := s.next[one.System]
		if one.System != "" && !one.Due.IsZero() && one.Due.After(s.at) && (!known || one.Due.Before(soonest.Due)) {
			s.next[one.System] = one
		}
	}
	return err
}

// name is what a system is called.
func (s *state) name(id string) string {
	if p, ok := s.set.Plan(id); ok {
		return p.Name
	}
	return id
}

// promise tells whether the accepted time can be kept, as a badge knows it. A system
// that nobody has exercised of late is not late itself: that is another finding.
func (s *state) promise(id string) string { return cmp.Or(s.figures[id].State, string(check.Unknown)) }
