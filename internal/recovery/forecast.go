package recovery

import (
	"cmp"
	"slices"
)

// State is how a promise stands (spec/domain.md 3.4). "Not measured" is a value
// of its own and never ok.
type State string

// The states of a promise, without waivers, which only package check knows.
const (
	OK       State = "ok"
	AtRisk   State = "at_risk"
	Breached State = "breached"
	Unknown  State = "unknown"
)

// NotMeasured stands for a recovery time that nobody has measured on the
// present steps.
const NotMeasured = -1

// Result is when one system is back after the loss of everything, in minutes
// from t0.
type Result struct {
	System          string `json:"system"`
	Class           int    `json:"class"`
	RTO             int    `json:"rto"`
	PlanTime        int    `json:"plan_time"`
	Measured        int    `json:"measured"` // isolated RTA, or NotMeasured
	PlannedStart    int    `json:"planned_start"`
	PlannedFinish   int    `json:"planned_finish"`
	ProjectedStart  int    `json:"projected_start"`
	ProjectedFinish int    `json:"projected_finish"`
	Slack           int    `json:"slack"` // rto − projected finish; below zero when missed
	State           State  `json:"state"`
}

// Forecast is the finish of every system by plan and by measured times.
type Forecast struct {
	Results []Result // by system id

	graph        *Graph
	planVia      []int32 // the dependency that decides the start, or -1
	projectedVia []int32
}

// Forecast computes all finishes in one walk. measured holds the newest valid
// isolated RTA in minutes by system id: measured on the recovery steps that are
// in the plan now. A system without one is projected with its plan time
// (spec/domain.md 3.2, projected_finish).
func (g *Graph) Forecast(measured map[string]int) *Forecast {
	f := &Forecast{
		Results:      make([]Result, len(g.plans)),
		graph:        g,
		planVia:      make([]int32, len(g.plans)),
		projectedVia: make([]int32, len(g.plans)),
	}
	for _, i := range g.order {
		f.walk(i, measured)
	}
	return f
}

func (f *Forecast) walk(i int32, measured map[string]int) {
	g, p := f.graph, f.graph.plans[i]
	r := &f.Results[i]
	*r = Result{
		System: p.ID, Class: p.RecoveryClass, RTO: p.Objectives.RTO.Minutes(),
		PlanTime: g.planTime[i], Measured: NotMeasured,
	}
	own := r.PlanTime
	if m, ok := measured[p.ID]; ok && m >= 0 {
		r.Measured, own = m, m
	}
	f.planVia[i], f.projectedVia[i] = -1, -1
	for _, d := range g.needs.of(i) {
		before := &f.Results[d]
		if before.PlannedFinish > r.PlannedStart {
			r.PlannedStart, f.planVia[i] = before.PlannedFinish, d
		}
		if before.ProjectedFinish > r.ProjectedStart {
			r.ProjectedStart, f.projectedVia[i] = before.ProjectedFinish, d
		}
	}
	r.PlannedFinish = r.PlannedStart + r.PlanTime
	r.ProjectedFinish = r.ProjectedStart + own
	r.Slack = r.RTO - r.ProjectedFinish
	r.State = g.state(r)
}

// state is the promise of one system: breached when the plan (with the time to
// decide, C2) or the projection (C6) misses the RTO, at risk when the air is
// thin, and unknown when the system's own time was never measured on its
// present steps, for then a finish in time is only an estimate.
func (g *Graph) state(r *Result) State {
	switch {
	case r.RTO <= 0:
		return Unknown
	case r.PlannedFinish+g.allowance > r.RTO || r.ProjectedFinish > r.RTO:
		return Breached
	case g.AtRisk(r.ProjectedFinish, r.RTO):
		return AtRisk
	case r.Measured == NotMeasured:
		return Unknown
	default:
		return OK
	}
}

// Of is the result of one system.
func (f *Forecast) Of(id string) (Result, bool) {
	i, ok := f.graph.index[id]
	if !ok {
		return Result{}, false
	}
	return f.Results[i], true
}

// Chain is the systems that decide the projected finish of one, from the root
// to the system itself. Where two dependencies finish together the one that the
// plan names first counts.
func (f *Forecast) Chain(id string) []string { return f.chain(id, f.projectedVia) }

// PlannedChain is the systems that decide the planned finish.
func (f *Forecast) PlannedChain(id string) []string { return f.chain(id, f.planVia) }

func (f *Forecast) chain(id string, via []int32) []string {
	i, ok := f.graph.index[id]
	if !ok {
		return nil
	}
	var path []int32
	for at := i; at >= 0; at = via[at] {
		path = append(path, at)
	}
	slices.Reverse(path)
	return f.graph.names(path)
}

// ByFinish sorts results by planned finish, then id: the order in which systems
// are back when nobody has to wait for people (F10). It is what `plan order`
// prints.
func ByFinish(results []Result) []Result {
	return sorted(results, func(a, b Result) int { return cmp.Compare(a.PlannedFinish, b.PlannedFinish) })
}

// Order sorts results by recovery class, then planned finish, then id: who goes
// first when the same people are wanted twice (F10, F11).
func Order(results []Result) []Result {
	return sorted(results, func(a, b Result) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.PlannedFinish, b.PlannedFinish))
	})
}

func sorted(results []Result, by func(a, b Result) int) []Result {
	out := slices.Clone(results)
	slices.SortFunc(out, func(a, b Result) int { return cmp.Or(by(a, b), cmp.Compare(a.System, b.System)) })
	return out
}
