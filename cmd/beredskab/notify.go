package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/site"
	"beredskab/internal/app"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/register"
)

// notify is the group of commands about messages.
func (c *cli) notify() *cobra.Command {
	cmd := &cobra.Command{Use: "notify", Short: "See what was told to whom, and try the channels"}
	cmd.AddCommand(c.notifyOutbox(), c.notifyTest(), c.notifyPreview(), c.notifyChannels())
	return cmd
}

func (c *cli) notifyOutbox() *cobra.Command {
	var f outbox.Filter
	var state string
	cmd := &cobra.Command{
		Use: "outbox", Short: "List messages with every try to deliver them, newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.State = outbox.State(state)
			return c.using(cmd.Context(), func(a *app.App) (text, error) { return site.ListOutbox(cmd.Context(), a.Register, f) })
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "owed, delivered, expired or refused")
	cmd.Flags().StringVar(&f.Run, "run", "", "only messages about this run")
	cmd.Flags().IntVarP(&f.Limit, "number", "n", 50, "at most this many")
	return cmd
}

func (c *cli) notifyChannels() *cobra.Command {
	return &cobra.Command{
		Use: "channels", Short: "List the configured channels", Args: cobra.NoArgs,
		RunE: func(_ *cobra.Command, _ []string) error {
			return c.about(func(s *app.Settings) (text, error) { return site.ListChannels(s) })
		},
	}
}

func (c *cli) notifyTest() *cobra.Command {
	var address string
	cmd := &cobra.Command{
		Use: "test [CHANNEL]", Short: "Send a test message through one channel, or all", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return c.testChannels(cmd.Context(), args, address) },
	}
	cmd.Flags().StringVar(&address, "to", "", "send it there instead of the channel's own address")
	return cmd
}

// testChannels tries each channel. Exit 7 when some message did not arrive.
func (c *cli) testChannels(ctx context.Context, args []string, address string) (err error) {
	a, err := c.open(ctx, app.Use)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	tried, failed := 0, 0
	for _, ch := range a.Courier.Channels() {
		if len(args) == 1 && args[0] != ch.Name {
			continue
		}
		tried++
		d, err := a.TryChannel(ctx, c.actor(), ch.Name, address, c.lang)
		if err != nil {
			return err
		}
		if d.Outcome != outbox.Accepted {
			failed++
		}
		fmt.Fprintf(c.out, "%s %s: %s %s\n", mark(d.Outcome == outbox.Accepted), ch.Name, d.Outcome, d.Detail)
	}
	switch {
	case tried == 0:
		return fmt.Errorf("channel %q: %w; `beredskab notify channels` lists them", append(args, "")[0], kept.ErrNotFound)
	case failed > 0:
		return errPartly
	}
	return nil
}

func (c *cli) notifyPreview() *cobra.Command {
	var id int64
	cmd := &cobra.Command{
		Use: "preview [KIND]", Short: "Show how a message would read, without sending it",
		Example: "  beredskab notify preview request --lang da\n  beredskab notify preview --id 12",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.preview(cmd.Context(), id, append(args, string(outbox.Request))[0])
		},
	}
	cmd.Flags().Int64Var(&id, "id", 0, "a message of the outbox")
	return cmd
}

func (c *cli) preview(ctx context.Context, id int64, kind string) error {
	s, err := c.settings()
	if err != nil {
		return err
	}
	n := outbox.Sample(outbox.Kind(kind), c.lang, false)
	if id > 0 {
		if err := c.reading(ctx, func(r *register.Register) error { n, err = site.FindNotice(ctx, r, id); return err }); err != nil {
			return err
		}
	}
	text, err := s.Preview(n)
	if errors.Is(err, app.ErrSettings) {
		return err
	} else if err != nil {
		return usage("%v; the kinds are reminder, started, request, escalation, unknown, finished, missed, finding and test", err)
	}
	fmt.Fprintln(c.out, text)
	return nil
}
