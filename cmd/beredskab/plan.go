package main

import "github.com/spf13/cobra"

// plan is the group of commands about plan files and their versions.
func (c *cli) plan() *cobra.Command {
	cmd := &cobra.Command{Use: "plan", Short: "Read, write and compare plans"}
	cmd.AddCommand(c.planList(), c.planShow(), c.planNew(), c.planLint(), c.planDiff(), c.planHistory(),
		c.planSchema(), c.planGraph(), c.planOrder())
	return cmd
}

// systems completes the ids of systems in the shell.
func (c *cli) systems(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	s, err := c.settings()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	set, _, err := c.folder(s)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var out []cobra.Completion
	for _, p := range set.Plans {
		out = append(out, cobra.CompletionWithDesc(p.ID, p.Name))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
