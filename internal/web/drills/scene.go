package drills

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
)

// scene is everything that the live page shows of a run. It is read once for all
// who look, and nothing in it depends on who does; it is never changed.
type scene struct {
	row     kept.Run
	run     drill.Run
	org     *plan.Organisation
	system  string // what the system is called
	events  []event.Event
	notices []outbox.Notice
	waits   []kept.Wait // for a machine that carries steps out
	draft   bool        // of a version that was not in force
	changed bool        // the files hold another version of the plan
	newer   string      // what that is called
	after   followup.State
	takes   map[string]bool // what the run would take as it stands, by key
}

// key names an act on a step in takes; outcome is that of an answer or a word.
func key(kind event.Kind, step, outcome string) string {
	return string(kind) + "/" + step + "/" + outcome
}

// scene reads a run.
func (p *Part) scene(ctx context.Context, id string) (*scene, error) {
	s := &scene{}
	var err error
	if s.row, s.run, err = p.Register.Run(ctx, id); err != nil {
		return nil, err
	}
	set, err := p.Register.Set(ctx)
	if err != nil {
		return nil, err
	}
	if s.org = set.Organisation; s.org == nil {
		s.org = &plan.Organisation{}
	}
	s.system = s.row.System
	if held, there := set.Plan(s.row.System); there {
		s.system = held.Name
	}
	if s.row.Imported {
		return s, nil
	}
	if held, there := set.Plan(s.row.System); there && held.Hash() != s.row.PlanHash {
		s.changed, s.newer = true, held.PlanVersion
		if s.newer == s.run.Plan.PlanVersion {
			s.newer = "" // its author has not counted on
		}
	}
	if err := p.around(ctx, s); err != nil {
		return nil, err
	}
	if s.run.State != drill.Ended {
		s.reckon(p.Door.Now())
	}
	return s, nil
}

// around reads what stands beside the run itself.
func (p *Part) around(ctx context.Context, s *scene) (err error) {
	rows, err := p.Register.Events(ctx, s.row.ID, 0)
	if err != nil {
		return err
	}
	s.events = make([]event.Event, 0, len(rows))
	for _, row := range rows {
		var e event.Event
		if err := json.Unmarshal(row.Body, &e); err != nil {
			return fmt.Errorf("event %d of run %s: %w", row.Seq, s.row.ID, err)
		}
		if e.Seq <= s.run.Seq { // what came meanwhile is news of its own
			s.events = append(s.events, e)
		}
	}
	if s.draft, err = p.Register.Draft(ctx, s.row); err != nil {
		return err
	}
	if s.run.State == drill.Ended {
		e, err := p.Office.Evaluation(ctx, s.row.ID)
		s.after = e.State()
		return err
	}
	if s.notices, err = p.Register.Notices(ctx, outbox.Filter{Run: s.row.ID, Limit: 200}); err != nil {
		return err
	}
	s.waits, err = p.Register.Waits(ctx, s.row.ID)
	return err
}

// reckon asks the run itself what it would take now, so that the page holds no rule
// of its own. What needs a person is asked in anybody's name: whose it is comes
// later.
func (s *scene) reckon(now event.Moment) {
	s.takes = map[string]bool{}
	try := func(kind event.Kind, step, outcome string) {
		_, err := s.run.Apply(event.Event{
			Seq: s.run.Seq + 1, At: now, Kind: kind, Step: step, Outcome: outcome, Actor: "somebody", Assured: "login", Text: "why",
		})
		s.takes[key(kind, step, outcome)] = err == nil
	}
	for _, kind := range []event.Kind{event.RunPaused, event.RunResumed, event.RunAborted, event.RunBroken} {
		try(kind, "", "")
	}
	for i := range s.run.Steps {
		step := &s.run.Steps[i]
		for _, kind := range []event.Kind{event.StepTaken, event.StepSkipped, event.StepReopened} {
			try(kind, step.ID, "")
		}
		for _, outcome := range choices(step) {
			try(event.StepAnswered, step.ID, outcome)
		}
		for _, word := range []string{"done", "failed", "rerun"} {
			try(event.StepSettled, step.ID, word)
		}
	}
}

// choices are what somebody may answer to a step.
func choices(step *drill.Step) []string {
	if step.Kind() == plan.StepDecision {
		return step.Decision.Options
	}
	return []string{"yes", "no"}
}

// newest is the newest event of that kind about a step.
func (s *scene) newest(kind event.Kind, step string) (e event.Event, found bool) {
	for _, e := range slices.Backward(s.events) {
		if e.Kind == kind && e.Step == step {
			return e, true
		}
	}
	return event.Event{}, false
}

// stood is for how long the run stood still since that moment.
func (s *scene) stood(since, now time.Time, artificial bool) (total time.Duration) {
	for _, p := range s.run.Pauses {
		from, to := p.From, p.To
		if to.IsZero() {
			to = now
		}
		if from.Before(since) {
			from = since
		}
		if to.After(from) && (p.Artificial || !artificial) {
			total += to.Sub(from)
		}
	}
	return total
}
