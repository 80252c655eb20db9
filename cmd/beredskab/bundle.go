package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/offline"
	"beredskab/internal/app"
)

// bundle is the group of commands about the offline copy of the plans.
func (c *cli) bundle() *cobra.Command {
	return offline.Line{
		Open:  func(ctx context.Context) (*app.App, error) { return c.open(ctx, app.Use) },
		Actor: c.actor, Path: c.path, Person: c.person, Working: c.working, Usage: usage,
		Print: func(value any, text func(io.Writer)) error { return c.print(value, func() { text(c.out) }) },
	}.Command()
}
