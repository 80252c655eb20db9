package check

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"beredskab/internal/plan"
)

// sampleNow is the date of spec/domain.md, at which its fixtures hold.
func sampleNow() time.Time { return time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC) }

// The newest exercise of each system (spec/domain.md 7.3): type, isolated RTA
// in minutes or –, age in days.
const sampleExercises = `
netvaerk-kerne     functional 75  120
backup-platform    restore    95  60
virtualisering-san functional 140 200
dns-dhcp           restore    45  150
ad-entra           restore    165 310
idp-mfa            tabletop   –   90
noedkald           functional 55  80
telefoni           functional 40  100
omsorg             functional 35  170
hjemmeside         functional 45  40
sql-klynge         restore    400 25
m365               tabletop   –   200
esdh               restore    180 400
jobcenter-ydelse   tabletop   –   330
loen               tabletop   –   250
oekonomi           tabletop   –   280
gis                restore    110 500
`

// sample is the municipality of plans/ with the evidence of the table, made on
// the steps that the plans have now.
func sample(t testing.TB) Input {
	t.Helper()
	set, problems := plan.NewReader().Load(os.DirFS("../../plans"))
	if problems.Failed() {
		t.Fatal(problems)
	}
	in := Input{Set: set, Now: sampleNow()}
	for line := range strings.Lines(strings.TrimSpace(sampleExercises)) {
		cell := strings.Fields(line)
		p, ok := set.Plan(cell[0])
		if !ok {
			t.Fatalf("plans/ has no %s", cell[0])
		}
		age, err := strconv.Atoi(cell[3])
		if err != nil {
			t.Fatal(err)
		}
		e := Evidence{
			System: p.ID, Type: cell[1], StepsHash: p.StepsHash(), Scope: "isolated",
			EndedAt: in.Now.AddDate(0, 0, -age),
		}
		if e.RTAMinutes, err = strconv.Atoi(cell[2]); err == nil {
			e.HasRTA, e.Measured = true, true
		}
		in.Evidence = append(in.Evidence, e)
	}
	return in
}

func locateIn(dir string) func(file, path string) (line, column int) {
	return func(file, path string) (line, column int) {
		src, err := os.ReadFile(dir + "/" + file)
		if err != nil {
			return 0, 0
		}
		return plan.Locate(src)(path)
	}
}

// copyOf is the sample for one test to change. Plans are never changed but
// replaced, so that the copy need not go deeper.
func copyOf(in Input) Input {
	in.Set = &plan.Set{Organisation: in.Set.Organisation, Plans: slices.Clone(in.Set.Plans)}
	in.Evidence = slices.Clone(in.Evidence)
	return in
}

// TestSample runs all tests on the sample, which is read once: reading is the
// better part of their time.
func TestSample(t *testing.T) {
	base := sample(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, Input)
	}{
		{"TheSampleSaysItsFixturesAndNothingElse", testTheSampleSaysItsFixturesAndNothingElse},
		{"TheNumbersOfTheFixtures", testTheNumbersOfTheFixtures},
		{"TheChainOfAFinding", testTheChainOfAFinding},
		{"TheStatesOfTheSample", testTheStatesOfTheSample},
		{"PeakPeriodAndWorkAfter", testPeakPeriodAndWorkAfter},
		{"DecisionAllowance", testDecisionAllowance},
		{"EvidenceOnOtherStepsDoesNotCount", testEvidenceOnOtherStepsDoesNotCount},
		{"AChangeBesideTheStepsKeepsTheEvidence", testAChangeBesideTheStepsKeepsTheEvidence},
		{"ATabletopNeverMeasures", testATabletopNeverMeasures},
		{"TheFutureIsNoEvidence", testTheFutureIsNoEvidence},
		{"TheNewestTimeCounts", testTheNewestTimeCounts},
		{"EndToEndAndDataLoss", testEndToEndAndDataLoss},
		{"ThinAirIsAtRisk", testThinAirIsAtRisk},
		{"Grace", testGrace},
		{"TheFirstMeasuredTest", testTheFirstMeasuredTest},
		{"Waiver", testWaiver},
		{"WaiverHasABound", testWaiverHasABound},
		{"ASystemWithNothingButAWaiverIsWaived", testASystemWithNothingButAWaiverIsWaived},
		{"ChainRules", testChainRules},
		{"ACircleLeavesEverySystemUnknown", testACircleLeavesEverySystemUnknown},
		{"Capacity", testCapacity},
		{"Backup", testBackup},
		{"Supplier", testSupplier},
		{"WithoutOrganisation", testWithoutOrganisation},
		{"NothingToSayWhenTheRegisterIsInOrder", testNothingToSayWhenTheRegisterIsInOrder},
		{"GovernanceFromTheRegister", testGovernanceFromTheRegister},
		{"GovernanceFromTheFiles", testGovernanceFromTheFiles},
		{"GoverningDocuments", testGoverningDocuments},
		{"CallsAndTraining", testCallsAndTraining},
		{"CrisisRolesHaveDeputies", testCrisisRolesHaveDeputies},
		{"Docs", testDocs},
		{"Limits", testLimits},
		{"AFinishAtTheRTOIsThinNotLate", testAFinishAtTheRTOIsThinNotLate},
		{"TheHintOffersALongerRTOOnlyWhereThereIsRoom", testTheHintOffersALongerRTOOnlyWhereThereIsRoom},
		{"APeakPeriodWithoutAnRTOSaysNothingNew", testAPeakPeriodWithoutAnRTOSaysNothingNew},
		{"ChangedStepsGiveTimeForANewTest", testChangedStepsGiveTimeForANewTest},
		{"ATestWithoutAFigureMeasuredNothing", testATestWithoutAFigureMeasuredNothing},
		{"GovernanceDoesNotColourASystem", testGovernanceDoesNotColourASystem},
		{"WhatAPlanOwesOnACondition", testWhatAPlanOwesOnACondition},
		{"TheFilesGiveTheNumbersOfTheTable", testTheFilesGiveTheNumbersOfTheTable},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, base) })
	}
}

// short writes findings one a line: code system subject severity state.
func short(findings []Finding, keep func(Finding) bool) string {
	var out strings.Builder
	for _, f := range findings {
		if keep(f) {
			out.WriteString(strings.Join(strings.Fields(strings.Join([]string{
				f.Code, f.System, f.Subject, string(f.Severity), string(f.State),
			}, " ")), " ") + "\n")
		}
	}
	return out.String()
}

func find(t testing.TB, r Report, code, system, subject string) Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Code == code && f.System == system && f.Subject == subject {
			return f
		}
	}
	t.Fatalf("no %s for %s %s", code, system, subject)
	return Finding{}
}
