package main

import (
	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/folder"
	"beredskab/cmd/beredskab/site"
)

func (c *cli) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Show which program this is", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return c.show(site.ReadVersion()) },
	}
}

func (c *cli) completion() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use: "completion SHELL", Short: "Print what makes a shell complete commands and systems", Args: cobra.ExactArgs(1), ValidArgs: shells,
		Example: "  beredskab completion bash > /etc/bash_completion.d/beredskab",
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(c.out, true)
			case "zsh":
				return root.GenZshCompletion(c.out)
			case "fish":
				return root.GenFishCompletion(c.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(c.out)
			}
			return usage("the shell %q is not known%s write bash, zsh, fish or powershell", args[0], folder.Meant(args[0], shells))
		},
	}
}
