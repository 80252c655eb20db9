package bundle

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

	"beredskab/internal/phrase"
	"beredskab/internal/plan"
)

// Paper is how the times of a PaperTime are assured: somebody wrote them on
// paper or ticked them off in a browser, and somebody else typed them in.
const Paper = "paper"

// PaperTime is one line of a log sheet: when one step of one system was carried
// out while the program was not there.
type PaperTime struct {
	Run          string // the run or incident, where it is known
	System, Step string
	Started      time.Time // zero: not written down; then Ended is
	Ended        time.Time // zero: not ended, or not written down
	By           string    // name or initials as written
	Note         string
	Assured      string // Paper
	Line, Column int    // where it stands in the file, from 1
}

// PaperError is what is wrong with one place of a file of times, and what to
// write there instead.
type PaperError struct {
	File         string
	Line, Column int // from 1; 0 when the file as a whole is meant
	What         string
}

func (e *PaperError) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.What
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.What)
}

// ReadPaper reads times that were kept without the program: the JSON that the
// pages of a bundle save, or a sheet as CSV, with commas or semicolons, whose
// first line names the columns in Danish or English: run, system, step, date,
// started, ended, by, note. Times are as Copenhagen has them, such as 2026-11-23
// 09:12, or 09:12 alone beside a date. All errors are given at once, each a
// *PaperError; then no time is.
func ReadPaper(file string, src []byte) ([]PaperTime, error) {
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		return nil, fmt.Errorf("loading the zone of the times: %w", err)
	}
	r := paperReader{file: file, zone: zone}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	var times []PaperTime
	switch trimmed := bytes.TrimSpace(src); {
	case !utf8.Valid(src):
		r.wrong(0, 0, "the text is not UTF-8; save the sheet as «CSV UTF-8»")
	case len(trimmed) > 0 && trimmed[0] == '{':
		times = r.ticks(src)
	default:
		times, err = r.sheet(src)
	}
	if err != nil {
		return nil, err
	}
	if len(times) == 0 && len(r.errs) == 0 {
		r.wrong(0, 0, "it holds no times; write one step a line below the line with the columns")
	}
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}
	return times, nil
}

// paperReader gathers what is wrong with one file.
type paperReader struct {
	file  string
	zone  *time.Location
	lines [][]byte // of a sheet
	errs  []error
}

// place turns the bytes that a CSV reader counts into characters.
func (r *paperReader) place(line, bytes int) (int, int) {
	if line > len(r.lines) {
		return line, bytes
	}
	text := r.lines[line-1]
	return line, utf8.RuneCount(text[:min(len(text), bytes-1)]) + 1
}

func (r *paperReader) wrong(line, column int, what string, values ...any) {
	r.errs = append(r.errs, &PaperError{r.file, line, column, fmt.Sprintf(what, values...)})
}

// ticksFile is what the pages of a bundle save.
type ticksFile struct {
	Schema string      `json:"schema" jsonschema:"enum=beredskab.ticks.v1"`
	Bundle string      `json:"bundle"`
	Times  []savedTick `json:"times"`
}

type savedTick struct {
	Run     string `json:"run,omitempty"`
	System  string `json:"system"`
	Step    string `json:"step"`
	Started string `json:"started,omitempty"`
	Ended   string `json:"ended,omitempty"`
	By      string `json:"by,omitempty"`
	Note    string `json:"note,omitempty"`
}

// ticks reads JSON with the reader of plan files, for JSON is YAML and that
// reader knows places.
func (r *paperReader) ticks(src []byte) (times []PaperTime) {
	var saved ticksFile
	problems := plan.Decode(r.file, src, &saved)
	for _, p := range problems {
		r.wrong(p.Line, p.Column, "%s; %s", p.Message, p.Hint)
	}
	if len(problems) > 0 {
		return nil
	}
	locate := plan.Locate(src)
	for i, t := range saved.Times {
		cells := map[string]cell{}
		for column, text := range map[string]string{"run": t.Run, "system": t.System, "step": t.Step, "started": t.Started, "ended": t.Ended, "by": t.By, "note": t.Note} {
			line, col := locate(fmt.Sprintf("times[%d].%s", i, column))
			cells[column] = cell{text, line, col}
		}
		times = append(times, r.time(cells))
	}
	return times
}

// sheet reads CSV.
func (r *paperReader) sheet(src []byte) (times []PaperTime, err error) {
	names, err := paperColumns()
	if err != nil {
		return nil, err
	}
	reader := csv.NewReader(bytes.NewReader(src))
	r.lines = bytes.Split(src, []byte("\n"))
	if first := r.lines[0]; bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		reader.Comma = ';'
	}
	reader.FieldsPerRecord = -1
	var columns []string
	for {
		record, err := reader.Read()
		var bad *csv.ParseError
		switch {
		case err == io.EOF:
			return times, nil
		case errors.As(err, &bad):
			line, column := r.place(bad.Line, bad.Column)
			r.wrong(line, column, "%s; put quotes around a text with a separator or a quote in it, and write its own quotes twice", bad.Err)
			return nil, nil
		case err != nil:
			return nil, err
		case columns == nil:
			if columns = r.heading(reader, record, names); columns == nil {
				return nil, nil
			}
		case strings.TrimSpace(strings.Join(record, "")) != "":
			times = append(times, r.record(reader, record, columns))
		}
	}
}

// heading tells which column holds what, or nothing after saying what is wrong.
func (r *paperReader) heading(reader *csv.Reader, record []string, names map[string]string) (columns []string) {
	for i, text := range record {
		line, column := r.place(reader.FieldPos(i))
		name, known := names[strings.ToLower(strings.TrimSpace(text))]
		switch {
		case strings.TrimSpace(text) == "":
		case !known:
			r.wrong(line, column, "there is no column %q; write run, system, step, date, started, ended, by or note", text)
		case slices.Contains(columns, name):
			r.wrong(line, column, "the column %s stands here twice; delete one", name)
		}
		columns = append(columns, name)
	}
	for _, name := range []string{"system", "step", "started"} {
		if !slices.Contains(columns, name) {
			r.wrong(1, 1, "the column %s is missing; the first line names the columns, such as run;system;step;date;started;ended;by;note", name)
		}
	}
	if len(r.errs) > 0 {
		return nil
	}
	return columns
}

// record reads one line of the sheet.
func (r *paperReader) record(reader *csv.Reader, record, columns []string) PaperTime {
	line, column := r.place(reader.FieldPos(0))
	cells := map[string]cell{}
	for _, name := range columns {
		cells[name] = cell{line: line, column: column}
	}
	for i, text := range record {
		line, column := r.place(reader.FieldPos(i))
		if i >= len(columns) || columns[i] == "" {
			if strings.TrimSpace(text) != "" {
				r.wrong(line, column, "%q stands below no column; name the column in the first line", text)
			}
			continue
		}
		cells[columns[i]] = cell{strings.TrimSpace(text), line, column}
	}
	return r.time(cells)
}

// paperColumns are the words for each column, in every language.
func paperColumns() (map[string]string, error) {
	names := map[string]string{}
	for _, lang := range phrase.Languages() {
		w, err := newWords(lang)
		if err != nil {
			return nil, err
		}
		for _, column := range []string{"run", "system", "step", "date", "started", "ended", "by", "note"} {
			for word := range strings.SplitSeq(w.Say("paper.column."+column), ";") {
				names[word] = column
			}
		}
	}
	return names, nil
}
