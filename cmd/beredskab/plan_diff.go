package main

import (
	"context"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/folder"
)

func (c *cli) planDiff() *cobra.Command {
	return &cobra.Command{
		Use: "diff OLD [NEW]", Short: "Say in sentences what differs between two versions of a plan", Args: cobra.RangeArgs(1, 2),
		Long: "A version is a file, a system (its file now), or SYSTEM@N with the number or the hash of a version in the register.\n" +
			"With one system alone, its newest version in the register is compared with its file.",
		Example: "  beredskab plan diff esdh\n  beredskab plan diff esdh@3 esdh --lang da\n  beredskab plan diff old/esdh.yaml plans/esdh.yaml",
		RunE:    func(cmd *cobra.Command, args []string) error { return c.runPlanDiff(cmd.Context(), args) },
	}
}

func (c *cli) runPlanDiff(ctx context.Context, args []string) error {
	if c.lang != "da" && c.lang != "en" {
		return usage("--lang %q is not known; write da or en", c.lang)
	}
	if len(args) == 1 {
		args = []string{args[0] + "@", args[0]}
	}
	return c.answer(func(f *folder.Folder) (text, error) { return f.Diff(ctx, args[0], args[1], c.lang) })
}
