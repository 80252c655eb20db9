package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/view"
	"beredskab/internal/app"
	"beredskab/internal/line"
	"beredskab/internal/report"
)

func (c *cli) drillReport() *cobra.Command {
	cmd := &cobra.Command{
		Use: "report RUN", Short: "Write the report of a run, to read, print or file",
		Long: "Write the report of a run: what was tried, what was measured against what is accepted, and what was not measured.\n" +
			"The HTML page loads nothing from anywhere and prints well; a PDF is made where a Chromium is on the machine.\n" +
			"For programs, `beredskab drill show RUN --json` gives the same figures.",
		Example: "  beredskab drill report 2026-07 --out rapport.html\n  beredskab drill report 2026-07 --lang en -f md",
		Args:    cobra.ExactArgs(1),
	}
	d := c.line().Document(cmd, report.Markdown, report.HTML)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return c.reportRun(cmd.Context(), d, args[0]) }
	return cmd
}

func (c *cli) reportRun(ctx context.Context, d *line.Document, id string) error {
	if c.json {
		return c.line().Within(ctx, func(a *app.App) error {
			row, run, err := a.Register.Run(ctx, id)
			if err != nil {
				return err
			}
			return c.print(view.Of(row, &run), func() {})
		})
	}
	return c.line().Write(ctx, d, func(a *app.App, out io.Writer, form report.Form, lang string) error {
		in, err := reported(ctx, a, id)
		if err != nil {
			return err
		}
		return report.Drill(out, in, form, lang)
	})
}

// reported is what the report of a run is made from, its people by name.
func reported(ctx context.Context, a *app.App, id string) (in report.DrillInput, err error) {
	row, run, err := a.Register.Run(ctx, id)
	if err != nil {
		return in, err
	}
	if row.Imported {
		return in, fmt.Errorf("run %s was held before this register and has no events to report from; `beredskab drill show %s` shows what is known", row.ID, row.ID)
	}
	names, err := a.Office.Names(ctx)
	if err != nil {
		return in, err
	}
	in = report.DrillInput{Run: run.Named(names), PlanHash: row.PlanHash, StepsHash: row.StepsHash, Scope: row.Scope, PrintedAt: time.Now()}
	alone, err := a.Bureau.Alone(ctx, row.System)
	if err != nil {
		return in, err
	}
	for _, l := range alone {
		in.Alone = append(in.Alone, l.Step)
	}
	in.Draft, err = a.Register.Draft(ctx, row)
	return in, err
}
