// Package halted keeps which channels are shut: the other side has said that it takes
// nothing more, ever. A channel stays shut, whatever is restarted, until its settings
// change or a test gets through.
package halted

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/record"
)

// kind is that of its records; a record's state is one of the two.
const (
	kind = "channel_stop"
	shut = "shut"
	open = "open"
)

// Stop says since when a channel is shut, and why.
type Stop struct {
	Channel  string    `json:"channel"`
	Settings string    `json:"settings"` // which it had then, as a hash
	Why      string    `json:"why"`      // what the other side answered
	At       time.Time `json:"at"`
}

// Book holds the stops behind one door.
type Book struct {
	door *door.Door
	node string
}

// New gives the book; node is in whose name the program writes into it.
func New(d *door.Door, node string) *Book { return &Book{door: d, node: node} }

// Stopped tells whether that channel is shut with the settings that it has now.
func (b *Book) Stopped(ctx context.Context, channel, settings string) (s Stop, stopped bool, err error) {
	row, err := door.Read(ctx, b.door, func(tx door.Tx) (record.Row, error) { return tx.Record(ctx, kind, channel) })
	switch {
	case errors.Is(err, kept.ErrNotFound):
		return s, false, nil
	case err == nil:
		s, err = record.Read[Stop](row)
	}
	if err != nil {
		return s, false, fmt.Errorf("asking whether the channel %s is shut: %w", channel, err)
	}
	return s, row.State == shut && s.Settings == settings, nil
}

// Shut shuts a channel because of what the other side answered.
func (b *Book) Shut(ctx context.Context, a door.Actor, channel, settings, why string) error {
	return b.put(ctx, a, "channel.stop", shut, Stop{Channel: channel, Settings: settings, Why: why})
}

// Open opens it again, because a test got through.
func (b *Book) Open(ctx context.Context, a door.Actor, channel, settings string) error {
	return b.put(ctx, a, "channel.resume", open, Stop{Channel: channel, Settings: settings})
}

// Program is the program itself, which shuts and opens channels by what it is answered.
func (b *Book) Program() door.Actor { return door.System(b.node) }

func (b *Book) put(ctx context.Context, a door.Actor, act, state string, s Stop) error {
	return b.door.Do(ctx, a, act, s.Channel, func(tx door.Tx) (any, error) {
		basis, err := b.door.May(ctx, tx, a, door.Operator())
		if err != nil {
			return nil, err
		}
		old, err := tx.Record(ctx, kind, s.Channel)
		if err != nil && !errors.Is(err, kept.ErrNotFound) {
			return nil, err
		}
		s.At = b.door.Now().Wall
		row, err := record.Row{Kind: kind, Key: s.Channel, State: state, Rev: old.Rev + 1, At: s.At}.Set(s)
		if err != nil {
			return nil, err
		}
		return door.Resting(basis, s), tx.PutRecord(ctx, row)
	})
}

// List gives every stop that was not lifted by a test, also of channels that have other
// settings by now or are gone: whoever reads it knows the settings in force.
func (b *Book) List(ctx context.Context) ([]Stop, error) {
	list, err := door.Read(ctx, b.door, func(tx door.Tx) ([]Stop, error) {
		return door.Every[Stop](ctx, tx, kind, record.Filter{State: shut})
	})
	if err != nil {
		return nil, fmt.Errorf("asking which channels are shut: %w", err)
	}
	return list, nil
}
