package demo

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/register"
)

// course is how a run went, where it went otherwise than estimated.
type course struct {
	minutes int               // that recovery took in all
	loses   time.Duration     // how old the newest data was that came back; 0: nobody looked
	notes   map[string]string // what was said of a step
	fails   string            // the step that was answered with no
	abort   string            // why it was broken off after its first step
}

// drive carries a run out: everybody begins when asked and takes as long as the
// step is estimated. Where recovery took another time in all, the longest step made
// the difference.
func (t *story) drive(ctx context.Context, id string, c course) error {
	ends := map[string]time.Time{} // of the steps in hand
	var takes map[string]time.Duration
	for {
		turn, err := t.app.Register.Advance(ctx, t.node, id)
		if err != nil || turn.State == drill.Ended {
			return err
		}
		_, run, err := t.app.Register.Run(ctx, id)
		if err != nil {
			return err
		}
		if takes == nil {
			takes = lengths(&run, time.Duration(c.minutes)*time.Minute)
		}
		if err := t.begin(ctx, &run, takes, ends); err != nil {
			return err
		}
		if len(ends) == 0 || run.Calls() && sooner(turn.Again, ends) {
			if !turn.Again.After(t.clock.at) {
				return fmt.Errorf("run %s of %s stands still", id, run.Plan.ID)
			}
			t.clock.to(turn.Again)
			continue
		}
		if err := t.finish(ctx, &run, c, ends); err != nil {
			return err
		}
	}
}

// sooner tells whether something happens before anybody answers, such as that the next
// channel is tried.
func sooner(at time.Time, ends map[string]time.Time) bool {
	for _, end := range ends {
		if !at.IsZero() && end.After(at) {
			return true
		}
	}
	return false
}

// lengths is how long each step takes.
func lengths(run *drill.Run, whole time.Duration) map[string]time.Duration {
	takes, path, back := map[string]time.Duration{}, map[string]time.Duration{}, ""
	for i := range run.Steps {
		s := &run.Steps[i]
		if takes[s.ID] = s.Estimate.Std(); s.Link { // the later ones were at dinner
			takes[s.ID] = time.Duration(1+2*s.Number) * time.Minute
		}
		if s.Cleanup {
			continue
		}
		for _, before := range s.After { // the files hold a step behind those that it waits for
			path[s.ID] = max(path[s.ID], path[before])
		}
		path[s.ID], back = path[s.ID]+takes[s.ID], s.ID
	}
	if whole > 0 {
		longest := slices.MaxFunc(slices.Collect(maps.Keys(takes)), func(a, b string) int {
			return cmp.Or(cmp.Compare(takes[a], takes[b]), cmp.Compare(b, a))
		})
		takes[longest] += whole - path[back]
	}
	return takes
}

// begin lets everybody begin who has been asked.
func (t *story) begin(ctx context.Context, run *drill.Run, takes map[string]time.Duration, ends map[string]time.Time) error {
	for i := range run.Steps {
		s := &run.Steps[i]
		if s.State != drill.Asked || !ends[s.ID].IsZero() {
			continue
		}
		if !s.Link { // who has received an alarm says so at once
			if err := t.app.Register.Take(ctx, t.hand(run, s), run.ID, s.ID); err != nil {
				return err
			}
		}
		ends[s.ID] = t.clock.at.Add(takes[s.ID])
	}
	return nil
}

// finish lets the one finish who is done first.
func (t *story) finish(ctx context.Context, run *drill.Run, c course, ends map[string]time.Time) error {
	id := slices.MinFunc(slices.Sorted(maps.Keys(ends)), func(a, b string) int { return ends[a].Compare(ends[b]) })
	t.clock.to(ends[id])
	delete(ends, id)
	s, _ := run.Find(id)
	answer := register.Answer{Run: run.ID, Step: id, Answer: "yes", Note: c.notes[id]}
	switch {
	case id == c.fails:
		answer.Answer = "no"
	case s.Decision != nil:
		answer.Answer = s.Decision.Options[0]
	}
	if err := t.app.Register.Answer(ctx, t.hand(run, s), answer); err != nil {
		return err
	}
	if c.loses > 0 && id == run.Plan.Recovery.Steps[0].ID {
		return t.app.Register.SetTime(ctx, as(leader), run.ID, "recovery_point_at", run.Times.Start.Add(-c.loses))
	}
	if c.abort == "" {
		return nil
	}
	clear(ends)
	return t.app.Register.Lead(ctx, as(leader), register.Lead{Run: run.ID, Kind: event.RunAborted, Reason: c.abort})
}

// hand is who answers for a step: in the name of the role or team that was asked,
// with the account of the person.
func (t *story) hand(run *drill.Run, s *drill.Step) door.Actor {
	role := run.Asks(s)
	return door.Actor{Name: role, Assurance: "login", Via: t.accountOf(role, run.Plan.ID)}
}
