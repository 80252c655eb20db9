package notices

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/channels"
	"beredskab/internal/facsimile"
	"beredskab/internal/outbox"
)

// asked is which message is to be shown, and as what.
type asked struct {
	id            int64
	kind, channel string
	as            string
	incident      bool
	wire          bool
}

func (l Line) preview() *cobra.Command {
	var o asked
	cmd := &cobra.Command{
		Use: "preview [KIND]", Short: "Show how a message would read, without sending it",
		Long: "Show a sample of a kind of message, or one of the outbox, as a channel would send it. Nothing is sent. The kinds\n" +
			"are " + kinds() + ".",
		Example: "  beredskab notify preview request --lang da\n  beredskab notify preview request --as sms\n" +
			"  beredskab notify preview finished --channel mail --wire\n  beredskab notify preview --id 12",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.kind = append(args, string(outbox.Request))[0]
			return l.show(cmd.Context(), o)
		},
	}
	cmd.Flags().Int64Var(&o.id, "id", 0, "a message of the outbox")
	cmd.Flags().StringVar(&o.channel, "channel", "", "as this channel of the settings sends it")
	cmd.Flags().StringVar(&o.as, "as", "", "as a channel of this kind would send it: "+strings.Join(senders(), ", "))
	cmd.Flags().BoolVar(&o.incident, "incident", false, "of a real incident instead of a drill")
	cmd.Flags().BoolVar(&o.wire, "wire", false, "print what goes over the wire instead of the text")
	return cmd
}

// senders are the kinds of channel that send.
func senders() []string {
	return slices.DeleteFunc(channels.Kinds(), func(kind string) bool { return kind == "folder" })
}

func (l Line) show(ctx context.Context, o asked) error {
	switch {
	case o.id == 0 && !slices.Contains(outbox.Kinds(), outbox.Kind(o.kind)):
		return l.Usage("there is no kind of message %q; write %s", o.kind, kinds())
	case o.as != "" && !slices.Contains(senders(), o.as):
		return l.Usage("--as is %q; write %s", o.as, strings.Join(senders(), ", "))
	case o.as != "" && o.channel != "":
		return l.Usage("--as and --channel were both given; write one of them")
	}
	s, err := l.Settings()
	if err != nil {
		return err
	}
	n, err := l.subject(ctx, o)
	if err != nil {
		return err
	}
	d, err := s.Draft(n, o.as)
	if err != nil {
		return err
	}
	v := map[string]any{
		"schema": "beredskab.preview.v1", "kind": n.Kind, "channel": n.Channel, "language": n.Language,
		"subject": d.Subject, "text": d.Text, "wire": d.Wire,
	}
	return l.Print(v, func(out io.Writer) {
		if o.wire {
			wire(out, d.Wire)
			return
		}
		fmt.Fprintf(out, "%s\n\n%s\n", d.Subject, d.Text)
	})
}

// subject is the message that is to be shown.
func (l Line) subject(ctx context.Context, o asked) (n outbox.Notice, err error) {
	if o.id == 0 {
		n = outbox.Sample(outbox.Kind(o.kind), l.Lang(), o.incident)
		n.Channel = o.channel
		if o.as == "sms" {
			n.Address = "+4559530000"
		}
		return n, nil
	}
	err = l.Within(ctx, func(a *app.App) error {
		n, err = a.Register.Notice(ctx, o.id)
		return err
	})
	if err != nil {
		return n, fmt.Errorf("message %d: %w; `beredskab notify outbox` lists them", o.id, err)
	}
	if o.channel != "" {
		n.Channel = o.channel
	}
	return n, nil
}

// wire prints what goes over the wire, as it goes.
func wire(out io.Writer, w facsimile.Wire) {
	fmt.Fprintf(out, "# %s, %s", w.Kind, w.Type)
	if w.To != "" {
		fmt.Fprintf(out, ", to %s", w.To)
	}
	fmt.Fprintln(out)
	for _, h := range w.Head {
		fmt.Fprintf(out, "%s: %s\n", h.Name, h.Text)
	}
	fmt.Fprintf(out, "\n%s\n", strings.ReplaceAll(w.Body, "\r\n", "\n"))
}
