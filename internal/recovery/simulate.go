package recovery

import "slices"

// Task is one step with the time at which somebody was free to do it, in
// minutes from t0.
type Task struct {
	System string `json:"system"`
	Step   string `json:"step"`
	Team   string `json:"team,omitempty"`
	Ready  int    `json:"ready"` // when all that it waits for was done
	Start  int    `json:"start"` // after Ready when nobody of the team was free
	Finish int    `json:"finish"`
}

// Simulation is the loss of everything with the people there are (C12).
type Simulation struct {
	Tasks []Task // by start, then priority

	graph  *Graph
	finish []int
}

// Finish is when one system is back, in minutes from t0; ok is false when the
// system is not in the graph.
func (s *Simulation) Finish(id string) (minutes int, ok bool) {
	i, ok := s.graph.index[id]
	if !ok {
		return 0, false
	}
	return s.finish[i], true
}

// Simulate gives out all steps to the teams by estimate. One person does one
// step without a break; a team that the organisation does not list, or lists
// without a number, is unlimited. When somebody comes free the waiting step
// that goes first is
//
//  1. of the lowest effective class: the lowest recovery class among the system
//     and all that wait for it, so that a foundation inherits the urgency of
//     what stands on it;
//  2. then the one with the longest way left through its own system and all
//     that wait for it, for that frees most;
//  3. then by system id and the plan's own order, so that the same plans give
//     the same answer.
func (g *Graph) Simulate() *Simulation {
	m := newMachine(g)
	m.begin()
	for len(m.running) > 0 {
		m.advance()
		m.staff()
	}
	return m.report()
}

// rankSteps sorts all steps by the rule of Simulate, once for all simulations.
// Each step becomes one number (4 bits of class, 28 of the way left, turned
// round, and its own number, which follows the ids), so that the sort compares
// nothing but numbers.
func (g *Graph) rankSteps() {
	const longest = 1<<28 - 1
	class, below := g.urgency()
	s := &g.steps
	g.byRank = make([]int64, len(s.ids))
	for n := range g.byRank {
		i := s.system[n]
		way := min(longest, int(s.tail[n])+below[i])
		urgent := min(max(class[i], 0), 7)
		g.byRank[n] = int64(urgent)<<60 | int64(longest-way)<<32 | int64(n)
	}
	slices.Sort(g.byRank)
	g.rank = make([]int32, len(s.ids))
	for at, key := range g.byRank {
		n := key & 0xffffffff
		g.byRank[at], g.rank[n] = n, int32(at)
	}
}

// urgency is, by system, the effective class and the longest way through the
// systems that wait for it, both in one walk from the leaves.
func (g *Graph) urgency() (class, below []int) {
	class, below = make([]int, len(g.plans)), make([]int, len(g.plans))
	for at := len(g.order) - 1; at >= 0; at-- {
		i := g.order[at]
		class[i] = g.plans[i].RecoveryClass
		for _, next := range g.feeds.of(i) {
			class[i] = min(class[i], class[next])
			below[i] = max(below[i], g.planTime[next]+below[next])
		}
	}
	return class, below
}
