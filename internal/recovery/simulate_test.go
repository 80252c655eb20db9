package recovery

import (
	"slices"
	"testing"

	"beredskab/internal/plan"
)

// F11: five hosted systems want the two people of fagsystemer at minute 450.
func TestCapacityOfTheSample(t *testing.T) {
	g := mustNew(t, sampleSet(t))
	sim := g.Simulate()
	var first []string
	waited := map[string]bool{}
	for _, task := range sim.Tasks {
		if task.Team == "fagsystemer" && task.Ready == 450 && task.Step == "s1" {
			first = append(first, task.System)
			waited[task.System] = task.Start > 450
		}
	}
	want := []string{"omsorg", "loen", "oekonomi", "jobcenter-ydelse", "skole-dagtilbud"}
	if !slices.Equal(first, want) {
		t.Errorf("order at fagsystemer %v, want %v", first, want)
	}
	if waited["omsorg"] || waited["loen"] || !waited["oekonomi"] || !waited["skole-dagtilbud"] {
		t.Errorf("who waits: %v", waited)
	}
	if finish, _ := sim.Finish("omsorg"); finish != 490 {
		t.Errorf("omsorg finishes at %d, want 490: it waits for nobody", finish)
	}
	checkCapacity(t, g, sim)
}

func TestUrgencyIsInherited(t *testing.T) {
	// The class-3 base carries a class-1 system, so it goes before the class-2
	// system that has more work.
	set := &plan.Set{
		Organisation: &plan.Organisation{Teams: []plan.Team{{ID: "it", Capacity: 1}}},
		Plans: []*plan.Plan{
			{ID: "base", RecoveryClass: 3, Recovery: oneStep(10)},
			{ID: "care", RecoveryClass: 1, Recovery: oneStep(10), DependsOn: []plan.Dependency{{ID: "base"}}},
			{ID: "other", RecoveryClass: 2, Recovery: oneStep(100)},
		},
	}
	sim := mustNew(t, set).Simulate()
	for id, want := range map[string]int{"base": 10, "care": 20, "other": 120} {
		if got, _ := sim.Finish(id); got != want {
			t.Errorf("%s finishes at %d, want %d", id, got, want)
		}
	}
}

func TestTheLongestWayGoesFirst(t *testing.T) {
	set := &plan.Set{
		Organisation: &plan.Organisation{Teams: []plan.Team{{ID: "it", Capacity: 1}}},
		Plans: []*plan.Plan{
			{ID: "a-short", RecoveryClass: 2, Recovery: oneStep(10)},
			{ID: "b-root", RecoveryClass: 2, Recovery: oneStep(10)},
			{
				ID: "c-leaf", RecoveryClass: 2, Recovery: plan.Recovery{Steps: []plan.Step{{ID: "s", Estimate: 60}}},
				DependsOn: []plan.Dependency{{ID: "b-root"}},
			},
		},
	}
	if finish, _ := mustNew(t, set).Simulate().Finish("c-leaf"); finish != 70 {
		t.Errorf("the long chain ends at %d, want 70", finish)
	}
}

func TestSystemsAndStepsWithoutTime(t *testing.T) {
	set := &plan.Set{
		Organisation: &plan.Organisation{Teams: []plan.Team{{ID: "it", Capacity: 1}}},
		Plans: []*plan.Plan{
			{ID: "a"},
			{ID: "b", DependsOn: []plan.Dependency{{ID: "a"}}, Recovery: oneStep(0)},
			{ID: "c", DependsOn: []plan.Dependency{{ID: "b"}}, Recovery: oneStep(5)},
			{ID: "d", DependsOn: []plan.Dependency{{ID: "c"}}},
		},
	}
	g := mustNew(t, set)
	sim := g.Simulate()
	checkCapacity(t, g, sim)
	for id, want := range map[string]int{"a": 0, "b": 0, "c": 5, "d": 5} {
		if got, _ := sim.Finish(id); got != want {
			t.Errorf("%s finishes at %d, want %d", id, got, want)
		}
	}
}

func oneStep(minutes int) plan.Recovery {
	return plan.Recovery{Steps: []plan.Step{{ID: "s", Team: "it", Estimate: plan.Duration(minutes)}}}
}

// checkCapacity is the feasibility check, apart from the simulation: nobody
// starts before it is ready, no team is wanted by more than it has, and nothing
// is done twice or left out.
func checkCapacity(t testingT, g *Graph, sim *Simulation) {
	finish := map[string]map[string]int{}
	for _, task := range sim.Tasks {
		if finish[task.System] == nil {
			finish[task.System] = map[string]int{}
		}
		if _, twice := finish[task.System][task.Step]; twice {
			t.Errorf("%s/%s is done twice", task.System, task.Step)
		}
		finish[task.System][task.Step] = task.Finish
	}
	for _, p := range g.plans {
		opens := 0
		for _, d := range p.DependsOn {
			at, _ := sim.Finish(d.ID)
			opens = max(opens, at)
		}
		for _, s := range p.Recovery.Steps {
			end, ok := finish[p.ID][s.ID]
			begin := end - s.Estimate.Minutes()
			if !ok || begin < opens {
				t.Errorf("%s/%s runs from %d (done %v), the system opens at %d", p.ID, s.ID, begin, ok, opens)
			}
			for _, before := range s.After {
				if begin < finish[p.ID][before] {
					t.Errorf("%s/%s starts before %s ends", p.ID, s.ID, before)
				}
			}
		}
	}
	for team, size := range g.capacity {
		if most := busiest(sim.Tasks, g.teams[team]); size > 0 && most > size {
			t.Errorf("%d people of %s at work, there are %d", most, g.teams[team], size)
		}
	}
}

// busiest is the most people of a team at work at once; ends count before starts.
func busiest(tasks []Task, team string) int {
	var events [][2]int
	for _, task := range tasks {
		if task.Team == team && task.Finish > task.Start {
			events = append(events, [2]int{task.Start, 1}, [2]int{task.Finish, -1})
		}
	}
	slices.SortFunc(events, func(a, b [2]int) int {
		if a[0] != b[0] {
			return a[0] - b[0]
		}
		return a[1] - b[1]
	})
	now, most := 0, 0
	for _, e := range events {
		now += e[1]
		most = max(most, now)
	}
	return most
}

type testingT interface{ Errorf(string, ...any) }
