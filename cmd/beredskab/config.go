package main

import (
	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/folder"
	"beredskab/internal/app"
)

// config is the group of commands about the program's own settings.
func (c *cli) config() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "See and try the settings"}
	cmd.AddCommand(c.configShow(), c.configValidate())
	return cmd
}

func (c *cli) configShow() *cobra.Command {
	origin := false
	cmd := &cobra.Command{
		Use: "show", Short: "Show every setting as it is in force", Args: cobra.NoArgs,
		Long: "Order: flag, then environment (BEREDSKAB_…), then beredskab.yaml, then the default.\n" +
			"Secrets stand in files of their own and are named, not shown.",
		Example: "  beredskab config show --origin\n  BEREDSKAB_PLANS=/srv/plans beredskab config show --origin",
		RunE: func(*cobra.Command, []string) error {
			return c.about(func(s *app.Settings) (text, error) { return folder.Config(s, origin), nil })
		},
	}
	cmd.Flags().BoolVar(&origin, "origin", false, "also show where each value comes from")
	return cmd
}

func (c *cli) configValidate() *cobra.Command {
	return &cobra.Command{
		Use: "validate", Short: "Try the settings: keys, secret files, channels and the catalogue", Args: cobra.NoArgs,
		Long: "Reads everything that the server reads at its start, and sends nothing. Ends with 2 when something cannot be used.",
		RunE: func(*cobra.Command, []string) error {
			return c.about(func(s *app.Settings) (text, error) { return folder.Validate(s) })
		},
	}
}

// about answers a question about the settings.
func (c *cli) about(ask func(*app.Settings) (text, error)) error {
	s, err := c.settings()
	if err != nil {
		return err
	}
	v, err := ask(s)
	if err != nil {
		return err
	}
	return c.show(v)
}
