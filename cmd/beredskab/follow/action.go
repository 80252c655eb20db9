package follow

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/followup"
	"beredskab/internal/governance"
	"beredskab/internal/line"
	"beredskab/internal/record"
)

// action is a corrective action as programs read it, in schema
// beredskab.actions.v1.
type action struct {
	followup.Action
	Overdue bool `json:"overdue"`
}

func (l Line) actionList() *cobra.Command {
	f, owner, overdue := record.Filter{}, "", false
	cmd := &cobra.Command{
		Use: "list", Short: "List corrective actions, and which are overdue", Args: cobra.NoArgs,
		Example: "  beredskab action list --state open\n  beredskab action list --overdue --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				list, err := a.Office.Actions(cmd.Context(), f)
				if err != nil {
					return err
				}
				views := []action{}
				for _, act := range list {
					v := action{act, act.Overdue(time.Now())}
					if (owner == "" || owner == act.Owner) && (!overdue || v.Overdue) {
						views = append(views, v)
					}
				}
				return l.printActions(views)
			})
		},
	}
	cmd.Flags().StringVar(&f.System, "system", "", "only about this system")
	cmd.Flags().StringVar(&f.State, "state", "", "only open, done, verified or closed ones")
	cmd.Flags().StringVar(&owner, "owner", "", "only those of this person")
	cmd.Flags().BoolVar(&overdue, "overdue", false, "only those that are late, or that nobody has verified within 30 days")
	return cmd
}

func (l Line) printActions(list []action) error {
	return l.Print(map[string]any{"schema": "beredskab.actions.v1", "actions": list}, func(out io.Writer) {
		line.Table(out, "ACTION\tSYSTEM\tSTATE\tDUE\tOWNER\tWHAT", func(w io.Writer) {
			for _, a := range list {
				due := a.Due.Local().Format(time.DateOnly)
				if a.Overdue {
					due += " overdue"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", a.ID, line.Dash(a.System), a.State, due, a.Owner, a.Text)
			}
		})
	})
}

func (l Line) actionOpen() *cobra.Command {
	draft, due := followup.Action{}, ""
	cmd := &cobra.Command{
		Use: "open [FINDING…]", Short: "Open an action that answers findings: what, by whom, until when", Args: cobra.ArbitraryArgs,
		Example: `  beredskab action open C6/esdh/ --text "Split the restore in two" --owner p-3 --due 2027-01-31`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if draft.Text == "" || draft.Owner == "" || due == "" {
				return l.Usage("write what is done, by whom and until when: --text TEXT --owner PERSON --due DAY")
			}
			if draft.Due, err = l.throughout("--due", due); err != nil {
				return err
			}
			draft.Findings = args
			return l.Within(cmd.Context(), func(a *app.App) error {
				opened, err := a.Office.OpenAction(cmd.Context(), l.Actor(), draft)
				if err != nil {
					return err
				}
				return l.Print(map[string]any{"schema": "beredskab.action.v1", "action": action{Action: opened}}, func(out io.Writer) {
					fmt.Fprintln(out, "opened: "+opened.ID)
				})
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&draft.Text, "text", "", "what shall be done")
	f.StringVar(&draft.Owner, "owner", "", "the person who does it")
	f.StringVar(&due, "due", "", "the last day in time")
	f.StringVar(&draft.System, "system", "", "the system that it is about (default: that of the findings)")
	f.StringVar(&draft.PlanChange, "plan", "", "hash of the plan version that answers it")
	l.Person(cmd)
	return cmd
}

func (l Line) actionDone() *cobra.Command {
	return l.word(word{
		use: "done ID", short: "Say as its owner that an action is carried out", optional: true,
		example: `action done A-2026-3 --note "New step order in plan version 4"`,
		flag:    "note", meaning: "what was done", done: "done, and waits to be verified",
		act: (*governance.Office).FinishAction,
	})
}

func (l Line) actionVerify() *cobra.Command {
	return l.word(word{
		use: "verify ID", short: "Say that an action helped, and how that was seen; never its owner",
		example: `action verify A-2026-3 --seen "Drill 2026-09 kept its accepted time"`,
		flag:    "seen", meaning: "what showed that it helped", done: "verified",
		act: (*governance.Office).VerifyAction,
	})
}

func (l Line) actionClose() *cobra.Command {
	return l.word(word{
		use: "close ID", short: "Close an action without effect, with a reason; never its owner",
		example: `action close A-2026-3 --reason "The system is replaced in March"`,
		flag:    "reason", meaning: "why it is not carried out", done: "closed",
		act: (*governance.Office).CloseAction,
	})
}

func (l Line) actionReopen() *cobra.Command {
	reason, due := "", ""
	cmd := &cobra.Command{
		Use: "reopen ID", Short: "Say that an action did not help after all", Args: cobra.ExactArgs(1),
		Example: `  beredskab action reopen A-2026-3 --due 2027-03-31 --reason "The next drill was as slow"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if reason == "" || due == "" {
				return l.Usage("write why, and until when it is done: --reason TEXT --due DAY")
			}
			at, err := l.throughout("--due", due)
			if err != nil {
				return err
			}
			return l.Act(cmd.Context(), "open again: "+args[0], func(a *app.App) error {
				return a.Office.ReopenAction(cmd.Context(), l.Actor(), args[0], reason, at)
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "what shows that it did not help")
	cmd.Flags().StringVar(&due, "due", "", "the last day in time")
	l.Person(cmd)
	return cmd
}

func (l Line) actionMove() *cobra.Command {
	reason, due, owner := "", "", ""
	cmd := &cobra.Command{
		Use: "move ID", Short: "Give an open action another due date or another owner", Args: cobra.ExactArgs(1),
		Example: `  beredskab action move A-2026-3 --due 2027-02-28 --reason "The supplier delivers in February"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if reason == "" || due == "" && owner == "" {
				return l.Usage("write why, and what is new: --reason TEXT with --due DAY, --owner PERSON or both")
			}
			at, err := l.throughout("--due", due)
			if err != nil {
				return err
			}
			return l.Act(cmd.Context(), "moved: "+args[0], func(a *app.App) error {
				return a.Office.MoveAction(cmd.Context(), l.Actor(), args[0], owner, at, reason)
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	cmd.Flags().StringVar(&due, "due", "", "the new last day in time")
	cmd.Flags().StringVar(&owner, "owner", "", "the new owner")
	l.Person(cmd)
	return cmd
}
