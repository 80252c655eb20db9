package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"beredskab/internal/plan/strict"
)

// stepGraph is all steps of a plan with where each stands in the file.
type stepGraph struct {
	reading
	lists []stepList
	at    map[string]*Step // by id
	place map[string]string
}

type stepList struct {
	path  string
	steps []Step
}

func newStepGraph(r reading) *stepGraph {
	return &stepGraph{reading: r, at: map[string]*Step{}, place: map[string]string{}}
}

// add takes in a list of steps; ids are unique over all lists.
func (g *stepGraph) add(path string, steps []Step) {
	g.lists = append(g.lists, stepList{path, steps})
	for i := range steps {
		id := steps[i].ID
		if id == "" {
			continue
		}
		if g.at[id] != nil {
			g.In(fmt.Sprintf("%s[%d].id", path, i), "BP045",
				fmt.Sprintf("the step id %s is used twice; first in %s", strict.Quote(id), g.place[id]), "give this step another id")
			continue
		}
		g.at[id], g.place[id] = &steps[i], fmt.Sprintf("%s[%d]", path, i)
	}
}

// with is the graph and the injects of one drill, which only that drill knows.
func (g *stepGraph) with(path string, injects []Step) *stepGraph {
	own := &stepGraph{reading: g.reading, at: maps.Clone(g.at), place: maps.Clone(g.place)}
	own.add(path, injects)
	own.check(g)
	return own
}

// check looks at the steps of this graph; those of base are checked already.
func (g *stepGraph) check(base *stepGraph) {
	for _, list := range g.lists {
		for i := range list.steps {
			path := fmt.Sprintf("%s[%d]", list.path, i)
			g.step(path, &list.steps[i])
			for j, id := range list.steps[i].After {
				g.known(fmt.Sprintf("%s.after[%d]", path, j), id)
			}
		}
	}
	g.cycles(base)
}

// known wants an id to be that of a step.
func (g *stepGraph) known(path, id string) {
	if id == "" || g.at[id] != nil {
		return
	}
	g.In(path, "BP040", "there is no step "+strict.Quote(id), strict.DidYouMean(id, slices.Collect(maps.Keys(g.at)), "write the id of a step of this plan"))
}

// step checks that a step is of one kind and has what its kind needs (DESIGN 3).
func (g *stepGraph) step(path string, s *Step) {
	kinds := make([]string, 0, 4)
	for _, kind := range [...]struct {
		name string
		set  bool
	}{{"action", s.Action != ""}, {"confirm", s.Confirm != nil}, {"inject", s.Inject != nil}, {"decision", s.Decision != nil}} {
		if kind.set {
			kinds = append(kinds, kind.name)
		}
	}
	if len(kinds) > 1 {
		g.In(path+"."+kinds[1], "BP052", "the step is both "+strings.Join(kinds, " and "), "make two steps of it, the second with after:")
		return
	}
	if s.With != nil && s.Action == "" {
		g.In(path+".with", "BP053", "with: gives parameters, but no action takes them", "add action: with the name of an action, or delete with:")
	}
	switch s.Kind() {
	case StepAction:
		if s.Timeout == 0 {
			g.In(path+".timeout", "BP050", "the automatic step has no timeout", "add timeout: with how long it may run at most, such as 3h")
		}
		g.estimate(path, s)
	case StepManual:
		if s.Team == "" {
			g.In(path+".team", "BP051", "the manual step has no team", "add team: with who carries it out")
		}
		g.estimate(path, s)
	case StepConfirm, StepDecision:
		if s.Estimate == 0 {
			p := g.In(path+".estimate", "BP051", "the step has no estimate and counts as 0 minutes", "add estimate: with how long the answer takes, such as 15m")
			p.Severity = "warning"
		}
	case StepInject:
	}
}

func (g *stepGraph) estimate(path string, s *Step) {
	if s.Estimate == 0 && !g.Told(path+".estimate") {
		g.In(path+".estimate", "BP051", "the step has no estimate", "add estimate: with how long it takes, such as 20m")
	}
}

// cycles names each ring of steps that wait for each other.
func (g *stepGraph) cycles(base *stepGraph) {
	const unseen, open, done = 0, 1, 2
	state := map[string]int{}
	var stack []string
	var visit func(id string)
	visit = func(id string) {
		state[id] = open
		stack = append(stack, id)
		for i, before := range g.at[id].After {
			switch {
			case g.at[before] == nil || base != nil && base.at[before] != nil:
			case state[before] == unseen:
				visit(before)
			case state[before] == open:
				ring := append(slices.Clone(stack[slices.Index(stack, before):]), before)
				slices.Reverse(ring)
				g.In(fmt.Sprintf("%s.after[%d]", g.place[id], i), "BP044",
					"the steps wait for each other: "+strings.Join(ring, " → "), "delete one of these from after:")
			}
		}
		stack, state[id] = stack[:len(stack)-1], done
	}
	for _, list := range g.lists {
		for i := range list.steps {
			if id := list.steps[i].ID; id != "" && g.at[id] == &list.steps[i] && state[id] == unseen {
				visit(id)
			}
		}
	}
}
