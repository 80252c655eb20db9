package people

import (
	"fmt"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
)

func (l Line) erase() *cobra.Command {
	cmd := &cobra.Command{
		Use: "erase PERSON", Short: "Take everything from the register that tells who a person is, for good", Args: cobra.ExactArgs(1),
		Long: "Erases name, mail, phone, unit and accounts of a person, who can then no longer sign in. Where others wrote of the\n" +
			"person, the ID takes the place of the name; a remark of a run, or a reason in the log, that has the name is erased\n" +
			"whole. What the person did stays under the ID, and the log verifies as before. Backups that were made earlier, and\n" +
			"plan files, still hold what they held.",
		Example: "  beredskab people erase p-7",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				id, err := l.find(cmd.Context(), a.Office, args[0])
				if err != nil {
					return err
				}
				out, err := a.Erase(cmd.Context(), l.Actor(), id)
				if err != nil {
					return err
				}
				return l.tell(done{Done: fmt.Sprintf("erased: %s; texts %d, records %d", id, out.Texts, out.Records), ID: id})
			})
		},
	}
	l.Person(cmd)
	return cmd
}
