package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"beredskab/internal/fault"
	"beredskab/internal/kept"
	"beredskab/internal/store/queries"
	"beredskab/internal/store/tree"
)

// AddEntry keeps the entry for the end of the transaction. Whoever draws the
// next number of the log holds its head until commit, and everybody else who
// writes waits for it: so that comes last, and for all entries at once.
func (t *transaction) AddEntry(_ context.Context, e kept.Entry) error {
	t.entries = append(t.entries, e)
	return nil
}

// appendEntries writes what AddEntry kept. A rollback leaves no gap.
func (t *transaction) appendEntries(ctx context.Context) error {
	if len(t.entries) == 0 {
		return nil
	}
	fault.Point("store.entry.before")
	err := t.session.appendEntries(ctx, t.entries)
	t.entries = nil
	return doing(err, "appending to the log")
}

func (s *sqliteSession) appendEntries(ctx context.Context, list []kept.Entry) error {
	q := queries.New(s.statements())
	for _, e := range list {
		seq, err := q.NextEntry(ctx)
		if err == nil {
			err = q.AddEntry(ctx, queries.AddEntryParams{
				Seq: seq, At: micros(e.At), Actor: e.Actor, Act: e.Act, Object: e.Object, Outcome: e.Outcome,
				Bytes: blob(e.Bytes), Hash: blob(e.Hash),
			})
		}
		if err != nil {
			return err
		}
	}
	_, err := tree.Grow(ctx, s.statements())
	return err
}

// appendPostgres is NextEntry and AddEntry in one statement.
const appendPostgres = `WITH head AS (UPDATE log_head SET seq = seq + 1 WHERE one = 1 RETURNING seq)
INSERT INTO entry (seq, at, actor, act, object, outcome, bytes, hash)
SELECT seq, $1, $2, $3, $4, $5, $6, $7 FROM head`

// appendEntries sends all of them in one round trip, and lets the tree grow by
// them (migrations/postgres/003_people.sql).
func (s *postgresSession) appendEntries(ctx context.Context, list []kept.Entry) error {
	var batch pgx.Batch
	for _, e := range list {
		batch.Queue(appendPostgres, micros(e.At), e.Actor, e.Act, e.Object, e.Outcome, blob(e.Bytes), blob(e.Hash)).Exec(func(tag pgconn.CommandTag) error {
			if tag.RowsAffected() != 1 {
				return errors.New("the log has lost its head")
			}
			return nil
		})
	}
	batch.Queue("SELECT register_grow()")
	return s.onConnection(func() error { return s.tx.SendBatch(ctx, &batch).Close() })
}

func (t *transaction) Entries(ctx context.Context, f kept.EntryFilter) ([]kept.Entry, error) {
	if err := t.appendEntries(ctx); err != nil { // a transaction sees what it wrote itself
		return nil, err
	}
	var rows []queries.Entry
	var err error
	switch {
	case f.Forward:
		rows, err = t.q.EntriesAfter(ctx, queries.EntriesAfterParams{After: f.After, Most: most(f.Limit)})
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
