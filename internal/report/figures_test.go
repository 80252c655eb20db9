package report

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"beredskab/internal/plan"
	"beredskab/internal/recovery"
	"beredskab/plans"
)

var loaded = sync.OnceValues(func() (*plan.Set, plan.Problems) { return plan.NewReader().Load(plans.Files) })

// sampleSet is the sample municipality's plans, in a list of their own.
func sampleSet(t *testing.T) *plan.Set {
	t.Helper()
	set, problems := loaded()
	if problems.Failed() {
		t.Fatal(problems)
	}
	return &plan.Set{Organisation: set.Organisation, Plans: slices.Clone(set.Plans)}
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 9, 0, 0, 0, time.UTC)
}

// measured is what the sample's exercises have measured (spec/domain.md 7.3).
func measured() map[string]int {
	return map[string]int{
		"netvaerk-kerne": 75, "backup-platform": 95, "virtualisering-san": 140, "dns-dhcp": 45, "ad-entra": 165, "noedkald": 55,
		"telefoni": 40, "omsorg": 35, "hjemmeside": 45, "sql-klynge": 400, "esdh": 180, "gis": 110,
	}
}

// sampleFigures are the sample's figures of one year. better is how many systems
// more than the year before are ready.
func sampleFigures(t *testing.T, year, better int) Figures {
	t.Helper()
	set := sampleSet(t)
	graph, err := recovery.New(set)
	if err != nil {
		t.Fatal(err)
	}
	f := Figures{
		Schema: 1, Organisation: "Eksempel Kommune", From: date(year, 1, 1).Add(-10 * time.Hour), Until: date(year+1, 1, 1).Add(-10 * time.Hour),
		CutOff: date(year, 12, 31), Program: "1.4.0", Log: Log{Root: strings.Repeat("5e", 32), Size: 48213, Verified: date(year, 12, 31)},
	}
	forecast := graph.Forecast(measured())
	for i, p := range set.Plans {
		r, _ := forecast.Of(p.ID)
		s := System{
			ID: p.ID, Name: p.Name, Owner: p.Owner.Unit, Criticality: p.Criticality, Class: p.RecoveryClass, State: string(r.State),
			RTO: r.RTO, Planned: new(r.PlannedFinish), RPO: p.Objectives.RPO.Minutes(), Accepted: date(year, 5, 2), Approved: date(year, 6, 1),
			PlanVersion: p.PlanVersion, PlanHash: p.Hash(), Readiness: 100 - i*4, Ready: i < 8+better,
			Basis: Part{Plan: "present", Test: "not_needed"}, Crisis: Part{Plan: "present", Test: "held", Tested: date(year, 11, 12)},
			Workaround: Part{Plan: "present", Test: "overdue", Tested: date(year-2, 3, 1)}, Recovery: Part{Plan: "present", Test: "never"},
		}
		if i%5 == 3 {
			s.Workaround = Part{Plan: "missing", Test: "never"}
		}
		if m, ok := measured()[p.ID]; ok {
			s.RTA, s.Projected, s.Measured = new(m), new(r.ProjectedFinish), date(year, 9, 1+i)
			s.Recovery.Test, s.Recovery.Tested, s.Exercised = "held", s.Measured, s.Measured
			f.Runs = append(f.Runs, Run{
				ID: fmt.Sprintf("%d-%02d", year, i+1), System: p.ID, Title: "Gendannelse", Type: "restore", At: s.Measured, Scope: "isolated",
				RTO: r.PlanTime, RTA: new(m), Verdict: "passed", Findings: i % 3,
			})
		}
		f.Systems = append(f.Systems, s)
	}
	addRuns(&f, year)
	addFollowUp(&f, year)
	for month := time.January; month <= time.December; month++ {
		f.Trend = append(f.Trend, Reading{Month: date(year, month, 28), Ready: 5 + better + int(month)/4, Total: 19})
	}
	return f
}

func addRuns(f *Figures, year int) {
	f.Runs = append(
		f.Runs,
		Run{ID: "K1", System: "telefoni", Title: "Telefoni nede", Type: "incident", Incident: true, At: date(year, 2, 3), Scope: "end_to_end", RTO: 240, RTA: new(310), Verdict: "not_passed"},
		Run{ID: "T1", System: "idp-mfa", Title: "Skrivebord", Type: "tabletop", At: date(year, 4, 14), RTO: 540, Verdict: "not_measured"},
		Run{ID: "M1", System: "print", Title: "Test", Type: "functional", At: date(year, 10, 7), RTO: 4320, Missed: "holdet var syg"},
	)
	for i := range f.Systems {
		s := &f.Systems[i]
		switch s.ID {
		case "omsorg":
			s.Cause, s.Remedy, s.RemedyBy, s.RemedyDue = "Login er for langsomt oppe igen.", "Nødlogin hos leverandøren aftales.", "Sundhed og Omsorg", date(year+1, 3, 1)
		case "sql-klynge":
			s.Cause, s.State, s.WaivedUntil = "Gendannelsen tog længere tid end planlagt.", "waived", date(year+1, 6, 30)
		}
	}
}

