package people

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/matrix"
	"beredskab/internal/rights"
)

func (l Line) roles() *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use: "list [PERSON]", Short: "List roles and delegations with their keys", Args: cobra.MaximumNArgs(1),
		Example: "  beredskab role list\n  beredskab role list p-7 --all --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				only := ""
				if len(args) == 1 {
					var err error
					if only, err = l.find(cmd.Context(), a.Office, args[0]); err != nil {
						return err
					}
				}
				b, err := a.Office.Book(cmd.Context())
				if err != nil {
					return err
				}
				v, err := rolesOf(b, only, all, time.Now())
				if err != nil {
					return err
				}
				return l.Print(v, v.text)
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "those that are over too")
	return cmd
}

func (l Line) give() *cobra.Command {
	var g rights.Grant
	var from, to, deputyOf string
	cmd := &cobra.Command{
		Use: "give PERSON ROLE", Short: "Give a person a role, for everything or for one system, unit or team", Args: cobra.ExactArgs(2),
		Long: "Gives a role from now on, or from one day to another. The role is written as its code, its English word or the word of\n" +
			"the plan files: ITC, it_manager or it-chef; `beredskab docs permissions` lists them with what they may do. The IT\n" +
			"manager decides on roles and administrators carry it out; nobody gives one to himself.",
		Example: "  beredskab role give p-7 systemejer --system esdh\n  beredskab role give p-8 ITC --from 2026-12-01 --to 2026-12-31",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if g.Role, err = matrix.ParseRole(args[1]); err != nil {
				return l.Usage("%v", err)
			}
			if g.From, err = l.Day("--from", from); err != nil {
				return err
			}
			if g.To, err = l.throughout("--to", to); err != nil {
				return err
			}
			return l.giving(cmd.Context(), g, args[0], deputyOf)
		},
	}
	f := cmd.Flags()
	f.StringVar(&g.System, "system", "", "only for this system")
	f.StringVar(&g.Unit, "unit", "", "only for this unit")
	f.StringVar(&g.Team, "team", "", "only for this team")
	f.StringVar(&deputyOf, "deputy-of", "", "the person whose deputy this is")
	f.StringVar(&from, "from", "", "first day (default: from now on)")
	f.StringVar(&to, "to", "", "last day (default: until it is ended)")
	l.Person(cmd)
	return cmd
}

func (l Line) giving(ctx context.Context, g rights.Grant, person, deputyOf string) error {
	return l.Within(ctx, func(a *app.App) (err error) {
		if g.Person, err = l.find(ctx, a.Office, person); err != nil {
			return err
		}
		if g.DeputyOf, err = l.find(ctx, a.Office, deputyOf); err != nil {
			return err
		}
		key, err := a.Office.Give(ctx, l.Actor(), g)
		if err != nil {
			return err
		}
		return l.tell(done{Done: g.Person + " is " + g.String() + ": " + key, ID: g.Person, Key: key})
	})
}

func (l Line) delegate() *cobra.Command {
	var d rights.Delegation
	var from, to, of string
	cmd := &cobra.Command{
		Use: "delegate TO", Short: "Let a person act in your name for a time", Args: cobra.ExactArgs(1),
		Long: "Lets a person act in your name, or in that of --from-person when you are IT manager. Only an IT manager and a system\n" +
			"owner have something to delegate; what is done in somebody's name says so for ever.",
		Example: "  beredskab role delegate p-9 --from 2026-12-01 --to 2026-12-14 --reason Ferie --system esdh",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if to == "" || d.Reason == "" {
				return l.Usage("write until when and why: --to 2026-12-14 --reason TEXT")
			}
			if d.From, err = l.Day("--from", from); err != nil {
				return err
			}
			if d.Until, err = l.throughout("--to", to); err != nil {
				return err
			}
			return l.delegating(cmd.Context(), d, args[0], of)
		},
	}
	f := cmd.Flags()
	f.StringVar(&of, "from-person", "", "whose rights they are (default: yours)")
	f.StringArrayVar(&d.Systems, "system", nil, "only for this system; may be given again")
	f.StringVar(&from, "from", "", "first day (default: from now on)")
	f.StringVar(&to, "to", "", "last day")
	f.StringVar(&d.Reason, "reason", "", "why")
	l.Person(cmd)
	return cmd
}

func (l Line) delegating(ctx context.Context, d rights.Delegation, to, of string) error {
	return l.Within(ctx, func(a *app.App) (err error) {
		if d.To, err = l.find(ctx, a.Office, to); err != nil {
			return err
		}
		if d.Of, err = l.find(ctx, a.Office, of); err != nil {
			return err
		}
		key, err := a.Office.Delegate(ctx, l.Actor(), d)
		if err != nil {
			return err
		}
		return l.tell(done{Done: "delegated to " + d.To + ": " + key, ID: d.To, Key: key})
	})
}

func (l Line) end() *cobra.Command {
	cmd := &cobra.Command{
		Use: "end KEY", Short: "End a role or a delegation now", Args: cobra.ExactArgs(1),
		Long:    "Ends a role or a delegation now, by the key that `beredskab role list` shows. It stays in the register with its end.",
		Example: "  beredskab role end p-7/system_owner/esdh/20261123T090000",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				if err := a.Office.End(cmd.Context(), l.Actor(), args[0]); err != nil {
					return err
				}
				return l.tell(done{Done: "ended: " + args[0], Key: args[0]})
			})
		},
	}
	l.Person(cmd)
	return cmd
}

// throughout reads an end, which is the first moment that is no longer in it: a
// day counts in full.
func (l Line) throughout(flag, text string) (time.Time, error) {
	at, err := l.Day(flag, text)
	if err == nil && len(text) == len(time.DateOnly) {
		at = at.AddDate(0, 0, 1)
	}
	return at, err
}
