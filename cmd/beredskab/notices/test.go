package notices

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
)

// tried is how the test of one channel ended, in schema beredskab.tests.v1.
type tried struct {
	Channel   string `json:"channel"`
	Kind      string `json:"kind"`
	Delivered bool   `json:"delivered"`
	Outcome   string `json:"outcome"`
	Detail    string `json:"detail"`
}

func (l Line) test() *cobra.Command {
	address := ""
	cmd := &cobra.Command{
		Use: "test [CHANNEL]", Short: "Send a test message through one channel, or all", Args: cobra.MaximumNArgs(1),
		Long:    "Send a test message. It goes through the outbox, as every message does, and says that it is a test. Ends with 7 when\none did not arrive.",
		Example: "  beredskab notify test\n  beredskab notify test mail --to it-vagt@kommunen.dk",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error { return l.tryAll(cmd.Context(), a, append(args, "")[0], address) })
		},
	}
	cmd.Flags().StringVar(&address, "to", "", "send it there instead of the channel's own address")
	return cmd
}

func (l Line) tryAll(ctx context.Context, a *app.App, channel, address string) error {
	list, failed := []tried{}, false
	for _, ch := range a.Courier.Channels() {
		if channel != "" && channel != ch.Name {
			continue
		}
		d, err := a.TryChannel(ctx, l.Actor(), ch.Name, address, l.Lang())
		if err != nil {
			return err
		}
		ok := d.Outcome == outbox.Accepted
		failed = failed || !ok
		list = append(list, tried{ch.Name, ch.Kind, ok, string(d.Outcome), d.Detail})
	}
	if len(list) == 0 {
		return fmt.Errorf("channel %q: %w; `beredskab notify channels` lists them", channel, kept.ErrNotFound)
	}
	err := l.Print(map[string]any{"schema": "beredskab.tests.v1", "tests": list}, func(out io.Writer) {
		for _, t := range list {
			fmt.Fprintf(out, "%s %s: %s %s\n", mark(t.Delivered), t.Channel, t.Outcome, t.Detail)
		}
	})
	if err == nil && failed {
		return l.Partly
	}
	return err
}

func (l Line) resend() *cobra.Command {
	cmd := &cobra.Command{
		Use: "resend ID…", Short: "Have messages sent once more that could not be delivered", Args: cobra.MinimumNArgs(1),
		Long: "Owe messages anew that were refused or have expired, once what was wrong has been mended. The server sends them at its\n" +
			"next look, which is within seconds. A message about a step that is over is left alone. It is one line of the log each.",
		Example: "  beredskab notify outbox --state refused\n  beredskab notify resend 12 13",
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := l.numbers(args)
			if err != nil {
				return err
			}
			return l.Act(cmd.Context(), fmt.Sprintf("%d to be sent again.", len(ids)), func(a *app.App) error {
				for _, id := range ids {
					if err := a.Resend(cmd.Context(), l.Actor(), id); err != nil {
						return fmt.Errorf("message %d: %w", id, err)
					}
				}
				return nil
			})
		},
	}
	l.Person(cmd)
	return cmd
}

func (l Line) numbers(args []string) (ids []int64, err error) {
	for _, arg := range args {
		var id int64
		if n, err := fmt.Sscanf(arg+"\n", "%d\n", &id); n != 1 || err != nil || id < 1 {
			return nil, l.Usage("%q is no number of a message; `beredskab notify outbox` lists them", arg)
		}
		ids = append(ids, id)
	}
	return ids, nil
}
