package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/record"
)

// What Slack delivered is known for an hour: it delivers again for some minutes, and a
// signed request can be played again for five. There are 256 drawers, and each is
// cleared out as it is written.
const (
	seenKind = "slack_seen"
	seenKept = time.Hour
)

type drawer struct {
	Seen []sight `json:"seen"`
}

type sight struct {
	Key string    `json:"key"`
	At  time.Time `json:"at"`
}

// keyOf is one hash of several texts, none of which runs into the next.
func keyOf(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		sum := sha256.Sum256([]byte(part))
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// first tells whether that was never delivered before, to any node, and notes it. What
// follows is begun once: when it fails, whoever pressed is told, and presses again.
func (l *Listener) first(ctx context.Context, key string) (first bool, err error) {
	const digits = 2
	now := l.Door.Now().Wall
	err = l.Door.Update(ctx, func(tx door.Tx) error {
		first = false
		row, err := tx.Record(ctx, seenKind, key[:digits])
		var d drawer
		switch {
		case errors.Is(err, kept.ErrNotFound):
			row = record.Row{Kind: seenKind, Key: key[:digits]}
		case err != nil:
			return err
		default:
			if d, err = record.Read[drawer](row); err != nil {
				return err
			}
		}
		d.Seen = slices.DeleteFunc(d.Seen, func(s sight) bool { return now.Sub(s.At) >= seenKept })
		if slices.ContainsFunc(d.Seen, func(s sight) bool { return s.Key == key }) {
			return nil
		}
		d.Seen = append(d.Seen, sight{key, now})
		if row, err = row.Set(d); err != nil {
			return err
		}
		first, row.At, row.Rev = true, now, row.Rev+1
		return tx.PutRecord(ctx, row)
	})
	return first, err
}
