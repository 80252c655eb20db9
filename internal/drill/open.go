package drill

import (
	"errors"
	"fmt"
	"slices"

	"beredskab/internal/plan"
)

// ErrNoSteps says that a drill has nothing to carry out.
var ErrNoSteps = errors.New("the drill has no steps")

// ErrNoDrill says that the plan has no drill of that id.
var ErrNoDrill = errors.New("the plan has no such drill")

// Open builds a run of one plan version before its first event. drillID names
// one of the plan's drills; for a real incident it is empty and every recovery
// step of the plan is taken. director leads where the plan names nobody.
func Open(id string, p *plan.Plan, drillID, director string) (Run, error) {
	r := Run{ID: id, Plan: p, State: Planned, Director: director}
	if drillID == "" {
		r.Incident = true
		r.Drill = plan.Drill{Type: "incident", Title: p.Name, Scope: "end_to_end"}
	} else {
		at := slices.IndexFunc(p.Drills, func(d plan.Drill) bool { return d.ID == drillID })
		if at < 0 {
			return Run{}, fmt.Errorf("drill %q of %s: %w", drillID, p.ID, ErrNoDrill)
		}
		r.Drill = p.Drills[at]
	}
	if r.Drill.Participants.Director != "" {
		r.Director = r.Drill.Participants.Director
	}
	r.choose()
	if len(r.Steps) == 0 && r.Drill.Type != "alert" { // that calls the chain, once it begins
		return Run{}, fmt.Errorf("drill %q of %s: %w", drillID, p.ID, ErrNoSteps)
	}
	if r.sort(); len(r.order) < len(r.Steps) {
		return Run{}, fmt.Errorf("drill %q of %s: steps wait for one another in a circle", drillID, p.ID)
	}
	r.prove()
	return r, nil
}

// choose takes the steps that belong to this run, in the plan's order, with
// cleanup last. A discussion without a list of steps has its injects only.
func (r *Run) choose() {
	rec := r.Plan.Recovery
	all := slices.Concat(rec.SecuritySteps, rec.Steps)
	chosen := map[string]int{}
	add := func(s plan.Step, cleanup bool) {
		chosen[s.ID] = len(r.Steps)
		r.Steps = append(r.Steps, Step{Step: &s, Number: len(r.Steps) + 1, Cleanup: cleanup, State: Waiting})
	}
	for _, s := range all {
		if r.wants(&s) {
			add(s, false)
		}
	}
	for _, s := range r.Drill.Injects {
		add(s, false)
	}
	for _, s := range rec.Cleanup {
		if r.wantsCleanup(&s) {
			add(s, true)
		}
	}
	r.link(slices.Concat(all, r.Drill.Injects, rec.Cleanup), chosen)
}

func (r *Run) wants(s *plan.Step) bool {
	switch {
	case r.Incident:
		return s.Only != "drill"
	case len(r.Drill.Steps) > 0:
		return slices.Contains(r.Drill.Steps, s.ID)
	default:
		return r.Measured() && s.Only != "incident"
	}
}

// wantsCleanup takes every cleanup step of this kind of run, unless the drill
// itself names the ones that it needs.
func (r *Run) wantsCleanup(s *plan.Step) bool {
	named := func(c plan.Step) bool { return slices.Contains(r.Drill.Steps, c.ID) }
	switch {
	case r.Incident:
		return s.Only != "drill"
	case !r.Measured() || s.Only == "incident":
		return false
	default:
		return named(*s) || !slices.ContainsFunc(r.Plan.Recovery.Cleanup, named)
	}
}

// link turns the ids in `after` into indexes. A step that this run leaves out
// hands on what it waited for, so the order of the rest stays as planned.
// Nothing waits for cleanup but cleanup, which comes last anyway.
func (r *Run) link(all []plan.Step, chosen map[string]int) {
	byID := make(map[string]*plan.Step, len(all))
	for i := range all {
		byID[all[i].ID] = &all[i]
	}
	var reach func(ids []string, seen map[string]bool) []int
	reach = func(ids []string, seen map[string]bool) (found []int) {
		for _, id := range ids {
			at, ok := chosen[id]
			switch {
			case seen[id]:
			case ok:
				found = append(found, at)
			case byID[id] != nil:
				seen[id] = true
				found = append(found, reach(byID[id].After, seen)...)
			}
			seen[id] = true
		}
		return found
	}
	for i := range r.Steps {
		s := &r.Steps[i]
		s.after = slices.DeleteFunc(reach(s.After, map[string]bool{}), func(at int) bool {
			return r.Steps[at].Cleanup && !s.Cleanup
		})
	}
}

// sort puts the steps in an order in which each stands behind those that it
// waits for; steps of a circle are left out.
func (r *Run) sort() {
	waits, followers := make([]int, len(r.Steps)), make([][]int, len(r.Steps))
	for i := range r.Steps {
		for _, before := range r.Steps[i].after {
			followers[before] = append(followers[before], i)
		}
		if waits[i] = len(r.Steps[i].after); waits[i] == 0 {
			r.order = append(r.order, i)
		}
	}
	for next := 0; next < len(r.order); next++ {
		for _, i := range followers[r.order[next]] {
			if waits[i]--; waits[i] == 0 {
				r.order = append(r.order, i)
			}
		}
	}
}
