package main

import (
	"context"
	"io"

	"beredskab/cmd/beredskab/folder"
	"beredskab/cmd/beredskab/inforce"
	"beredskab/internal/app"
)

// inForce is what the commands stand on by which a plan comes into force.
func (c *cli) inForce() inforce.Line {
	return inforce.Line{
		Open:  func(ctx context.Context) (*app.App, error) { return c.open(ctx, app.Use) },
		Actor: c.actor, Lang: func() string { return c.lang }, Person: c.person, Complete: c.systems, Author: folder.Author, Usage: usage,
		Print: func(value any, text func(io.Writer)) error { return c.print(value, func() { text(c.out) }) },
	}
}
