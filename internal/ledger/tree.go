package ledger

import (
	"encoding/base64"
	"fmt"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a hash of the tree: RFC 6962 with SHA-256. It prints as base64.
type Hash = tlog.Hash

// Reader gives the hashes that were kept under these indexes, in their order.
type Reader = func(indexes []int64) ([]Hash, error)

// Node is a hash of the tree that never changes again, under the index at which
// it is kept: 0, 1, 2 … without gaps in the order of appending.
type Node struct {
	Index int64
	Hash  Hash
}

// Tree is what one must know of a log to append to it: how many entries it has,
// and its edge, the roots of its whole subtrees from the left, one for each bit
// that is set in the size. A log of a million entries has an edge of 224 bytes,
// none has more than 62 hashes. The zero Tree is the empty log.
type Tree struct {
	Size int64
	edge []Hash
}

// most bounds the size of a log, so that no sum of indexes overflows.
const most = 1 << 60

// ParseTree reads what Edge gave for a log of that size.
func ParseTree(size int64, edge []byte) (Tree, error) {
	if size < 0 || size > most {
		return Tree{}, fmt.Errorf("a log of %d entries cannot be: %w", size, ErrDamaged)
	}
	if want := bits.OnesCount64(uint64(size)) * tlog.HashSize; len(edge) != want {
		return Tree{}, fmt.Errorf("the edge of a log of %d entries has %d bytes, not %d: %w", size, len(edge), want, ErrDamaged)
	}
	t := Tree{Size: size}
	for part := range slices.Chunk(edge, tlog.HashSize) {
		t.edge = append(t.edge, Hash(part))
	}
	return t, nil
}

// Edge gives the tree's hashes one after the other, to be kept beside its size.
func (t Tree) Edge() []byte {
	out := make([]byte, 0, len(t.edge)*tlog.HashSize)
	for _, h := range t.edge {
		out = append(out, h[:]...)
	}
	return out
}

// Append adds the entry Size+1 by its leaf hash and gives the nodes that are to
// be kept with it: its leaf, and the root of each subtree that it completes, two
// in the mean. Nothing has to be read. A copy of the tree made before is not
// touched: what is rolled back is forgotten by going on from the copy.
func (t *Tree) Append(leaf []byte) ([]Node, error) {
	if len(leaf) != tlog.HashSize || t.Size >= most {
		return nil, fmt.Errorf("appending entry %d: its leaf hash has %d bytes, not %d", t.Size+1, len(leaf), tlog.HashSize)
	}
	joined := 0 // subtrees of the edge that the new leaf completes
	hashes, err := tlog.StoredHashesForRecordHash(t.Size, Hash(leaf), tlog.HashReaderFunc(func(indexes []int64) ([]Hash, error) {
		joined = len(indexes)
		return t.edge[len(t.edge)-joined:], nil
	}))
	if err != nil {
		return nil, fmt.Errorf("appending entry %d: %w", t.Size+1, err)
	}
	first := tlog.StoredHashIndex(0, t.Size)
	nodes := make([]Node, len(hashes))
	for i, h := range hashes {
		nodes[i] = Node{Index: first + int64(i), Hash: h}
	}
	t.edge = append(slices.Clone(t.edge[:len(t.edge)-joined]), hashes[joined])
	t.Size++
	return nodes, nil
}

// Root is the hash that stands for all entries in their order.
func (t Tree) Root() Hash {
	if len(t.edge) == 0 {
		return Hash(sha256Of())
	}
	root := t.edge[len(t.edge)-1]
	for _, h := range slices.Backward(t.edge[:len(t.edge)-1]) {
		root = tlog.NodeHash(h, root)
	}
	return root
}

// RootAt computes the root that the log had at that size from the nodes kept,
// without the edge: one of them and the other prove each other.
func RootAt(size int64, read Reader) (Hash, error) {
	if size < 0 || size > most {
		return Hash{}, fmt.Errorf("a log of %d entries cannot be", size)
	}
	root, err := tlog.TreeHash(size, tlog.HashReaderFunc(read))
	return root, reading(err, size)
}

// ProveEntry proves that entry seq, counted from 1, is in the log of that size.
func ProveEntry(size, seq int64, read Reader) ([]Hash, error) {
	if seq < 1 || seq > size || size > most {
		return nil, fmt.Errorf("a log of %d entries has no entry %d", size, seq)
	}
	proof, err := tlog.ProveRecord(size, seq-1, tlog.HashReaderFunc(read))
	return proof, reading(err, size)
}

// CheckEntry checks a proof that the entry seq of this leaf hash is in the log
// of that size and root.
func CheckEntry(proof []Hash, size int64, root Hash, seq int64, leaf Hash) error {
	if seq < 1 || seq > size || size > most {
		return fmt.Errorf("a log of %d entries has no entry %d", size, seq)
	}
	if err := tlog.CheckRecord(proof, size, root, seq-1, leaf); err != nil {
		return fmt.Errorf("that entry %d is in the log of %d entries with root %s: %w", seq, size, root, err)
	}
	return nil
}

// ProveGrowth proves that the log of size entries begins with the log of old
// entries, which was only appended to. The proof from an empty log is empty.
func ProveGrowth(old, size int64, read Reader) ([]Hash, error) {
	if old < 0 || old > size || size > most {
		return nil, fmt.Errorf("a log of %d entries does not hold one of %d", size, old)
	}
	if old == 0 {
		return nil, nil
	}
	proof, err := tlog.ProveTree(size, old, tlog.HashReaderFunc(read))
	return proof, reading(err, size)
}

// CheckGrowth checks a proof that the log of size and root begins with the log
// of old entries and its root.
func CheckGrowth(proof []Hash, size int64, root Hash, old int64, oldRoot Hash) error {
	var err error
	switch {
	case old < 0 || old > size || size > most:
		return fmt.Errorf("a log of %d entries does not hold one of %d", size, old)
	case old > 0:
		err = tlog.CheckTree(proof, size, root, old, oldRoot)
	case len(proof) > 0 || oldRoot != (Tree{}).Root() || size == 0 && root != oldRoot:
		err = fmt.Errorf("from an empty log, whose root is %s, the proof must be empty", (Tree{}).Root())
	}
	if err != nil {
		return fmt.Errorf("that the log of %d entries with root %s begins with that of %d entries with root %s: %w", size, root, old, oldRoot, err)
	}
	return nil
}

func reading(err error, size int64) error {
	if err != nil {
		return fmt.Errorf("reading the tree of %d entries: %w", size, err)
	}
	return nil
}

// parseHash reads a hash in base64, in the one way in which it is written.
func parseHash(text string) (Hash, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != tlog.HashSize || Hash(raw).String() != text {
		return Hash{}, fmt.Errorf("%.60q is not a hash: want 32 bytes in base64", text)
	}
	return Hash(raw), nil
}
