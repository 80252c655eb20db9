package check

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"beredskab/internal/plan"
)

// anyInput draws a few systems, some in a circle, with evidence and waivers.
func anyInput(t *rapid.T) Input {
	n := rapid.IntRange(1, 6).Draw(t, "systems")
	in := Input{Now: sampleNow(), Set: &plan.Set{Organisation: &plan.Organisation{
		Teams: []plan.Team{{ID: "it", Capacity: 1}},
	}}}
	for i := range n {
		in.Set.Plans = append(in.Set.Plans, anyPlan(t, i, n))
	}
	for range rapid.IntRange(0, 8).Draw(t, "evidence") {
		in.Evidence = append(in.Evidence, anyEvidence(t, rapid.SampledFrom(in.Set.Plans).Draw(t, "of")))
	}
	for range rapid.IntRange(0, 5).Draw(t, "waivers") {
		in.Waivers = append(in.Waivers, Waiver{
			Code: rapid.SampledFrom(Codes()).Draw(t, "code"), System: rapid.SampledFrom(in.Set.Plans).Draw(t, "waived").ID,
			Until: in.Now.AddDate(0, 0, rapid.IntRange(-3, 3).Draw(t, "until")),
		})
	}
	return in
}

func anyPlan(t *rapid.T, i, n int) *plan.Plan {
	minutes := func(name string, most int) plan.Duration {
		return plan.Duration(rapid.IntRange(0, most).Draw(t, name))
	}
	p := &plan.Plan{ID: fmt.Sprintf("s%d", i), RecoveryClass: rapid.IntRange(0, 3).Draw(t, "class")}
	p.Objectives = plan.Objectives{MTPD: minutes("mtpd", 900), RTO: minutes("rto", 300), WRT: minutes("wrt", 300), RPO: minutes("rpo", 300)}
	for j := range n {
		if j != i && rapid.IntRange(0, 4).Draw(t, "needs") == 0 {
			p.DependsOn = append(p.DependsOn, plan.Dependency{ID: fmt.Sprintf("s%d", j)})
		}
	}
	for k := range rapid.IntRange(0, 3).Draw(t, "steps") {
		p.Recovery.Steps = append(p.Recovery.Steps, plan.Step{ID: fmt.Sprintf("x%d", k), Team: "it", Estimate: minutes("estimate", 90)})
	}
	if rapid.Bool().Draw(t, "has backup") {
		p.Backup = &plan.Backup{Method: "x", Interval: minutes("interval", 300), Duration: minutes("duration", 60)}
	}
	return p
}

func anyEvidence(t *rapid.T, p *plan.Plan) Evidence {
	return Evidence{
		System: p.ID, Measured: rapid.Bool().Draw(t, "measured"),
		Type:       rapid.SampledFrom([]string{"tabletop", "restore", "incident"}).Draw(t, "type"),
		Scope:      rapid.SampledFrom([]string{"isolated", "end_to_end"}).Draw(t, "scope"),
		StepsHash:  rapid.SampledFrom([]string{"", "other", p.StepsHash()}).Draw(t, "steps hash"),
		EndedAt:    sampleNow().Add(-time.Duration(rapid.IntRange(-1000, 2_000_000).Draw(t, "age")) * time.Minute),
		HasRTA:     rapid.Bool().Draw(t, "has rta"),
		RTAMinutes: rapid.IntRange(0, 300).Draw(t, "rta"),
		HasRPA:     rapid.Bool().Draw(t, "has rpa"),
		RPAMinutes: rapid.IntRange(0, 300).Draw(t, "rpa"),
	}
}

func TestFindingsAreNeverOKAndNeverTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		r, measured := Run(in), MeasuredTimes(in)
		seen := map[[3]string]bool{}
		for _, f := range r.Findings {
			key := [3]string{f.Code, f.System, f.Subject}
			if seen[key] || f.State == OK || f.Message == "" || f.Hint == "" || !slices.Contains(Codes(), f.Code) {
				t.Fatalf("%+v", f)
			}
			seen[key] = true
		}
		for _, s := range r.Systems {
			if _, ok := measured[s.System]; !ok && s.State == OK {
				t.Fatalf("%s was never measured and is green", s.System)
			}
		}
	})
}

func TestAWaiverHidesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		with := Run(in)
		in.Waivers = nil
		without := Run(in)
		if len(with.Findings) != len(without.Findings) {
			t.Fatalf("%d findings with waivers, %d without", len(with.Findings), len(without.Findings))
		}
		for i, f := range with.Findings {
			before := without.Findings[i]
			if f.State != before.State && (f.State != Waived || before.State != Breached) {
				t.Fatalf("%s became %s", before.State, f.State)
			}
		}
		for i, s := range with.Systems {
			if s.State == OK && without.Systems[i].State != OK {
				t.Fatalf("a waiver made %s ok", s.System)
			}
		}
	})
}

func TestTheOrderOfTheInputChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		a := Run(in)
		// Two pieces of evidence of one minute have no newest; the register
		// never hands in such, for a system has one run at a time.
		at := map[time.Time]bool{}
		for _, e := range in.Evidence {
			if at[e.EndedAt] {
				return
			}
			at[e.EndedAt] = true
		}
		in.Set = &plan.Set{Organisation: in.Set.Organisation, Plans: rapid.Permutation(in.Set.Plans).Draw(t, "plans")}
		in.Evidence = rapid.Permutation(in.Evidence).Draw(t, "order")
		if b := Run(in); !reflect.DeepEqual(a, b) {
			t.Fatalf("reports differ:\n%+v\n%+v", a, b)
		}
	})
}
