package page

import "testing"

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"1. ikke en liste":    `1\. ikke en liste`,
		"- heller ikke":       `\- heller ikke`,
		"# overskrift":        `\# overskrift`,
		"a|b `c` <d> [e](f)":  "a\\|b \\`c\\` \\<d\\> \\[e\\](f)",
		`C:\mappe & *stjerne`: `C:\\mappe \& \*stjerne`,
		"Øvelsen er bestået.": "Øvelsen er bestået.",
	} {
		if got := escape(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if fence := fenceFor("a ```` b"); fence != "`````" {
		t.Errorf("the fence %s can be closed by the text", fence)
	}
}
