package register

import (
	"context"
	"time"

	"beredskab/internal/kept"

	"beredskab/internal/ledger"
)

// log appends one line of the trace within the transaction of the act itself.
func log(ctx context.Context, tx Tx, at time.Time, a Actor, act, object, outcome string, detail any) error {
	body, hash, err := ledger.Seal(ledger.Entry{Actor: a, Act: act, Object: object, Outcome: outcome, Detail: detail}, at)
	if err != nil {
		return err
	}
	_, err = tx.AddEntry(ctx, kept.Entry{At: at, Actor: a.Name, Act: act, Object: object, Outcome: outcome, Bytes: body, Hash: hash})
	return err
}

// Entries lists the trace, newest first.
func (r *Register) Entries(ctx context.Context, f kept.EntryFilter) ([]kept.Entry, error) {
	return read(ctx, r, func(tx Tx) ([]kept.Entry, error) { return tx.Entries(ctx, f) })
}
