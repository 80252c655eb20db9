package drill

import (
	"fmt"
	"slices"
	"time"

	"beredskab/internal/event"
	"beredskab/internal/plan"
)

// Times are the time points t0–t12 of spec/domain.md 3.1. A zero time has not
// been reached. A point that a person set is never overwritten by a derived one.
type Times struct {
	Start, End      time.Time // of the run itself
	DisruptedAt     time.Time // t0, RTO counts from here
	DetectedAt      time.Time // t1
	AlertedAt       time.Time // t2
	AssessedAt      time.Time // t3
	DeclaredAt      time.Time // t4
	ActivatedAt     time.Time // t5
	MobilisedAt     time.Time // t5b, first member of a team who has taken or done something
	WorkaroundAt    time.Time // t5w
	RecoveryAt      time.Time // t6, first recovery step begun
	RestoredAt      time.Time // t7, last technical step done; not yet recovery
	VerifiedAt      time.Time // t8, ends the RTO
	CaughtUpAt      time.Time // t9, ends the WRT
	NormalisedAt    time.Time // t10
	StoodDownAt     time.Time // t11
	EvaluatedAt     time.Time // t12
	RecoveryPointAt time.Time // newest consistent data that came back
	DisruptedSource string    // "measured", or "estimated" when a person set it or the start of an incident stands in for it

	given            []string      // code names of the points that a person set
	verifiedOn, t0On time.Duration // t8 and a measured t0 on the run's clock
}

// point gives the field of a time point that a person may set, by its code name.
func (t *Times) point(name string) *time.Time {
	switch name {
	case "disrupted_at":
		return &t.DisruptedAt
	case "detected_at":
		return &t.DetectedAt
	case "alerted_at":
		return &t.AlertedAt
	case "assessed_at":
		return &t.AssessedAt
	case "declared_at":
		return &t.DeclaredAt
	case "activated_at":
		return &t.ActivatedAt
	case "workaround_at":
		return &t.WorkaroundAt
	case "caught_up_at":
		return &t.CaughtUpAt
	case "normalised_at":
		return &t.NormalisedAt
	case "stood_down_at":
		return &t.StoodDownAt
	case "evaluated_at":
		return &t.EvaluatedAt
	case "recovery_point_at":
		return &t.RecoveryPointAt
	default:
		return nil
	}
}

// Given tells whether a person has set the point of that code name.
func (t *Times) Given(point string) bool { return slices.Contains(t.given, point) }

// aMinute is how far a time that a person writes may lie ahead of our clock.
const aMinute = time.Minute

// mark takes a time point from a person. What has not happened yet has no time,
// and no order of points that cannot be is taken.
func (t *Times) mark(e event.Event) error {
	refuse := func(format string, args ...any) error {
		return &Refusal{e.Kind, e.Step, fmt.Sprintf(format, args...)}
	}
	p, verified := t.point(e.Point), t.VerifiedAt
	switch {
	case p == nil:
		return refuse("%q is not a time point that a person sets", e.Point)
	case e.Time.IsZero():
		return refuse("%s has no time", e.Point)
	case e.Time.After(e.At.Wall.Add(aMinute)):
		return refuse("%s lies in the future: %s", e.Point, e.Time.Format(time.RFC3339))
	case verified.IsZero():
	case e.Point == "disrupted_at" && e.Time.After(verified):
		return refuse("the disruption cannot lie after the confirmed recovery, %s", verified.Format(time.RFC3339))
	case e.Point == "caught_up_at" && e.Time.Before(verified):
		return refuse("catching up cannot end before the confirmed recovery, %s", verified.Format(time.RFC3339))
	}
	*p = e.Time
	if !slices.Contains(t.given, e.Point) {
		t.given = append(slices.Clip(t.given), e.Point)
	}
	if e.Point == "disrupted_at" {
		t.DisruptedSource = "estimated"
	}
	return nil
}

