package store

import (
	"context"

	"beredskab/internal/fault"
	"beredskab/internal/kept"

	"beredskab/internal/store/queries"
)

// AddEntry draws the next number from the log's head, whose row PostgreSQL holds
// until commit: whoever appends meanwhile waits, and a rollback leaves no gap.
func (t *transaction) AddEntry(ctx context.Context, e kept.Entry) (int64, error) {
	fault.Point("store.entry.before")
	seq, err := t.q.NextEntry(ctx)
	if err != nil {
		return 0, doing(err, "drawing the next number of the log")
	}
	return seq, doing(t.q.AddEntry(ctx, queries.AddEntryParams{
		Seq: seq, At: micros(e.At), Actor: e.Actor, Act: e.Act, Object: e.Object, Outcome: e.Outcome,
		Bytes: blob(e.Bytes), Hash: blob(e.Hash),
	}), "adding entry", seq)
}

func (t *transaction) Entries(ctx context.Context, f kept.EntryFilter) ([]kept.Entry, error) {
	var rows []queries.Entry
	var err error
	switch {
	case f.Object != "":
		rows, err = t.q.EntriesOfObject(ctx, queries.EntriesOfObjectParams{Object: f.Object, Actor: f.Actor, Most: most(f.Limit)})
	case f.Actor != "":
		rows, err = t.q.EntriesOfActor(ctx, queries.EntriesOfActorParams{Actor: f.Actor, Most: most(f.Limit)})
	default:
		rows, err = t.q.Entries(ctx, most(f.Limit))
	}
	return each(rows, doing(err, "listing log entries"), func(row queries.Entry) kept.Entry {
		return kept.Entry{
			Seq: row.Seq, At: moment(row.At), Actor: row.Actor, Act: row.Act, Object: row.Object,
			Outcome: row.Outcome, Bytes: row.Bytes, Hash: row.Hash,
		}
	})
}
