package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"beredskab/internal/line"
	"beredskab/internal/slack"
)

// slack is the group of commands about the municipality's Slack.
func (c *cli) slack() *cobra.Command {
	var name string
	var overHTTP bool
	manifest := &cobra.Command{
		Use: "manifest", Short: "Print the app as Slack is told to make it", Args: cobra.NoArgs,
		Long: "Prints the manifest of an app that may do what this program does in Slack, and nothing else. In Slack: Your Apps, Create\n" +
			"New App, From a manifest. By default this program opens a socket to Slack and nothing has to reach it from outside;\n" +
			"with --http Slack sends to the pages, whose address the setting url says.",
		Example: "  beredskab slack manifest\n  beredskab slack manifest --name \"Beredskab, Eksempel Kommune\"",
		RunE: func(cmd *cobra.Command, _ []string) error {
			origin := ""
			if overHTTP {
				s, err := c.settings()
				if err != nil {
					return err
				}
				if origin = s.URL; origin == "" {
					return usage("--http needs the setting url: the address at which Slack reaches the pages")
				}
			}
			text, err := slack.Manifest(name, origin)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", text)
			return err
		},
	}
	manifest.Flags().StringVar(&name, "name", "Beredskab", "what the app is called in Slack")
	manifest.Flags().BoolVar(&overHTTP, "http", false, "Slack sends to the pages instead of through a socket")
	return line.Group("slack", "Set up the app in the municipality's Slack", manifest)
}
