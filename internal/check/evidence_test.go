package check

import (
	"slices"
	"strings"
	"testing"

	"beredskab/internal/plan"
)

// of keeps the findings about one system.
func about(r Report, system string, codes ...string) string {
	return short(r.Findings, func(f Finding) bool {
		return f.System == system && slices.Contains(codes, f.Code)
	})
}

// edit changes the newest evidence of a system.
func edit(t testing.TB, in Input, system string, change func(*Evidence)) {
	t.Helper()
	i := slices.IndexFunc(in.Evidence, func(e Evidence) bool { return e.System == system })
	if i < 0 {
		t.Fatalf("no evidence about %s", system)
	}
	change(&in.Evidence[i])
}

func testEvidenceOnOtherStepsDoesNotCount(t *testing.T, base Input) {
	for _, w := range []struct {
		name string
		do   func(testing.TB, Input)
	}{
		{"the steps were changed", func(t testing.TB, in Input) {
			change(t, in, "telefoni", func(p *plan.Plan) { p.Recovery.Steps[0].Team = "web" })
		}},
		{"the evidence names no steps", func(t testing.TB, in Input) {
			edit(t, in, "telefoni", func(e *Evidence) { e.StepsHash = "" })
		}},
	} {
		in := copyOf(base)
		w.do(t, in)
		r := Run(in)
		want := "C8 telefoni error breached\nC9 telefoni error breached\n"
		if got := about(r, "telefoni", "C6", "C8", "C9"); got != want {
			t.Errorf("%s:\n%s", w.name, got)
		}
		if f := find(t, r, "C8", "telefoni", ""); !strings.Contains(f.Message, "other recovery steps") {
			t.Errorf("%s: %s", w.name, f.Message)
		}
		if _, ok := MeasuredTimes(in)["telefoni"]; ok {
			t.Errorf("%s: the time still counts", w.name)
		}
	}
}

func testAChangeBesideTheStepsKeepsTheEvidence(t *testing.T, base Input) {
	in := copyOf(base)
	change(t, in, "telefoni", func(p *plan.Plan) { p.Purpose += " (rettet)" })
	change(t, in, "telefoni", func(p *plan.Plan) { p.Recovery.Steps[0].Estimate++ }) // as a draft out of measured times does
	if got := about(Run(in), "telefoni", "C8", "C9"); got != "" {
		t.Error(got)
	}
}

// A tabletop never satisfies a demand for a measured test, whatever it claims.
func testATabletopNeverMeasures(t *testing.T, base Input) {
	in := copyOf(base)
	edit(t, in, "idp-mfa", func(e *Evidence) { e.Measured, e.HasRTA, e.RTAMinutes = true, true, 5 })
	r := Run(in)
	if got := about(r, "idp-mfa", "C9"); got != "C9 idp-mfa error breached\n" {
		t.Error(got)
	}
	if _, ok := MeasuredTimes(in)["idp-mfa"]; ok {
		t.Error("a tabletop gave a recovery time")
	}
}

func testTheFutureIsNoEvidence(t *testing.T, base Input) {
	in := copyOf(base)
	edit(t, in, "telefoni", func(e *Evidence) { e.EndedAt = in.Now.AddDate(0, 0, 1) })
	if got := about(Run(in), "telefoni", "C8"); got != "C8 telefoni error breached\n" {
		t.Error(got)
	}
}

func testTheNewestTimeCounts(t *testing.T, base Input) {
	in := copyOf(base)
	now := in.Now
	older := in.Evidence[slices.IndexFunc(in.Evidence, func(e Evidence) bool { return e.System == "telefoni" })]
	older.EndedAt, older.RTAMinutes = now.AddDate(-1, 0, 0), 500
	in.Evidence = append(in.Evidence, older)
	if got := MeasuredTimes(in)["telefoni"]; got != 40 {
		t.Errorf("telefoni takes %d, want 40", got)
	}
}

func testEndToEndAndDataLoss(t *testing.T, base Input) {
	in := copyOf(base)
	hash := in.Evidence[slices.IndexFunc(in.Evidence, func(e Evidence) bool { return e.System == "noedkald" })].StepsHash
	in.Evidence = append(in.Evidence, Evidence{
		System: "noedkald", Type: "incident", Scope: "end_to_end", Measured: true, StepsHash: hash,
		EndedAt: in.Now.AddDate(0, 0, -3), HasRTA: true, RTAMinutes: 200, HasRPA: true, RPAMinutes: 27 * 60,
	})
	r := Run(in)
	if got, want := about(r, "noedkald", "C6", "C7"), "C6 noedkald error breached\nC7 noedkald error breached\n"; got != want {
		t.Errorf("%s", got)
	}
	if f := find(t, r, "C6", "noedkald", ""); f.Value != 200 || !strings.Contains(f.Message, "end to end") {
		t.Errorf("%+v", f)
	}
	if got := MeasuredTimes(in)["noedkald"]; got != 55 {
		t.Errorf("the end-to-end time of 200 was taken for an isolated one: %d", got)
	}
}

func testThinAirIsAtRisk(t *testing.T, base Input) {
	in := copyOf(base)
	edit(t, in, "noedkald", func(e *Evidence) { e.RTAMinutes = 90 }) // 75 + 90 = 165 of 180
	r := Run(in)
	if f := find(t, r, "C6", "noedkald", ""); f.State != AtRisk || f.Severity != Warning || f.Value != 165 {
		t.Errorf("%+v", f)
	}
}