func addFollowUp(f *Figures, year int) {
	f.Actions = []Action{
		{ID: "H-41", System: "oekonomi", Text: "Nøglen til backup lå kun på filserveren", Severity: "error", Owner: "Databaseteam", Opened: date(year, 3, 1), Due: date(year, 12, 5)},
		{ID: "H-44", System: "esdh", Text: "Telefonnummeret på kontaktlisten var forkert <b>", Severity: "warning", Owner: "Øvelsesleder", Opened: date(year, 4, 1), Due: date(year, 5, 1), Closed: date(year, 4, 20), Verified: date(year, 5, 3)},
		{ID: "H-46", Text: "Krisestaben manglede et mødested", Severity: "warning", Owner: "Beredskabskoordinator", Opened: date(year, 11, 13), Due: date(year+1, 2, 1), Reopened: 1},
	}
	f.Dispensations = []Dispensation{
		{ID: "D-7", Rule: "C6", System: "sql-klynge", Reason: "Ny lagring leveres i foråret", Risk: "Sager kan ikke ses i op til 14 timer", Compensation: "Papirjournal", Applicant: "it-drift", Decider: "IT-chef", From: date(year, 9, 1), Until: date(year+1, 6, 30)},
		{ID: "D-5", Rule: "C5", System: "gis", Reason: "Kort ændres sjældent", Applicant: "Teknik og Miljø", Decider: "IT-chef", From: date(year-1, 5, 1), Until: date(year, 5, 1)},
	}
	f.Suppliers = []Supplier{
		{Name: "EOJ-leverandør", Systems: []string{"omsorg"}, Window: "24/7", State: "ok", Tested: date(year, 6, 8), TookPart: date(year, 6, 8), ContractEnd: date(year+3, 12, 31)},
		{Name: "IdP-leverandør", Systems: []string{"idp-mfa"}, Window: "hverdage 8-16", State: "breached", ContractEnd: date(year+1, 3, 31)},
	}
	for i, id := range strings.Fields("C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 C12 G1 G2 G3 G4 G5 G6 G7 G8 G9") {
		f.Rules = append(f.Rules, Rule{ID: id, OK: 19 - i%4, Breached: one(i%4 == 1), Waived: one(i == 5), Unknown: i % 3})
	}
	f.Changes = []Change{{Text: "NIS 2-loven gælder for kommunen.", Effect: "Direktionen skal godkende og følge beredskabet.", At: date(year, 7, 1)}}
	f.Evidence = []Evidence{{Code: "calltree", Count: 11, Of: 12, At: date(year, 11, 5)}, {Code: "bia", Count: 19, Of: 19}}
	for _, x := range []struct {
		at   time.Time
		code string
		role string
	}{
		{date(year, 1, 15), "freeze", "Beredskabskoordinator"},
		{date(year, 3, 18), "treat", "Økonomiudvalget"},
		{date(year, 5, 20), "alert", "Beredskabskoordinator"},
		{date(year, 11, 12), "staff", "Direktionen"},
		{date(year+1, 1, 15), "freeze", "Beredskabskoordinator"},
		{date(year+1, 2, 10), "approve", "IT-chef"},
		{date(year+1, 3, 18), "treat", "Økonomiudvalget"},
		{date(year+1, 5, 20), "alert", "Beredskabskoordinator"},
		{date(year+1, 9, 2), "measure", "Tekniske hold"},
	} {
		state := "done"
		if x.at.After(f.CutOff) {
			state = "planned"
		}
		f.Tasks = append(f.Tasks, Task{At: x.at, Code: x.code, Role: x.role, State: state})
	}
	f.Tasks = append(f.Tasks, Task{At: date(year, 8, 20), Text: "Gendannelsestest", System: "print", Role: "Arbejdsplads", State: "missed"})
}

func frozen(t *testing.T, f Figures) []byte {
	t.Helper()
	data, err := Freeze(f)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func yearInput(t *testing.T) YearInput {
	return YearInput{
		Frozen: frozen(t, sampleFigures(t, 2026, 4)), Last: frozen(t, sampleFigures(t, 2025, 0)), PrintedAt: date(2027, 1, 20),
		Approvals: []Approval{{Role: "IT-chef", Name: "IT-chefen", At: date(2027, 2, 10)}},
		Treatment: &Treatment{At: date(2027, 3, 18), Committee: "Økonomiudvalget", Item: "7", Decision: "Taget til efterretning", Case: "2027-0042"},
	}
}

// quarterInput is the third quarter alone, with nothing before it.
func quarterInput(t *testing.T) YearInput {
	f := sampleFigures(t, 2026, 4)
	f.From, f.Until, f.CutOff = date(2026, 7, 1).Add(-11*time.Hour), date(2026, 10, 1).Add(-11*time.Hour), date(2026, 10, 8)
	f.Runs, f.Trend = f.Runs[2:9], f.Trend[:9]
	return YearInput{Frozen: frozen(t, f), PrintedAt: date(2026, 10, 9)}
}

// bookInput is three of the sample's plans, one of which is approved.
func bookInput(t *testing.T, figures []byte) BookInput {
	set := sampleSet(t)
	set.Plans = slices.DeleteFunc(set.Plans, func(p *plan.Plan) bool {
		return !slices.Contains([]string{"netvaerk-kerne", "idp-mfa", "omsorg"}, p.ID)
	})
	return BookInput{
		Set: set, Measured: measured(), Frozen: figures, Program: "1.4.0", PrintedAt: date(2026, 11, 23),
		Versions: map[string]PlanVersion{"omsorg": {Confirmed: date(2026, 9, 1), ConfirmedBy: "Systemejer Omsorg", Approved: date(2026, 9, 3), ApprovedBy: "IT-chefen"}},
	}
}
