package simulation_test

import (
	"cmp"
	"context"
	"slices"

	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/record"
)

func (t *tx) PutRecord(_ context.Context, r record.Row) error {
	return t.write(func() outcome {
		id := [2]string{r.Kind, r.Key}
		if t.db.records[id].Rev != r.Rev-1 {
			return outcome{err: kept.ErrConflict}
		}
		row := r
		row.Due, row.At, row.Body = stored(r.Due), stored(r.At), bytesOf(r.Body)
		put(t, t.db.records, id, row)
		return outcome{}
	}).err
}

func (t *tx) Record(_ context.Context, kind, key string) (record.Row, error) {
	row, there := t.db.records[[2]string{kind, key}]
	if !there {
		return row, kept.ErrNotFound
	}
	return row, nil
}

func (t *tx) Records(_ context.Context, kind string, f record.Filter) ([]record.Row, error) {
	list := listed(t.db.records, func(r record.Row) bool {
		return r.Kind == kind && (f.System == "" || r.System == f.System) && (f.Person == "" || r.Person == f.Person) && (f.State == "" || r.State == f.State)
	}, func(a, b record.Row) int { return cmp.Compare(a.Key, b.Key) })
	if f.Limit > 0 {
		slices.SortStableFunc(list, func(a, b record.Row) int { return b.At.Compare(a.At) })
	}
	return limited(list, f.Limit), nil
}

// Tree is grown anew each time: here nothing is long.
func (t *tx) Tree(context.Context) (ledger.Tree, error) {
	tree, _, err := t.grown()
	return tree, err
}

func (t *tx) TreeHashes(_ context.Context, indexes []int64) ([]ledger.Hash, error) {
	_, nodes, err := t.grown()
	list := make([]ledger.Hash, len(indexes))
	for i, index := range indexes {
		list[i] = nodes[index].Hash
	}
	return list, err
}

func (t *tx) grown() (tree ledger.Tree, nodes []ledger.Node, err error) {
	for _, e := range t.db.entries {
		more, err := tree.Append(e.Hash)
		if err != nil {
			return tree, nil, err
		}
		nodes = append(nodes, more...)
	}
	return tree, nodes, nil
}

// Remember reads anew each time.
func (t *tx) Remember(_ context.Context, _ string, _ [3]string, read func() (any, error)) (any, error) {
	return read()
}
