package main

import (
	"slices"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/after"
	"beredskab/cmd/beredskab/dossier"
	"beredskab/cmd/beredskab/follow"
	"beredskab/cmd/beredskab/notices"
	"beredskab/cmd/beredskab/offline"
	"beredskab/cmd/beredskab/papers"
	"beredskab/cmd/beredskab/people"
)

// commands lists every command of the program.
func (c *cli) commands() []*cobra.Command {
	return slices.Concat([]*cobra.Command{
		c.init(), c.demo(), c.doctor(), c.check(), c.explain(),
		c.plan(), c.drill(), c.schedule(), notices.Line{Line: c.line(), Settings: c.settings, Partly: errPartly}.Command(), c.slack(), c.audit(), c.serve(), c.node(), c.config(),
		c.backup(), c.restore(), c.migrate(), offline.Line{Line: c.line()}.Command(),
		c.version(), c.completion(), c.demoTool(),
	}, people.Line{Line: c.line()}.Commands(), follow.Line{Line: c.line()}.Commands(), after.Line{Line: c.line()}.Commands(), dossier.Line{Line: c.line()}.Commands(), papers.Line{Line: c.line()}.Commands())
}
