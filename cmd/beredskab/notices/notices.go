// Package notices is the commands about messages: what was told to whom, how a message
// looks, whether the channels work, and a message sent once more.
package notices

import (
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/line"
)

// Line is a command line with these commands.
type Line struct {
	line.Line
	Settings func() (*app.Settings, error) // without the register
	Partly   error                         // ends a command of whose messages some did not arrive
}

// Command is the whole group.
func (l Line) Command() *cobra.Command {
	return line.Group("notify", "See what was told to whom, and try the channels", l.outbox(), l.preview(), l.test(), l.resend(), l.channels())
}

// stamp is a moment as programs read it; empty for one that never was.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// mark says at a glance whether something is well.
func mark(ok bool) string {
	if ok {
		return "✓"
	}
	return "✗"
}
