package page

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// WriteCSV writes the document's list as spreadsheets of that language read it:
// UTF-8 with a mark at its beginning, and in Danish with semicolons, because the
// comma is the decimal sign there. A cell that a spreadsheet would compute is
// made a text.
func WriteCSV(w io.Writer, d *Document) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if d.Lang == "da" {
		out.Comma = ';'
	}
	out.UseCRLF = true
	titles := make([]string, len(d.List.Columns))
	for i, c := range d.List.Columns {
		titles[i] = c.Title
	}
	if err := out.Write(titles); err != nil {
		return err
	}
	for _, row := range d.List.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = inert(cell)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// inert keeps a spreadsheet from taking a text for a formula.
func inert(cell string) string {
	first, _ := utf8.DecodeRuneInString(cell)
	if cell == "" || !strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return cell
	}
	if _, err := strconv.ParseFloat(cell, 64); err == nil {
		return cell
	}
	return "'" + cell
}
