package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/folder"
	"beredskab/cmd/beredskab/site"
	"beredskab/internal/app"
)

func (c *cli) doctor() *cobra.Command {
	offline := false
	cmd := &cobra.Command{
		Use: "doctor", Short: "Look this installation over and say what to do next", Args: cobra.NoArgs,
		Long: "Looks at settings, plans, clock, state folder, disk, register, catalogue, fences, git and channels.\n" +
			"Changes nothing and sends nothing. Ends with 3 when something fails.",
		RunE: func(cmd *cobra.Command, _ []string) error { return c.runDoctor(cmd.Context(), offline) },
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "do not try to connect to the channels")
	return cmd
}

func (c *cli) runDoctor(ctx context.Context, offline bool) error {
	defer c.working("looking this installation over")()
	now, err := c.now()
	if err != nil {
		return err
	}
	s, err := c.settings()
	if errors.Is(err, app.ErrSettings) {
		return c.pass(site.Unreadable(err))
	} else if err != nil {
		return err
	}
	return c.pass(site.Examine(ctx, site.Examination{
		Settings: s, Now: now, Offline: offline, Log: c.log(), Plans: func() (string, int, error) {
			f, err := folder.Open(s, c.workDir, c.log())
			if err != nil {
				return "", 0, err
			}
			return f.Health()
		},
	}))
}
