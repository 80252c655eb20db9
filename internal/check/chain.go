package check

import (
	"errors"
	"fmt"

	"beredskab/internal/plan"
	"beredskab/internal/recovery"
)

// dependencyInTime is C3: rto(d) ≤ rto(s) − plan_time(s), one finding for each
// dependency.
func (r *run) dependencyInTime(code string) {
	if r.graph == nil {
		r.notJudged[code] = len(r.sorted)
		return
	}
	for _, p := range r.sorted {
		own, rto := r.planTime[p.ID], p.Objectives.RTO.Minutes()
		for i, d := range p.DependsOn {
			before := r.plans[d.ID]
			if before == nil || !recovery.ForRecovery(d) || rto <= 0 {
				continue
			}
			allowed, theirs := rto-own, before.Objectives.RTO.Minutes()
			if theirs <= allowed {
				continue
			}
			r.add(p, fmt.Sprintf("depends_on[%d]", i), Finding{
				Code: code, Subject: d.ID, Severity: Error, State: Breached,
				Value: theirs, Limit: allowed, Chain: []string{d.ID, p.ID},
				Message: fmt.Sprintf("needs %s, which is promised after %s; to keep its own rto of %s with %s of own steps it must be there after %s",
					d.ID, span(theirs), span(rto), span(own), span(allowed)),
				Hint: dependencyHint(p, d, allowed),
			})
		}
	}
}

// dependencyHint is the three ways out of F1.
func dependencyHint(p *plan.Plan, d plan.Dependency, allowed int) string {
	without := fmt.Sprintf("make %s start without %s (then needed_for: operation)", p.ID, d.ID)
	if d.Kind == "login" {
		without = fmt.Sprintf("agree an emergency login with the supplier so that %s starts without %s (then needed_for: operation)", p.ID, d.ID)
	}
	return fmt.Sprintf("three ways out: %s; recover %s within %s; or a dispensation accepted by the owner", without, d.ID, span(max(0, allowed)))
}

// chainHolds is C4: no circles; dependencies exist; nothing hangs on a system
// of a later class.
func (r *run) chainHolds(code string) {
	var cycle *recovery.CycleError
	if errors.As(r.broken, &cycle) {
		r.addCycle(code, cycle)
	}
	for _, p := range r.sorted {
		for i, d := range p.DependsOn {
			path := fmt.Sprintf("depends_on[%d]", i)
			f := Finding{Code: code, Subject: d.ID, Severity: Error, State: Breached, Value: None, Limit: None}
			switch before := r.plans[d.ID]; {
			case before == nil:
				f.Message = fmt.Sprintf("needs %q, which has no plan", d.ID)
				f.Hint = "write its plan, or correct the id"
			case recovery.ForRecovery(d) && before.RecoveryClass > p.RecoveryClass:
				f.Chain = []string{d.ID, p.ID}
				f.Message = fmt.Sprintf("is of recovery class %d and hangs on %s of class %d", p.RecoveryClass, d.ID, before.RecoveryClass)
				f.Hint = fmt.Sprintf("raise %s to class %d, or make %s start without it (needed_for: operation)", d.ID, p.RecoveryClass, p.ID)
			default:
				continue
			}
			r.add(p, path, f)
		}
	}
}

func (r *run) addCycle(code string, cycle *recovery.CycleError) {
	id, path := cycle.System, "recovery.steps"
	if id == "" {
		id, path = cycle.Path[0], "depends_on"
	}
	p := r.plans[id]
	if p == nil {
		return
	}
	r.add(p, path, Finding{
		Code: code, Severity: Error, State: Breached, Value: None, Limit: None, Chain: cycle.Path,
		Message: "nothing in this circle can start first: " + arrow(cycle.Path),
		Hint:    "remove one of the arrows, or mark one needed_for: operation; until then no finish can be computed for anybody",
	})
}

// enoughPeople is C12: with the people there are each system is back within its
// rto. It speaks only where the plan alone is in time, for else C2 has spoken.
func (r *run) enoughPeople(code string) {
	if r.graph == nil {
		r.notJudged[code] = len(r.sorted)
		return
	}
	queues := longestQueues(r.crowd.Tasks)
	for _, p := range r.sorted {
		rto := p.Objectives.RTO.Minutes()
		result, _ := r.forecast.Of(p.ID)
		finish, _ := r.crowd.Finish(p.ID)
		if rto <= 0 || finish <= rto || result.PlannedFinish > rto {
			continue
		}
		f := Finding{
			Code: code, Severity: Warning, State: Breached, Value: finish, Limit: rto, Chain: r.forecast.PlannedChain(p.ID),
			Message: fmt.Sprintf("with the people there are it is back after %s instead of %s, %s over the rto of %s",
				span(finish), span(result.PlannedFinish), span(finish-rto), span(rto)),
			Hint: "the systems that it needs wait for people: see where in the simulation",
		}
		if q, ok := queues[p.ID]; ok {
			f.Hint = fmt.Sprintf("its step %s waits %s for team %s: let the team have more people or a supplier's, or move the step to another team",
				q.Step, span(q.Start-q.Ready), q.Team)
		}
		r.add(p, "objectives.rto", f)
	}
}

// longestQueues is, by system, the step that waited longest for people.
func longestQueues(tasks []recovery.Task) map[string]recovery.Task {
	out := map[string]recovery.Task{}
	for _, t := range tasks {
		if worst := out[t.System]; t.Start-t.Ready > worst.Start-worst.Ready {
			out[t.System] = t
		}
	}
	return out
}
