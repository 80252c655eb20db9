package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"unicode"

	"beredskab/internal/app"
	"beredskab/internal/plan"
)

// folder reads the plan folder of the settings. Files in problems are named as
// the person sees them from where they stand.
func (c *cli) folder(s *app.Settings) (*plan.Set, plan.Problems, error) {
	done := c.working("reading the plans in " + s.Plans)
	defer done()
	set, problems, err := app.ReadPlans(s.Plans, plan.NewReader())
	if err != nil {
		return nil, nil, err
	}
	for i := range problems {
		problems[i].File = c.shown(s, problems[i].File)
	}
	if set.Organisation == nil {
		set.Organisation = &plan.Organisation{}
	}
	return set, problems, nil
}

// plans is folder for commands that use the good files, and only tell that
// others have problems.
func (c *cli) plans(s *app.Settings) (*plan.Set, error) {
	set, problems, err := c.folder(s)
	if err == nil && problems.Failed() {
		c.hint("warning: some plan files have problems and are left out; `beredskab check` shows them")
	}
	return set, err
}

// shown is a file of the plan folder as seen from the working folder; the whole
// path when it lies elsewhere.
func (c *cli) shown(s *app.Settings, file string) string {
	path := filepath.Join(s.Plans, filepath.Base(file))
	if near, err := filepath.Rel(c.workDir, path); err == nil && filepath.IsLocal(near) {
		return near
	}
	return path
}

// system finds one plan, or says what was most likely meant.
func system(set *plan.Set, id string) (*plan.Plan, error) {
	if p, ok := set.Plan(id); ok {
		return p, nil
	}
	ids := make([]string, len(set.Plans))
	for i, p := range set.Plans {
		ids[i] = p.ID
	}
	return nil, fmt.Errorf("%w: there is no plan for the system %q%s; `beredskab plan list` shows all", errNotFound, id, meant(id, ids))
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

// source reads a file for excerpts; without it there is none.
func source(path string) []byte {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return src
}

// table prints rows in columns; the first row is the heading.
func (c *cli) table(rows [][]string) {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	_ = w.Flush() // A closed pipe shows on the next write of the command itself.
}
