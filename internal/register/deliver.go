package register

import (
	"context"
	"fmt"
	"time"

	"beredskab/internal/outbox"
)

// Owed lists messages that are to be tried now, oldest first, and when the next
// one is due.
func (r *Register) Owed(ctx context.Context, limit int) (list []outbox.Notice, next time.Time, err error) {
	err = r.store.View(ctx, func(tx Tx) error {
		if list, err = tx.OwedNotices(ctx, r.now().Wall, limit); err != nil {
			return err
		}
		next, err = tx.NextNotice(ctx)
		return err
	})
	if err != nil {
		return nil, next, fmt.Errorf("reading the outbox: %w", err)
	}
	return list, next, nil
}

// Tried keeps what became of one try, and the state that follows from it. Every
// try stays in the delivery log.
func (r *Register) Tried(ctx context.Context, id int64, d outbox.Delivery, state outbox.State) error {
	err := r.store.Update(ctx, func(tx Tx) error {
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
func (r *Register) Notices(ctx context.Context, f NoticeFilter) (list []outbox.Notice, err error) {
	err = r.store.View(ctx, func(tx Tx) error {
		list, err = tx.Notices(ctx, f)
		return err
	})
	return list, err
}

// Deliveries lists every try of one message.
func (r *Register) Deliveries(ctx context.Context, notice int64) (list []outbox.Delivery, err error) {
	err = r.store.View(ctx, func(tx Tx) error {
		list, err = tx.Deliveries(ctx, notice)
		return err
	})
	return list, err
}

// Owe puts one message into the outbox by hand, such as a test of a channel or
// the same message through a fallback channel. Its Key makes it one.
func (r *Register) Owe(ctx context.Context, a Actor, n outbox.Notice) (id int64, err error) {
	err = r.change(ctx, a, "notify."+string(n.Kind), n.Channel, func(tx Tx) (any, error) {
		now := r.now().Wall
		n.CreatedAt, n.NextTry, n.State = now, now, outbox.Owed
		if n.ExpiresAt.IsZero() {
			n.ExpiresAt = now.Add(requestLives)
		}
		id, _, err = tx.AddNotice(ctx, n)
		return map[string]string{"key": n.Key}, err
	})
	return id, err
}
