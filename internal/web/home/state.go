package home

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/dossier"
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

// fresh is how long a reading is good for when nothing was done meanwhile: what
// grows old by itself does so in days.
const fresh = time.Minute

// cache holds the newest reading. Whoever comes while it is made waits for it, so
// that a hundred visitors cost one reading.
type cache struct {
	mu     sync.Mutex
	newest int64 // number of the newest line of the log when it was made
	state  *state
}

// now is how the municipality stands; empty before its plans were taken over.
func (p *Part) now(ctx context.Context) (*state, error) {
	p.cache.mu.Lock()
	defer p.cache.mu.Unlock()
	entries, err := p.Register.Entries(ctx, kept.EntryFilter{Limit: 1})
	if err != nil {
		return nil, err
	}
	newest, at := int64(0), p.Door.Now().Wall
	if len(entries) > 0 {
		newest = entries[0].Seq
	}
	if last := p.cache.state; last != nil && newest == p.cache.newest && !at.Before(last.at) && at.Sub(last.at) < fresh {
		return last, nil
	}
	s, err := p.read(ctx, at)
	if err != nil {
		return nil, fmt.Errorf("reading how the municipality stands: %w", err)
	}
	p.cache.newest, p.cache.state = newest, s
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
