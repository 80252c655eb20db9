// Package people holds the commands about persons and their roles, and the table
// of who may do what.
package people

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/governance"
	"beredskab/internal/line"
	"beredskab/internal/rights"
)

// Line is the command line that the commands stand on.
type Line struct{ line.Line }

// Commands are the groups of commands.
func (l Line) Commands() []*cobra.Command {
	return []*cobra.Command{
		line.Group("people", "Keep the persons who use the register, and how they sign in",
			l.list(), l.add(), l.link(), l.prefer(), l.invite(), l.disable(), l.enable(), l.erase(), l.load()),
		line.Group("role", "Say who has which role, for what and until when", l.roles(), l.give(), l.delegate(), l.end()),
		line.Group("docs", "Print what the program knows of itself", l.permissions()),
	}
}

// done is what an act answers: schema beredskab.done.v1 with what it made.
type done struct {
	Schema string               `json:"schema"`
	Done   string               `json:"done"`
	ID     string               `json:"id,omitempty"`
	Key    string               `json:"key,omitempty"`
	New    *governance.Imported `json:"imported,omitempty"`
}

func (l Line) tell(d done) error {
	d.Schema = "beredskab.done.v1"
	return l.Print(d, func(out io.Writer) { fmt.Fprintln(out, d.Done) })
}

// acting makes a command of an act on one person, who may be named by ID, name,
// mail or account.
func (l Line) acting(use, short, said string, fn func(ctx context.Context, o *governance.Office, id string, args []string) error) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(len(strings.Fields(use)) - 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				id, err := l.find(cmd.Context(), a.Office, args[0])
				if err != nil {
					return err
				}
				if err := fn(cmd.Context(), a.Office, id, args[1:]); err != nil {
					return err
				}
				return l.tell(done{Done: said + ": " + id, ID: id})
			})
		},
	}
	l.Person(cmd)
	return cmd
}

// find gives the ID of whom was meant; a word that means nobody stays as it is.
func (l Line) find(ctx context.Context, o *governance.Office, meant string) (string, error) {
	b, err := o.Book(ctx)
	if err != nil {
		return "", err
	}
	switch ids := b.Named(meant); len(ids) {
	case 0:
		return meant, nil
	case 1:
		return ids[0], nil
	default:
		return "", l.Usage("%q may be %s: write the ID", meant, strings.Join(ids, " or "))
	}
}

func (l Line) list() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the persons, how they sign in, and the roles that they have now", Args: cobra.NoArgs,
		Example: "  beredskab people list\n  beredskab people list --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				b, err := a.Office.Book(cmd.Context())
				if err != nil {
					return err
				}
				v := peopleOf(b, time.Now())
				return l.Print(v, v.text)
			})
		},
	}
}

func (l Line) add() *cobra.Command {
	p, accounts := rights.Person{}, []string{}
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Register a person, who gets an ID such as p-7", Args: cobra.ExactArgs(1),
		Long: "Registers a person. The account is a user name of this machine, or https://issuer|subject of a sign-in service; no\n" +
			"two enabled persons share one. Until the first administrator has his role, whoever can use the register may do this;\n" +
			"from then on only administrators, in their own name.",
		Example: "  beredskab people add \"It-vagten\" --account itvagt --unit It\n  beredskab role give p-1 administrator",
		RunE: func(cmd *cobra.Command, args []string) error {
			p.Name = args[0]
			for _, text := range accounts {
				a, err := rights.ParseAccount(text)
				if err != nil {
					return l.Usage("--account: %v", err)
				}
				p.Accounts = append(p.Accounts, a)
			}
			return l.Within(cmd.Context(), func(a *app.App) error {
				id, err := a.Office.AddPerson(cmd.Context(), l.Actor(), p)
				if err != nil {
					return err
				}
				return l.tell(done{Done: "added: " + id, ID: id})
			})
		},
	}
	cmd.Flags().StringArrayVar(&accounts, "account", nil, "how the person signs in; may be given again")
	cmd.Flags().StringVar(&p.Mail, "mail", "", "address for messages")
	cmd.Flags().StringVar(&p.Phone, "phone", "", "number for messages")
	cmd.Flags().StringVar(&p.Unit, "unit", "", "where the person works")
	l.Person(cmd)
	return cmd
}

func (l Line) link() *cobra.Command {
	cmd := l.acting("link PERSON ACCOUNT", "Let a person sign in with one account more", "linked",
		func(ctx context.Context, o *governance.Office, id string, args []string) error {
			account, err := rights.ParseAccount(args[0])
			if err != nil {
				return l.Usage("%v", err)
			}
			return o.Link(ctx, l.Actor(), id, account)
		})
	cmd.Example = "  beredskab people link p-7 'https://idp.kommune.dk|af3c-91'"
	return cmd
}

func (l Line) disable() *cobra.Command {
	reason := ""
	cmd := l.acting("disable PERSON", "Take every right from a person from now on", "disabled",
		func(ctx context.Context, o *governance.Office, id string, _ []string) error {
			if reason == "" {
				return l.Usage("--reason is missing: write why")
			}
			return o.DisablePerson(ctx, l.Actor(), id, reason)
		})
	cmd.Long = "Takes every right from a person from now on; what the person has done keeps its name. The last administrator and the\n" +
		"last IT manager stay: give somebody else that role first."
	cmd.Example = "  beredskab people disable p-7 --reason \"Fratrådt\""
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return cmd
}

func (l Line) enable() *cobra.Command {
	return l.acting("enable PERSON", "Give back to a disabled person the roles that have not ended", "enabled",
		func(ctx context.Context, o *governance.Office, id string, _ []string) error {
			return o.EnablePerson(ctx, l.Actor(), id)
		})
}

func (l Line) load() *cobra.Command {
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Take persons and roles over from a spreadsheet, all or none", Args: cobra.ExactArgs(1),
		Long: "Reads a CSV file with the columns name, mail, phone, unit, account, role, system, team, from and to, in English or\n" +
			"Danish, one row for each role. An account that is known means its person. One mistake, and nothing is taken over;\n" +
			"each is shown as file:line:column. Reading the same file again changes nothing.",
		Example: "  beredskab people import personer.csv",
		RunE: func(cmd *cobra.Command, args []string) error {
			src, err := os.ReadFile(l.Path(args[0]))
			if err != nil {
				return fmt.Errorf("reading the persons: %w", err)
			}
			return l.Within(cmd.Context(), func(a *app.App) error {
				in, err := a.Office.Import(cmd.Context(), l.Actor(), args[0], src, time.Local)
				if err != nil {
					return err
				}
				return l.tell(done{Done: fmt.Sprintf("taken over: persons %d, roles %d", len(in.Persons), len(in.Grants)), New: &in})
			})
		},
	}
	l.Person(cmd)
	return cmd
}
