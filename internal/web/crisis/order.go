package crisis

import (
	"context"
	"slices"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/emergency"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/recovery"
)

// stop is one system in the order of recovery: what was promised, when it is expected
// back, and how far its run has come.
type stop struct {
	Number        int
	System, Name  string
	SystemPath    string
	Class         int
	RTO           time.Duration
	Due, Expected time.Time
	DueText       string
	ExpectedText  string
	Length        time.Duration // from the declaration to Expected
	State, Text   string        // as badge has it, with its word
	Back          time.Time     // confirmed by its owner
	Run, RunPath  string
	Done, Steps   int
	Waits         []string
}

// looked is for how many systems of a crisis the run itself is read, and how many of
// the newest runs are looked through for them.
const looked, newest = 60, 500

// order puts the systems that are hit into the order in which they are recovered:
// by class, then by when they can be back. Those that are not hit stand ready. Plans
// that wait for each other in a circle have no such time: then it is by class alone,
// for a crisis does not wait until they are corrected.
func order(set *plan.Set, systems []string) []*stop {
	hit := &plan.Set{Organisation: set.Organisation}
	for _, p := range set.Plans {
		if slices.Contains(systems, p.ID) {
			hit.Plans = append(hit.Plans, p)
		}
	}
	var list []*stop
	add := func(p *plan.Plan, length time.Duration) {
		list = append(list, &stop{
			Number: len(list) + 1, System: p.ID, Name: p.Name, SystemPath: "/systems/" + p.ID, Class: p.RecoveryClass, RTO: p.Objectives.RTO.Std(), Length: length,
		})
	}
	graph, err := recovery.New(hit)
	if err != nil {
		slices.SortStableFunc(hit.Plans, func(a, b *plan.Plan) int { return a.RecoveryClass - b.RecoveryClass })
		for _, p := range hit.Plans {
			add(p, 0)
		}
		return list
	}
	finish := graph.Simulate()
	for _, r := range recovery.Order(graph.Forecast(nil).Results) {
		p, _ := hit.Plan(r.System)
		minutes, _ := finish.Finish(p.ID)
		add(p, time.Duration(minutes)*time.Minute)
	}
	return list
}

// stops are the systems of a crisis as they stand.
func (p *Part) stops(ctx context.Context, c *emergency.Crisis, set *plan.Set, now time.Time) ([]*stop, error) {
	list := order(set, c.Systems)
	runs, err := p.runs(ctx, c)
	if err != nil {
		return nil, err
	}
	for i, s := range list {
		s.Due, s.Expected = c.Declared.At.Add(s.RTO), c.Declared.At.Add(s.Length)
		row, there := runs[s.System]
		if there && i < looked {
			if err := p.follow(ctx, s, row, set.Organisation); err != nil {
				return nil, err
			}
		}
		s.judge(c, there, now)
	}
	return list, nil
}

// runs are the runs by which a crisis recovers its systems: of each the newest that
// was begun in it, or that went on when it was declared.
func (p *Part) runs(ctx context.Context, c *emergency.Crisis) (map[string]kept.Run, error) {
	out := map[string]kept.Run{}
	if c.Exercise || len(c.Systems) == 0 {
		return out, nil
	}
	rows, err := p.Register.Runs(ctx, kept.RunFilter{Limit: newest})
	if err != nil {
		return nil, err
	}
	for _, row := range rows { // newest first
		_, known := out[row.System]
		goes := row.EndedAt.IsZero() || !row.EndedAt.Before(c.Declared.At)
		before := c.StoodDown == nil || !row.OpenedAt.After(c.StoodDown.At)
		if !known && row.Incident && goes && before && slices.Contains(c.Systems, row.System) {
			out[row.System] = row
		}
	}
	return out, nil
}

// follow reads how far the run of a system has come. When the disruption began, which
// people set, is what its time counts from.
func (p *Part) follow(ctx context.Context, s *stop, row kept.Run, org *plan.Organisation) error {
	_, run, err := p.Register.Run(ctx, row.ID)
	if err != nil {
		return err
	}
	s.Run, s.RunPath, s.Steps, s.Back = row.ID, "/drills/"+row.ID, len(run.Steps), run.Times.VerifiedAt
	if at := run.Times.DisruptedAt; !at.IsZero() {
		s.Due = at.Add(s.RTO)
	}
	for i := range run.Steps {
		step := &run.Steps[i]
		if step.Over() {
			s.Done++
		}
		switch {
		case step.State == drill.Asked:
			s.Waits = append(s.Waits, org.Reach(run.Asks(step), run.Plan).Role+": "+step.Title)
		case step.State == drill.Unknown, run.Held(step):
			s.Waits = append(s.Waits, org.Reach(run.Director, run.Plan).Role+": "+step.Title)
		}
	}
	return nil
}

// judge says how a system stands against its promise. What its owner has not confirmed
// is never shown as kept.
func (s *stop) judge(c *emergency.Crisis, there bool, now time.Time) {
	switch {
	case !s.Back.IsZero() && s.RTO > 0 && s.Back.After(s.Due):
		s.State, s.Text = "breached", "back.late"
	case !s.Back.IsZero():
		s.State, s.Text = "ok", "back"
	case s.RTO > 0 && now.After(s.Due) && c.StoodDown == nil:
		s.State, s.Text = "breached", "over"
	case s.RTO > 0 && s.Expected.After(s.Due):
		s.State, s.Text = "at_risk", "late"
	case there:
		s.State, s.Text = "running", "running"
	case c.Exercise:
		s.State, s.Text = "drill", "exercise"
	default:
		s.State, s.Text = "waiting", "unopened"
	}
}

// lane is a stretch of time, and the systems that are expected back in it.
type lane struct {
	Key   string
	Stops []*stop
}

// lanes are the first hour, the next three, and the rest.
func lanes(list []*stop) []lane {
	out := []lane{{Key: "1"}, {Key: "4"}, {Key: "later"}}
	for _, s := range list {
		at := 2
		switch {
		case s.Length <= time.Hour:
			at = 0
		case s.Length <= 4*time.Hour:
			at = 1
		}
		out[at].Stops = append(out[at].Stops, s)
	}
	return out
}
