package gsm

import (
	"strings"
	"testing"
	"unicode"
)

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"ØVELSE: bekræft trin 3 på Økonomisystem":    "ØVELSE: bekræft trin 3 på Økonomisystem",
		"ESDH – gendan fra backup … i dag":           "ESDH - gendan fra backup ... i dag",
		"“Viser” »systemet« de ‘rigtige’ tal?":       `"Viser" "systemet" de 'rigtige' tal?`,
		"✅ Genetableret ⚠️ 2 punkter 👩‍🚒":            "Genetableret 2 punkter",
		"a\u030arsrapport A\u030arhus":               "årsrapport Århus",
		"Café, Groß, Łódź, Čeština, Curaçao":         "Café, Groß, Lodz, Cestina, Curacao",
		"første\nlinje\t\u00a0anden\u2028tredje":     "første linje anden tredje",
		"Привет 中":                                   "?????? ?",
		"https://b.example/c/a_b-c~1?x=1&y=%C3%A6#z": "https://b.example/c/a_b-c~1?x=1&y=%C3%A6#z",
		"\u202egnirts\u200b \x00\x1b":                "gnirts",
		"":                                           "",
	} {
		if got := Clean(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// Whatever is cleaned holds no letter that the alphabet lacks, and cleaning it again
// changes nothing.
func TestCleanIsWhole(t *testing.T) {
	for r := rune(0); r < 0x1fa00; r++ {
		if r == 0x2c00 {
			r = 0x1f000 // from the last scripts and signs that people meet to the pictures
		}
		got := Clean("a" + string(r) + "b")
		for _, left := range got {
			if !strings.ContainsRune(basic+extension, left) {
				t.Fatalf("%U leaves %q", r, got)
			}
		}
		if again := Clean(got); again != got {
			t.Fatalf("%U is %q, and then %q", r, got, again)
		}
		if unicode.IsLetter(r) && len(got) < 3 {
			t.Fatalf("the letter %U is lost: %q", r, got)
		}
	}
}

func TestSeptets(t *testing.T) {
	for text, want := range map[string]int{"": 0, "Å": 1, "æøå": 3, "€": 2, "[x]": 5, "a~b": 4, "^{}\\[~]|€": 18, strings.Repeat("ø", 160): Longest} {
		if got := Septets(text); got != want {
			t.Errorf("%q is %d septets, want %d", text, got, want)
		}
	}
	if n := len([]rune(basic)) + 3; n != 128 { // with line feed, carriage return and escape
		t.Errorf("the alphabet has %d places, want 128", n)
	}
}
