package main

import (
	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/folder"
)

func (c *cli) explain() *cobra.Command {
	return &cobra.Command{
		Use: "explain [CODE]", Short: "Tell what a code means, why the rule is there and what to do", Args: cobra.MaximumNArgs(1),
		Long:    "Codes: BP… a plan file, L… its schedules and actions, C… and G… the checks, D… a drill. Without CODE all are listed.",
		Example: "  beredskab explain C2\n  beredskab explain BP024",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return folder.Codes(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.show(folder.ListCodes())
			}
			v, err := folder.Meaning(args[0])
			if err != nil {
				return err
			}
			return c.show(v)
		},
	}
}
