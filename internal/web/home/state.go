package home

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/dossier"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
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

// How long a reading is good for: a while when nothing was done meanwhile, for what
// grows old by itself does so in days; and a moment when others did something, so
// that a drill with many who look on is not read anew at each of its steps.
const (
	fresh = time.Minute
	calm  = 10 * time.Second
)

// cache holds the newest reading. Whoever comes while it is made waits for it, so
// that a hundred visitors cost one reading.
type cache struct {
	mu     sync.Mutex
	newest int64 // number of the newest line of the log when it was made
	state  *state
}

// now is how the municipality stands for the visitor, who sees at once what he did
// himself; empty before its plans were taken over.
func (p *Part) now(v *frame.Visit) (*state, error) {
	p.cache.mu.Lock()
	defer p.cache.mu.Unlock()
	newest, err := p.newest(v.Context(), "")
	if err != nil {
		return nil, err
	}
	own, err := p.newest(v.Context(), v.Person.ID)
	if err != nil {
		return nil, err
	}
	at, last := p.Door.Now().Wall, p.cache.state
	if last != nil && own <= p.cache.newest && !at.Before(last.at) {
		good := fresh
		if newest != p.cache.newest {
			good = calm
		}
		if at.Sub(last.at) < good {
			return last, nil
		}
	}
	s, err := p.read(v.Context(), at)
	if err != nil {
		return nil, fmt.Errorf("reading how the municipality stands: %w", err)
	}
	p.cache.newest, p.cache.state = newest, s
	return s, nil
}

// newest is the number of the newest line of the log, by that person or by anybody.
func (p *Part) newest(ctx context.Context, person string) (int64, error) {
	entries, err := p.Register.Entries(ctx, kept.EntryFilter{Actor: person, Limit: 1})
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	return entries[0].Seq, nil
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
