package notices

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/channels"
	"beredskab/internal/line"
	"beredskab/internal/outbox"
)

// channel is a channel as programs read it, in schema beredskab.channels.v1.
type channel struct {
	Name     string  `json:"name"`
	Kind     string  `json:"kind"`
	Address  string  `json:"address,omitempty"`
	Language string  `json:"language,omitempty"`
	Fallback string  `json:"fallback,omitempty"`
	Folder   string  `json:"folder,omitempty"` // where its messages are written instead of sent
	Owed     int     `json:"owed"`
	Oldest   string  `json:"oldest_owed_at,omitempty"`
	Refused  int     `json:"refused"`
	Last     string  `json:"last_delivered_at,omitempty"`
	Checks   []check `json:"checks,omitempty"`
}

// check is one thing that was looked at.
type check struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty"`
	Next   string `json:"next,omitempty"`
}

func (l Line) channels() *cobra.Command {
	look := false
	cmd := &cobra.Command{
		Use: "channels", Short: "List the channels with what waits in each, and whether they would work", Args: cobra.NoArgs,
		Long: "List the configured channels: how many messages wait, how many could not be delivered, and when one last was. With\n" +
			"--check each is asked whether it would work; nothing is sent to anybody, and it ends with 3 when one would not.",
		Example: "  beredskab notify channels\n  beredskab notify channels --check",
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, well, err := l.listed(cmd.Context(), look)
			if err != nil {
				return err
			}
			err = l.Print(map[string]any{"schema": "beredskab.channels.v1", "channels": list}, func(out io.Writer) { print(out, list) })
			if err == nil && !well {
				return l.Found
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&look, "check", false, "look whether each channel would work")
	return cmd
}

// listed gives the channels; well tells that none was found wanting.
func (l Line) listed(ctx context.Context, look bool) (list []channel, well bool, err error) {
	s, err := l.Settings()
	if err != nil {
		return nil, false, err
	}
	courier, err := s.Courier()
	if err != nil {
		return nil, false, errors.Join(app.ErrSettings, err)
	}
	folders := map[string]string{}
	for _, c := range s.Channels {
		folders[c.Name] = c.Dir
	}
	list, well = []channel{}, true
	for _, c := range courier.Channels() {
		list = append(list, channel{Name: c.Name, Kind: c.Kind, Address: c.Address, Language: c.Language, Fallback: c.Fallback, Folder: folders[c.Name]})
	}
	if look {
		for _, f := range channels.Examine(ctx, courier) {
			well = well && f.OK
			for i := range list {
				if list[i].Name == f.Channel {
					list[i].Checks = append(list[i].Checks, check{f.What, f.OK, f.Detail, f.Next})
				}
			}
		}
	}
	if !s.HasRegister() {
		return list, well, nil
	}
	return list, well, l.Within(ctx, func(a *app.App) error { return counted(ctx, a, list) })
}

// newest is among how many messages the last delivery of a channel is looked for.
const newest = 2000

// counted adds what the register knows of each channel.
func counted(ctx context.Context, a *app.App, list []channel) error {
	census, err := a.Store().Census(ctx)
	if err != nil {
		return err
	}
	delivered, err := a.Register.Notices(ctx, outbox.Filter{State: outbox.Delivered, Limit: newest})
	if err != nil {
		return err
	}
	for i := range list {
		c := &list[i]
		c.Owed, c.Refused, c.Oldest = census.Owed[c.Name], census.Refused[c.Name], stamp(census.OldestOwed[c.Name])
		for _, n := range delivered {
			if n.Channel != c.Name {
				continue
			}
			tries, err := a.Register.Deliveries(ctx, n.ID)
			if err != nil {
				return err
			}
			if len(tries) > 0 {
				c.Last = stamp(tries[len(tries)-1].At)
			}
			break
		}
	}
	return nil
}

// print prints one line a channel, and what was looked at below.
func print(out io.Writer, list []channel) {
	if len(list) == 0 {
		fmt.Fprintln(out, "No channel is configured; add one under `channels:` in beredskab.yaml.")
		return
	}
	line.Table(out, "CHANNEL\tKIND\tADDRESS\tFALLBACK\tOWED\tREFUSED\tLAST DELIVERED\t", func(w io.Writer) {
		for _, c := range list {
			last, note := "-", ""
			if at, err := time.Parse(time.RFC3339Nano, c.Last); err == nil {
				last = at.Local().Format(time.DateTime)
			}
			if c.Folder != "" {
				note = "written into " + c.Folder + ", not sent"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\t%s\t%s\n", c.Name, c.Kind, line.Dash(c.Address), line.Dash(c.Fallback), c.Owed, c.Refused, last, note)
		}
	})
	for _, c := range list {
		for _, k := range c.Checks {
			fmt.Fprintf(out, "%s %s: %s", mark(k.OK), c.Name, k.What)
			if k.Detail != "" {
				fmt.Fprintf(out, ": %s", k.Detail)
			}
			fmt.Fprintln(out)
			if !k.OK && k.Next != "" {
				fmt.Fprintf(out, "    → %s\n", k.Next)
			}
		}
	}
}
