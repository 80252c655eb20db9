package drill

import (
	"time"

	"beredskab/internal/plan"
)

// Measure is one measured length; Known is false while it has not been
// measured, and then it is never shown as met.
type Measure struct {
	Length time.Duration
	Known  bool
}

// Nanoseconds is the length as it is stored; nil while it is not known.
func (m Measure) Nanoseconds() *int64 {
	if !m.Known {
		return nil
	}
	length := int64(m.Length)
	return &length
}

// Measured tells whether the run is of a kind that measures recovery time.
func (r *Run) Measured() bool { return plan.Measured(r.Drill.Type) }

// RTA is t8 − t0 on the run's own clock, less the pauses that the exercise
// itself made; gross includes them (spec/domain.md 3.2).
func (r *Run) RTA() (net, gross Measure) { return r.since(r.Times.DisruptedAt, r.t0On()) }

// t0On is where the run's clock stood, or would have stood, at t0.
func (r *Run) t0On() time.Duration {
	if r.Times.DisruptedSource == "measured" {
		return r.Times.t0On
	}
	return r.Times.DisruptedAt.Sub(r.Times.Start)
}

func (r *Run) since(point time.Time, on time.Duration) (net, gross Measure) {
	if !r.Measured() || r.Times.VerifiedAt.IsZero() || point.IsZero() {
		return Measure{}, Measure{}
	}
	until := r.Times.verifiedOn
	gross = Measure{Length: max(until-on, 0), Known: true}
	return Measure{Length: max(until-on-r.paused(on, until, false), 0), Known: true}, gross
}

// counted is the time that is held against the RTO: from t0, or from the
// declaration or activation where the plan's rto_anchor says so. Where that
// point is not known, the stricter t0 counts.
func (r *Run) counted() Measure {
	anchor := time.Time{}
	switch r.Plan.Objectives.Anchor {
	case "declaration":
		anchor = r.Times.DeclaredAt
	case "activation":
		anchor = r.Times.ActivatedAt
	}
	if anchor.IsZero() {
		net, _ := r.RTA()
		return net
	}
	net, _ := r.since(anchor, anchor.Sub(r.Times.Start))
	return net
}

// RPA is t0 − recovery_point_at: how much data would have been lost.
func (r *Run) RPA() Measure {
	if !r.Measured() || r.Times.RecoveryPointAt.IsZero() || r.Times.DisruptedAt.IsZero() {
		return Measure{}
	}
	return Measure{Length: max(r.Times.DisruptedAt.Sub(r.Times.RecoveryPointAt), 0), Known: true}
}

// WRA is t9 − t8: the time that catching up took.
func (r *Run) WRA() Measure {
	if r.Times.VerifiedAt.IsZero() || r.Times.CaughtUpAt.Before(r.Times.VerifiedAt) {
		return Measure{}
	}
	return Measure{Length: r.Times.CaughtUpAt.Sub(r.Times.VerifiedAt), Known: true}
}
