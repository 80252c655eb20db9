// Package recovery is the chain: which system waits for which, when each one is
// back by plan and by measured times, in which order to recover, and what
// happens when the same few people are wanted everywhere at once
// (spec/domain.md 3.2 and 3.4, C2, C3, C6, C12). Times are whole minutes from
// t0, the loss of everything. It touches nothing outside its arguments.
package recovery

import (
	"cmp"
	"slices"

	"beredskab/internal/plan"
)

// Default thresholds, used where the organisation file gives none
// (spec/domain.md 3.4).
const (
	DefaultAllowance     = 15 // minutes to decide, C2
	DefaultAtRiskPercent = 10 // slack below this share of the RTO is at risk
)

// Graph is the set of systems with their recovery steps and the dependencies
// that recovery waits for. It is never changed after New, so any number of
// goroutines may forecast and simulate on it.
type Graph struct {
	ids   []string // sorted; a system is its index here
	index map[string]int32
	plans []*plan.Plan

	needs edges   // system → the systems it waits for
	feeds edges   // the reverse
	order []int32 // systems, each after all it needs

	planTime []int // critical path of the own steps
	steps    steps
	byRank   []int64 // steps, the one that goes first at its head
	rank     []int32 // the place of a step in byRank

	teams    []string // named by steps; a team is its index here
	capacity []int    // people who can work at once; 0 is unlimited

	allowance int
	atRisk    int
}

// New builds the graph of a set. Only dependencies needed for recovery count;
// one that points outside the set is left out here and reported by C4. The
// error is a *CycleError when systems, or the steps of one system, wait for
// each other.
func New(set *plan.Set) (*Graph, error) {
	plans := slices.Clone(set.Plans)
	slices.SortStableFunc(plans, func(a, b *plan.Plan) int { return cmp.Compare(a.ID, b.ID) })
	plans = slices.CompactFunc(plans, func(a, b *plan.Plan) bool { return a.ID == b.ID })
	g := &Graph{
		ids:       make([]string, len(plans)),
		index:     make(map[string]int32, len(plans)),
		plans:     plans,
		allowance: DefaultAllowance,
		atRisk:    DefaultAtRiskPercent,
	}
	for i, p := range plans {
		g.ids[i] = p.ID
		g.index[p.ID] = int32(i)
	}
	if err := g.connect(); err != nil {
		return nil, err
	}
	if err := g.addSteps(); err != nil {
		return nil, err
	}
	g.rankSteps()
	g.organise(set.Organisation)
	return g, nil
}

// connect reads the dependencies and puts the systems in order.
func (g *Graph) connect() error {
	var pairs []pair
	for i, p := range g.plans {
		for _, d := range p.DependsOn {
			if j, ok := g.index[d.ID]; ok && ForRecovery(d) {
				pairs = append(pairs, pair{from: int32(i), to: j})
			}
		}
	}
	g.needs = newEdges(len(g.plans), pairs)
	g.feeds = newEdges(len(g.plans), reversed(pairs))
	var rest []int32
	if g.order, rest = sortByNeed(g.needs, g.feeds); len(rest) > 0 {
		return &CycleError{Path: g.names(findCycle(g.needs, rest))}
	}
	return nil
}

// organise takes the teams' size and the thresholds from the organisation.
func (g *Graph) organise(o *plan.Organisation) {
	g.capacity = make([]int, len(g.teams))
	if o == nil {
		return
	}
	size := make(map[string]int, len(o.Teams))
	for _, t := range o.Teams {
		size[t.ID] = t.Capacity
	}
	for i, name := range g.teams {
		g.capacity[i] = max(0, size[name])
	}
	if m := o.Thresholds.DecisionAllowance.Minutes(); m > 0 {
		g.allowance = m
	}
	if o.Thresholds.AtRiskPercent > 0 {
		g.atRisk = o.Thresholds.AtRiskPercent
	}
}

// ForRecovery tells whether recovery waits for the dependency. Nothing written
// means that it does.
func ForRecovery(d plan.Dependency) bool { return d.NeededFor != "operation" }

// IDs are the systems of the graph, sorted.
func (g *Graph) IDs() []string { return slices.Clone(g.ids) }

// PlanTime is the critical path, in minutes, of the own steps of one system of
// the graph; ok is false when the system is not in it.
func (g *Graph) PlanTime(id string) (minutes int, ok bool) {
	i, ok := g.index[id]
	if !ok {
		return 0, false
	}
	return g.planTime[i], true
}

// Allowance is the minutes that deciding may take before recovery begins (C2).
func (g *Graph) Allowance() int { return g.allowance }

// AtRisk tells whether a finish, in minutes, leaves less air to the objective
// than the organisation wants (spec/domain.md 3.4, the states).
func (g *Graph) AtRisk(finish, rto int) bool { return (rto-finish)*100 < g.atRisk*rto }

// names turns indexes into system ids.
func (g *Graph) names(path []int32) []string {
	out := make([]string, len(path))
	for i, s := range path {
		out[i] = g.ids[s]
	}
	return out
}
