package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
)

// Preview gives the text of a message, without sending it.
func (s *Settings) Preview(n outbox.Notice) (string, error) {
	courier, err := s.courier()
	if err != nil {
		return "", err
	}
	return courier.Preview(n)
}

// Configured lists the channels as they are in force.
func (s *Settings) Configured() ([]notify.Channel, error) {
	courier, err := s.courier()
	if err != nil {
		return nil, err
	}
	return courier.Channels(), nil
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
