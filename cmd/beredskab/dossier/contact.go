package dossier

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/approval"
	"beredskab/internal/dossier"
	"beredskab/internal/line"
)

func (l Line) contactList() *cobra.Command {
	due := false
	cmd := &cobra.Command{
		Use: "list [SYSTEM]", Short: "List the contacts of the plans and the organisation, and who must be called again", Args: cobra.MaximumNArgs(1), ValidArgsFunction: l.Complete,
		Example: "  beredskab contact list --due\n  beredskab contact list esdh --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				list, err := a.Dossier().Contacts(cmd.Context(), append(args, "")[0])
				if err != nil {
					return err
				}
				list = slices.DeleteFunc(list, func(c dossier.Contact) bool { return due && c.Due.After(time.Now()) })
				return l.Print(map[string]any{"schema": "beredskab.contacts.v1", "contacts": list}, func(out io.Writer) {
					line.Table(out, "SYSTEM\tCONTACT\tPHONE\tMAILBOX\tREACHED\tCALL AGAIN BEFORE", func(w io.Writer) {
						for _, c := range list {
							again := "now"
							if c.Due.After(time.Now()) {
								again = shown(c.Due)
							}
							fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", line.Dash(c.System), c.Whom, line.Dash(c.Phone), line.Dash(c.Mailbox), shown(c.Reached), again)
						}
					})
				})
			})
		},
	}
	cmd.Flags().BoolVar(&due, "due", false, "only those who must be called now")
	return cmd
}

func (l Line) contactVerify() *cobra.Command {
	v, missed := approval.Verification{}, false
	cmd := &cobra.Command{
		Use: "verify CONTACT", Short: "Record that a contact was called, and whether somebody answered", Args: cobra.ExactArgs(1),
		Long: "Records a call to a contact that the plan of --system, or else the organisation file, names by role or mailbox. An\n" +
			"answer counts for the checks (G4) like verified_at in the file; the newer of the two is looked at. Who was not reached\n" +
			"is recorded too, with a note, and stays due.",
		Example: "  beredskab contact verify sundhedsvagt --system omsorg --channel phone\n" +
			`  beredskab contact verify it-vagt --channel phone --not-reached --note "Telefonsvarer"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := l.wanted("channel", v.Channel); err != nil {
				return err
			}
			if missed && v.Note == "" {
				return l.Usage("write --note: what happened")
			}
			v.Whom, v.Reached = args[0], !missed
			said, next := "reached: "+v.Whom, ""
			if missed {
				said, next = "not reached: "+v.Whom, "try another channel, or correct the plan's contacts"
			}
			return l.act(cmd.Context(), said, next, func(a *app.App) error {
				return a.Office.VerifyContact(cmd.Context(), l.Actor(), v)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&v.System, "system", "", "the system whose plan names the contact (default: the organisation)")
	f.StringVar(&v.Channel, "channel", "", "how: phone, mail, sms, radio")
	f.BoolVar(&missed, "not-reached", false, "nobody answered")
	f.StringVar(&v.Note, "note", "", "what happened")
	l.Person(cmd)
	return cmd
}
