package systems

import (
	"cmp"
	"fmt"
	"slices"

	"beredskab/internal/frame"
	"beredskab/internal/phrase"
	"beredskab/internal/picture"
	"beredskab/internal/plan"
	"beredskab/internal/recovery"
)

// link is a system that this one waits for, or that waits for this one.
type link struct {
	ID, Path, Name, Kind    string
	State                   string
	RTO, Planned, Projected string
	Tolerates               string
	Direct, Operation, Slow bool
	finish                  int
}

type dependenciesPage struct {
	*system
	Graph              *picture.Picture
	Needs, Feeds       []link
	Slow               []string // sentences
	Chain              []string // names, from the foundation to the system itself
	Planned, Projected string
	RTO                string
	Circle             bool
}

func (p *Part) dependencies(v *frame.Visit) error {
	s, err := p.system(v, "/dependencies")
	if err != nil {
		return err
	}
	out := &dependenciesPage{system: s, Circle: s.forecast == nil, RTO: length(v.Texts, s.plan.Objectives.RTO)}
	if out.Graph, err = s.picture(v, 2); err != nil {
		return err
	}
	for _, id := range s.waitsFor() {
		out.Needs = append(out.Needs, s.link(v, id, s.plan, id))
	}
	for _, other := range s.set.Plans {
		if slices.ContainsFunc(other.DependsOn, func(d plan.Dependency) bool { return d.ID == s.ID }) {
			out.Feeds = append(out.Feeds, s.link(v, other.ID, other, s.ID))
		}
	}
	for _, list := range [][]link{out.Needs, out.Feeds} {
		slices.SortStableFunc(list, func(a, b link) int { return cmp.Compare(a.finish, b.finish) })
	}
	for _, one := range out.Needs {
		if one.Slow {
			out.Slow = append(out.Slow, v.Texts.Say("systems.slow", one.Name, one.RTO, out.RTO))
		}
	}
	if s.forecast != nil {
		for _, id := range s.forecast.Chain(s.ID) {
			out.Chain = append(out.Chain, s.name(id))
		}
		if r, known := s.forecast.Of(s.ID); known {
			out.Planned, out.Projected = minutes(v.Texts, r.PlannedFinish), s.projected(v, r)
		}
	}
	return v.Show("systems/dependencies", out)
}

// projected is when the system is back by measured times, where its own was
// measured.
func (s *system) projected(v *frame.Visit, r recovery.Result) string {
	if r.Measured == recovery.NotMeasured {
		return v.Texts.Say("systems.unmeasured")
	}
	return minutes(v.Texts, r.ProjectedFinish)
}

// waitsFor are the systems that recovery waits for, directly or through others, and
// those that operation needs.
func (s *system) waitsFor() (ids []string) {
	var add func(p *plan.Plan, first bool)
	add = func(p *plan.Plan, first bool) {
		for _, d := range p.DependsOn {
			if slices.Contains(ids, d.ID) || d.ID == s.ID || !first && !recovery.ForRecovery(d) {
				continue
			}
			ids = append(ids, d.ID)
			if before, known := s.set.Plan(d.ID); known && recovery.ForRecovery(d) {
				add(before, false)
			}
		}
	}
	add(s.plan, true)
	return ids
}

// link tells of another system; the dependency is of that plan upon that id.
func (s *system) link(v *frame.Visit, id string, of *plan.Plan, upon string) link {
	t := v.Texts
	out := link{ID: id, Name: s.name(id), State: s.promise(id), RTO: "–", Planned: "–", Projected: "–"}
	if other, known := s.set.Plan(id); known {
		out.Path, out.RTO = "/systems/"+id, length(t, other.Objectives.RTO)
	}
	if i := slices.IndexFunc(of.DependsOn, func(d plan.Dependency) bool { return d.ID == upon }); i >= 0 {
		d := of.DependsOn[i]
		out.Direct, out.Operation, out.Kind, out.Tolerates = true, !recovery.ForRecovery(d), t.Word("systems.needs", d.Kind), length(t, d.Tolerates)
		if before, known := s.set.Plan(upon); known && recovery.ForRecovery(d) {
			out.Slow = s.late(before, of)
		}
	}
	if s.forecast != nil {
		if r, known := s.forecast.Of(id); known {
			out.Planned, out.Projected, out.finish = minutes(t, r.PlannedFinish), s.projected(v, r), r.PlannedFinish
		}
	}
	return out
}

// late tells whether what is waited for is promised too late (C3).
func (s *system) late(before, after *plan.Plan) bool {
	if s.graph == nil {
		return false
	}
	own, _ := s.graph.PlanTime(after.ID)
	return before.Objectives.RTO.Minutes() > after.Objectives.RTO.Minutes()-own
}

// mostDrawn is how many systems a picture beside a plan holds.
const mostDrawn = 24

// picture draws the system among those that it waits for and those that wait for
// it; nil when it stands alone.
func (s *system) picture(v *frame.Visit, hops int) (*picture.Picture, error) {
	drawn := s.around(hops)
	if len(drawn) < 2 {
		return nil, nil
	}
	pen, err := phrase.New("report", v.Texts.Lang)
	if err != nil {
		return nil, fmt.Errorf("reading the words of the picture: %w", err)
	}
	var nodes []picture.Node
	var edges []picture.Edge
	for _, id := range drawn {
		p, known := s.set.Plan(id)
		if !known {
			continue
		}
		nodes = append(nodes, picture.Node{ID: id, Name: phrase.Visible(p.Name), RTO: p.Objectives.RTO.Std(), State: s.promise(id)})
		for _, d := range p.DependsOn {
			if before, known := s.set.Plan(d.ID); known && recovery.ForRecovery(d) && slices.Contains(drawn, d.ID) {
				edges = append(edges, picture.Edge{From: d.ID, To: id, Late: s.late(before, p)})
			}
		}
	}
	out := picture.Graph(pen, "graph", v.Texts.Say("systems.graph", s.Name), nodes, edges)
	return &out, nil
}

// around are the systems within so many hops before this one, and those that wait
// for it directly.
func (s *system) around(hops int) []string {
	drawn, edge := []string{s.ID}, []string{s.ID}
	add := func(id string) bool {
		if _, known := s.set.Plan(id); !known || slices.Contains(drawn, id) || len(drawn) >= mostDrawn {
			return false
		}
		drawn = append(drawn, id)
		return true
	}
	for range hops {
		var next []string
		for _, id := range edge {
			p, _ := s.set.Plan(id)
			for _, d := range p.DependsOn {
				if recovery.ForRecovery(d) && add(d.ID) {
					next = append(next, d.ID)
				}
			}
		}
		edge = next
	}
	for _, other := range s.set.Plans {
		if slices.ContainsFunc(other.DependsOn, func(d plan.Dependency) bool { return d.ID == s.ID && recovery.ForRecovery(d) }) {
			add(other.ID)
		}
	}
	return drawn
}
