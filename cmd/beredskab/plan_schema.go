package main

import (
	"github.com/spf13/cobra"

	"beredskab/internal/plan"
)

func (c *cli) planSchema() *cobra.Command {
	return &cobra.Command{
		Use: "schema [plan|organisation]", Short: "Print the JSON Schema of a plan file", Args: cobra.MaximumNArgs(1),
		ValidArgs: []string{"plan", "organisation"},
		Long:      "Prints the JSON Schema that editors complete and check with; by default that of a plan.",
		Example:   "  beredskab plan schema > plans/schema/plan.schema.json",
		RunE: func(_ *cobra.Command, args []string) error {
			kind := "plan"
			if len(args) == 1 {
				kind = args[0]
			}
			schema, err := plan.Schema(kind)
			if err != nil {
				return usage("there is no schema %q%s; write plan or organisation", kind, meant(kind, []string{"plan", "organisation"}))
			}
			_, err = c.out.Write(schema)
			return err
		},
	}
}
