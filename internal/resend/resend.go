// Package resend has a message sent once more that could not be delivered, because
// somebody has mended what was wrong and says so.
package resend

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/register"
)

// notNow says why a message is not sent again.
type notNow string

func (why notNow) Error() string { return "it is not sent again: " + string(why) }
func (notNow) Unwrap() error     { return kept.ErrConflict }

// lives is how long a message that had expired is worth sending again.
const lives = 24 * time.Hour

// Desk sends messages again.
type Desk struct {
	Door     *door.Door
	Register *register.Register
}

// Message owes a message anew that was refused or has expired. One that still waits, that
// was delivered, or that asks about a step which is over is left alone: kept.ErrConflict.
func (d Desk) Message(ctx context.Context, a door.Actor, id int64) error {
	seen, err := d.Register.Notice(ctx, id)
	if err != nil {
		return fmt.Errorf("message %d: %w", id, err)
	}
	over, err := d.over(ctx, seen)
	if err != nil {
		return err
	}
	return d.Door.Do(ctx, a, "notify.resend", seen.Channel, func(tx door.Tx) (any, error) {
		basis, err := d.Door.May(ctx, tx, a, door.Operator())
		if err != nil {
			return nil, err
		}
		n, err := tx.Notice(ctx, id)
		if err != nil {
			return nil, err
		}
		switch {
		case n.State == outbox.Delivered:
			return nil, notNow("it was delivered")
		case n.State == outbox.Owed:
			return nil, notNow("it is still to be sent, at " + n.NextTry.Format(time.RFC3339))
		case over:
			return nil, notNow("step " + n.Facts.Step + " of run " + n.Facts.Run + " waits for nobody any more")
		}
		now := d.Door.Now().Wall
		if !n.ExpiresAt.After(now) {
			n.ExpiresAt = now.Add(lives)
		}
		n.State, n.NextTry = outbox.Owed, now
		if err := tx.SaveNotice(ctx, n); err != nil {
			return nil, err
		}
		return door.Resting(basis, map[string]string{"key": n.Key}), nil
	})
}

// over tells whether a message asks about a step of which nothing is expected any more.
func (d Desk) over(ctx context.Context, n outbox.Notice) (bool, error) {
	if n.Facts.Run == "" || n.Facts.Step == "" {
		return false, nil
	}
	_, run, err := d.Register.Run(ctx, n.Facts.Run)
	if errors.Is(err, kept.ErrNotFound) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	step, known := run.Find(n.Facts.Step)
	return !known || step.Over() || run.Finished(), nil
}
