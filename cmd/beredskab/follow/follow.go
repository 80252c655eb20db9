// Package follow holds the commands about what becomes of findings: closing one,
// corrective actions, and dispensations.
package follow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/governance"
)

// Line is the command line that the commands stand on.
type Line struct {
	Open   func(context.Context) (*app.App, error)
	Actor  func() door.Actor
	Moment func(flag, text string) (time.Time, error) // reads a day or a moment
	Person func(*cobra.Command)                       // gives it the flag that names who acts
	Print  func(value any, text func(io.Writer)) error
	Usage  func(format string, args ...any) error // an error about how a command was used
}

// Commands are the groups of commands.
func (l Line) Commands() []*cobra.Command {
	return []*cobra.Command{
		group("finding", "See what checks and runs showed, and close it with a reason", l.findingList(), l.findingClose()),
		group("action", "Corrective actions: what is done about findings, and whether it helped",
			l.actionList(), l.actionOpen(), l.actionDone(), l.actionVerify(), l.actionReopen(), l.actionMove(), l.actionClose()),
		group("dispensation", "Let a system break a rule for a limited time",
			l.dispensationList(), l.dispensationApply(), l.dispensationGrant(), l.dispensationRefuse(), l.dispensationWithdraw()),
	}
}

func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short}
	cmd.AddCommand(commands...)
	return cmd
}

// within opens the program for one command.
func (l Line) within(ctx context.Context, fn func(*app.App) error) error {
	a, err := l.Open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(fn(a), a.Close())
}

// word is an act that takes a name and a text: ID --flag TEXT.
type word struct {
	use, short, long, example string
	flag, meaning             string
	optional                  bool // the text may be left out
	done                      string
	judge                     bool // the checks run again, for it changes what they say
	act                       func(ctx context.Context, o *governance.Office, a door.Actor, id, text string) error
}

func (l Line) word(w word) *cobra.Command {
	text := ""
	cmd := &cobra.Command{
		Use: w.use, Short: w.short, Long: w.long, Example: "  beredskab " + w.example, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if text == "" && !w.optional {
				return l.Usage("--%s is missing: write %s", w.flag, w.meaning)
			}
			return l.act(cmd.Context(), w.done+": "+args[0], func(a *app.App) error {
				if err := w.act(cmd.Context(), a.Office, l.Actor(), args[0], text); err != nil || !w.judge {
					return err
				}
				if err := a.RunChecks(cmd.Context()); err != nil {
					return fmt.Errorf("%s is %s; the findings follow with the next round of checks, for this one failed: %w", args[0], w.done, err)
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&text, w.flag, "", w.meaning)
	l.Person(cmd)
	return cmd
}

// act does one act and says what was done.
func (l Line) act(ctx context.Context, done string, fn func(*app.App) error) error {
	return l.within(ctx, func(a *app.App) error {
		if err := fn(a); err != nil {
			return err
		}
		return l.Print(map[string]string{"schema": "beredskab.done.v1", "done": done}, func(out io.Writer) { fmt.Fprintln(out, done) })
	})
}

// day reads a day, or a moment; an empty text is no moment.
func (l Line) day(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return l.Moment("--"+flag, text)
}

// throughout reads a day as its end, which is still in time.
func (l Line) throughout(flag, text string) (time.Time, error) {
	at, err := l.day(flag, text)
	if err == nil && len(text) == len(time.DateOnly) {
		at = at.AddDate(0, 0, 1).Add(-time.Second)
	}
	return at, err
}

// table writes rows below a heading.
func table(out io.Writer, heading string, rows func(io.Writer)) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, heading)
	rows(w)
	_ = w.Flush() // A closed pipe ends the program by itself.
}
