// Package post is the register's outbox: to whom a message goes, through which channel
// and when, and what became of each try to deliver it.
package post

import (
	"context"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/outbox"
)

// lives is how long a message by hand is worth sending.
const lives = 24 * time.Hour

// Post is the outbox behind that door.
type Post struct {
	door   *door.Door
	routes []outbox.Route
}

// New gives the outbox whose messages take those routes.
func New(d *door.Door, routes []outbox.Route) *Post { return &Post{d, routes} }

// Owed lists what is owed, oldest first, once any of it is to be tried now: also
// what waits for its next try, because one summary may take it along (F16).
func (p *Post) Owed(ctx context.Context, limit int) ([]outbox.Notice, error) {
	list, err := door.Read(ctx, p.door, func(tx door.Tx) ([]outbox.Notice, error) {
		now := p.door.Now().Wall
		if next, err := tx.NextNotice(ctx); err != nil || next.IsZero() || next.After(now) {
			return nil, err
		}
		return tx.OwedNotices(ctx, now.AddDate(100, 0, 0), limit)
	})
	if err != nil {
		return nil, fmt.Errorf("reading the outbox: %w", err)
	}
	return list, nil
}

// Tried keeps what became of one try, and the state that follows from it. Every
// try stays in the delivery log.
func (p *Post) Tried(ctx context.Context, id int64, d outbox.Delivery, state outbox.State) error {
	err := p.door.Update(ctx, func(tx door.Tx) error {
		n, err := tx.Notice(ctx, id)
		if err != nil {
			return err
		}
		n.Tries++
		d.Notice, d.Try = id, n.Tries
		if err := tx.AddDelivery(ctx, d); err != nil {
			return err
		}
		// An answer that came meanwhile may have withdrawn it; a delivery that
		// succeeded is told all the same.
		if n.State == outbox.Owed || state == outbox.Delivered {
			n.State = state
		}
		n.NextTry, n.LastError = d.RetryAt, ""
		if d.Outcome != outbox.Accepted {
			n.LastError = d.Detail
		}
		return tx.SaveNotice(ctx, n)
	})
	if err != nil {
		return fmt.Errorf("keeping the delivery of message %d: %w", id, err)
	}
	return nil
}

// Notices lists the outbox, newest first.
func (p *Post) Notices(ctx context.Context, f outbox.Filter) ([]outbox.Notice, error) {
	return door.Read(ctx, p.door, func(tx door.Tx) ([]outbox.Notice, error) { return tx.Notices(ctx, f) })
}

// Notice is one message of the outbox.
func (p *Post) Notice(ctx context.Context, id int64) (outbox.Notice, error) {
	return door.Read(ctx, p.door, func(tx door.Tx) (outbox.Notice, error) { return tx.Notice(ctx, id) })
}

// Deliveries lists every try of one message.
func (p *Post) Deliveries(ctx context.Context, notice int64) ([]outbox.Delivery, error) {
	return door.Read(ctx, p.door, func(tx door.Tx) ([]outbox.Delivery, error) { return tx.Deliveries(ctx, notice) })
}

// Owe puts one message into the outbox by hand, such as a test of a channel or
// the same message through a fallback channel. Its Key makes it one, however
// often it is asked for. A personal channel needs mailboxes: where the message
// has none, those of its receivers are looked up, and each gets one.
func (p *Post) Owe(ctx context.Context, a door.Actor, n outbox.Notice) (id int64, err error) {
	err = p.door.Do(ctx, a, "notify."+string(n.Kind), n.Channel, func(tx door.Tx) (any, error) {
		basis, err := p.door.May(ctx, tx, a, door.Operator())
		if err != nil {
			return nil, err
		}
		now := p.door.Now().Wall
		n.CreatedAt, n.NextTry, n.State = now, now, outbox.Owed
		if n.ExpiresAt.IsZero() {
			n.ExpiresAt = now.Add(lives)
		}
		list, err := p.addressed(ctx, tx, n)
		if err != nil {
			return nil, err
		}
		isNew := false
		for i, one := range list {
			at, added, err := tx.AddNotice(ctx, one)
			if err != nil {
				return nil, err
			}
			if isNew = isNew || added; i == 0 {
				id = at
			}
		}
		if !isNew {
			return nil, door.ErrNothing
		}
		return door.Resting(basis, map[string]string{"key": n.Key}), nil
	})
	return id, err
}

// Reaching names the channels that reach persons, which one may wish to be reached by.
func (p *Post) Reaching() (names []string) {
	for _, route := range p.routes {
		if route.Personal && !slices.Contains(names, route.Channel) {
			names = append(names, route.Channel)
		}
	}
	return names
}
