package main

import (
	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/attest"
	"beredskab/cmd/beredskab/dossier"
	"beredskab/cmd/beredskab/site"
	"beredskab/internal/app"
	"beredskab/internal/kept"
)

// audit is the group of commands about the trace.
func (c *cli) audit() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Read the trace of every act: who did what, when; sign it, prove it, hand it out"}
	cmd.AddCommand(c.auditLog(), dossier.Line{Line: c.line()}.Misuse())
	cmd.AddCommand(attest.Line{Line: c.line()}.Commands()...)
	return cmd
}

func (c *cli) auditLog() *cobra.Command {
	var f kept.EntryFilter
	cmd := &cobra.Command{
		Use: "log", Short: "List the trace, newest first", Args: cobra.NoArgs,
		Long: "List the trace, newest first. Once somebody is administrator, it is for whoever may read the audit log; a refusal\n" +
			"has its own line in it.",
		Example: "  beredskab audit log --actor systemejer -n 20\n  beredskab audit log --object 2026-07 --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.using(cmd.Context(), func(a *app.App) (text, error) { return site.ListTrace(cmd.Context(), a.Office, c.actor(), f) })
		},
	}
	cmd.Flags().StringVar(&f.Actor, "actor", "", "only acts of this person")
	cmd.Flags().StringVar(&f.Object, "object", "", "only acts on this, such as 2026-07 or 2026-07/bekraeft-data")
	cmd.Flags().IntVarP(&f.Limit, "number", "n", 50, "at most this many")
	c.person(cmd)
	return cmd
}
