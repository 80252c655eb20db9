package store

import (
	"context"
	"slices"

	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/record"
	"beredskab/internal/store/queries"
	"beredskab/internal/store/tree"
)

func (t *transaction) PutRecord(ctx context.Context, r record.Row) error {
	t.recorded = true
	rows, err := t.q.PutRecord(ctx, queries.PutRecordParams{
		Kind: r.Kind, RecordKey: r.Key, System: r.System, Person: r.Person, State: r.State, Due: micros(r.Due), At: micros(r.At),
		Rev: int64(r.Rev), Body: string(r.Body),
	})
	return changed(rows, err, kept.ErrConflict, "keeping the record", r.Kind, r.Key)
}

func (t *transaction) Record(ctx context.Context, kind, key string) (record.Row, error) {
	row, err := t.q.Record(ctx, queries.RecordParams{Kind: kind, RecordKey: key})
	return one(row, err, recordRow, kind, key)
}

// Records asks by the index that leaves least, and leaves the rest out here.
func (t *transaction) Records(ctx context.Context, kind string, f record.Filter) (list []record.Row, err error) {
	var rows []queries.Record
	switch {
	case f.System != "":
		rows, err = t.q.RecordsOfSystem(ctx, queries.RecordsOfSystemParams{Kind: kind, System: f.System})
	case f.Person != "":
		rows, err = t.q.RecordsOfPerson(ctx, queries.RecordsOfPersonParams{Kind: kind, Person: f.Person})
	case f.State != "":
		rows, err = t.q.RecordsInState(ctx, queries.RecordsInStateParams{Kind: kind, State: f.State})
	case f.Limit > 0:
		rows, err = t.q.NewestRecords(ctx, queries.NewestRecordsParams{Kind: kind, Most: most(f.Limit)})
	default:
		rows, err = t.q.Records(ctx, kind)
	}
	list = make([]record.Row, 0, len(rows))
	for _, row := range rows {
		if (f.Person == "" || row.Person == f.Person) && (f.State == "" || row.State == f.State) {
			list = append(list, recordRow(row))
		}
	}
	if f.Limit > 0 {
		slices.SortStableFunc(list, func(a, b record.Row) int { return b.At.Compare(a.At) })
		list = list[:min(f.Limit, len(list))]
	}
	return list, doing(err, "listing the records", kind)
}

// stamp changes with every write to the records of some kinds: a record is never
// deleted, and each write raises its revision.
type stamp struct{ many, revs int64 }

// remembered is what was read when the records stood so.
type remembered struct {
	stamp stamp
	value any
}

// Remember never keeps what a transaction sees of its own writes: it may still fail.
// The stamp is read first, so that what is kept may be newer than its stamp says and
// never older.
func (t *transaction) Remember(ctx context.Context, what string, kinds [3]string, read func() (any, error)) (any, error) {
	if t.recorded {
		return read()
	}
	row, err := t.q.RecordsStamp(ctx, queries.RecordsStampParams{First: kinds[0], Second: kinds[1], Third: kinds[2]})
	if err != nil {
		return nil, doing(err, "looking whether records have changed", what)
	}
	now := stamp{row.Many, row.Revs}
	if was, ok := t.db.memory.Load(what); ok && was.(remembered).stamp == now {
		return was.(remembered).value, nil
	}
	value, err := read()
	if err == nil {
		t.db.memory.Store(what, remembered{now, value})
	}
	return value, err
}

func recordRow(row queries.Record) record.Row {
	return record.Row{
		Kind: row.Kind, Key: row.RecordKey, System: row.System, Person: row.Person, State: row.State,
		Due: moment(row.Due), At: moment(row.At), Rev: int(row.Rev), Body: []byte(row.Body),
	}
}

func (t *transaction) Tree(ctx context.Context) (ledger.Tree, error) {
	if err := t.appendEntries(ctx); err != nil { // a transaction sees what it wrote itself
		return ledger.Tree{}, err
	}
	return tree.Head(ctx, t.session.statements())
}

func (t *transaction) TreeHashes(ctx context.Context, indexes []int64) ([]ledger.Hash, error) {
	return tree.Hashes(ctx, t.session.statements(), indexes)
}
