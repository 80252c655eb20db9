package report

import (
	"strings"
	"testing"
	"time"

	"beredskab/internal/followup"
)

// The evaluation stands in the report as it was given, and a report without one has
// no such section.
func TestTheReportHoldsItsEvaluation(t *testing.T) {
	in := input(discussed(t), "isolated")
	if text := render(t, in, Markdown, "da"); strings.Contains(text, "Evalueret af") {
		t.Error("a run that was not evaluated has an evaluation")
	}
	by := followup.By{Person: "p-7", At: start().Add(24 * time.Hour)}
	in.Evaluation = &followup.Evaluation{
		Notes: "Kaffen slap op", EvaluatedBy: &by,
		Survey: []followup.Survey{{Prepared: 4, Usable: 2}, {Prepared: 5, Usable: 2}},
		Assessment: &followup.Assessment{
			Aims:      []followup.Aim{{Text: "Beslutning inden 15 minutter", Met: "partly", Note: "efter 17"}},
			Strengths: []string{"rolig ledelse"}, Weaknesses: []string{"<script>alert(1)</script>"},
		},
	}
	for lang, wanted := range map[string][]string{
		"da": {"Evalueret af p-7 den ", "Debriefing: Kaffen slap op", "2 deltagere svarede", "4,5 af 5", "2,0 af 5", "delvist", "Styrker", "rolig ledelse", "Svagheder"},
		"en": {"Evaluated by p-7 on ", "2 participants answered", "4.5 of 5", "partly", "Strengths", "Weaknesses"},
	} {
		for _, form := range []Form{Markdown, HTML} {
			text := render(t, in, form, lang)
			for _, want := range wanted {
				if !strings.Contains(text, want) {
					t.Errorf("the %s report in %s lacks %q", form, lang, want)
				}
			}
			if strings.Contains(text, "<script>alert") || strings.Contains(text, "Afvigelser") || strings.Contains(text, "⟦") {
				t.Errorf("the %s report in %s shows what it should not", form, lang)
			}
		}
	}
	in.Evaluation.Assessment = &followup.Assessment{None: true}
	if text := render(t, in, Markdown, "da"); !strings.Contains(text, "hverken styrker, svagheder eller afvigelser") {
		t.Error("that nothing was found is not said")
	}
}
