package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/line"
)

// lone is a step that only one person has ever carried out, as programs read it.
type lone struct {
	System string `json:"system"`
	Step   string `json:"step"`
	Title  string `json:"title"`
	Person string `json:"person"`
}

func (c *cli) drillAlone() *cobra.Command {
	return &cobra.Command{
		Use: "alone [SYSTEM]", Short: "List the steps that only one person has ever carried out", Args: cobra.MaximumNArgs(1),
		Long: "List the steps of the plans that people carry out and that, over the drills and incidents of the register, only one person\n" +
			"has ever done. What one person alone knows is gone with that person: hold a drill without him or her (participants: barred).",
		Example: "  beredskab drill alone\n  beredskab drill alone sql-klynge --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.line().Within(cmd.Context(), func(a *app.App) error {
				system := ""
				if len(args) > 0 {
					system = args[0]
				}
				list, err := a.Bureau.Alone(cmd.Context(), system)
				if err != nil {
					return err
				}
				names, err := a.Office.Names(cmd.Context())
				if err != nil {
					return err
				}
				shown := []lone{}
				for _, l := range list {
					shown = append(shown, lone{l.System, l.Step, l.Title, names(l.Person)})
				}
				return c.print(map[string]any{"schema": "beredskab.alone.v1", "steps": shown}, func() {
					if len(shown) == 0 {
						fmt.Fprintln(c.out, "No step has been carried out by one person only.")
						return
					}
					line.Table(c.out, "SYSTEM\tSTEP\tTITLE\tONLY BY", func(w io.Writer) {
						for _, l := range shown {
							fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", l.System, l.Step, l.Title, l.Person)
						}
					})
				})
			})
		},
	}
}
