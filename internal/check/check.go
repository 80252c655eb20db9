// Package check holds the rules: C1–C12 over the promised, planned and measured
// times, and G1–G9 over the upkeep of the plans (spec/domain.md 3.4). It reads
// plans, evidence and what the register knows, at a moment that it is given,
// and answers with findings. Nothing that was not measured or cannot be known
// is ever ok. The thresholds and every decision stand in docs/checks.md.
package check

import (
	"time"

	"beredskab/internal/plan"
	"beredskab/internal/recovery"
)

// Input is all that the rules look at.
type Input struct {
	Set      *plan.Set
	Evidence []Evidence
	Waivers  []Waiver
	Facts    Facts
	Now      time.Time
	// Locate tells where a path such as objectives.rto stands in a file, both
	// from 1; nil, or 0, 0, leaves a finding without a place.
	Locate func(file, path string) (line, column int)
}

// Evidence is what one exercise or evaluated incident showed about one system.
type Evidence struct {
	System     string
	Type       string // as a drill's: tabletop, restore, …, incident
	EndedAt    time.Time
	StepsHash  string // of the recovery steps it was made on; empty never counts as current
	RTAMinutes int
	HasRTA     bool
	RPAMinutes int
	HasRPA     bool
	Scope      string // isolated or end_to_end
	Measured   bool   // times were measured, and the type is one that measures
}

// Waiver is a dispensation from one rule for one system, given by somebody who
// may. It ends by itself and never makes anything ok. With a bound it covers no
// breach that has grown beyond it, or that nobody can put a value to.
type Waiver struct {
	Code   string
	System string // empty for a rule about the organisation
	Bound  int    // how far the breach may go, as the finding's value; 0: no bound was stated
	From   time.Time
	Until  time.Time // the first moment at which it no longer holds
	Ref    string
}

// Facts is what the register knows and no plan file says. A nil part is not
// known, and the rule that needs it answers unknown; an empty part is known to
// be empty.
type Facts struct {
	InForce       map[string]InForce   // by system; without it the plan's valid_from counts
	Reviews       map[string]time.Time // G2: newest confirmation by the owner
	Actions       []Action             // G5: the open ones
	OfflineCopies map[string]time.Time // G6: age of the oldest copy that must be in use
	ReportTreated *int                 // G7: the newest year whose report was treated; 0 for none
	Receipts      map[string][]string  // G8: persons or roles that owe a receipt, by system
	Log           *LogState            // G9

	// Contacts is when each contact was last reached, by system and role; the date in
	// the file counts where it is newer (G4).
	Contacts map[string]map[string]time.Time
	// Documents are the approved versions of governing documents. Of one that is not
	// among them, what the organisation file says counts (G2).
	Documents []Document
	Training  []Training // G8: what each person was last taught, where it is good for a time only
}

// Document is an approved version of a governing document.
type Document struct {
	ID, Version string
	ValidFrom   time.Time
	ReviewDue   time.Time // zero: nobody can say, or another version is valid
}

// Training is what a person was taught, and until when that is good.
type Training struct {
	Person, Subject string
	Until           time.Time
}

// InForce is since when a system has had a plan in force, and this one.
type InForce struct{ First, Current time.Time }

// Action is an open corrective action.
type Action struct {
	ID     string
	System string // empty for the organisation
	Due    time.Time
}

// LogState is the outcome of the newest verification of the register's log.
type LogState struct {
	Intact  bool
	Problem string // what was wrong, and where
}

// Run applies every rule. It never fails: what keeps a rule from judging is
// itself a finding, or is counted in Summary.NotJudged.
func Run(in Input) Report {
	r := newRun(in)
	for _, rule := range rules() {
		rule.apply(r, rule.code)
	}
	r.waive()
	return r.report()
}

// MeasuredTimes is the newest valid isolated recovery time by system, as the
// forecast wants it: measured by an exercise of a measuring type on the
// recovery steps that are in the plan now.
func MeasuredTimes(in Input) map[string]int {
	r := &run{in: in, plans: plansByID(in.Set), history: map[string]*history{}}
	r.readEvidence()
	return r.times()
}

// rule is one rule and the function that applies it to everything.
type rule struct {
	code  string
	apply func(*run, string)
}

func rules() []rule {
	return []rule{
		{"C1", (*run).objectivesFit},
		{"C2", (*run).planInTime},
		{"C3", (*run).dependencyInTime},
		{"C4", (*run).chainHolds},
		{"C5", (*run).backupOftenEnough},
		{"C6", (*run).measuredInTime},
		{"C7", (*run).dataLossMeasured},
		{"C8", (*run).exercised},
		{"C9", (*run).measured},
		{"C10", (*run).estimatesTrue},
		{"C11", (*run).supplierInTime},
		{"C12", (*run).enoughPeople},
		{"G1", (*run).complete},
		{"G2", (*run).reviewed},
		{"G3", (*run).deputies},
		{"G4", (*run).contacts},
		{"G5", (*run).actions},
		{"G6", (*run).offlineCopies},
		{"G7", (*run).reportTreated},
		{"G8", (*run).receipts},
		{"G9", (*run).logIntact},
	}
}

// run is one application of the rules.
type run struct {
	in       Input
	org      *plan.Organisation
	plans    map[string]*plan.Plan
	sorted   []*plan.Plan // by id
	history  map[string]*history
	graph    *recovery.Graph // nil when the chain has a circle
	broken   error           // why graph is nil
	forecast *recovery.Forecast
	crowd    *recovery.Simulation
	planTime map[string]int

	findings  []Finding
	notJudged map[string]int
}

func newRun(in Input) *run {
	r := &run{
		in: in, org: in.Set.Organisation, plans: plansByID(in.Set), sorted: sortedPlans(in.Set),
		history: map[string]*history{}, notJudged: map[string]int{}, planTime: map[string]int{},
	}
	if r.org == nil {
		r.org = &plan.Organisation{}
	}
	r.readEvidence()
	if r.graph, r.broken = recovery.New(in.Set); r.broken != nil {
		r.graph = nil
		return r
	}
	r.forecast = r.graph.Forecast(r.times())
	r.crowd = r.graph.Simulate()
	for _, result := range r.forecast.Results {
		r.planTime[result.System] = result.PlanTime
	}
	return r
}
