package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/after"
	"beredskab/cmd/beredskab/view"
	"beredskab/internal/app"
	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/line"
	"beredskab/internal/plan"
	"beredskab/internal/register"
)

// drill is the group of commands about runs.
func (c *cli) drill() *cobra.Command {
	cmd := &cobra.Command{Use: "drill", Short: "Hold drills and see what they showed"}
	cmd.AddCommand(c.drillStart(), c.drillList(), c.drillStatus(), c.drillShow(), c.drillReport(), c.drillAlone(), c.drillWatch(), c.drillConfirm(), c.drillFail(),
		c.drillTake(), c.drillNote(), c.drillTime(), after.Line{Line: c.line()}.Propose())
	cmd.AddCommand(c.drillLeads()...)
	return cmd
}

// reading opens the register, reads, and closes it.
func (c *cli) reading(ctx context.Context, fn func(*register.Register) error) error {
	return c.line().Within(ctx, func(a *app.App) error { return fn(a.Register) })
}

func (c *cli) drillList() *cobra.Command {
	var f kept.RunFilter
	cmd := &cobra.Command{
		Use: "list", Short: "List runs, newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(r *register.Register) error { return c.listRuns(cmd.Context(), r, f) })
		},
	}
	cmd.Flags().StringVar(&f.System, "system", "", "only runs of this system")
	cmd.Flags().IntVarP(&f.Limit, "number", "n", 50, "at most this many")
	return cmd
}

func (c *cli) drillStatus() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show the runs that have not ended, and whom they wait for", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(r *register.Register) error { return c.status(cmd.Context(), r) })
		},
	}
}

func (c *cli) listRuns(ctx context.Context, r *register.Register, f kept.RunFilter) error {
	rows, err := r.Runs(ctx, f)
	if err != nil {
		return err
	}
	views := make([]view.Run, len(rows))
	for i, row := range rows {
		views[i] = view.Row(row)
	}
	return c.print(map[string]any{"schema": "beredskab.runs.v1", "runs": views}, func() {
		line.Table(c.out, "RUN\tSYSTEM\tTYPE\tSTARTED\tSTATE\tVERDICT\tRTA", func(w io.Writer) {
			for _, row := range rows {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", row.ID, row.System, row.Type, local(row.StartedAt), row.State, line.Dash(row.Verdict), lengthText(row.RTA))
			}
		})
	})
}

func (c *cli) status(ctx context.Context, r *register.Register) error {
	rows, err := r.Runs(ctx, kept.RunFilter{Open: true})
	if err != nil {
		return err
	}
	views := make([]view.Run, len(rows))
	runs, waits := make([]drill.Run, len(rows)), make([][]kept.Wait, len(rows))
	for i, row := range rows {
		if _, runs[i], err = r.Run(ctx, row.ID); err != nil {
			return err
		}
		if waits[i], err = r.Waits(ctx, row.ID); err != nil {
			return err
		}
		views[i] = view.Of(row, &runs[i])
		views[i].Waits = view.Waits(waits[i])
	}
	return c.print(map[string]any{"schema": "beredskab.runs.v1", "runs": views}, func() {
		if len(rows) == 0 {
			fmt.Fprintln(c.out, "No run is open.")
		}
		for i := range runs {
			c.openRun(&runs[i])
			for _, w := range waits[i] {
				fmt.Fprintf(c.out, "  … %s %s\n", w.Step, w.Text(local))
			}
		}
	})
}

// openRun prints one open run: its clock and whom it waits for.
func (c *cli) openRun(run *drill.Run) {
	done := 0
	for i := range run.Steps {
		if run.Steps[i].Over() {
			done++
		}
	}
	fmt.Fprintf(c.out, "%s %s · %s · %s · %s of %s · step %d of %d\n", word(run), run.ID, run.Plan.Name, run.State,
		plan.Duration(run.Elapsed()/time.Minute), run.Plan.Objectives.RTO, done, len(run.Steps))
	for i := range run.Steps {
		s := &run.Steps[i]
		switch s.State {
		case drill.Asked:
			fmt.Fprintf(c.out, "  ? %s waits for %s since %s\n", s.ID, run.Asks(s), local(s.StartedAt))
		case drill.Taken:
			fmt.Fprintf(c.out, "  … %s: %s works on it\n", s.ID, s.By)
		case drill.Started:
			fmt.Fprintf(c.out, "  ▶ %s runs since %s\n", s.ID, local(s.StartedAt))
		case drill.Unknown:
			fmt.Fprintf(c.out, "  ! %s: nobody knows how it ended; %s decides: beredskab drill settle %s %s\n", s.ID, run.Director, run.ID, s.ID)
		case drill.Failed:
			fmt.Fprintf(c.out, "  ✗ %s failed: %s\n", s.ID, s.Note)
		}
	}
}

func local(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Local().Format("2006-01-02 15:04")
}

func lengthText(ns *int64) string {
	if ns == nil {
		return "not measured"
	}
	return drill.Words(time.Duration(*ns))
}
