package people

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
)

// invited is what an invitation answers: schema beredskab.invitation.v1.
type invited struct {
	Schema  string    `json:"schema"`
	ID      string    `json:"id"`
	Address string    `json:"address"` // whole where the setting url is, else the path of the page
	Until   time.Time `json:"until"`
}

func (l Line) invite() *cobra.Command {
	cmd := &cobra.Command{
		Use: "invite PERSON", Short: "Let a person choose a password for the pages, by an address that is good for once", Args: cobra.ExactArgs(1),
		Long: "Prints an address at which a person chooses a password and a second factor within an hour: the first administrator, or\n" +
			"somebody who must come in when the municipality's own sign-in is down. It is for administrators, and for an account of\n" +
			"this machine that belongs to no person. Whoever has the address can use it: give it to the person alone. A password\n" +
			"that there was, and every session, is over once it is used.",
		Example: "  beredskab people invite p-1",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				id, err := l.find(cmd.Context(), a.Office, args[0])
				if err != nil {
					return err
				}
				code, until, err := a.Gate().Invite(cmd.Context(), l.Actor(), id)
				if err != nil {
					return err
				}
				v := invited{Schema: "beredskab.invitation.v1", ID: id, Address: a.Settings.URL + "/invitation/" + code, Until: until}
				return l.Print(v, v.text)
			})
		},
	}
	l.Person(cmd)
	return cmd
}

func (v invited) text(out io.Writer) {
	fmt.Fprintf(out, "%s\nNext: give the address to %s alone. Open it before %s, with an app for codes at hand, and choose a password.\n",
		v.Address, v.ID, v.Until.Local().Format("15:04"))
	if v.Address[0] == '/' {
		fmt.Fprintln(out, "It is a path on this server's pages: the setting url says where people reach them.")
	}
}
