package recovery

import "beredskab/internal/plan"

// noTeam marks a step that keeps nobody busy.
const noTeam = int32(-1)

// steps holds the recovery steps of all systems side by side, each a number.
type steps struct {
	ids     []string
	system  []int32
	team    []int32
	minutes []int32
	skipped []bool // stands in drills only: takes no time, keeps the order
	needs   edges
	feeds   edges
	start   []int32 // earliest start after the start of the system
	tail    []int32 // longest way from the start of the step to the end of its system
	first   []int32 // system i has the steps first[i] up to first[i+1]
}

// StepTime is one recovery step on the system's own clock, in minutes after
// the system could begin.
type StepTime struct {
	ID     string `json:"id"`
	Team   string `json:"team,omitempty"`
	Start  int    `json:"start"`  // earliest
	Finish int    `json:"finish"` // earliest
	Float  int    `json:"float"`  // how late it may start without delaying the system; 0 is critical
}

// PlanTime is the critical path, in minutes, of one plan's recovery and
// security steps (spec/domain.md 3.2, plan_time). Steps of drills only and
// cleanup do not count. The error is a *CycleError.
func PlanTime(p *plan.Plan) (int, error) {
	g, err := New(&plan.Set{Plans: []*plan.Plan{p}})
	if err != nil {
		return 0, err
	}
	return g.planTime[0], nil
}

// Timeline is the earliest time of each step of one system, in the plan's
// order; ok is false when the system is not in the graph.
func (g *Graph) Timeline(id string) (times []StepTime, ok bool) {
	i, ok := g.index[id]
	if !ok {
		return nil, false
	}
	s := &g.steps
	for n := s.first[i]; n < s.first[i+1]; n++ {
		if s.skipped[n] {
			continue
		}
		times = append(times, StepTime{
			ID:     s.ids[n],
			Team:   g.team(s.team[n]),
			Start:  int(s.start[n]),
			Finish: int(s.start[n] + s.minutes[n]),
			Float:  g.planTime[i] - int(s.start[n]+s.tail[n]),
		})
	}
	return times, true
}

func (g *Graph) team(t int32) string {
	if t == noTeam {
		return ""
	}
	return g.teams[t]
}

// addSteps gathers the steps of all plans and computes their times.
func (g *Graph) addSteps() error {
	r := stepReader{g: g, teams: map[string]int32{}, local: map[string]int32{}}
	for i, p := range g.plans {
		r.read(int32(i), p)
	}
	s := &g.steps
	s.first = append(s.first, int32(len(s.ids)))
	s.needs = newEdges(len(s.ids), r.pairs)
	s.feeds = newEdges(len(s.ids), reversed(r.pairs))
	order, rest := sortByNeed(s.needs, s.feeds)
	if len(rest) > 0 {
		return g.stepCycle(rest)
	}
	g.timeSteps(order)
	return nil
}

func (g *Graph) stepCycle(rest []int32) error {
	e := &CycleError{System: g.ids[g.steps.system[rest[0]]]}
	for _, n := range findCycle(g.steps.needs, rest) {
		e.Path = append(e.Path, g.steps.ids[n])
	}
	return e
}

// timeSteps computes earliest starts forwards, tails backwards.
func (g *Graph) timeSteps(order []int32) {
	s := &g.steps
	s.start = make([]int32, len(order))
	s.tail = make([]int32, len(order))
	g.planTime = make([]int, len(g.plans))
	for _, n := range order {
		for _, before := range s.needs.of(n) {
			s.start[n] = max(s.start[n], s.start[before]+s.minutes[before])
		}
		own := &g.planTime[s.system[n]]
		*own = max(*own, int(s.start[n]+s.minutes[n]))
	}
	for at := len(order) - 1; at >= 0; at-- {
		n := order[at]
		for _, after := range s.feeds.of(n) {
			s.tail[n] = max(s.tail[n], s.tail[after])
		}
		s.tail[n] += s.minutes[n]
	}
}

// stepReader turns plan steps into numbers.
type stepReader struct {
	g     *Graph
	pairs []pair
	teams map[string]int32
	local map[string]int32 // step ids of the plan at hand
}

func (r *stepReader) read(system int32, p *plan.Plan) {
	s := &r.g.steps
	first := int32(len(s.ids))
	s.first = append(s.first, first)
	clear(r.local)
	for _, list := range [...][]plan.Step{p.Recovery.Steps, p.Recovery.SecuritySteps} {
		for i := range list {
			r.local[list[i].ID] = int32(len(s.ids))
			r.add(system, &list[i])
		}
	}
	n := first
	for _, list := range [...][]plan.Step{p.Recovery.Steps, p.Recovery.SecuritySteps} {
		for i := range list {
			for _, id := range list[i].After {
				if before, ok := r.local[id]; ok {
					r.pairs = append(r.pairs, pair{from: n, to: before})
				}
			}
			n++
		}
	}
}

func (r *stepReader) add(system int32, step *plan.Step) {
	s := &r.g.steps
	skipped := step.Only == "drill"
	minutes, team := int32(max(0, step.Estimate.Minutes())), r.team(step.Team)
	if skipped {
		minutes, team = 0, noTeam
	}
	s.ids = append(s.ids, step.ID)
	s.system = append(s.system, system)
	s.team = append(s.team, team)
	s.minutes = append(s.minutes, minutes)
	s.skipped = append(s.skipped, skipped)
}

func (r *stepReader) team(name string) int32 {
	if name == "" {
		return noTeam
	}
	t, ok := r.teams[name]
	if !ok {
		t = int32(len(r.g.teams))
		r.teams[name] = t
		r.g.teams = append(r.g.teams, name)
	}
	return t
}
