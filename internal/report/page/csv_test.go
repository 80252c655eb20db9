package page

import (
	"strings"
	"testing"
)

// TestCSV: a list opens in a spreadsheet of its language, and no text of a plan
// is computed there.
func TestCSV(t *testing.T) {
	list := Table{Columns: Columns("Navn", ">Tal"), Rows: [][]string{{`=cmd|'/c calc'!A1`, "-5"}, {"Løn; \"og\" mere\nlinje", "+1,5"}, {"@a", ""}}}
	for lang, want := range map[string]string{
		"da": "\ufeffNavn;Tal\r\n'=cmd|'/c calc'!A1;-5\r\n\"Løn; \"\"og\"\" mere\r\nlinje\";'+1,5\r\n'@a;\r\n",
		"en": "\ufeffNavn,Tal\r\n'=cmd|'/c calc'!A1,-5\r\n\"Løn; \"\"og\"\" mere\r\nlinje\",\"'+1,5\"\r\n'@a,\r\n",
	} {
		var b strings.Builder
		if err := WriteCSV(&b, &Document{Lang: lang, List: list}); err != nil || b.String() != want {
			t.Errorf("%s: %v\n%q\nwant\n%q", lang, err, b.String(), want)
		}
	}
}
