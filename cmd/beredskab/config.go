package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

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
		Long: "Order: flag, then environment (BEREDSKAB_…), then " + settingsFile + ", then the default. Secrets stand in files and are named, not shown.",
		Example: "  beredskab config show --origin\n" +
			"  BEREDSKAB_PLANS=/srv/plans beredskab config show --origin",
		RunE: func(*cobra.Command, []string) error { return c.runConfigShow(origin) },
	}
	cmd.Flags().BoolVar(&origin, "origin", false, "also show where each value comes from")
	return cmd
}

func (c *cli) runConfigShow(origin bool) error {
	s, err := c.settings()
	if err != nil {
		return err
	}
	type row struct {
		Key    string `json:"key"`
		Value  string `json:"value"`
		Origin string `json:"origin"`
	}
	list, rows := []row{}, [][]string{}
	for _, v := range s.List() {
		list = append(list, row{v.Key, v.Value, v.Origin})
		line := []string{v.Key, dash(v.Value)}
		if origin {
			line = append(line, v.Origin)
		}
		rows = append(rows, line)
	}
	return c.print(map[string]any{"schema": "beredskab.config.v1", "file": s.File, "settings": list}, func() { c.table(rows) })
}

func (c *cli) configValidate() *cobra.Command {
	return &cobra.Command{
		Use: "validate", Short: "Try the settings: keys, secret files, channels and the catalogue", Args: cobra.NoArgs,
		Long: "Reads everything that the server reads at its start, and sends nothing. Ends with 2 when something cannot be used.",
		RunE: func(*cobra.Command, []string) error { return c.runConfigValidate() },
	}
}

func (c *cli) runConfigValidate() error {
	s, err := c.settings()
	if err != nil {
		return err
	}
	if err := usable(s); err != nil {
		return err
	}
	return c.print(map[string]any{"schema": "beredskab.validate.v1", "file": s.File, "ok": true}, func() {
		fmt.Fprintf(c.out, "%s: the settings can be used: %s, %s\n", orElse(s.File, "no settings file"),
			counted(len(s.Channels), "channel"), counted(len(s.Targets), "target"))
	})
}

// usable reads what the settings name, as the server does at its start.
func usable(s *app.Settings) error {
	_, channels := s.Courier()
	_, catalogue := s.Catalogue()
	_, forget, allowed := actions(s)
	if allowed == nil {
		forget()
	} else if catalogue != nil {
		allowed = nil // It is the same trouble.
	}
	if err := errors.Join(channels, catalogue, allowed); err != nil {
		return fmt.Errorf("%w: %w", app.ErrSettings, err)
	}
	return nil
}

// settingsFile is the name of the settings file.
const settingsFile = "beredskab.yaml"
