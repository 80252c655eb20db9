package followup

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/plan"
	"beredskab/plans"
)

// files gives the sample municipality's plan files.
func files(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	list, err := plans.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range list {
		if name := entry.Name(); strings.HasSuffix(name, ".yaml") && name != "organisation.yaml" {
			src, err := plans.Files.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			out[name] = src
		}
	}
	return out
}

func steps(p *plan.Plan) []*plan.Step {
	var out []*plan.Step
	for _, list := range [][]plan.Step{p.Recovery.Steps, p.Recovery.SecuritySteps, p.Recovery.Cleanup} {
		for i := range list {
			out = append(out, &list[i])
		}
	}
	return out
}

func parsed(t *testing.T, file string, src []byte) *plan.Plan {
	t.Helper()
	p, problems := plan.Parse(file, src)
	if problems.Failed() {
		t.Fatal(problems)
	}
	return p
}

// The draft says what the file said but for the estimates that were measured,
// and no line of it differs but theirs; every comment is still there.
func TestADraftDiffersInEstimatesOnly(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 18))
	sample, changed := files(t), 0
	for file, src := range sample {
		for _, src := range [][]byte{src, append([]byte("\ufeff"), src...), bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n"))} {
			want := parsed(t, file, src)
			var measured []Measured
			for _, s := range steps(want) {
				if r.IntN(3) > 0 {
					took := time.Duration(1+r.IntN(6*3600)) * time.Second
					measured = append(measured, Measured{s.ID, took, s.Hash()})
					if s.Estimate > 0 {
						s.Estimate = rounded(took)
					}
				}
			}
			out := must(Propose(file, src, measured))(t)
			got := parsed(t, file, out.Text)
			if !bytes.Equal(got.Canonical(), want.Canonical()) {
				t.Fatalf("%s says something else:\n%s", file, out.Diff)
			}
			if got.StepsHash() != parsed(t, file, src).StepsHash() {
				t.Fatalf("%s: the draft voids the measurement that it was made of", file)
			}
			before, after := bytes.Split(src, []byte("\n")), bytes.Split(out.Text, []byte("\n"))
			differ := 0
			for i := range before {
				if bytes.Equal(before[i], after[i]) {
					continue
				}
				differ++
				if !bytes.Contains(before[i], []byte("estimate: ")) {
					t.Fatalf("%s line %d changed from %q to %q", file, i+1, before[i], after[i])
				}
			}
			if differ != len(out.Changes) || len(before) != len(after) || strings.Count(out.Diff, "\n+") != differ+1 && differ > 0 {
				t.Fatalf("%s: %d lines differ, %d changes:\n%s", file, differ, len(out.Changes), out.Diff)
			}
			changed += differ
		}
	}
	if changed < 100 {
		t.Errorf("only %d estimates were changed", changed)
	}
}

const oddPlan = `schema: 1
id: odd
name: Odd
owner: {role: systemejer, unit: IT}
criticality: ikke_kritisk
recovery_class: 3
hosting: on_premise
objectives: {mtpd: 5d, rto: 3d, wrt: 1d, rpo: 1d}
depends_on: [] # none
recovery:
  steps: # estimate: 10m
    - {id: s1, title: "estimate: 10m", team: it, estimate: 10m} # was 5m
    - id: s2
      title: Ææ
      team: it
      "estimate": '10m'   # quoted
    - {id: s3, title: Æble, team: it, "estimate":  "1h", after: [s1]}
    - {id: s4, title: Uden, confirm: {by: systemejer, question: Virker det?}, after: [s3]}
    - id: s5
      title: Foldet
      team: it
      estimate:
        20m
    - {id: s6, title: Ny, team: it, estimate: 5m}`

