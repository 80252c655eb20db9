package main

import (
	"context"
	"io"

	"beredskab/cmd/beredskab/folder"
	"beredskab/cmd/beredskab/follow"
	"beredskab/internal/app"
)

// followUp is what the commands about findings, actions and dispensations stand on.
func (c *cli) followUp() follow.Line {
	return follow.Line{
		Open:  func(ctx context.Context) (*app.App, error) { return c.open(ctx, app.Use) },
		Actor: c.actor, Moment: folder.Moment, Person: c.person, Usage: usage,
		Print: func(value any, text func(io.Writer)) error { return c.print(value, func() { text(c.out) }) },
	}
}
