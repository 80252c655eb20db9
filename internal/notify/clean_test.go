package notify

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"beredskab/internal/outbox"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                        "",
		"  æøå ÆØÅ  ":             "æøå ÆØÅ",
		"a\r\nBcc: b":             "a Bcc: b",
		"a\t\u2028\u00a0b":        "a b",
		"kald\u202egnirtS":        "kald�gnirtS",
		"bell\x07\x1b[31m":        "bell��[31m",
		"zero\u200bwidth\ufeff":   "zero�width�",
		"\xff\xfe":                "��",
		"{{.Word}} & <b>":         "{{.Word}} & <b>",
		"blå ✅ 🟦 og e\u0301":      "blå ✅ 🟦 og e\u0301",
		"soft\u00ad\u2066hidden":  "soft��hidden",
		"tag\U000E0041 \uE000 pf": "tag� � pf",
	} {
		if got := clean(in, longestName); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in   string
		most int
		want string
	}{
		{"abc", 3, "abc"},
		{"abcd", 3, "ab…"},
		{"🟦🟦", 4, "🟦🟦"},
		{"🟦🟦🟦", 5, "🟦🟦…"},
		{"", 3, ""},
	} {
		if got := cut(c.in, c.most); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.in, c.most, got, c.want)
		}
	}
	if got := cutEscaped("a<b", 5, escapeSlack); got != "a…" {
		t.Errorf("an escape was cut in the middle: %q", got)
	}
}

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
	m, err := w.Render(n, FormSlack)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(m.Text, "<") || !strings.Contains(m.Text, "&lt;!channel&gt;") || len(blocksOf(m, "actions")) != 0 {
		t.Errorf("Slack text %q", m.Text)
	}
}

func blocksOf(m Message, kind string) (found []any) {
	for _, b := range m.Blocks {
		if string(b.BlockType()) == kind {
			found = append(found, b)
		}
	}
	return found
}

func FuzzClean(f *testing.F) {
	for _, seed := range injections() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s, 40)
		if !utf8.ValidString(got) || width(got) > 40 || clean(got, 40) != got {
			t.Errorf("clean(%q) = %q", s, got)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }); i >= 0 {
			t.Errorf("clean(%q) = %q keeps a hidden character", s, got)
		}
	})
}
