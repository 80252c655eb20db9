package main

import (
	"slices"

	"github.com/spf13/cobra"
)

// commands lists every command of the program.
func (c *cli) commands() []*cobra.Command {
	return slices.Concat([]*cobra.Command{
		c.init(), c.demo(), c.doctor(), c.check(), c.explain(),
		c.plan(), c.drill(), c.schedule(), c.notify(), c.audit(), c.serve(), c.node(), c.config(),
		c.backup(), c.restore(), c.migrate(), c.bundle(),
		c.version(), c.completion(), c.demoTool(),
	}, c.people().Commands(), c.followUp().Commands())
}
