package line

import (
	"cmp"
	"fmt"
	"io"
	"text/tabwriter"
)

// Table writes rows in columns below a heading; cells are parted by tabs.
func Table(out io.Writer, heading string, rows func(io.Writer)) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, heading)
	rows(w)
	_ = w.Flush() // A closed pipe ends the program by itself.
}

// Dash stands for a text that is missing.
func Dash(text string) string { return cmp.Or(text, "–") }
