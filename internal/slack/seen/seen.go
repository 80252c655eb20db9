// Package seen tells what Slack delivers again from what it delivers first.
package seen

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

// Kind is that of the records. There are 256 drawers, and each is cleared out as it is
// written.
const Kind = "slack_seen"

// keptFor is how long it is known what was delivered: Slack delivers again for some
// minutes, and a signed request can be played again for five.
const keptFor = time.Hour

type drawer struct {
	Seen []sight `json:"seen"`
}

type sight struct {
	Key string    `json:"key"`
	At  time.Time `json:"at"`
}

// Key is one hash of several texts, none of which runs into the next.
func Key(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		sum := sha256.Sum256([]byte(part))
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// First tells whether that was never delivered before, to any node, and notes it. What
// follows is begun once: when it fails, whoever pressed is told, and presses again.
func First(ctx context.Context, d *door.Door, key string) (first bool, err error) {
	const digits = 2
	now := d.Now().Wall
	err = d.Update(ctx, func(tx door.Tx) error {
		first = false
		row, err := tx.Record(ctx, Kind, key[:digits])
		var held drawer
		switch {
		case errors.Is(err, kept.ErrNotFound):
			row = record.Row{Kind: Kind, Key: key[:digits]}
		case err != nil:
			return err
		default:
			if held, err = record.Read[drawer](row); err != nil {
				return err
			}
		}
		held.Seen = slices.DeleteFunc(held.Seen, func(s sight) bool { return now.Sub(s.At) >= keptFor })
		if slices.ContainsFunc(held.Seen, func(s sight) bool { return s.Key == key }) {
			return nil
		}
		held.Seen = append(held.Seen, sight{key, now})
		if row, err = row.Set(held); err != nil {
			return err
		}
		first, row.At, row.Rev = true, now, row.Rev+1
		return tx.PutRecord(ctx, row)
	})
	return first, err
}
