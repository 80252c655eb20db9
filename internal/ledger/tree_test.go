package ledger_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"beredskab/internal/ledger"
)

// grow is a log of n small entries: its trees from the empty one on, and its
// nodes by index.
func grow(t testing.TB, n int) (trees []ledger.Tree, nodes []ledger.Hash) {
	t.Helper()
	trees = make([]ledger.Tree, 1, n+1)
	for i := range n {
		tree := trees[i]
		added, err := tree.Append(ledger.Leaf(fmt.Append(nil, "entry ", i)))
		if err != nil {
			t.Fatal(err)
		}
		for _, node := range added {
			if node.Index != int64(len(nodes)) {
				t.Fatalf("entry %d: node %d comes after %d", i, node.Index, len(nodes))
			}
			nodes = append(nodes, node.Hash)
		}
		trees = append(trees, tree)
	}
	return trees, nodes
}

func reader(nodes []ledger.Hash) ledger.Reader {
	return func(indexes []int64) ([]ledger.Hash, error) {
		var list []ledger.Hash
		for _, i := range indexes {
			if i >= int64(len(nodes)) {
				return nil, fmt.Errorf("no node %d", i)
			}
			list = append(list, nodes[i])
		}
		return list, nil
	}
}

// TestTree: the edge alone and the nodes alone give the same root at each size,
// every proof between them holds, and an edge is read as it was written.
func TestTree(t *testing.T) {
	trees, nodes := grow(t, 70)
	read := reader(nodes)
	for size, tree := range trees {
		root, err := ledger.RootAt(int64(size), read)
		if err != nil || root != tree.Root() {
			t.Fatalf("size %d: the nodes give root %s (%v), the edge %s", size, root, err, tree.Root())
		}
		again, err := ledger.ParseTree(tree.Size, tree.Edge())
		if err != nil || again.Root() != root || !bytes.Equal(again.Edge(), tree.Edge()) {
			t.Errorf("size %d: the edge is read as %v (%v)", size, again, err)
		}
		for seq := int64(1); seq <= tree.Size; seq++ {
			proof, err := ledger.ProveEntry(tree.Size, seq, read)
			leaf := ledger.Hash(ledger.Leaf(fmt.Append(nil, "entry ", seq-1)))
			if err = errors.Join(err, ledger.CheckEntry(proof, tree.Size, root, seq, leaf)); err != nil {
				t.Fatal(err)
			}
		}
		for old := range trees[:size+1] {
			proof, err := ledger.ProveGrowth(int64(old), tree.Size, read)
			if err = errors.Join(err, ledger.CheckGrowth(proof, tree.Size, root, int64(old), trees[old].Root())); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestAppendLeavesCopiesAlone: a transaction that is rolled back goes on from the
// tree that it had, and two that began at the same tree do not disturb each other.
func TestAppendLeavesCopiesAlone(t *testing.T) {
	trees, _ := grow(t, 70)
	for _, tree := range trees {
		before, left, right := tree.Edge(), tree, tree
		for i := range 5 {
			_, err := left.Append(ledger.Leaf(fmt.Append(nil, "left", i)))
			_, other := right.Append(ledger.Leaf(fmt.Append(nil, "right", i)))
			if err = errors.Join(err, other); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(tree.Edge(), before) || left.Root() == right.Root() {
			t.Errorf("size %d: the tree has changed with its copies", tree.Size)
		}
	}
}

func TestBadTreesAreRefused(t *testing.T) {
	trees, nodes := grow(t, 6)
	edge := trees[6].Edge()
	for _, c := range []struct {
		size int64
		edge []byte
	}{{-1, nil}, {6, edge[1:]}, {7, edge}, {0, edge}, {6, nil}, {1 << 61, edge[:32]}} {
		if _, err := ledger.ParseTree(c.size, c.edge); !errors.Is(err, ledger.ErrDamaged) {
			t.Errorf("an edge of %d bytes for %d entries: %v", len(c.edge), c.size, err)
		}
	}
	tree := trees[6]
	if _, err := tree.Append([]byte("short")); err == nil || tree.Size != 6 {
		t.Errorf("a short leaf: %v, and the tree has %d entries", err, tree.Size)
	}
	read, lost := reader(nodes), reader(nodes[:3])
	for name, err := range map[string]error{
		"entry 0":        second(ledger.ProveEntry(6, 0, read)),
		"entry 7 of 6":   second(ledger.ProveEntry(6, 7, read)),
		"from 7 to 6":    second(ledger.ProveGrowth(7, 6, read)),
		"from -1":        second(ledger.ProveGrowth(-1, 6, read)),
		"root of -1":     second(ledger.RootAt(-1, read)),
		"lost nodes":     second(ledger.RootAt(6, lost)),
		"proof in lost":  second(ledger.ProveEntry(6, 1, lost)),
		"growth in lost": second(ledger.ProveGrowth(1, 6, lost)),
		"check huge":     ledger.CheckEntry(nil, 1<<62, ledger.Hash{}, 1<<61, ledger.Hash{}),
		"grow huge":      ledger.CheckGrowth(nil, 1<<62, ledger.Hash{}, 1<<61, ledger.Hash{}),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestEdgeIsSmall: what is kept in one row beside the size.
func TestEdgeIsSmall(t *testing.T) {
	var tree ledger.Tree
	nodes := 0
	for i := range 100_000 {
		added, err := tree.Append(ledger.Leaf(fmt.Append(nil, i)))
		if nodes += len(added); err != nil {
			t.Fatal(err)
		}
	}
	if len(tree.Edge()) > 17*32 || nodes >= 2*100_000 {
		t.Errorf("the edge of 100,000 entries has %d bytes; %d nodes", len(tree.Edge()), nodes)
	}
	if !slices.Equal((ledger.Tree{}).Edge(), []byte{}) {
		t.Error("the empty log has an edge")
	}
}
