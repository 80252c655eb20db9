package register

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// entryBody is the canonical form of an entry: JSON with these keys in this
// order. What is stored is what was hashed; nothing is serialised again.
type entryBody struct {
	V       int    `json:"v"`
	At      string `json:"at"`
	Actor   Actor  `json:"actor"`
	Act     string `json:"act"`
	Object  string `json:"object"`
	Outcome string `json:"outcome"`
	Detail  any    `json:"detail,omitempty"`
}

// log appends one line of the trace within the transaction of the act itself.
func log(ctx context.Context, tx Tx, at time.Time, a Actor, act, object, outcome string, detail any) error {
	body, err := json.Marshal(entryBody{
		V: 1, At: at.UTC().Format(time.RFC3339Nano), Actor: a, Act: act, Object: object, Outcome: outcome, Detail: detail,
	})
	if err != nil {
		return fmt.Errorf("writing the log entry of %s: %w", act, err)
	}
	_, err = tx.AddEntry(ctx, Entry{
		At: at, Actor: a.Name, Act: act, Object: object, Outcome: outcome, Bytes: body, Hash: leafHash(body),
	})
	return err
}

// leafHash is the RFC 6962 hash of a log entry.
func leafHash(body []byte) []byte {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(body)
	return h.Sum(nil)
}

// Entries lists the trace, newest first.
func (r *Register) Entries(ctx context.Context, f EntryFilter) ([]Entry, error) {
	return read(ctx, r, func(tx Tx) ([]Entry, error) { return tx.Entries(ctx, f) })
}
