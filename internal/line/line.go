// Package line is what a group of commands stands on: how the program is opened,
// who acts, and how an answer is printed. A group is a package below
// cmd/beredskab that is handed a Line, and knows neither the flags of the whole
// program nor its exit codes.
package line

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/door"
)

// Line is one command line. A group embeds it in a type of its own, to which its
// commands are methods.
type Line struct {
	Open     func(context.Context) (*app.App, error)     // builds the program; whoever opens it closes it
	Actor    func() door.Actor                           // who acts, once the flags are read
	Lang     func() string                               // of the sentences that are made: da or en
	Moment   func(flag, text string) (time.Time, error)  // reads a day or a moment
	Path     func(typed string) string                   // from the folder that it was typed in
	Person   func(*cobra.Command)                        // gives it the flag that names who acts
	Complete cobra.CompletionFunc                        // completes the ids of systems
	Working  func(what string) (done func())             // says what takes long, until it is done
	Print    func(value any, text func(io.Writer)) error // one answer: JSON where that is wanted, else text
	Usage    func(format string, args ...any) error      // an error about how a command was used
	Found    error                                       // ends a command that found something, and has printed it
	Out      io.Writer                                   // for what is no answer in words, such as an export
}

// Group is a command that holds others.
func Group(use, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short}
	cmd.AddCommand(commands...)
	return cmd
}

// Within opens the program for one command, and closes it.
func (l Line) Within(ctx context.Context, fn func(*app.App) error) error {
	a, err := l.Open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(fn(a), a.Close())
}

// Act opens the program for one act and says what was done, in schema
// beredskab.done.v1.
func (l Line) Act(ctx context.Context, done string, fn func(*app.App) error) error {
	return l.Within(ctx, func(a *app.App) error {
		if err := fn(a); err != nil {
			return err
		}
		return l.Print(map[string]string{"schema": "beredskab.done.v1", "done": done}, func(out io.Writer) { fmt.Fprintln(out, done) })
	})
}

// Day reads a day, or a moment, that was given with a flag such as --from; an
// empty text is no moment. Whether the end of a period counts the day is said by
// whoever asks.
func (l Line) Day(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return l.Moment(flag, text)
}
