package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/after"
	"beredskab/cmd/beredskab/view"
	"beredskab/internal/app"
	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/line"
)

func (c *cli) drillShow() *cobra.Command {
	return &cobra.Command{
		Use: "show RUN", Short: "Show a run with its steps, times and findings",
		Example: "  beredskab drill show 2026-07 --json", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.line().Within(cmd.Context(), func(a *app.App) error {
				row, run, err := a.Register.Run(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				waits, err := a.Register.Waits(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				shown := view.Of(row, &run)
				shown.Waits = view.Waits(waits)
				if shown.Draft, err = a.Register.Draft(cmd.Context(), row); err != nil {
					return err
				}
				state, owed, err := after.Stands(cmd.Context(), a, row)
				if err != nil {
					return err
				}
				shown.After = view.AfterRun(state, owed)
				names, err := a.Office.Names(cmd.Context())
				if err != nil {
					return err
				}
				return c.print(shown, func() {
					named := run.Named(names)
					c.showRun(row, &named, waits)
					if shown.Draft {
						fmt.Fprintln(c.out, "Draft    of a version that was not in force; it is no evidence")
					}
					if len(owed) > 0 {
						fmt.Fprintf(c.out, "After    waits for %s\n", owed[0])
						c.hint("Next: %s", owed[0].Next)
					}
				})
			})
		},
	}
}

func (c *cli) showRun(row kept.Run, run *drill.Run, waits []kept.Wait) {
	if row.Imported {
		fmt.Fprintf(c.out, "%s · %s · %s · held %s, before this register · %s · RTA %s\n",
			row.ID, row.System, row.Type, local(row.EndedAt), row.Verdict, lengthText(row.RTA))
		return
	}
	line.Table(c.out, "\tSTEP\tSTATE\tWORKED\tWAITED\tESTIMATE\tBY\t", func(w io.Writer) {
		for i := range run.Steps {
			s := &run.Steps[i]
			fmt.Fprintf(w, "%s\t%d %s\t%s\t%s\t%s\t%s\t%s\t%s\n", sign(s.State), s.Number, s.ID, s.State,
				drill.Words(s.Worked), drill.Words(s.Waited), s.Estimate, line.Dash(s.By), s.Note)
		}
	})
	for _, wait := range waits {
		fmt.Fprintf(c.out, "… %s %s\n", wait.Step, wait.Text(local))
	}
	for _, n := range run.Notes {
		fmt.Fprintf(c.out, "✎ %s %s %s: %s\n", local(n.At), n.By, n.Step, n.Text)
	}
	c.summary(row, run)
}

func sign(s drill.StepState) string {
	switch s {
	case drill.Done:
		return "✓"
	case drill.Failed, drill.Blocked:
		return "✗"
	case drill.Unknown:
		return "!"
	case drill.Started, drill.Taken:
		return "▶"
	case drill.Asked:
		return "?"
	default:
		return "·"
	}
}
