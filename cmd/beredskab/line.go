package main

import (
	"context"
	"io"

	"beredskab/cmd/beredskab/folder"
	"beredskab/internal/app"
	"beredskab/internal/line"
)

// line is what a group of commands stands on.
func (c *cli) line() line.Line {
	return line.Line{
		Open:  func(ctx context.Context) (*app.App, error) { return c.open(ctx, app.Use) },
		Actor: c.actor, Lang: func() string { return c.lang }, Moment: folder.Moment, Path: c.path, Person: c.person,
		Complete: c.systems, Working: c.working, Usage: usage, Found: errFound, Out: c.out,
		Print: func(value any, text func(io.Writer)) error { return c.print(value, func() { text(c.out) }) },
	}
}
