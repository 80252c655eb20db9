package strict

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing wrong with a file: where it is, what is wrong and what to
// write instead (R18, spec/ux.md 6.3).
type Problem struct {
	Code     string // BP024; Explain tells more
	Severity string // error or warning; a warning never stops a plan
	File     string // as given to the reader, relative to the plan folder
	Line     int    // 1-based; 0 when the file as a whole is meant
	Column   int    // 1-based, in characters
	Message  string
	Hint     string
	Path     string // objectives.rto, recovery.steps[1].after[0]
	Excerpt  string // the lines around with their numbers, and a caret line
}

const severityError = "error"

// String is the one line that the command line prints first.
func (p Problem) String() string {
	place := p.File
	if p.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
	return fmt.Sprintf("%s: %s %s: %s", place, p.Severity, p.Code, p.Message)
}

// Problems are all that is wrong, in the order of file, line and column.
type Problems []Problem

// Error is every problem with its excerpt and hint, ready for a terminal.
func (ps Problems) Error() string {
	var out strings.Builder
	for _, p := range ps {
		out.WriteString(p.String() + "\n" + p.Excerpt)
		if p.Hint != "" {
			out.WriteString("  hint: " + p.Hint + "\n")
		}
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// Failed tells whether some problem is an error and not only a warning.
func (ps Problems) Failed() bool {
	return slices.ContainsFunc(ps, func(p Problem) bool { return p.Severity == severityError })
}

// Sorted puts the problems in order and keeps one of each at a place.
func (ps Problems) Sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(ps)
}

// excerpt shows the line with its neighbour above and a caret line below, as in
// spec/ux.md 6.3. A secret is never repeated: its text is blotted out.
func excerpt(src []byte, line, column, width int, blot bool) string {
	if line < 1 {
		return ""
	}
	var out strings.Builder
	for number := max(1, line-1); number <= line; number++ {
		text := []rune(lineOf(src, number))
		if number == line && blot {
			for i := column - 1; i < min(len(text), column-1+width); i++ {
				text[i] = '•'
			}
		}
		fmt.Fprintf(&out, "%5d | %s\n", number, printable(text))
		if number == line {
			width = max(1, min(width, len(text)-column+1))
		}
	}
	fmt.Fprintf(&out, "      | %s%s\n", strings.Repeat(" ", min(longestShown, max(0, column-1))), strings.Repeat("^", min(longestShown, width)))
	return out.String()
}

// lineOf is one line of the text without its end.
func lineOf(src []byte, number int) string {
	for ; number > 1; number-- {
		end := bytes.IndexByte(src, '\n')
		if end < 0 {
			return ""
		}
		src = src[end+1:]
	}
	line, _, _ := bytes.Cut(src, []byte("\n"))
	return strings.TrimRight(string(line), "\r")
}

// longestShown is where a very long line is cut.
const longestShown = 200

// printable keeps one column per character and lets nothing through that would
// steer a terminal.
func printable(text []rune) string {
	shown := slices.Clone(text[:min(len(text), longestShown)])
	for i, r := range shown {
		if r == '\t' {
			shown[i] = ' '
		} else if forbidden(r) || r == 0xfffd {
			shown[i] = '�'
		}
	}
	return string(shown)
}
