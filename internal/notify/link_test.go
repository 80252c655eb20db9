package notify

import (
	"strings"
	"testing"

	"beredskab/internal/outbox"
)

// Whoever has a link needs no command, and a program without an address says the
// command as ever.
func TestLinkOrCommand(t *testing.T) {
	w := wording(t)
	for _, kind := range []outbox.Kind{outbox.Request, outbox.Escalation, outbox.Unknown, outbox.Stalled} {
		for _, lang := range Languages() {
			n := sample(kind, lang, false)
			with, err := w.Render(n, FormText)
			if err != nil {
				t.Fatal(err)
			}
			n.Facts.Link, n.Facts.ShortCode = "", ""
			without, err := w.Render(n, FormText)
			if err != nil {
				t.Fatal(err)
			}
			for text, shown := range map[string]bool{"/c/9J3yq8d0": true, "beredskab.kommune.example/k ": true, "K7M-2QD": true, "beredskab answer": false, "beredskab drill show": false} {
				if strings.Contains(with.Text, text) != shown || shown && strings.Contains(without.Text, text) {
					t.Errorf("%s in %s: %q\n%s\n%s", kind, lang, text, with.Text, without.Text)
				}
			}
			if !strings.Contains(without.Text, n.Facts.Command) {
				t.Errorf("%s in %s without a link says no command:\n%s", kind, lang, without.Text)
			}
		}
	}
}

// A code without a page to type it on is not told, and neither is a link that is none.
func TestCodeNeedsAPage(t *testing.T) {
	n := sample(outbox.Request, "da", false)
	n.Facts.Link = "javascript:alert(1)"
	m, err := wording(t).Render(n, FormText)
	if err != nil || strings.Contains(m.Text, "K7M") || !strings.Contains(m.Text, n.Facts.Command) {
		t.Errorf("%v\n%s", err, m.Text)
	}
}

// Who said that he cannot answer has not failed to.
func TestPassedOn(t *testing.T) {
	for lang, words := range map[string][]string{"da": {"kan ikke svare på", "har ikke svaret"}, "en": {"cannot answer", "has not answered"}} {
		n := sample(outbox.Escalation, lang, false)
		n.Facts.Passed = true
		m, err := wording(t).Render(n, FormText)
		if err != nil || !strings.Contains(m.Subject, words[0]) || strings.Contains(m.Subject+m.Text, words[1]) {
			t.Errorf("%v\n%s\n%s", err, m.Subject, m.Text)
		}
	}
}