// C8 and C9 warn for the days of grace, and then they are errors.
func testGrace(t *testing.T, base Input) {
	for age, want := range map[int]string{
		365: "",
		366: "C8 telefoni warning breached\nC9 telefoni warning breached\n",
		395: "C8 telefoni warning breached\nC9 telefoni warning breached\n",
		396: "C8 telefoni error breached\nC9 telefoni error breached\n",
	} {
		in := copyOf(base)
		edit(t, in, "telefoni", func(e *Evidence) { e.EndedAt = in.Now.AddDate(0, 0, -age) })
		r := Run(in)
		got := short(r.Findings, func(f Finding) bool { return f.System == "telefoni" })
		if got != want {
			t.Errorf("at %d days:\n%s", age, got)
		}
	}
}

// A class-2 system owes its first measured test within one cadence of its first
// plan; a new plan of class 0 owes one at once, with the days of grace.
func testTheFirstMeasuredTest(t *testing.T, base Input) {
	for _, w := range []struct {
		system string
		days   int // since the first plan
		want   string
	}{
		{"oekonomi", 730, "C9 oekonomi info unknown\n"},
		{"oekonomi", 731, "C9 oekonomi warning breached\n"},
		{"oekonomi", 761, "C9 oekonomi error breached\n"},
		{"idp-mfa", 10, "C9 idp-mfa warning breached\n"},
		{"idp-mfa", 31, "C9 idp-mfa error breached\n"},
	} {
		in := copyOf(base)
		from := in.Now.AddDate(0, 0, -w.days)
		in.Facts.InForce = map[string]InForce{w.system: {First: from, Current: from}}
		if got := about(Run(in), w.system, "C9"); got != w.want {
			t.Errorf("%s after %d days: %s", w.system, w.days, got)
		}
	}
}

func testWaiver(t *testing.T, base Input) {
	in := copyOf(base)
	until := in.Now.AddDate(0, 1, 0)
	in.Waivers = []Waiver{
		{Code: "C2", System: "omsorg", From: in.Now, Until: until, Ref: "D-7"},
		{Code: "C3", System: "omsorg", From: in.Now.AddDate(0, 0, 1), Until: until},    // not yet
		{Code: "C5", System: "gis", From: in.Now.AddDate(-1, 0, 0), Until: in.Now},     // over
		{Code: "C9", System: "oekonomi", From: in.Now.AddDate(-1, 0, 0), Until: until}, // nothing to waive
	}
	r := Run(in)
	f := find(t, r, "C2", "omsorg", "")
	if f.State != Waived || !f.WaivedUntil.Equal(until) || f.Waiver != "D-7" || !strings.Contains(f.Message, "until 2026-12-23") {
		t.Errorf("%+v", f)
	}
	for code, system := range map[string]string{"C5": "gis", "C6": "omsorg"} {
		if f := find(t, r, code, system, ""); f.State != Breached {
			t.Errorf("%s %s is %s", code, system, f.State)
		}
	}
	if f := find(t, r, "C3", "omsorg", "idp-mfa"); f.State != Breached {
		t.Errorf("a waiver of tomorrow holds today")
	}
	if f := find(t, r, "C9", "oekonomi", ""); f.State != Unknown {
		t.Errorf("unknown was waived: %s", f.State)
	}
	in.Now = until
	if f := find(t, Run(in), "C2", "omsorg", ""); f.State != Breached {
		t.Errorf("the waiver outlives its date")
	}
}

// A breach that has grown beyond the bound, or has no value, is not covered; of
// two that cover it, the one that ends last counts.
func testWaiverHasABound(t *testing.T, base Input) {
	in := copyOf(base)
	value := find(t, Run(in), "C2", "omsorg", "").Value
	for _, w := range []struct {
		bound int
		want  State
	}{{0, Waived}, {value, Waived}, {value + 1, Waived}, {value - 1, Breached}} {
		in.Waivers = []Waiver{
			{Code: "C2", System: "omsorg", Until: in.Now.AddDate(0, 1, 0), Ref: "D-1", Bound: w.bound},
			{Code: "C2", System: "omsorg", Until: in.Now.AddDate(0, 2, 0), Ref: "D-2", Bound: 1},
		}
		f := find(t, Run(in), "C2", "omsorg", "")
		if f.State != w.want || (f.State == Waived) != (f.Waiver == "D-1") {
			t.Errorf("bound %d of %d: %s by %q", w.bound, value, f.State, f.Waiver)
		}
	}
	if (Waiver{Bound: 1}).covers(None) || !(Waiver{}).covers(None) {
		t.Error("a bound covers what has no value, or no bound does not")
	}
}

func testASystemWithNothingButAWaiverIsWaived(t *testing.T, base Input) {
	in := copyOf(base)
	in.Waivers = []Waiver{{Code: "C6", System: "sql-klynge", Until: in.Now.AddDate(0, 1, 0)}}
	for _, s := range Run(in).Systems {
		if s.System == "sql-klynge" && s.State != Waived {
			t.Errorf("sql-klynge is %s", s.State)
		}
	}
}
