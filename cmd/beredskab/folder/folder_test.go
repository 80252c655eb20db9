package folder

import (
	"strings"
	"testing"
)

func TestMeantNamesTheNearest(t *testing.T) {
	systems := []string{"ad-entra", "esdh", "gis", "idp-mfa", "omsorg"}
	for word, want := range map[string]string{
		"edsh": "esdh", "ESDH": "esdh", "omsrog": "omsorg", "ad": "ad-entra", "idp": "idp-mfa", "hjemmeside": "", "": "", "x": "", "løn": "",
	} {
		got := Meant(word, systems)
		if want == "" && got != ";" || want != "" && got != `; did you mean "`+want+`"?` {
			t.Errorf("%q: %s, want %q", word, got, want)
		}
	}
}

func TestExcerptMarksTheValue(t *testing.T) {
	src := []byte("a: 1\n\tårstal: {b: 2026, c: \x1b[2J}\n")
	want := "    1 | a: 1\n    2 |  årstal: {b: 2026, c: �[2J}\n      |              ^^^^\n"
	if got := excerpt(src, 2, 14); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for _, place := range [][2]int{{0, 0}, {99, 1}, {1, 0}, {1, 999}} {
		if got := excerpt(src, place[0], place[1]); strings.Count(got, "\n") > 3 {
			t.Errorf("line %d, column %d: %q", place[0], place[1], got)
		}
	}
}

// Every code that the program speaks with has a text with a title, and none
// stands twice.
func TestEveryCodeHasAText(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range ListCodes().Codes {
		v, err := Meaning(strings.ToLower(row.Code))
		if err != nil || len(v.Long) < 100 || row.Title == "" || seen[row.Code] {
			t.Errorf("%s %q: %v", row.Code, row.Title, err)
		}
		seen[row.Code] = true
	}
	if len(seen) < 60 {
		t.Errorf("only %d codes", len(seen))
	}
}

func TestLimitedKeepsTheBeginning(t *testing.T) {
	l := limited{room: 5}
	for range 3 {
		if n, err := l.Write([]byte("abc")); n != 3 || err != nil {
			t.Fatal(n, err)
		}
	}
	if l.String() != "abcab" {
		t.Errorf("kept %q", l.String())
	}
}
