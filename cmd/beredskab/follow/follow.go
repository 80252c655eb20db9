// Package follow holds the commands about what becomes of findings: closing one,
// corrective actions, and dispensations.
package follow

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/governance"
	"beredskab/internal/line"
)

// Line is the command line that the commands stand on.
type Line struct{ line.Line }

// Commands are the groups of commands.
func (l Line) Commands() []*cobra.Command {
	return []*cobra.Command{
		line.Group("finding", "See what checks and runs showed, and close it with a reason", l.findingList(), l.findingClose()),
		line.Group("action", "Corrective actions: what is done about findings, and whether it helped",
			l.actionList(), l.actionOpen(), l.actionDone(), l.actionVerify(), l.actionReopen(), l.actionMove(), l.actionClose()),
		line.Group("dispensation", "Let a system break a rule for a limited time",
			l.dispensationList(), l.dispensationApply(), l.dispensationGrant(), l.dispensationRefuse(), l.dispensationWithdraw()),
	}
}

// word is an act that takes a name and a text: ID --flag TEXT.
type word struct {
	use, short, long, example string
	flag, meaning             string
	optional                  bool // the text may be left out
	done                      string
	judge                     bool                                                                                 // the checks run again, for it changes what they say
	act                       func(o *governance.Office, ctx context.Context, a door.Actor, id, text string) error // a method
}

func (l Line) word(w word) *cobra.Command {
	text := ""
	cmd := &cobra.Command{
		Use: w.use, Short: w.short, Long: w.long, Example: "  beredskab " + w.example, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if text == "" && !w.optional {
				return l.Usage("--%s is missing: write %s", w.flag, w.meaning)
			}
			return l.Act(cmd.Context(), w.done+": "+args[0], func(a *app.App) error {
				if err := w.act(a.Office, cmd.Context(), l.Actor(), args[0], text); err != nil || !w.judge {
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

// throughout reads a day as its last second, which is still in time.
func (l Line) throughout(flag, text string) (time.Time, error) {
	at, err := l.Day(flag, text)
	if err == nil && len(text) == len(time.DateOnly) {
		at = at.AddDate(0, 0, 1).Add(-time.Second)
	}
	return at, err
}
