package register

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
)

// Owed lists what is owed, oldest first, once any of it is to be tried now: also
// what waits for its next try, because one summary may take it along (F16).
func (r *Register) Owed(ctx context.Context, limit int) ([]outbox.Notice, error) {
	list, err := door.Read(ctx, r.door, func(tx door.Tx) ([]outbox.Notice, error) {
		now := r.door.Now().Wall
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
func (r *Register) Tried(ctx context.Context, id int64, d outbox.Delivery, state outbox.State) error {
	err := r.door.Update(ctx, func(tx door.Tx) error {
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
func (r *Register) Notices(ctx context.Context, f outbox.Filter) ([]outbox.Notice, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) ([]outbox.Notice, error) { return tx.Notices(ctx, f) })
}

// Notice is one message of the outbox.
func (r *Register) Notice(ctx context.Context, id int64) (outbox.Notice, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) (outbox.Notice, error) { return tx.Notice(ctx, id) })
}

// Deliveries lists every try of one message.
func (r *Register) Deliveries(ctx context.Context, notice int64) ([]outbox.Delivery, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) ([]outbox.Delivery, error) { return tx.Deliveries(ctx, notice) })
}

// Owe puts one message into the outbox by hand, such as a test of a channel or
// the same message through a fallback channel. Its Key makes it one, however
// often it is asked for. A personal channel needs mailboxes: where the message
// has none, those of its receivers are looked up, and each gets one.
func (r *Register) Owe(ctx context.Context, a door.Actor, n outbox.Notice) (id int64, err error) {
	err = r.door.Do(ctx, a, "notify."+string(n.Kind), n.Channel, func(tx door.Tx) (any, error) {
		basis, err := r.door.May(ctx, tx, a, door.Operator())
		if err != nil {
			return nil, err
		}
		now := r.door.Now().Wall
		n.CreatedAt, n.NextTry, n.State = now, now, outbox.Owed
		if n.ExpiresAt.IsZero() {
			n.ExpiresAt = now.Add(requestLives)
		}
		to, err := r.mailboxes(ctx, tx, n)
		if err != nil {
			return nil, err
		}
		isNew := false
		for i, t := range to {
			one := n
			if one.Receiver, one.Address = t.Role, t.Mailbox; i > 0 {
				one.Key += "/" + t.Mailbox
			}
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

// mailboxes finds the receivers of a message that names roles only.
func (r *Register) mailboxes(ctx context.Context, tx door.Tx, n outbox.Notice) (to []plan.Contact, err error) {
	asWritten := []plan.Contact{{Role: n.Receiver, Mailbox: n.Address}}
	if n.Address != "" || !slices.ContainsFunc(r.options.Routes, func(route Route) bool { return route.Channel == n.Channel && route.Personal }) {
		return asWritten, nil
	}
	org, err := r.organisation(ctx, tx)
	if err != nil {
		return nil, err
	}
	p, err := r.pinned(ctx, tx, Opening{System: n.Facts.System})
	if err != nil && !errors.Is(err, kept.ErrNotFound) && !errors.Is(err, door.ErrBroken) {
		return nil, err
	}
	if to = org.Mailboxes(strings.Split(n.Receiver, ", "), p); len(to) == 0 {
		return asWritten, nil
	}
	return to, nil
}
