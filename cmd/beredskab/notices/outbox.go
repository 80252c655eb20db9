package notices

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/line"
	"beredskab/internal/outbox"
	"beredskab/internal/register"
)

// notice is a message as programs read it, in schema beredskab.outbox.v1.
type notice struct {
	ID       int64             `json:"id"`
	Kind     string            `json:"kind"`
	Channel  string            `json:"channel"`
	Receiver string            `json:"receiver"`
	Address  string            `json:"address,omitempty"`
	Run      string            `json:"run,omitempty"`
	System   string            `json:"system,omitempty"`
	State    string            `json:"state"`
	Created  string            `json:"created_at"`
	Expires  string            `json:"expires_at,omitempty"`
	NextTry  string            `json:"next_try_at,omitempty"`
	Error    string            `json:"error,omitempty"`
	Tries    []outbox.Delivery `json:"tries"`
}

// wanted is what a list of messages is narrowed by.
type wanted struct {
	outbox.Filter
	state, channel, kind, to string
	overdue                  bool
}

func (l Line) outbox() *cobra.Command {
	w, tries := wanted{}, false
	cmd := &cobra.Command{
		Use: "outbox", Short: "List messages with every try to deliver them, newest first", Args: cobra.NoArgs,
		Example: "  beredskab notify outbox --state refused\n  beredskab notify outbox --overdue\n  beredskab notify outbox --run 2026-07 --tries",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := w.check(l.Usage); err != nil {
				return err
			}
			return l.Within(cmd.Context(), func(a *app.App) error {
				list, err := w.read(cmd.Context(), a.Register, time.Now())
				if err != nil {
					return err
				}
				return l.Print(map[string]any{"schema": "beredskab.outbox.v1", "notices": list}, func(out io.Writer) { table(out, list, tries) })
			})
		},
	}
	cmd.Flags().StringVar(&w.state, "state", "", "owed, delivered, expired or refused")
	cmd.Flags().StringVar(&w.Run, "run", "", "only messages about this run")
	cmd.Flags().StringVar(&w.channel, "channel", "", "only those of this channel")
	cmd.Flags().StringVar(&w.kind, "kind", "", "only messages of this kind, such as request")
	cmd.Flags().StringVar(&w.to, "to", "", "only those to this receiver or address")
	cmd.Flags().BoolVar(&w.overdue, "overdue", false, "only what should have been tried more than five minutes ago")
	cmd.Flags().BoolVar(&tries, "tries", false, "print each try below its message")
	cmd.Flags().IntVarP(&w.Limit, "number", "n", 50, "at most this many")
	return cmd
}

func (w *wanted) check(usage func(string, ...any) error) error {
	states := []outbox.State{outbox.Owed, outbox.Delivered, outbox.Expired, outbox.Refused}
	w.State = outbox.State(w.state)
	switch {
	case w.state != "" && !slices.Contains(states, w.State):
		return usage("--state is %q; write owed, delivered, expired or refused", w.state)
	case w.kind != "" && !slices.Contains(outbox.Kinds(), outbox.Kind(w.kind)):
		return usage("--kind is %q; write %s", w.kind, kinds())
	case w.Limit < 1:
		return usage("--number is %d; write how many messages to list, such as 50", w.Limit)
	}
	return nil
}

// lateness is how long a message may be due without a try before it counts as overdue.
const lateness = 5 * time.Minute

// read lists the messages. What the register cannot narrow is narrowed here.
func (w *wanted) read(ctx context.Context, r *register.Register, now time.Time) ([]notice, error) {
	f, most := w.Filter, w.Limit
	if w.channel+w.kind+w.to != "" || w.overdue {
		f.Limit = 0
	}
	if w.overdue {
		f.State = outbox.Owed
	}
	list, err := r.Notices(ctx, f)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(n outbox.Notice) bool {
		return w.channel != "" && n.Channel != w.channel || w.kind != "" && string(n.Kind) != w.kind ||
			w.to != "" && !strings.EqualFold(n.Receiver, w.to) && !strings.EqualFold(n.Address, w.to) ||
			w.overdue && now.Sub(n.NextTry) < lateness
	})
	views := []notice{}
	for _, n := range list[:min(most, len(list))] {
		tries, err := r.Deliveries(ctx, n.ID)
		if err != nil {
			return nil, err
		}
		views = append(views, notice{
			n.ID, string(n.Kind), n.Channel, n.Receiver, n.Address, n.Facts.Run, n.Facts.System, string(n.State),
			stamp(n.CreatedAt), stamp(n.ExpiresAt), stamp(n.NextTry), n.LastError, append([]outbox.Delivery{}, tries...),
		})
	}
	return views, nil
}

// table prints one line a message, and each of its tries below where that is wanted.
func table(out io.Writer, list []notice, tries bool) {
	if len(list) == 0 {
		fmt.Fprintln(out, "No message.")
		return
	}
	line.Table(out, "ID\tKIND\tABOUT\tCHANNEL\tTO\tSTATE\tTRIES\t", func(w io.Writer) {
		for _, n := range list {
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%d\t%s\n", n.ID, n.Kind, line.Dash(strings.TrimSpace(n.Run+" "+n.System)), n.Channel, line.Dash(n.Receiver), n.State, len(n.Tries), n.Error)
			for _, t := range n.Tries {
				if tries {
					fmt.Fprintf(w, "\t\t%s\t%s\t\t%s\t%d\t%s\n", t.At.Local().Format(time.DateTime), t.Channel, t.Outcome, t.Try, t.Detail)
				}
			}
		}
	})
}

// kinds lists the kinds of message for a sentence.
func kinds() string {
	var names []string
	for _, k := range outbox.Kinds() {
		names = append(names, string(k))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
