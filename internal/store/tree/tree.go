// Package tree keeps the Merkle tree of the log beside the log's entries, in the
// transaction that appends to it. Its rows never change; what they are is
// ledger's word, this package only reads and writes them.
package tree

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"beredskab/internal/ledger"
)

// Statements runs SQL in one transaction, with ?1 for its arguments.
type Statements interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Head is the tree as far as it was kept.
func Head(ctx context.Context, in Statements) (ledger.Tree, error) {
	var size int64
	var edge []byte
	err := in.QueryRowContext(ctx, "SELECT size, edge FROM log_tree WHERE one = 1").Scan(&size, &edge)
	if errors.Is(err, sql.ErrNoRows) {
		return ledger.Tree{}, nil
	} else if err != nil {
		return ledger.Tree{}, fmt.Errorf("reading the tree of the log: %w", err)
	}
	return ledger.ParseTree(size, edge)
}

// chunk is how many entries are taken into the tree at a time.
const chunk = 400

// Grow takes every entry into the tree that it does not hold yet: those that
// this transaction appended, and those of a server that knew of no tree. On
// PostgreSQL the function register_grow does so.
func Grow(ctx context.Context, in Statements) (ledger.Tree, error) {
	t, err := Head(ctx, in)
	for err == nil {
		var leaves [][]byte
		if leaves, err = next(ctx, in, t.Size); err != nil || len(leaves) == 0 {
			break
		}
		var nodes []ledger.Node
		if nodes, err = add(&t, leaves); err == nil {
			err = write(ctx, in, t, nodes)
		}
	}
	if err != nil {
		return t, fmt.Errorf("growing the tree of the log: %w", err)
	}
	return t, nil
}

// add adds leaves to the tree and gives the nodes to be kept.
func add(t *ledger.Tree, leaves [][]byte) (nodes []ledger.Node, err error) {
	for _, leaf := range leaves {
		more, err := t.Append(leaf)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, more...)
	}
	return nodes, nil
}

// next reads the leaves of the first entries that the tree does not hold.
func next(ctx context.Context, in Statements, size int64) (leaves [][]byte, err error) {
	rows, err := in.QueryContext(ctx, "SELECT hash FROM entry WHERE seq > ?1 ORDER BY seq LIMIT ?2", size, chunk)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var leaf []byte
		if err := rows.Scan(&leaf); err != nil {
			return nil, err
		}
		leaves = append(leaves, leaf)
	}
	return leaves, rows.Err()
}

func write(ctx context.Context, in Statements, t ledger.Tree, nodes []ledger.Node) error {
	var text strings.Builder
	text.WriteString("INSERT INTO log_hash (idx, hash) VALUES ")
	args := make([]any, 0, 2*len(nodes))
	for i, n := range nodes {
		if i > 0 {
			text.WriteByte(',')
		}
		args = append(args, n.Index, n.Hash[:])
		fmt.Fprintf(&text, "(?%d, ?%d)", len(args)-1, len(args))
	}
	if _, err := in.ExecContext(ctx, text.String(), args...); err != nil {
		return err
	}
	_, err := in.ExecContext(ctx, `INSERT INTO log_tree (one, size, edge) VALUES (1, ?1, ?2)
		ON CONFLICT (one) DO UPDATE SET size = excluded.size, edge = excluded.edge`, t.Size, t.Edge())
	return err
}

// Hashes gives the hashes kept under those indexes, in their order.
func Hashes(ctx context.Context, in Statements, indexes []int64) ([]ledger.Hash, error) {
	list := make([]ledger.Hash, len(indexes))
	for i, index := range indexes {
		var raw []byte
		err := in.QueryRowContext(ctx, "SELECT hash FROM log_hash WHERE idx = ?1", index).Scan(&raw)
		if err == nil && len(raw) != len(list[i]) {
			err = ledger.ErrDamaged
		}
		if err != nil {
			return nil, fmt.Errorf("reading hash %d of the log: %w", index, err)
		}
		copy(list[i][:], raw)
	}
	return list, nil
}
