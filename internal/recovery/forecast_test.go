package recovery

import (
	"slices"
	"strings"
	"testing"

	"beredskab/internal/plan"
)

// The table of spec/domain.md 7.3: own steps, start, planned, projected, state.
func TestForecastOfTheSample(t *testing.T) {
	f := mustNew(t, sampleSet(t)).Forecast(sampleTimes())
	for _, w := range []struct {
		id                              string
		own, start, planned, projection int
		state                           State
	}{
		{"netvaerk-kerne", 90, 0, 90, 75, OK},
		{"backup-platform", 100, 90, 190, 170, OK},
		{"virtualisering-san", 130, 90, 220, 215, OK},
		{"dns-dhcp", 50, 220, 270, 260, OK},
		{"ad-entra", 120, 270, 390, 425, OK},
		{"idp-mfa", 60, 390, 450, 485, Unknown},
		{"noedkald", 60, 90, 150, 130, OK},
		{"telefoni", 45, 90, 135, 115, OK},
		{"omsorg", 40, 450, 490, 520, Breached},
		{"hjemmeside", 50, 0, 50, 45, OK},
		{"sql-klynge", 190, 390, 580, 825, Breached},
		{"m365", 45, 450, 495, 530, Unknown},
		{"esdh", 140, 580, 720, 1005, OK},
		{"jobcenter-ydelse", 45, 450, 495, 530, Unknown},
		{"loen", 60, 450, 510, 545, Unknown},
		{"oekonomi", 60, 450, 510, 545, Unknown},
		{"skole-dagtilbud", 30, 450, 480, 515, Unknown},
		{"gis", 90, 580, 670, 935, OK},
		{"print", 50, 390, 440, 475, Unknown},
	} {
		r, ok := f.Of(w.id)
		if !ok || r.PlanTime != w.own || r.PlannedStart != w.start || r.PlannedFinish != w.planned ||
			r.ProjectedFinish != w.projection || r.State != w.state || r.Slack != r.RTO-w.projection {
			t.Errorf("%s: got %+v, want %+v", w.id, r, w)
		}
	}
	if len(f.Results) != 19 {
		t.Errorf("%d results, want 19", len(f.Results))
	}
}

func TestChain(t *testing.T) {
	f := mustNew(t, sampleSet(t)).Forecast(sampleTimes())
	for id, want := range map[string]string{
		"hjemmeside": "hjemmeside",
		"omsorg":     "netvaerk-kerne virtualisering-san dns-dhcp ad-entra idp-mfa omsorg",
		"gis":        "netvaerk-kerne virtualisering-san dns-dhcp ad-entra sql-klynge gis",
		"nobody":     "",
	} {
		if got := strings.Join(f.Chain(id), " "); got != want {
			t.Errorf("chain of %s: %q, want %q", id, got, want)
		}
		if got := strings.Join(f.PlannedChain(id), " "); got != want {
			t.Errorf("planned chain of %s: %q, want %q", id, got, want)
		}
	}
}

// F10.
func TestOrder(t *testing.T) {
	results := mustNew(t, sampleSet(t)).Forecast(nil).Results
	want := "hjemmeside netvaerk-kerne telefoni noedkald backup-platform virtualisering-san dns-dhcp ad-entra " +
		"print idp-mfa skole-dagtilbud omsorg jobcenter-ydelse m365 loen oekonomi sql-klynge gis esdh"
	if got := systems(ByFinish(results)); got != want {
		t.Errorf("by finish:\n%s\nwant\n%s", got, want)
	}
	want = "netvaerk-kerne backup-platform virtualisering-san dns-dhcp ad-entra idp-mfa " +
		"hjemmeside telefoni noedkald omsorg m365 sql-klynge " +
		"skole-dagtilbud jobcenter-ydelse loen oekonomi esdh print gis"
	if got := systems(Order(results)); got != want {
		t.Errorf("order:\n%s\nwant\n%s", got, want)
	}
}

func systems(results []Result) string {
	var ids []string
	for _, r := range results {
		ids = append(ids, r.System)
	}
	return strings.Join(ids, " ")
}

func TestStates(t *testing.T) {
	for _, w := range []struct {
		name          string
		rto, measured int
		want          State
	}{
		{"in time and measured", 480, 35, OK},
		{"the plan with 15 minutes to decide is late", 54, 35, Breached},
		{"the plan just fits, the measurement too", 55, 35, OK},
		{"measured late", 100, 101, Breached},
		{"measured thin", 100, 91, AtRisk},
		{"measured with just enough air", 100, 90, OK},
		{"never measured", 480, NotMeasured, Unknown},
		{"no objective", 0, 10, Unknown},
	} {
		set := sampleSet(t)
		p := set.Plans[slices.IndexFunc(set.Plans, func(p *plan.Plan) bool { return p.ID == "omsorg" })]
		p.DependsOn, p.Objectives.RTO = nil, plan.Duration(w.rto)
		r, _ := mustNew(t, set).Forecast(map[string]int{"omsorg": w.measured}).Of("omsorg")
		if r.State != w.want {
			t.Errorf("%s: %s, want %s", w.name, r.State, w.want)
		}
	}
}

func TestThresholdsComeFromTheOrganisation(t *testing.T) {
	set := sampleSet(t)
	set.Organisation.Thresholds.DecisionAllowance = 30
	set.Organisation.Thresholds.AtRiskPercent = 50
	g := mustNew(t, set)
	if g.Allowance() != 30 || !g.AtRisk(51, 100) || g.AtRisk(50, 100) {
		t.Errorf("allowance %d, at risk at 51 %v, at 50 %v", g.Allowance(), g.AtRisk(51, 100), g.AtRisk(50, 100))
	}
	if r, _ := g.Forecast(nil).Of("netvaerk-kerne"); r.State != Breached {
		t.Errorf("90 + 30 > 105 gives %s", r.State)
	}
}
