package recovery

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/plan"
)

func TestCycleOfSystemsIsNamed(t *testing.T) {
	set := sampleSet(t)
	set.Plans[0].DependsOn = []plan.Dependency{{ID: "dns-dhcp"}}
	_, err := New(set)
	var cycle *CycleError
	if !errors.As(err, &cycle) {
		t.Fatalf("got %v, want a *CycleError", err)
	}
	if cycle.System != "" || cycle.Path[0] != cycle.Path[len(cycle.Path)-1] || len(cycle.Path) < 3 {
		t.Errorf("path %v", cycle.Path)
	}
	for i, id := range cycle.Path[1:] {
		at := slices.IndexFunc(set.Plans, func(p *plan.Plan) bool { return p.ID == cycle.Path[i] })
		if !slices.ContainsFunc(set.Plans[at].DependsOn, func(d plan.Dependency) bool { return d.ID == id }) {
			t.Errorf("%s does not wait for %s", cycle.Path[i], id)
		}
	}
	if !strings.Contains(err.Error(), "netvaerk-kerne → ") {
		t.Errorf("message %q does not name the circle", err)
	}
}

func TestDependencyForOperationIsNoEdge(t *testing.T) {
	set := sampleSet(t)
	set.Plans[0].DependsOn = []plan.Dependency{{ID: "dns-dhcp", NeededFor: "operation"}, {ID: "elsewhere"}}
	if r, _ := mustNew(t, set).Forecast(nil).Of("netvaerk-kerne"); r.PlannedStart != 0 {
		t.Errorf("starts at %d, want 0", r.PlannedStart)
	}
}

func TestPlanTime(t *testing.T) {
	p := &plan.Plan{ID: "x", Recovery: plan.Recovery{
		Steps: []plan.Step{
			{ID: "a", Estimate: 10, Team: "it"},
			{ID: "b", Estimate: 50, After: []string{"a"}},
			{ID: "c", Estimate: 20, After: []string{"a"}},
			{ID: "rehearse", Estimate: 500, Only: "drill", After: []string{"b"}},
			{ID: "d", Estimate: 5, After: []string{"rehearse", "c", "sec"}},
			{ID: "real", Estimate: 1, Only: "incident", After: []string{"d"}},
		},
		SecuritySteps: []plan.Step{{ID: "sec", Estimate: 70}},
		Cleanup:       []plan.Step{{ID: "tidy", Estimate: 900, After: []string{"d"}}},
	}}
	if got, err := PlanTime(p); got != 76 || err != nil {
		t.Errorf("plan time %d, %v; want 76: the security step, d and the real one", got, err)
	}
	times, ok := mustNew(t, &plan.Set{Plans: []*plan.Plan{p}}).Timeline("x")
	want := []StepTime{
		{ID: "a", Team: "it", Start: 0, Finish: 10, Float: 10},
		{ID: "b", Start: 10, Finish: 60, Float: 10},
		{ID: "c", Start: 10, Finish: 30, Float: 40},
		{ID: "d", Start: 70, Finish: 75},
		{ID: "real", Start: 75, Finish: 76},
		{ID: "sec", Start: 0, Finish: 70},
	}
	if !ok || !slices.Equal(times, want) {
		t.Errorf("timeline %+v\nwant %+v", times, want)
	}
}

func TestCycleOfStepsIsNamed(t *testing.T) {
	_, err := PlanTime(&plan.Plan{ID: "x", Recovery: plan.Recovery{Steps: []plan.Step{
		{ID: "z"},
		{ID: "a", After: []string{"b"}},
		{ID: "b", After: []string{"a"}},
	}}})
	var cycle *CycleError
	if !errors.As(err, &cycle) || cycle.System != "x" || !slices.Equal(cycle.Path, []string{"a", "b", "a"}) {
		t.Fatalf("got %v", err)
	}
	if !strings.Contains(err.Error(), "steps of x") {
		t.Errorf("message %q", err)
	}
}

func TestAnUnknownSystemIsNotOK(t *testing.T) {
	g := mustNew(t, sampleSet(t))
	if _, ok := g.PlanTime("x"); ok {
		t.Error("PlanTime knows x")
	}
	if _, ok := g.Timeline("x"); ok {
		t.Error("Timeline knows x")
	}
	if _, ok := g.Forecast(nil).Of("x"); ok {
		t.Error("Forecast knows x")
	}
	if _, ok := g.Simulate().Finish("x"); ok {
		t.Error("Simulate knows x")
	}
	if minutes, ok := g.PlanTime("esdh"); minutes != 140 || !ok {
		t.Errorf("esdh takes %d, %v", minutes, ok)
	}
	if n := len(g.IDs()); n != 19 {
		t.Errorf("%d ids", n)
	}
}
