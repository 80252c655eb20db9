package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/view"
	"beredskab/internal/disk"
	"beredskab/internal/register"
	"beredskab/internal/report"
)

// document is what a document is to be written as, and where.
type document struct {
	lang, form, file string
}

func (c *cli) drillReport() *cobra.Command {
	var d document
	cmd := &cobra.Command{
		Use: "report RUN", Short: "Write the report of a run, to read, print or file",
		Long: "Write the report of a run: what was tried, what was measured against what is accepted, and what was not measured.\n" +
			"The HTML page loads nothing from anywhere; print it, or save it as PDF, from a browser.\n" +
			"For programs, `beredskab drill show RUN --json` gives the same figures.",
		Example: "  beredskab drill report 2026-07 --out rapport.html\n  beredskab drill report 2026-07 --lang en -f md",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := d.check(); err != nil {
				return err
			}
			return c.reading(cmd.Context(), func(r *register.Register) error {
				row, run, err := r.Run(cmd.Context(), args[0])
				switch {
				case err != nil:
					return err
				case c.json:
					return c.print(view.Of(row, &run), func() {})
				case row.Imported:
					return fmt.Errorf("run %s was held before this register and has no events to report from; `beredskab drill show %s` shows what is known", row.ID, row.ID)
				}
				draft, err := r.Draft(cmd.Context(), row)
				if err != nil {
					return err
				}
				in := report.DrillInput{Run: run, Draft: draft, PlanHash: row.PlanHash, StepsHash: row.StepsHash, Scope: row.Scope, PrintedAt: time.Now()}
				return c.write(d.file, func(w io.Writer) error { return report.Drill(w, in, report.Form(d.form), d.lang) })
			})
		},
	}
	cmd.Flags().StringVar(&d.lang, "lang", report.Languages()[0], "language of the report: da or en")
	cmd.Flags().StringVarP(&d.form, "format", "f", "", "md or html (default: as --out is called, else md)")
	cmd.Flags().StringVar(&d.file, "out", "", "write to this file instead of the terminal")
	return cmd
}

// check refuses what no document can be written as, before anything is opened.
func (d *document) check() error {
	if d.form == "" {
		d.form = string(report.Markdown)
		if ext := strings.ToLower(filepath.Ext(d.file)); ext == ".html" || ext == ".htm" {
			d.form = string(report.HTML)
		}
	}
	if !slices.Contains([]string{string(report.Markdown), string(report.HTML)}, d.form) {
		return usage("-f %q is no form of a report; write md or html", d.form)
	}
	if !slices.Contains(report.Languages(), d.lang) {
		return usage("--lang %q is no language of a report; write %s", d.lang, strings.Join(report.Languages(), " or "))
	}
	return nil
}

// write gives a document to the terminal, or to a file that is there whole or
// not at all. Only its owner may read the file: a plan can be confidential.
func (c *cli) write(file string, give func(io.Writer) error) error {
	if file == "" {
		return give(c.out)
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(c.workDir, file)
	}
	if err := disk.WriteFile(file, give); err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	c.hint("written to %s", file)
	return nil
}
