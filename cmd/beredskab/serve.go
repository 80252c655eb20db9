package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/folder"
	"beredskab/internal/app"
)

func (c *cli) serve() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the server: schedules, drills, checks and messages",
		Long: "Run the server until it is told to stop (SIGTERM, Ctrl-C). It takes changed plan files over each minute,\n" +
			"and at once on SIGHUP. Steps that run under a supervisor go on while the server is stopped, and are found\n" +
			"again when it starts.\n\n" +
			"Several servers may work on one PostgreSQL register. With --only scheduler one does everything but carrying\n" +
			"out automatic steps; with --only runner it carries them out and does nothing else. With --site it carries out\n" +
			"the steps of that site only, which nobody else does.",
		Example: "  beredskab serve --only scheduler\n  beredskab serve --only runner --site datacenter",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return c.runServe(cmd.Context()) },
	}
	cmd.Flags().Var(setting{c.flags, "only"}, "only", "what this server does: runner or scheduler (default: both)")
	cmd.Flags().Var(setting{c.flags, "site"}, "site", "carry out the steps of this site only")
	return cmd
}

func (c *cli) runServe(ctx context.Context) (err error) {
	s, err := c.settings()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(c.err, nil))
	a, err := app.Open(ctx, s, app.Serve, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	a.Author = folder.Author
	reload := make(chan struct{}, 1)
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-hup:
				reload <- struct{}{}
			}
		}
	}()
	log.Info("serving", "dir", s.Dir, "plans", s.Plans, "node", s.Node, "role", string(s.Role(false)), "site", s.Site)
	err = a.Serve(ctx, reload)
	log.Info("stopped")
	return err
}
