package door

import (
	"context"
	"errors"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/kept"
)

// Draft tells whether a run was of a version that was not in force when it was
// opened, and shows nothing of the one that was. As long as nothing had been said of
// the system's plan nothing is a draft; a real incident is none, nor is what was held
// before this register. steps gives a version's
// StepsHash: a draft that does the same as the version in force shows the same.
func Draft(s *approval.Standing, row kept.Run, steps func(hash string) string) bool {
	if s.Began().IsZero() || row.OpenedAt.Before(s.Began()) || row.Imported || row.Incident {
		return false
	}
	for _, p := range s.Periods() {
		if !p.From.After(row.OpenedAt) && (p.To.IsZero() || p.To.After(row.OpenedAt)) {
			return p.Version != row.PlanHash && steps(p.Version) != steps(row.PlanHash)
		}
	}
	return true
}

// Drafts tells of run after run whether it was of a draft, and reads what was said of
// a system once.
func (d *Door) Drafts(ctx context.Context, tx Tx) func(kept.Run) (bool, error) {
	read := map[string]*approval.Standing{} // nil: nothing was said
	steps := func(hash string) string {
		p, err := d.Plan(ctx, tx, hash)
		if err != nil {
			return hash // it cannot be read, and is like no other
		}
		return p.StepsHash()
	}
	return func(row kept.Run) (bool, error) {
		s, known := read[row.System]
		if !known {
			acts, err := Acts(ctx, tx, row.System)
			if err == nil && len(acts) > 0 {
				s, err = d.Standing(ctx, tx, row.System, time.Time{})
			}
			if err != nil {
				return false, err
			}
			read[row.System] = s
		}
		return s != nil && Draft(s, row, steps), nil
	}
}

// Rests names the steps that a run's evidence rests on, as this program reckons
// them. An older one may have reckoned in more, and what was measured then must
// not be lost by an upgrade (docs/decisions/010): the version that the run is
// pinned to says which steps they were. Where it cannot be read, what the run
// itself says stands.
func (d *Door) Rests(ctx context.Context, tx Tx, row kept.Run) (steps string, err error) {
	p, err := d.Plan(ctx, tx, row.PlanHash)
	switch {
	case errors.Is(err, ErrBroken), errors.Is(err, kept.ErrNotFound):
		return row.StepsHash, nil
	case err != nil:
		return "", err
	}
	return p.StepsHash(), nil
}
