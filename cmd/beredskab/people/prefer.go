package people

import (
	"fmt"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
)

// prefer says how a person wants to be written to.
func (l Line) prefer() *cobra.Command {
	var channel, language string
	cmd := &cobra.Command{
		Use: "prefer PERSON", Short: "Say through which channel, and in which language, a person wants messages", Args: cobra.ExactArgs(1),
		Long: "Messages that inform come through the channel that a person prefers. What asks for something comes by mail too, and\n" +
			"in a crisis to the telephone. An option that is left out stays as it was; an empty one takes the wish away.",
		Example: "  beredskab people prefer p-7 --channel slack --language en",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				id, err := l.find(cmd.Context(), a.Office, args[0])
				if err != nil {
					return err
				}
				w, err := a.Office.Preferred(cmd.Context(), id)
				if err != nil {
					return err
				}
				if cmd.Flags().Changed("channel") {
					w.Channel = channel
				}
				if cmd.Flags().Changed("language") {
					w.Language = language
				}
				if err := a.Office.Prefer(cmd.Context(), l.Actor(), w, a.Register.Reaching()); err != nil {
					return err
				}
				return l.tell(done{Done: fmt.Sprintf("kept how %s wants to be written to", id), ID: id})
			})
		},
	}
	cmd.Flags().StringVar(&channel, "channel", "", "name of a channel that reaches persons; see beredskab notify channels")
	cmd.Flags().StringVar(&language, "language", "", "da or en")
	l.Person(cmd)
	return cmd
}
