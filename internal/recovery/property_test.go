package recovery

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"beredskab/internal/plan"
)

// anySet draws a set without circles: systems and steps wait only for ones
// drawn before them. Ids are shuffled so that sorting by id is not the order.
func anySet(t *rapid.T) *plan.Set {
	n := rapid.IntRange(1, 12).Draw(t, "systems")
	names := rapid.Permutation(namesUpTo(n)).Draw(t, "names")
	set := &plan.Set{Organisation: &plan.Organisation{Teams: []plan.Team{
		{ID: "one", Capacity: 1}, {ID: "two", Capacity: 2},
	}}}
	for i := range n {
		p := &plan.Plan{ID: names[i], RecoveryClass: rapid.IntRange(0, 3).Draw(t, "class")}
		p.Objectives.RTO = plan.Duration(rapid.IntRange(0, 600).Draw(t, "rto"))
		for j := range i {
			if rapid.IntRange(0, 2).Draw(t, "needs") == 0 {
				p.DependsOn = append(p.DependsOn, plan.Dependency{ID: names[j]})
			}
		}
		p.Recovery.Steps = anySteps(t)
		set.Plans = append(set.Plans, p)
	}
	return set
}

func anySteps(t *rapid.T) []plan.Step {
	var steps []plan.Step
	for k := range rapid.IntRange(0, 5).Draw(t, "steps") {
		s := plan.Step{
			ID:       fmt.Sprintf("s%d", k),
			Team:     rapid.SampledFrom([]string{"", "one", "two", "many"}).Draw(t, "team"),
			Estimate: plan.Duration(rapid.IntRange(0, 60).Draw(t, "estimate")),
		}
		for j := range k {
			if rapid.Bool().Draw(t, "after") {
				s.After = append(s.After, fmt.Sprintf("s%d", j))
			}
		}
		steps = append(steps, s)
	}
	return steps
}

func namesUpTo(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("sys-%02d", i)
	}
	return out
}

func anyTimes(t *rapid.T, set *plan.Set) map[string]int {
	times := map[string]int{}
	for _, p := range set.Plans {
		if rapid.Bool().Draw(t, "is measured") {
			times[p.ID] = rapid.IntRange(0, 300).Draw(t, "measured")
		}
	}
	return times
}

func build(t *rapid.T, set *plan.Set) *Graph {
	g, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestFinishIsNeverBeforeADependency(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := anySet(t)
		g := build(t, set)
		times := anyTimes(t, set)
		f, sim := g.Forecast(times), g.Simulate()
		for _, p := range set.Plans {
			r, _ := f.Of(p.ID)
			own := r.PlanTime
			if m, ok := times[p.ID]; ok {
				own = m
			}
			for _, d := range p.DependsOn {
				before, _ := f.Of(d.ID)
				if r.PlannedFinish < before.PlannedFinish+r.PlanTime || r.ProjectedFinish < before.ProjectedFinish+own {
					t.Fatalf("%+v is back before %+v lets it", r, before)
				}
			}
			if finish, _ := sim.Finish(p.ID); finish < r.PlannedFinish {
				t.Fatalf("%s is back at %d with few people, at %d with any number", p.ID, finish, r.PlannedFinish)
			}
			checkChain(t, f, r)
		}
		checkCapacity(t, g, sim)
	})
}

// checkChain adds up the chain: it must give the finish that it explains.
func checkChain(t *rapid.T, f *Forecast, r Result) {
	planned, projected := 0, 0
	for _, id := range f.PlannedChain(r.System) {
		link, _ := f.Of(id)
		planned += link.PlanTime
	}
	for _, id := range f.Chain(r.System) {
		link, _ := f.Of(id)
		projected += link.ProjectedFinish - link.ProjectedStart
	}
	if planned != r.PlannedFinish || projected != r.ProjectedFinish {
		t.Fatalf("chains of %+v add up to %d and %d", r, planned, projected)
	}
}

func TestALongerEstimateNeverBringsAnythingForward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := anySet(t)
		before := build(t, set).Forecast(nil)
		p := rapid.SampledFrom(set.Plans).Draw(t, "plan")
		for i := range p.Recovery.Steps {
			p.Recovery.Steps[i].Estimate += plan.Duration(rapid.IntRange(0, 30).Draw(t, "more"))
		}
		for i, r := range build(t, set).Forecast(nil).Results {
			if r.PlannedFinish < before.Results[i].PlannedFinish {
				t.Fatalf("%+v was %+v", r, before.Results[i])
			}
		}
	})
}

func TestTheOrderOfTheFilesChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := anySet(t)
		times := anyTimes(t, set)
		a := build(t, set)
		shuffled := &plan.Set{
			Organisation: set.Organisation,
			Plans:        rapid.Permutation(slices.Clone(set.Plans)).Draw(t, "shuffled"),
		}
		b := build(t, shuffled)
		if !slices.Equal(a.Forecast(times).Results, b.Forecast(times).Results) {
			t.Fatal("forecasts differ")
		}
		if !slices.Equal(a.Simulate().Tasks, b.Simulate().Tasks) {
			t.Fatal("simulations differ")
		}
	})
}
