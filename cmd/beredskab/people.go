package main

import (
	"context"
	"io"

	"beredskab/cmd/beredskab/folder"
	"beredskab/cmd/beredskab/people"
	"beredskab/internal/app"
)

// people is what the commands about persons, roles and permissions stand on.
func (c *cli) people() people.Line {
	return people.Line{
		Open:  func(ctx context.Context) (*app.App, error) { return c.open(ctx, app.Use) },
		Actor: c.actor, Moment: folder.Moment, Path: c.path, Person: c.person, Usage: usage,
		Print: func(value any, text func(io.Writer)) error { return c.print(value, func() { text(c.out) }) },
	}
}
