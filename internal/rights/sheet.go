package rights

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// largestSheet is far above the people of any municipality.
const largestSheet = 8 << 20

// columns are the headings that a sheet may have, with the other words that people
// write for them.
func columns() map[string]string {
	return map[string]string{
		"name": "name", "navn": "name",
		"mail": "mail", "e-mail": "mail", "email": "mail",
		"phone": "phone", "telefon": "phone", "mobil": "phone",
		"unit": "unit", "enhed": "unit", "afdeling": "unit",
		"account": "account", "konto": "account", "bruger": "account", "brugernavn": "account",
		"role": "role", "rolle": "role",
		"system": "system",
		"team":   "team", "hold": "team",
		"from": "from", "fra": "from",
		"to": "to", "til": "to",
	}
}

// sheet is a table of text in which everything has a place.
type sheet struct {
	file  string
	lines []string // for columns in characters
	rows  []sheetRow
	wrong []error
}

// sheetRow is one row, by the names of the columns.
type sheetRow struct {
	line  int
	cells map[string]string
	at    map[string][2]int // line, byte column
}

// readSheet reads what Danish Excel and others write: semicolons, commas or tabs,
// with or without a byte order mark, any line ends.
func readSheet(file string, src []byte) *sheet {
	s := &sheet{file: file}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	switch {
	case len(src) > largestSheet:
		s.say(1, 1, "the file has %d MiB, the limit is %d: split it", len(src)>>20, largestSheet>>20)
		return s
	case !utf8.Valid(src):
		s.lines = strings.Split(string(src), "\n")
		for i, line := range s.lines {
			if !utf8.ValidString(line) {
				s.say(i+1, 1, "the text is not UTF-8: in Excel save as \"CSV UTF-8 (comma delimited)\"")
				return s
			}
		}
	}
	s.lines = strings.Split(string(src), "\n")
	reader := csv.NewReader(bytes.NewReader(src))
	reader.Comma, reader.FieldsPerRecord = delimiter(s.lines[0]), -1
	heading := s.heading(reader)
	for heading != nil {
		cells, err := reader.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			s.unreadable(err)
			break
		}
		s.row(reader, heading, cells)
	}
	return s
}

// delimiter is what the heading has most of.
func delimiter(line string) rune {
	return slices.MaxFunc([]rune{';', ',', '\t'}, func(a, b rune) int {
		return strings.Count(line, string(a)) - strings.Count(line, string(b))
	})
}

func (s *sheet) unreadable(err error) {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		s.say(parse.Line, parse.Column, "%v: put a cell with quotes in quotes, and double those within", parse.Err)
		return
	}
	s.say(1, 1, "%v", err)
}

// heading reads the first line; nil when it is no good.
func (s *sheet) heading(reader *csv.Reader) []string {
	cells, err := reader.Read()
	if err == io.EOF {
		s.say(1, 1, "the file is empty: the first line names the columns, such as name;mail;phone;unit;account;role;system;team;from;to")
		return nil
	}
	if err != nil {
		s.unreadable(err)
		return nil
	}
	var names []string
	for i, cell := range cells {
		name, known := columns()[strings.ToLower(strings.TrimSpace(cell))]
		line, column := reader.FieldPos(i)
		switch {
		case strings.TrimSpace(cell) == "":
		case !known:
			s.say(line, column, "there is no column %q: use name, mail, phone, unit, account, role, system, team, from and to", cell)
		case slices.Contains(names, name):
			s.say(line, column, "the column %s stands here twice: remove one", name)
		}
		names = append(names, name)
	}
	for _, needed := range []string{"name", "account"} {
		if !slices.Contains(names, needed) {
			s.say(1, 1, "the column %s is missing: add it to the first line", needed)
		}
	}
	if len(s.wrong) > 0 {
		return nil
	}
	return names
}

func (s *sheet) row(reader *csv.Reader, names, cells []string) {
	r := sheetRow{cells: map[string]string{}, at: map[string][2]int{}}
	for i, cell := range cells {
		line, column := reader.FieldPos(i)
		if r.line == 0 {
			r.line = line
		}
		if cell = unescape(strings.TrimSpace(cell)); cell == "" {
			continue
		}
		if i >= len(names) || names[i] == "" {
			s.say(line, column, "%q stands under no heading: name the column in the first line, or remove it", cell)
			continue
		}
		r.cells[names[i]], r.at[names[i]] = cell, [2]int{line, column}
	}
	if len(r.cells) > 0 { // Excel leaves rows of nothing but semicolons behind.
		s.rows = append(s.rows, r)
	}
}

// unescape takes away the apostrophe that keeps a spreadsheet from calculating.
func unescape(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@", rune(cell[1])) {
		return cell[1:]
	}
	return cell
}

// say notes what is wrong at a place; column counts bytes from 1, as the reader does.
func (s *sheet) say(line, column int, format string, args ...any) {
	if line >= 1 && line <= len(s.lines) {
		if text := s.lines[line-1]; column-1 <= len(text) && utf8.ValidString(text) {
			column = utf8.RuneCountInString(text[:max(0, column-1)]) + 1
		}
	}
	s.wrong = append(s.wrong, fmt.Errorf("%s:%d:%d: %s", s.file, line, column, fmt.Sprintf(format, args...)))
}

// sayAt notes what is wrong with a cell, or with its row when it is empty.
func (s *sheet) sayAt(r sheetRow, name, format string, args ...any) {
	place, ok := r.at[name]
	if !ok {
		place = [2]int{r.line, 1}
	}
	s.say(place[0], place[1], format, args...)
}

// day reads a date as people write it, as the start of that day; zero when there is
// none. Dates that could be read in two ways are read the Danish way, day first.
func (s *sheet) day(r sheetRow, name string, zone *time.Location) time.Time {
	text := r.cells[name]
	if text == "" {
		return time.Time{}
	}
	for _, form := range []string{time.DateOnly, "2-1-2006", "2.1.2006", "2/1/2006"} {
		if t, err := time.ParseInLocation(form, text, zone); err == nil {
			return t
		}
	}
	s.sayAt(r, name, "%q is no date: write it as 2026-12-31 or 31-12-2026", text)
	return time.Time{}
}
