package register_test

import (
	"testing"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
)

// A run of a version that was not in force is of a draft, unless it does the same
// steps; what was held before anything was said of the plan is none, nor is a real
// incident.
func TestADraftIsNoEvidence(t *testing.T) {
	d := sqlite(t)
	first := system("a")
	d.adopt(first)
	o := d.town()
	before := d.clock.Now().Wall
	for _, step := range []struct {
		who  string
		kind approval.Kind
	}{{"editor", approval.Submitted}, {"owner", approval.Confirmed}, {"owner", approval.Accepted}, {"chief", approval.Approved}} {
		d.ok(d.say(o, step.who, step.kind, first, ""))
	}
	d.clock.pass(time.Hour)
	same, other := system("a"), system("a")
	same.PlanVersion, other.Recovery.Steps[0].Instruction = "next", "anders"
	for _, p := range []*plan.Plan{same, other} {
		_, err := d.Adopt(t.Context(), as("chief"), &plan.Set{Organisation: organisation(), Plans: []*plan.Plan{p}})
		d.ok(err)
	}
	now := d.clock.Now().Wall
	for what, c := range map[string]struct {
		row  kept.Run
		want bool
	}{
		"the version in force":            {kept.Run{PlanHash: first.Hash(), OpenedAt: now}, false},
		"other words, the same steps":     {kept.Run{PlanHash: same.Hash(), OpenedAt: now}, false},
		"other steps":                     {kept.Run{PlanHash: other.Hash(), OpenedAt: now}, true},
		"before anything was said":        {kept.Run{PlanHash: other.Hash(), OpenedAt: before}, false},
		"submitted, and not yet in force": {kept.Run{PlanHash: first.Hash(), OpenedAt: before.Add(90 * time.Second)}, true},
		"a real incident":                 {kept.Run{PlanHash: other.Hash(), OpenedAt: now, Incident: true}, false},
		"held before this register":       {kept.Run{PlanHash: other.Hash(), OpenedAt: now, Imported: true}, false},
	} {
		c.row.System = "a"
		if got, err := d.Draft(t.Context(), c.row); err != nil || got != c.want {
			t.Errorf("%s: a draft is %t, %v", what, got, err)
		}
	}
}
