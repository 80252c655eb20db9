package tidy

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
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
		if got := Line(in, 300); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
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
		if got := Cut(c.in, c.most); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.in, c.most, got, c.want)
		}
	}
	if got := CutEscaped("a<b", 5, func(r rune) string {
		if r == '<' {
			return "&lt;"
		}
		return string(r)
	}); got != "a…" {
		t.Errorf("an escape was cut in the middle: %q", got)
	}
}

func FuzzLine(f *testing.F) {
	for _, seed := range []string{"a\r\nBcc: b", "kald\u202egnirtS", "\xff\xfe", "🟦🟦", "{{.Word}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Line(s, 40)
		if !utf8.ValidString(got) || Width(got) > 40 || Line(got, 40) != got {
			t.Errorf("Line(%q) = %q", s, got)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }); i >= 0 {
			t.Errorf("Line(%q) = %q keeps a hidden character", s, got)
		}
	})
}
