package notify

import (
	"strings"
	"testing"

	"beredskab/internal/drill"
	"beredskab/internal/outbox"
)

// TestVerdictsHaveWords: every verdict that a run can get is said in the
// reader's own language, and none of them in code.
func TestVerdictsHaveWords(t *testing.T) {
	w := wording(t)
	verdicts := []drill.Verdict{drill.Passed, drill.WithRemarks, drill.NotPassed, drill.NotMeasured, drill.NotFinished}
	for lang, want := range map[string][]string{
		"da": {"bestået", "bestået med bemærkninger", "ikke bestået", "ikke målt", "afbrudt"},
		"en": {"passed", "passed with remarks", "not passed", "not measured", "stopped early"},
	} {
		for i, verdict := range verdicts {
			n := sample(outbox.Finished, lang, false)
			n.Facts.Verdict = string(verdict)
			m, err := w.Render(n, FormText)
			if err != nil || !strings.HasSuffix(m.Subject, "– "+want[i]) {
				t.Errorf("%s in %s: %q, %v; want the subject to end with %q", verdict, lang, m.Subject, err, want[i])
			}
		}
	}
}

// TestNoLossIsNews: a loss of nothing that was measured is told, one that was
// not measured is not.
func TestNoLossIsNews(t *testing.T) {
	w := wording(t)
	n := sample(outbox.Finished, "da", false)
	n.Facts.RPAMinutes = 0
	for measured, want := range map[bool]bool{true: true, false: false} {
		n.Facts.DataMeasured = measured
		m, err := w.Render(n, FormText)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(m.Text, "Datatab 0 min (grænse 24 t)"); got != want {
			t.Errorf("measured %v: a loss of 0 min is told: %v, want %v\n%s", measured, got, want, m.Text)
		}
	}
}
