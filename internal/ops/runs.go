package ops

import (
	"context"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/kept"
)

// open is what the runs that have not ended come to.
type open struct {
	drills, incidents int
	questions         int       // steps that wait for a person
	oldest            time.Time // since when the oldest of them waits
	overdue           int       // whose deputy has been asked, or more
	unknown           int       // of which nobody knows how they ended
}

// openRuns looks at each run that has not ended. The register remembers their
// states, so a run that did not move costs one row.
func (w *Watch) openRuns(ctx context.Context) (o open, err error) {
	rows, err := w.Register.Runs(ctx, kept.RunFilter{Open: true})
	if err != nil {
		return o, err
	}
	for _, row := range rows {
		if row.Incident {
			o.incidents++
		} else {
			o.drills++
		}
		_, run, err := w.Register.Run(ctx, row.ID)
		if err != nil {
			continue // a run that cannot be read is told of by whoever drives it
		}
		o.count(run)
	}
	return o, nil
}

func (o *open) count(run drill.Run) {
	for i := range run.Steps {
		s := &run.Steps[i]
		switch s.State {
		case drill.Unknown:
			o.unknown++
		case drill.Asked, drill.Taken:
		default:
			continue
		}
		o.questions++
		if s.Level >= 2 {
			o.overdue++
		}
		if o.oldest.IsZero() || s.StartedAt.Before(o.oldest) {
			o.oldest = s.StartedAt
		}
	}
}
