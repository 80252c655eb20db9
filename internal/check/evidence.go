package check

import (
	"time"

	"beredskab/internal/plan"
)

// history is what the evidence says about one system: the newest of each sort.
// Evidence from the future, and about systems outside the set, is left out.
type history struct {
	exercise *Evidence // on the present recovery steps, any type
	measured *Evidence // on the present recovery steps, with a measured figure
	isolated *Evidence // the newest valid isolated RTA
	endToEnd *Evidence // the newest valid end-to-end RTA
	loss     *Evidence // the newest valid RPA

	oldExercise *Evidence // on any steps
	oldMeasured *Evidence
}

func (r *run) readEvidence() {
	hashes := map[string]string{}
	for i := range r.in.Evidence {
		e := &r.in.Evidence[i]
		p := r.plans[e.System]
		if p == nil || e.EndedAt.After(r.in.Now) {
			continue
		}
		hash, ok := hashes[e.System]
		if !ok {
			hash = p.StepsHash()
			hashes[e.System] = hash
			r.history[e.System] = &history{}
		}
		r.history[e.System].take(e, e.StepsHash != "" && e.StepsHash == hash)
	}
}

// take keeps the evidence where it is newest. Only what was made on the present
// steps counts as current (DESIGN 1), and only an exercise of a measuring type
// has measured anything, whatever it claims.
func (h *history) take(e *Evidence, current bool) {
	figures := e.Measured && plan.Measured(e.Type) && (e.HasRTA || e.HasRPA)
	keep := func(slot **Evidence, fits bool) {
		if fits && (*slot == nil || e.EndedAt.After((*slot).EndedAt)) {
			*slot = e
		}
	}
	keep(&h.oldExercise, true)
	keep(&h.oldMeasured, figures)
	keep(&h.exercise, current)
	keep(&h.measured, current && figures)
	keep(&h.isolated, current && figures && e.HasRTA && e.Scope != "end_to_end")
	keep(&h.endToEnd, current && figures && e.HasRTA && e.Scope == "end_to_end")
	keep(&h.loss, current && figures && e.HasRPA)
}

// of is the history of a system, empty when there is no evidence.
func (r *run) of(system string) *history {
	if h := r.history[system]; h != nil {
		return h
	}
	return &history{}
}

func (r *run) times() map[string]int {
	out := map[string]int{}
	for system, h := range r.history {
		if h.isolated != nil {
			out[system] = h.isolated.RTAMinutes
		}
	}
	return out
}

// inForce is since when the system has had a plan, and this plan; zero times
// when neither the register nor the file says.
func (r *run) inForce(p *plan.Plan) InForce {
	if f, ok := r.in.Facts.InForce[p.ID]; ok {
		return f
	}
	from, ok := date(p.ValidFrom)
	if !ok {
		return InForce{First: time.Time{}, Current: time.Time{}}
	}
	return InForce{First: from, Current: from}
}