func TestADraftOfAnOddlyWrittenFile(t *testing.T) {
	src := []byte(oddPlan)
	out := must(Propose("odd.yaml", src, []Measured{
		{Step: "s1", Took: 601 * time.Second},
		{Step: "s2", Took: 61 * time.Second},
		{Step: "s3", Took: time.Hour},
		{Step: "s4", Took: time.Minute},
		{Step: "s5", Took: 25 * time.Minute},
		{Step: "s1", Took: time.Hour},
		{Step: "s9", Took: time.Hour},
		{Step: "s3x", Took: 0},
		{Step: "s6", Took: time.Hour, Of: (&plan.Step{ID: "s6"}).Hash()},
	}))(t)
	want := strings.NewReplacer("it, estimate: 10m}", "it, estimate: 15m}", "'10m'", "'2m'").Replace(oddPlan)
	if string(out.Text) != want {
		t.Errorf("the draft is\n%s", out.Text)
	}
	var left []string
	for _, l := range out.Left {
		left = append(left, l.Step)
	}
	if !slices.Equal(left, []string{"s4", "s5", "s1", "s9", "s3x", "s6"}) {
		t.Errorf("left out: %v", out.Left)
	}
	if c := out.Changes[0]; c.Step != "s1" || c.Old != 10 || c.New != 15 {
		t.Errorf("%+v", out.Changes)
	}
	const diff = `--- a/odd.yaml
+++ b/odd.yaml
@@ -9,11 +9,11 @@
 depends_on: [] # none
 recovery:
   steps: # estimate: 10m
-    - {id: s1, title: "estimate: 10m", team: it, estimate: 10m} # was 5m
+    - {id: s1, title: "estimate: 10m", team: it, estimate: 15m} # was 5m
     - id: s2
       title: Ææ
       team: it
-      "estimate": '10m'   # quoted
+      "estimate": '2m'   # quoted
     - {id: s3, title: Æble, team: it, "estimate":  "1h", after: [s1]}
     - {id: s4, title: Uden, confirm: {by: systemejer, question: Virker det?}, after: [s3]}
     - id: s5
`
	if out.Diff != diff {
		t.Errorf("the difference is\n%s", out.Diff)
	}
	if same := must(Propose("odd.yaml", src, nil))(t); same.Diff != "" || !bytes.Equal(same.Text, src) {
		t.Error("nothing was measured and yet the draft differs")
	}
	if _, err := Propose("odd.yaml", []byte("schema: 1"), nil); err == nil {
		t.Error("a file with errors got a draft")
	}
}

func TestUnifiedAtTheEndOfAFile(t *testing.T) {
	const want = "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-a\n-b\n\\ No newline at end of file\n+c\n+d\n\\ No newline at end of file\n"
	if got := unified("f", []byte("a\nb"), []byte("c\nd")); got != want {
		t.Errorf("%q", got)
	}
}

func TestOnlyWhatWentWellAtTheFirstGoIsMeasured(t *testing.T) {
	step := func(id string, change func(*drill.Step)) drill.Step {
		s := drill.Step{Step: &plan.Step{ID: id}, State: drill.Done, Worked: time.Hour}
		change(&s)
		return s
	}
	run := &drill.Run{Drill: plan.Drill{Type: "restore"}, Steps: []drill.Step{
		step("good", func(*drill.Step) {}),
		step("failed", func(s *drill.Step) { s.State = drill.Failed }),
		step("second-go", func(s *drill.Step) { s.Failures = 1 }),
		step("settled", func(s *drill.Step) { s.Settled = true }),
		step("skipped", func(s *drill.Step) { s.State = drill.Skipped }),
		step("instant", func(s *drill.Step) { s.Worked = 0 }),
	}}
	if got := MeasuredSteps(run); len(got) != 1 || got[0] != (Measured{"good", time.Hour, run.Steps[0].Hash()}) {
		t.Errorf("%v", got)
	}
	run.Drill.Type = "tabletop"
	if got := MeasuredSteps(run); got != nil {
		t.Errorf("a tabletop measured %v", got)
	}
}

func TestDeparturesAreWhatAPersonMustLookAt(t *testing.T) {
	step := func(id string, s drill.Step) drill.Step {
		s.Step = &plan.Step{ID: id, Team: "it", Estimate: 1}
		return s
	}
	run := &drill.Run{
		Plan: &plan.Plan{}, Drill: plan.Drill{Type: "restore"},
		Steps: []drill.Step{
			step("slow", drill.Step{State: drill.Done, Worked: time.Hour}),
			step("skipped", drill.Step{State: drill.Skipped, By: "it"}),
			step("noted", drill.Step{State: drill.Done, By: "it", Note: "the other server"}),
		},
		Notes: []drill.Note{{By: "leader", Text: "of nothing"}, {By: "leader", Step: "slow", Text: "the disk"}},
	}
	var got []string
	for _, d := range Departures(run) {
		got = append(got, d.Step+": "+d.What)
	}
	want := []string{
		`skipped: step "skipped" was skipped by it: ; hold the step next time, or take it out of the plan`,
		"noted: it noted: the other server", "slow: leader noted: the disk",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