// start sets the points that a run gives by beginning. In a drill that measures
// recovery the disruption is simulated, so alarm, declaration and activation
// fall together with the start. An alert exercise measures from the alarm, a
// discussion how long it takes to decide, so there the later points are open.
// In an incident the start only says that the plan was put in force; until a
// person sets t0 it stands in for it.
func (t *Times) start(r *Run, now time.Time) {
	t.Start = now
	points := map[string][]*time.Time{
		"incident": {&t.DeclaredAt, &t.ActivatedAt},
		"measured": {&t.DetectedAt, &t.AlertedAt, &t.DeclaredAt, &t.ActivatedAt},
		"alert":    {&t.DetectedAt, &t.AlertedAt, &t.ActivatedAt}, // without a chain to measure
		"alarm":    {&t.DetectedAt},
		"tabletop": {&t.DetectedAt, &t.AlertedAt},
		"staff":    {&t.DetectedAt, &t.AlertedAt},
	}
	kind, source := r.Drill.Type, "measured"
	switch {
	case r.Incident:
		source = "estimated"
	case r.Measured():
		kind = "measured"
	case r.Calls():
		kind = "alarm"
	}
	for _, p := range points[kind] {
		if p.IsZero() {
			*p = now
		}
	}
	if _, later := r.Find(r.Drill.DisruptedAtT0); !later && t.DisruptedAt.IsZero() && len(points[kind]) > 0 {
		t.DisruptedAt, t.DisruptedSource = now, source
	}
}

// mobilise takes the first sign of a team member. The owner who confirms and the
// director who reads out an inject are not the team.
func (t *Times) mobilise(s *Step, e event.Event) {
	team := s.Kind() == plan.StepManual || (s.Confirm != nil && s.Confirm.By != "systemejer")
	if team && t.MobilisedAt.IsZero() && !s.Link {
		t.MobilisedAt = e.At.Wall
	}
}

// derive reads the points that the steps give. A failed verification gives no
// t8, and a step that is done again takes t7 back: the clock goes on.
func (t *Times) derive(r *Run) {
	t.RestoredAt, t.VerifiedAt, t.verifiedOn = time.Time{}, time.Time{}, 0
	restored, last := true, time.Time{}
	for i := range r.Steps {
		s := &r.Steps[i]
		t.begun(r, s)
		switch {
		case !s.proves || (s.State == Skipped && r.Incident):
		case s.State == Done:
			last = later(last, s.EndedAt)
		default:
			restored = false
		}
	}
	if restored {
		t.RestoredAt = last
	}
	if restored && r.verify >= 0 && r.Steps[r.verify].State == Done {
		t.VerifiedAt, t.verifiedOn = r.Steps[r.verify].EndedAt, r.Steps[r.verify].overOn
	}
	if r.Calls() {
		t.alarmed(r)
	}
	if r.Drill.AssessedAt != "" {
		t.put("assessed_at", r.answered(r.Drill.AssessedAt))
	}
	if r.Drill.DeclaredAt != "" {
		t.put("declared_at", r.answered(r.Drill.DeclaredAt))
	}
	t.put("recovery_point_at", r.recoveryPoint())
}

// begun takes what the beginning of a step says. A person who answers without
// having said «jeg er i gang» may have begun when asked.
func (t *Times) begun(r *Run, s *Step) {
	at, on := s.StartedAt, s.takenOn
	switch {
	case s.Cleanup || at.IsZero():
		return
	case s.Human() && !s.TakenAt.IsZero():
		at = s.TakenAt
	case s.Human() && s.State != Done && s.State != Failed:
		return
	}
	if s.ID == r.Drill.DisruptedAtT0 && t.DisruptedAt.IsZero() {
		t.DisruptedAt, t.DisruptedSource, t.t0On = at, "measured", on
	}
	if s.technical() && (t.RecoveryAt.IsZero() || at.Before(t.RecoveryAt)) {
		t.RecoveryAt = at
	}
}

// recoveryPoint is the newest data to which everything that came back can be
// consistent: the oldest of the points that the steps found, or that of the one
// step which the drill names.
func (r *Run) recoveryPoint() (point time.Time) {
	if s, ok := r.Find(r.Drill.RecoveryPoint); ok {
		if s.State == Done {
			return s.Recovery
		}
		return time.Time{}
	}
	for i := range r.Steps {
		s := &r.Steps[i]
		if s.State == Done && !s.Recovery.IsZero() && !s.Cleanup && (point.IsZero() || s.Recovery.Before(point)) {
			point = s.Recovery
		}
	}
	return point
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
