package notify

import (
	"strings"
	"testing"

	"beredskab/internal/outbox"
)

func TestWebLink(t *testing.T) {
	for in, want := range map[string]string{
		"https://b.example/x?y=1":                        "https://b.example/x?y=1",
		" http://b.example/ ":                            "http://b.example/",
		"javascript:alert(1)":                            "",
		"//b.example/x":                                  "",
		"https://user:pw@b.example":                      "",
		"https://b.example/\u202ex":                      "",
		"https://b.example/\r\nx":                        "",
		"data:text/html,x":                               "",
		"https://b.example/" + strings.Repeat("a", 3000): "",
	} {
		if got := webLink(in); got != want {
			t.Errorf("webLink(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestFactsAreNeverMarkup: what a plan says stays text in every form (S18).
func TestFactsAreNeverMarkup(t *testing.T) {
	w := wording(t)
	n := sample(outbox.Request, "da", false)
	evil := `{{.Link}}<!channel> <https://evil.example|Svar> <img src=x> "&`
	n.Facts.SystemName, n.Facts.Question, n.Facts.Todo = evil, evil, []string{evil}
	n.Facts.Link = "javascript:alert(1)"
	text, err := w.Render(n, FormMail)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.Text, evil) || strings.Contains(text.HTML, "<img") || strings.Contains(text.HTML, "<a ") {
		t.Errorf("text or HTML:\n%s\n%s", text.Text, text.HTML)
	}
}
