package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"beredskab/cmd/beredskab/view"
	"beredskab/internal/kept"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
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
			return c.reading(cmd.Context(), func(r *register.Register) error { return c.outbox(cmd.Context(), r, f) })
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "owed, delivered, expired or refused")
	cmd.Flags().StringVar(&f.Run, "run", "", "only messages about this run")
	cmd.Flags().IntVarP(&f.Limit, "number", "n", 50, "at most this many")
	return cmd
}

// noticeView is a message as programs read it.
type noticeView struct {
	ID       int64             `json:"id"`
	Kind     string            `json:"kind"`
	Channel  string            `json:"channel"`
	Receiver string            `json:"receiver"`
	Address  string            `json:"address,omitempty"`
	Run      string            `json:"run,omitempty"`
	System   string            `json:"system,omitempty"`
	State    string            `json:"state"`
	Created  string            `json:"created_at"`
	NextTry  string            `json:"next_try_at,omitempty"`
	Error    string            `json:"error,omitempty"`
	Tries    []outbox.Delivery `json:"tries"`
}

func (c *cli) outbox(ctx context.Context, r *register.Register, f outbox.Filter) error {
	list, err := r.Notices(ctx, f)
	if err != nil {
		return err
	}
	views := make([]noticeView, len(list))
	for i, n := range list {
		tries, err := r.Deliveries(ctx, n.ID)
		if err != nil {
			return err
		}
		views[i] = noticeView{
			n.ID, string(n.Kind), n.Channel, n.Receiver, n.Address, n.Facts.Run, n.Facts.System, string(n.State),
			view.Stamp(n.CreatedAt), view.Stamp(n.NextTry), n.LastError, tries,
		}
	}
	return c.print(map[string]any{"schema": "beredskab.outbox.v1", "notices": views}, func() {
		w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tKIND\tABOUT\tCHANNEL\tTO\tSTATE\tTRIES\t")
		for i, n := range list {
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%d\t%s\n", n.ID, n.Kind, dash(strings.TrimSpace(n.Facts.Run+" "+n.Facts.System)), n.Channel, dash(n.Receiver), n.State, len(views[i].Tries), n.LastError)
		}
		_ = w.Flush()
	})
}

func (c *cli) notifyChannels() *cobra.Command {
	return &cobra.Command{
		Use: "channels", Short: "List the configured channels", Args: cobra.NoArgs,
		RunE: func(_ *cobra.Command, _ []string) error {
			s, err := c.settings()
			if err != nil {
				return err
			}
			courier, err := s.Courier()
			if err != nil {
				return err
			}
			type view struct{ Name, Kind, Address, Language, Fallback string }
			var views []view
			for _, ch := range courier.Channels() {
				views = append(views, view{ch.Name, ch.Kind, ch.Address, ch.Language, ch.Fallback})
			}
			return c.print(map[string]any{"schema": "beredskab.channels.v1", "channels": views}, func() {
				for _, v := range views {
					fmt.Fprintf(c.out, "%s (%s) %s\n", v.Name, v.Kind, v.Address)
				}
				if len(views) == 0 {
					fmt.Fprintln(c.out, "No channel is configured; add one under `channels:` in beredskab.yaml.")
				}
			})
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

// testChannels sends through the outbox, so that a test shows what a real
// message would meet. Exit 7 when some did not arrive.
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
		n := outbox.Notice{
			Key: fmt.Sprintf("test/%s/%d", ch.Name, time.Now().UnixNano()), Kind: outbox.Test, Channel: ch.Name, Address: address,
			Language: c.lang, Receiver: c.actor().Name, Facts: outbox.Facts{Text: "notify test"},
		}
		if n.ID, err = a.Register.Owe(ctx, c.actor(), n); err != nil {
			return err
		}
		d := a.Courier.Deliver(ctx, n)
		if err := a.Register.Tried(ctx, n.ID, d.Delivery, d.State); err != nil {
			return err
		}
		if d.Delivery.Outcome != outbox.Accepted {
			failed++
		}
		fmt.Fprintf(c.out, "%s %s: %s %s\n", mark(d.Delivery.Outcome == outbox.Accepted), ch.Name, d.Delivery.Outcome, d.Delivery.Detail)
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
	courier, err := s.Courier()
	if err != nil {
		return err
	}
	n := sampleNotice(outbox.Kind(kind), c.lang)
	if id > 0 {
		err := c.reading(ctx, func(r *register.Register) error {
			list, err := r.Notices(ctx, outbox.Filter{})
			for _, held := range list {
				if held.ID == id {
					n = held
					return err
				}
			}
			return errors.Join(err, fmt.Errorf("message %d: %w", id, kept.ErrNotFound))
		})
		if err != nil {
			return err
		}
	}
	text, err := courier.Preview(n)
	if err != nil {
		return usage("%v; the kinds are reminder, started, request, escalation, unknown, finished, missed, finding and test", err)
	}
	fmt.Fprintln(c.out, text)
	return nil
}

// sampleNotice is a message with believable facts of every kind.
func sampleNotice(kind outbox.Kind, lang string) outbox.Notice {
	start := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	return outbox.Notice{
		ID: 1, Kind: kind, Language: lang, Receiver: "systemejer Økonomi", CreatedAt: start, ExpiresAt: start.Add(24 * time.Hour),
		Facts: outbox.Facts{
			System: "oekonomi", SystemName: "Økonomisystem", Run: "2026-07", Drill: "gendan fra backup", Step: "bekraeft-data",
			StepTitle: "Bekræft data", StepNumber: 3, Steps: 7, Question: "Viser Økonomisystemet de rigtige tal?",
			Todo:    []string{"Log ind på testmiljøet", "Find bilag 2025-114", "Beløbet skal være 12.450,00 kr."},
			Minutes: 3, AnswerBy: start.Add(90 * time.Minute), StartsAt: start, EndsAt: start.Add(3 * time.Hour), DaysBefore: 7,
			Absent: "Systemejer Økonomi", Leader: "Øvelsesleder", Phone: "+45 00 00 00 10", Verdict: "passed_with_remarks",
			RTAMinutes: 192, RTOMinutes: 240, RPAMinutes: 420, RPOMinutes: 1440, Measured: true, Findings: 2,
			SlowStep: "Gendan database", SlowBy: 11, Code: "C6", Text: "Fremskrevet færdig er senere end den accepterede tid.",
			Hint: "Gør det langsomste trin hurtigere.", Command: "beredskab drill confirm 2026-07 bekraeft-data",
		},
	}
}
