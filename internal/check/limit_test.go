package check

import (
	"strings"
	"testing"

	"beredskab/internal/plan"
)

// A value at its limit keeps the rule; one minute, or one day, more does not.
func testLimits(t *testing.T, base Input) {
	for _, w := range []struct {
		code, system string
		set          func(t *testing.T, in *Input, over int)
	}{
		{"C1", "gis", func(t *testing.T, in *Input, over int) {
			change(t, *in, "gis", func(p *plan.Plan) { p.Objectives.WRT = p.Objectives.MTPD - p.Objectives.RTO + plan.Duration(over) })
		}},
		{"C2", "telefoni", func(t *testing.T, in *Input, over int) {
			change(t, *in, "telefoni", func(p *plan.Plan) { p.Objectives.RTO = plan.Duration(150 - over) })
		}},
		{"C3", "idp-mfa", func(t *testing.T, in *Input, over int) {
			change(t, *in, "ad-entra", func(p *plan.Plan) { p.Objectives.RTO = plan.Duration(480 + over) })
		}},
		{"C5", "gis", func(t *testing.T, in *Input, over int) {
			change(t, *in, "gis", func(p *plan.Plan) { p.Objectives.RPO = plan.Duration(24*60 + 45 - over) })
		}},
		{"C7", "noedkald", func(t *testing.T, in *Input, over int) {
			edit(t, *in, "noedkald", func(e *Evidence) { e.HasRPA, e.RPAMinutes = true, 26*60+over })
		}},
		{"C10", "ad-entra", func(t *testing.T, in *Input, over int) {
			edit(t, *in, "ad-entra", func(e *Evidence) { e.RTAMinutes = 144 + over })
		}},
		{"C11", "idp-mfa", func(t *testing.T, in *Input, over int) {
			change(t, *in, "idp-mfa", func(p *plan.Plan) {
				p.Suppliers[0].SupportWindow, p.Suppliers[0].RestoreSLA = "alle dage 8-16", plan.Duration(over)
				p.Suppliers[0].Response, p.Objectives.RTO = 0, 16*60
			})
		}},
		{"G2", "gis", func(t *testing.T, in *Input, over int) {
			in.Facts = full(*in)
			change(t, *in, "gis", func(p *plan.Plan) { p.ReviewEvery = 100 * dayMinutes })
			in.Facts.Reviews["gis"] = in.Now.AddDate(0, 0, -100-over)
		}},
		{"G4", "gis", func(t *testing.T, in *Input, over int) {
			date := day(in.Now.AddDate(0, 0, -179-over))
			change(t, *in, "gis", func(p *plan.Plan) { p.Contacts[0].VerifiedAt = date })
		}},
	} {
		for over, want := range []string{"", w.code + " " + w.system} {
			in := copyOf(base)
			w.set(t, &in, over)
			if got := about(Run(in), w.system, w.code); (got == "") != (want == "") {
				t.Errorf("%s %s, %d over the limit: %q", w.code, w.system, over, got)
			}
		}
	}
}

func testAFinishAtTheRTOIsThinNotLate(t *testing.T, base Input) {
	in := copyOf(base)
	edit(t, in, "noedkald", func(e *Evidence) { e.RTAMinutes = 105 })
	r := Run(in)
	if f := find(t, r, "C6", "noedkald", ""); f.State != AtRisk || f.Value != f.Limit {
		t.Errorf("%+v", f)
	}
	for _, s := range r.Systems {
		if s.System == "noedkald" && (s.State != AtRisk || s.Result.State != "at_risk") {
			t.Errorf("system %s, forecast %s", s.State, s.Result.State)
		}
	}
}

func testTheHintOffersALongerRTOOnlyWhereThereIsRoom(t *testing.T, base Input) {
	for mtpd, want := range map[plan.Duration]bool{505 + 240: true, 504 + 240: false} {
		in := copyOf(base)
		change(t, in, "omsorg", func(p *plan.Plan) { p.Objectives.MTPD = mtpd })
		f := find(t, Run(in), "C2", "omsorg", "")
		if strings.Contains(f.Hint, "accept an rto of 8h25m") != want {
			t.Errorf("mtpd %d: %s", mtpd, f.Hint)
		}
	}
}

