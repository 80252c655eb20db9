package store_test

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/record"
	"beredskab/internal/store"
)

// appended adds n entries in one transaction.
func appended(t *testing.T, db *store.DB, n int, word string) {
	t.Helper()
	update(t, db, func(tx door.Tx) error {
		for i := range n {
			body := fmt.Appendf(nil, "%s %d", word, i)
			if err := tx.AddEntry(t.Context(), kept.Entry{At: at(i), Actor: word, Outcome: "done", Bytes: body, Hash: ledger.Leaf(body)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// whole wants the tree to be that of the entries, and the hashes kept to prove
// each size that the log has had.
func whole(t *testing.T, db *store.DB, entries int64) {
	t.Helper()
	view(t, db, func(tx door.Tx) error {
		ctx := t.Context()
		head := must[ledger.Tree](t)(tx.Tree(ctx))
		equal(t, "size", head.Size, entries)
		read := func(indexes []int64) ([]ledger.Hash, error) { return tx.TreeHashes(ctx, indexes) }
		var again ledger.Tree
		for _, e := range must[[]kept.Entry](t)(tx.Entries(ctx, kept.EntryFilter{Forward: true})) {
			must[[]ledger.Node](t)(again.Append(e.Hash))
			equal(t, "root", must[ledger.Hash](t)(ledger.RootAt(again.Size, read)), again.Root())
		}
		equal(t, "head", head.Root(), again.Root())
		return nil
	})
}

// Two processes take turns, so that what one knows of the tree is old when it
// appends again.
func TestTree(t *testing.T) {
	onBothPlaces(t, func(t *testing.T, options store.Options) {
		beside := options
		beside.Mode = store.Use
		one, other := open(t, options), open(t, beside)
		total := int64(0)
		for i, n := range []int{1, 3, 2, 7, 1, 1, 20, 5} {
			db := []*store.DB{one, one, other}[i%3]
			appended(t, db, n, fmt.Sprint("turn ", i))
			total += int64(n)
			whole(t, other, total)
		}
	})
}

func TestTreeAfterARollback(t *testing.T) {
	onBothPlaces(t, func(t *testing.T, options store.Options) {
		db := open(t, options)
		appended(t, db, 3, "kept")
		err := db.Update(t.Context(), func(tx door.Tx) error {
			body := []byte("lost")
			must[ledger.Tree](t)(tx.Tree(t.Context()))
			if err := tx.AddEntry(t.Context(), kept.Entry{Outcome: "done", Bytes: body, Hash: ledger.Leaf(body)}); err != nil {
				return err
			}
			equal(t, "size within", must[ledger.Tree](t)(tx.Tree(t.Context())).Size, int64(4))
			return kept.ErrNotFound
		})
		wants(t, err, kept.ErrNotFound)
		appended(t, db, 2, "after")
		whole(t, db, 5)
	})
}

// What a server of the schema before appended, which knows of no tree, is taken
// in by the next one that does.
func TestTreeOfAnEarlierServer(t *testing.T) {
	onBothPlaces(t, func(t *testing.T, options store.Options) {
		db := open(t, options)
		appended(t, db, 2, "new")
		old := outside(t, options)
		for seq := 3; seq <= 900; seq++ {
			body := fmt.Appendf(nil, "old %d", seq)
			must[sql.Result](t)(old.ExecContext(t.Context(), "UPDATE log_head SET seq = seq + 1"))
			must[sql.Result](t)(old.ExecContext(t.Context(), fmt.Sprintf("INSERT INTO entry (seq, at, actor, act, object, outcome, bytes, hash) VALUES (%d, 0, '', '', '', 'done', %s, %s)",
				seq, literal(options, body), literal(options, ledger.Leaf(body)))))
		}
		appended(t, db, 1, "new")
		whole(t, db, 901)
	})
}

func literal(options store.Options, b []byte) string {
	if options.URL != "" {
		return fmt.Sprintf(`'\x%x'`, b)
	}
	return fmt.Sprintf("x'%x'", b)
}

func TestRecords(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		row := func(key, system, person, state string) record.Row {
			return record.Row{Kind: "action", Key: key, System: system, Person: person, State: state, Due: at(9), At: at(len(key)), Rev: 1, Body: []byte(`{"a":1}`)}
		}
		rows := []record.Row{row("A", "esdh", "p-1", "open"), row("BB", "esdh", "p-2", "done"), row("CCC", "", "p-1", "done")}
		for _, r := range rows {
			update(t, db, func(tx door.Tx) error { return tx.PutRecord(ctx, r) })
		}
		wants(t, db.Update(ctx, func(tx door.Tx) error {
			r := rows[0]
			r.Rev = 3
			return tx.PutRecord(ctx, r)
		}), kept.ErrConflict)
		wants(t, db.Update(ctx, func(tx door.Tx) error {
			r := row("D", "", "", "")
			r.Rev = 2
			return tx.PutRecord(ctx, r)
		}), kept.ErrConflict)
		next := rows[0]
		next.Rev, next.State = 2, "done"
		update(t, db, func(tx door.Tx) error { return tx.PutRecord(ctx, next) })
		rows[0] = next
		view(t, db, func(tx door.Tx) error {
			list := must[[]record.Row](t)
			equal(t, "all", list(tx.Records(ctx, "action", record.Filter{})), rows)
			equal(t, "of a system", list(tx.Records(ctx, "action", record.Filter{System: "esdh", State: "done"})), rows[:2])
			equal(t, "of a person", list(tx.Records(ctx, "action", record.Filter{Person: "p-1"})), []record.Row{rows[0], rows[2]})
			equal(t, "in a state", list(tx.Records(ctx, "action", record.Filter{State: "done"})), rows)
			newest := slices.Clone(rows[1:])
			slices.Reverse(newest)
			equal(t, "newest", list(tx.Records(ctx, "action", record.Filter{Limit: 2})), newest)
			equal(t, "none", list(tx.Records(ctx, "person", record.Filter{})), []record.Row{})
			equal(t, "one", must[record.Row](t)(tx.Record(ctx, "action", "A")), next)
			_, err := tx.Record(ctx, "action", "none")
			wants(t, err, kept.ErrNotFound)
			return nil
		})
	})
}
