package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/channels"
	"beredskab/internal/door"
	"beredskab/internal/facsimile"
	"beredskab/internal/kept"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
	"beredskab/internal/resend"
)

// Draft gives a message as its channel would send it, without sending it; as, unless it
// is empty, is the kind of a channel that takes the place of its own.
func (s *Settings) Draft(n outbox.Notice, as string) (facsimile.Draft, error) {
	if as != "" {
		return channels.Draft(as, n, s.building())
	}
	courier, err := s.courier()
	if err != nil {
		return facsimile.Draft{}, err
	}
	if n.Channel != "" && !slices.ContainsFunc(courier.Channels(), func(c notify.Channel) bool { return c.Name == n.Channel }) {
		return facsimile.Draft{}, fmt.Errorf("channel %q: %w; `beredskab notify channels` lists them", n.Channel, kept.ErrNotFound)
	}
	return courier.Draft(n)
}

// Resend has a message sent once more that could not be delivered.
func (a *App) Resend(ctx context.Context, by door.Actor, id int64) error {
	return resend.Desk{Door: a.door, Register: a.Register}.Message(ctx, by, id)
}

// TryChannel sends a test message through the outbox, so that it meets what a
// real message would meet.
func (a *App) TryChannel(ctx context.Context, by door.Actor, channel, address, language string) (outbox.Delivery, error) {
	n := outbox.Notice{
		Key: fmt.Sprintf("test/%s/%d", channel, time.Now().UnixNano()), Kind: outbox.Test, Channel: channel, Address: address,
		Language: language, Receiver: by.Name, Facts: outbox.Facts{Text: "notify test"},
	}
	var err error
	if n.ID, err = a.Register.Owe(ctx, by, n); err != nil {
		return outbox.Delivery{}, err
	}
	d := a.Courier.Deliver(ctx, n)
	return d.Delivery, a.Register.Tried(ctx, n.ID, d.Delivery, d.State)
}

// courier builds the channels; what keeps one from being built is a setting.
func (s *Settings) courier() (*notify.Courier, error) {
	courier, err := s.Courier()
	if err != nil && !errors.Is(err, ErrSettings) {
		err = fmt.Errorf("%w: %w", ErrSettings, err)
	}
	return courier, err
}