func testAPeakPeriodWithoutAnRTOSaysNothingNew(t *testing.T, base Input) {
	in := copyOf(base)
	loen, _ := in.Set.Plan("loen")
	change(t, in, "omsorg", func(p *plan.Plan) {
		p.PeakPeriods = append(p.PeakPeriods, loen.PeakPeriods[0])
		p.PeakPeriods[0].RTO, p.PeakPeriods[0].MTPD = 0, 10*60
	})
	want := "C1 omsorg Lønkørsel, sidste bankdage error breached\nC2 omsorg error breached\nC6 omsorg error breached\n"
	if got := about(Run(in), "omsorg", "C1", "C2", "C6"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// A class-2 system that changed its steps ten days ago does not at once owe the
// test that it held on the old ones.
func testChangedStepsGiveTimeForANewTest(t *testing.T, base Input) {
	in := copyOf(base)
	in.Facts.InForce = map[string]InForce{"esdh": {First: in.Now.AddDate(-5, 0, 0), Current: in.Now.AddDate(0, 0, -10)}}
	edit(t, in, "esdh", func(e *Evidence) { e.StepsHash = "other" })
	if got := about(Run(in), "esdh", "C8", "C9"); got != "C8 esdh warning breached\nC9 esdh info unknown\n" {
		t.Error(got)
	}
}

func testATestWithoutAFigureMeasuredNothing(t *testing.T, base Input) {
	in := copyOf(base)
	edit(t, in, "telefoni", func(e *Evidence) { e.HasRTA = false })
	in.Evidence = append(in.Evidence, Evidence{System: "nobody", Type: "restore", EndedAt: in.Now})
	if got := about(Run(in), "telefoni", "C8", "C9"); got != "C9 telefoni error breached\n" {
		t.Error(got)
	}
}

func testGovernanceDoesNotColourASystem(t *testing.T, base Input) {
	in := copyOf(base)
	in.Facts = full(in)
	delete(in.Facts.Reviews, "telefoni")
	change(t, in, "hjemmeside", func(p *plan.Plan) { p.Objectives.RTO = 0 })
	for _, s := range Run(in).Systems {
		if s.System == "telefoni" && s.State != OK {
			t.Errorf("telefoni is %s, for nobody confirmed it", s.State)
		}
		if s.System == "hjemmeside" && s.State != Unknown {
			t.Errorf("hjemmeside is %s without an objective", s.State)
		}
	}
}

func testWhatAPlanOwesOnACondition(t *testing.T, base Input) {
	for _, w := range []struct {
		system string
		edit   func(*plan.Plan)
		says   string // empty: nothing is missing
	}{
		{"gis", func(p *plan.Plan) { p.Workaround = nil }, ""},
		{"esdh", func(p *plan.Plan) { p.Workaround = nil }, "missing: workaround"},
		{"esdh", func(p *plan.Plan) { p.Contacts = p.Contacts[:1] }, "missing: contacts"},
		{"esdh", func(p *plan.Plan) { p.Suppliers = nil; p.Hosting = "hybrid" }, "missing: suppliers"},
		{"esdh", func(p *plan.Plan) { p.LevelOverride = ""; p.RecoveryClass = 3 }, "missing: level_override"},
		{"esdh", func(p *plan.Plan) { p.LevelOverride = "aftalt"; p.RecoveryClass = 3 }, ""},
		{"ad-entra", func(p *plan.Plan) { p.LevelOverride = "" }, ""},
		{"esdh", func(p *plan.Plan) { p.Backup.Method, p.Backup.Reason = "none", "" }, "missing: backup.reason"},
		{"esdh", func(p *plan.Plan) { p.Return = nil }, "missing: return.steps, return.data_reconciliation"},
	} {
		in := copyOf(base)
		change(t, in, w.system, w.edit)
		said := ""
		for _, f := range Run(in).Findings {
			if f.Code == "G1" {
				said += f.Message
			}
		}
		if said != w.says {
			t.Errorf("%s: %q, want %q", w.system, said, w.says)
		}
	}
	in := copyOf(base)
	change(t, in, "gis", func(p *plan.Plan) { p.Activation.Channels = []string{"sms", "sms"} })
	if f := find(t, Run(in), "G4", "gis", ""); !strings.Contains(f.Message, "one channel") {
		t.Error(f.Message)
	}
}
