package check

import (
	"strings"
	"testing"
	"time"

	"beredskab/internal/plan"
)

// full is a register in which all is well at the sample's date.
func full(in Input) Facts {
	year := in.Now.Year() - 1
	reviews := map[string]time.Time{}
	for _, p := range in.Set.Plans {
		reviews[p.ID] = in.Now.AddDate(0, -1, 0)
	}
	return Facts{
		Reviews: reviews, Actions: []Action{}, ReportTreated: &year,
		Receipts: map[string][]string{}, Log: &LogState{Intact: true},
	}
}

func governance(r Report) string {
	return short(r.Findings, func(f Finding) bool { return f.Code[0] == 'G' })
}

func testNothingToSayWhenTheRegisterIsInOrder(t *testing.T, base Input) {
	in := copyOf(base)
	in.Facts = full(in)
	if got := governance(Run(in)); got != "" {
		t.Error(got)
	}
}

func testGovernanceFromTheRegister(t *testing.T, base Input) {
	for _, w := range []struct {
		name string
		do   func(*Input)
		want string
	}{
		{"never confirmed", func(in *Input) { delete(in.Facts.Reviews, "gis") }, "G2 gis error breached\n"},
		{"confirmed too long ago", func(in *Input) {
			in.Facts.Reviews["gis"] = in.Now.AddDate(0, 0, -380)
		}, "G2 gis warning breached\n"},
		{"actions overdue", func(in *Input) {
			in.Facts.Actions = []Action{
				{ID: "A-1", System: "gis", Due: in.Now.AddDate(0, 0, -31)},
				{ID: "A-2", System: "gis", Due: in.Now.AddDate(0, 0, -1)},
				{ID: "A-3", Due: in.Now.AddDate(0, 0, -1)},
				{ID: "A-4", Due: in.Now.AddDate(0, 0, 1)},
			}
		}, "G5 gis error breached\nG5 warning breached\n"},
		{"an old copy", func(in *Input) {
			in.Facts.OfflineCopies = map[string]time.Time{"omsorg": time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}
		}, "G6 omsorg warning breached\n"},
		{"no report", func(in *Input) { *in.Facts.ReportTreated = 2024 }, "G7 error breached\n"},
		{"no report yet, in March", func(in *Input) {
			*in.Facts.ReportTreated = 2024
			in.Now = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
		}, ""},
		{"no report, early April", func(in *Input) {
			*in.Facts.ReportTreated = 2024
			in.Now = time.Date(2026, 4, 2, 12, 0, 0, 0, time.UTC)
		}, "G7 warning breached\n"},
		{"receipts missing", func(in *Input) { in.Facts.Receipts["gis"] = []string{"it-vagt"} }, "G8 gis error breached\n"},
		{"the log is broken", func(in *Input) {
			in.Facts.Log = &LogState{Problem: "entry 17 does not hash to the checkpoint"}
		}, "G9 error breached\n"},
	} {
		in := copyOf(base)
		in.Facts = full(in)
		w.do(&in)
		got := short(Run(in).Findings, func(f Finding) bool {
			return f.Code[0] == 'G' && f.Code != "G3" && f.Code != "G4" && (f.Code != "G2" || strings.HasPrefix(w.want, "G2"))
		})
		if got != w.want {
			t.Errorf("%s: got\n%swant\n%s", w.name, got, w.want)
		}
	}
}

func testGovernanceFromTheFiles(t *testing.T, base Input) {
	for _, w := range []struct {
		name, system string
		do           func(*plan.Plan)
		code, says   string
		state        State
	}{
		{"a hole", "omsorg", func(p *plan.Plan) { p.Purpose, p.Acceptance = "", nil }, "G1", "purpose, acceptance_tests", Breached},
		{"security steps", "omsorg", func(p *plan.Plan) { p.Recovery.SecuritySteps = nil }, "G1", "recovery.security_steps", Breached},
		{"no activation", "gis", func(p *plan.Plan) { p.Activation = nil }, "G1", "activation", Breached},
		{"no deputy", "gis", func(p *plan.Plan) { p.Owner.Deputy = "" }, "G3", "no deputy for owner", Breached},
		{"never called", "gis", func(p *plan.Plan) { p.Contacts[0].VerifiedAt = "" }, "G4", "was never verified", Breached},
		{"called long ago", "gis", func(p *plan.Plan) { p.Contacts[0].VerifiedAt = "2026-01-01" }, "G4", "326 days ago", Breached},
		{"one channel", "gis", func(p *plan.Plan) { p.Activation.Channels = p.Activation.Channels[:1] }, "G4", "one channel", Breached},
		{"an old copy", "omsorg", func(p *plan.Plan) { p.OfflineCopies[0].Date = "2020-01-01" }, "G6", "of 2020-01-01", Breached},
		{"a copy without date", "omsorg", func(p *plan.Plan) { p.OfflineCopies[0].Date = "" }, "G6", "a date is missing", Unknown},
		{"no copy", "omsorg", func(p *plan.Plan) { p.OfflineCopies = nil }, "G1", "offline_copies", Breached},
	} {
		in := copyOf(base)
		in.Facts = full(in)
		change(t, in, w.system, w.do)
		f := find(t, Run(in), w.code, w.system, "")
		if !strings.Contains(f.Message, w.says) || f.State != w.state {
			t.Errorf("%s: %s %s", w.name, f.State, f.Message)
		}
		if got := strings.Count(governance(Run(in)), "\n"); got != 1 {
			t.Errorf("%s: %s", w.name, governance(Run(in)))
		}
	}
}

func testCrisisRolesHaveDeputies(t *testing.T, base Input) {
	in := copyOf(base)
	org := *in.Set.Organisation
	org.CrisisRoles = append([]plan.Role{{ID: "alone"}}, org.CrisisRoles...)
	in.Set.Organisation = &org
	if f := find(t, Run(in), "G3", "", ""); f.File != "organisation.yaml" || !strings.Contains(f.Message, "no deputy for alone") {
		t.Errorf("%+v", f)
	}
}
