package main

import (
	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/folder"
	"beredskab/cmd/beredskab/inforce"
	"beredskab/internal/app"
	"beredskab/internal/plan"
)

// plan is the group of commands about plan files and their versions.
func (c *cli) plan() *cobra.Command {
	cmd := &cobra.Command{Use: "plan", Short: "Read, write and compare plans"}
	cmd.AddCommand(c.planList(), c.planShow(), c.planNew(), c.planLint(), c.planDiff(), c.planHistory(),
		c.planSchema(), c.planGraph(), c.planOrder())
	cmd.AddCommand(inforce.Line{Line: c.line(), Author: folder.Author}.Commands()...)
	return cmd
}

// systems completes the ids of systems in the shell.
func (c *cli) systems(*cobra.Command, []string, string) (out []cobra.Completion, _ cobra.ShellCompDirective) {
	f, err := c.folder()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	for _, p := range f.Set.Plans {
		out = append(out, cobra.CompletionWithDesc(p.ID, p.Name))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func (c *cli) planList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Aliases: []string{"ls"}, Short: "List the plans of the folder", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return c.answer(func(f *folder.Folder) (text, error) { return f.List(), nil })
		},
	}
}

func (c *cli) planShow() *cobra.Command {
	asOf := ""
	cmd := &cobra.Command{
		Use: "show SYSTEM", Short: "Show what one plan says", Args: cobra.ExactArgs(1), ValidArgsFunction: c.systems,
		Long: "Shows the promise, the dependencies, the steps and the drills of one plan, as its file has it, or as the version said\n" +
			"that was in force at the end of a day. With --json the whole plan.",
		Example: "  beredskab plan show esdh\n  beredskab plan show esdh --as-of 2026-03-26 --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if asOf == "" {
				return c.answer(func(f *folder.Folder) (text, error) { return f.Show(args[0]) })
			}
			at, err := folder.EndOf("--as-of", asOf)
			if err != nil {
				return err
			}
			return c.using(cmd.Context(), func(a *app.App) (text, error) { return folder.Past(cmd.Context(), a, args[0], at) })
		},
	}
	cmd.Flags().StringVar(&asOf, "as-of", "", "the version that was in force on this day, or at this moment")
	return cmd
}

func (c *cli) planHistory() *cobra.Command {
	return &cobra.Command{
		Use: "history SYSTEM", Short: "List the versions of a plan in the register, and its changes in git", Args: cobra.ExactArgs(1),
		ValidArgsFunction: c.systems, Example: "  beredskab plan history esdh",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.answer(func(f *folder.Folder) (text, error) { return f.History(cmd.Context(), args[0]) })
		},
	}
}

func (c *cli) planSchema() *cobra.Command {
	kinds := []string{"plan", "organisation"}
	return &cobra.Command{
		Use: "schema [plan|organisation]", Short: "Print the JSON Schema of a plan file", Args: cobra.MaximumNArgs(1), ValidArgs: kinds,
		Long:    "Prints the JSON Schema that editors complete and check with; by default that of a plan.",
		Example: "  beredskab plan schema > plans/schema/plan.schema.json",
		RunE: func(_ *cobra.Command, args []string) error {
			kind := append(args, kinds[0])[0]
			schema, err := plan.Schema(kind)
			if err != nil {
				return usage("there is no schema %q%s write plan or organisation", kind, folder.Meant(kind, kinds))
			}
			_, err = c.out.Write(schema)
			return err
		},
	}
}

func (c *cli) planOrder() *cobra.Command {
	return &cobra.Command{
		Use: "order", Short: "Show in which order the systems are back after the loss of everything", Args: cobra.NoArgs,
		Long: "Times count from the loss of everything. Planned is what the plans promise, projected counts what was measured,\n" +
			"capacity counts the people there are. Slack is what the accepted time leaves of the projected one.",
		Example: "  beredskab plan order\n  beredskab plan order --json --at 2026-11-23",
		RunE: func(cmd *cobra.Command, _ []string) error {
			now, err := c.now()
			if err != nil {
				return err
			}
			return c.answer(func(f *folder.Folder) (text, error) { return f.Order(cmd.Context(), now) })
		},
	}
}

func (c *cli) planLint() *cobra.Command {
	return &cobra.Command{
		Use: "lint [PATH…]", Short: "Find mistakes in plan files, schedules and actions", Args: cobra.ArbitraryArgs,
		Long: "Reads plan files as strictly as the program does, and also tries the schedules and the actions of their steps.\n" +
			"PATH is a plan folder, or files of one. Ends with 3 when there is a mistake.",
		Example: "  beredskab plan lint\n  beredskab plan lint plans/esdh.yaml",
		RunE: func(_ *cobra.Command, args []string) error {
			return c.judge(args, func(f *folder.Folder, only folder.Only) (verdict, error) { return f.Lint(only) })
		},
	}
}

func (c *cli) planGraph() *cobra.Command {
	output := "text"
	cmd := &cobra.Command{
		Use: "graph [SYSTEM]", Short: "Show what each system waits for", Args: cobra.MaximumNArgs(1), ValidArgsFunction: c.systems,
		Long:    "Shows the systems as a tree, each above what it needs; with SYSTEM only that one.\nWhat is needed for operation only is dotted.",
		Example: "  beredskab plan graph omsorg\n  beredskab plan graph -o dot | dot -Tsvg > graph.svg",
		RunE:    func(_ *cobra.Command, args []string) error { return c.runPlanGraph(output, args) },
	}
	cmd.Flags().StringVarP(&output, "output", "o", output, "text, dot or json")
	return cmd
}

func (c *cli) runPlanGraph(output string, args []string) error {
	if output != "text" && output != "dot" && output != "json" {
		return usage("--output %q is not known; write text, dot or json", output)
	}
	c.json = c.json || output == "json"
	return c.answer(func(f *folder.Folder) (text, error) { return f.Graph(output == "dot", args...) })
}

func (c *cli) planDiff() *cobra.Command {
	return &cobra.Command{
		Use: "diff OLD [NEW]", Short: "Say in sentences what differs between two versions of a plan", Args: cobra.RangeArgs(1, 2),
		Long: "A version is a file, a system (its file now), or SYSTEM@N with the number or the hash of a version in the register.\n" +
			"With one system alone, its newest version in the register is compared with its file.",
		Example: "  beredskab plan diff esdh\n  beredskab plan diff esdh@3 esdh --lang da\n  beredskab plan diff old/esdh.yaml plans/esdh.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				args = []string{args[0] + "@", args[0]}
			}
			return c.answer(func(f *folder.Folder) (text, error) { return f.Diff(cmd.Context(), args[0], args[1], c.lang) })
		},
	}
}
