package door

import (
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
