package folder

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"beredskab/internal/plan"
)

// Table prints rows in columns; the first row is the heading.
func Table(out io.Writer, rows [][]string) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.TrimRight(strings.Join(row, "\t"), "\t"))
	}
	_ = w.Flush() // A closed pipe ends the program by itself.
}

// Meant names the candidate that a misspelt word most likely is, ready to end a
// sentence with; only a semicolon when none is near.
func Meant(word string, candidates []string) string {
	best, least := "", max(2, len(word)/3)+1
	for _, candidate := range candidates {
		d := letters(strings.ToLower(word), strings.ToLower(candidate))
		if len(word) > 1 && strings.HasPrefix(candidate, word) {
			d = 1
		}
		if d < least && d < len(candidate) {
			best, least = candidate, d
		}
	}
	if best == "" {
		return ";"
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// letters counts the letters to insert, delete or change between two words.
func letters(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

// excerpt shows a line of a file with the one above it and a mark below, as
// plan.Problem does for its own.
func excerpt(src []byte, line, column int) string {
	lines := strings.Split(string(src), "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	var out strings.Builder
	for n := max(1, line-1); n <= line; n++ {
		fmt.Fprintf(&out, "%5d | %s\n", n, visible(lines[n-1]))
	}
	text := []rune(visible(lines[line-1]))
	width := 0
	for i := column - 1; i >= 0 && i < len(text) && !strings.ContainsRune(" ,]}:#", text[i]); i++ {
		width++
	}
	fmt.Fprintf(&out, "      | %s%s\n", strings.Repeat(" ", max(0, column-1)), strings.Repeat("^", max(1, width)))
	return out.String()
}

// visible keeps one column a character and lets nothing through that would
// steer a terminal.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == '\r':
			return -1
		case !unicode.IsPrint(r):
			return '�'
		}
		return r
	}, text)
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// span writes minutes for people; below zero is too late.
func span(minutes int) string {
	if minutes < 0 {
		return "-" + plan.Duration(-minutes).String()
	}
	return plan.Duration(minutes).String()
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
