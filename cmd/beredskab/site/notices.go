package site

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/kept"
	"beredskab/internal/line"
	"beredskab/internal/outbox"
	"beredskab/internal/register"
)

// Outbox is what `beredskab notify outbox` answers.
type Outbox struct {
	Schema  string       `json:"schema"`
	Notices []noticeView `json:"notices"`
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

// ListOutbox lists messages with every try to deliver them.
func ListOutbox(ctx context.Context, r *register.Register, f outbox.Filter) (*Outbox, error) {
	list, err := r.Notices(ctx, f)
	if err != nil {
		return nil, err
	}
	v := &Outbox{Schema: "beredskab.outbox.v1", Notices: []noticeView{}}
	for _, n := range list {
		tries, err := r.Deliveries(ctx, n.ID)
		if err != nil {
			return nil, err
		}
		v.Notices = append(v.Notices, noticeView{
			n.ID, string(n.Kind), n.Channel, n.Receiver, n.Address, n.Facts.Run, n.Facts.System, string(n.State),
			stamp(n.CreatedAt), stamp(n.NextTry), n.LastError, tries,
		})
	}
	return v, nil
}

// Text prints one line a message.
func (v *Outbox) Text(out io.Writer) {
	line.Table(out, "ID\tKIND\tABOUT\tCHANNEL\tTO\tSTATE\tTRIES\t", func(w io.Writer) {
		for _, n := range v.Notices {
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%d\t%s\n", n.ID, n.Kind, line.Dash(strings.TrimSpace(n.Run+" "+n.System)), n.Channel, line.Dash(n.Receiver), n.State, len(n.Tries), n.Error)
		}
	})
}

// FindNotice gives one message of the outbox.
func FindNotice(ctx context.Context, r *register.Register, id int64) (outbox.Notice, error) {
	list, err := r.Notices(ctx, outbox.Filter{})
	if err != nil {
		return outbox.Notice{}, err
	}
	if i := slices.IndexFunc(list, func(n outbox.Notice) bool { return n.ID == id }); i >= 0 {
		return list[i], nil
	}
	return outbox.Notice{}, fmt.Errorf("message %d: %w", id, kept.ErrNotFound)
}

// Channels is what `beredskab notify channels` answers.
type Channels struct {
	Schema   string        `json:"schema"`
	Channels []channelView `json:"channels"`
}

type channelView struct{ Name, Kind, Address, Language, Fallback string }

// ListChannels lists the configured channels.
func ListChannels(s *app.Settings) (*Channels, error) {
	list, err := s.Configured()
	if err != nil {
		return nil, err
	}
	v := &Channels{Schema: "beredskab.channels.v1", Channels: []channelView{}}
	for _, ch := range list {
		v.Channels = append(v.Channels, channelView{ch.Name, ch.Kind, ch.Address, ch.Language, ch.Fallback})
	}
	return v, nil
}

// Text prints one line a channel.
func (v *Channels) Text(out io.Writer) {
	for _, c := range v.Channels {
		fmt.Fprintf(out, "%s (%s) %s\n", c.Name, c.Kind, c.Address)
	}
	if len(v.Channels) == 0 {
		fmt.Fprintln(out, "No channel is configured; add one under `channels:` in beredskab.yaml.")
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
