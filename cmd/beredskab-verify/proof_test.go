package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"beredskab/internal/ledger"
	"beredskab/internal/proof"
)

// included checks a proof by RFC 9162, 2.1.3.2, over this program's own nodes:
// the other implementation besides the server's, which goes down from the root.
func included(path [][]byte, size, index uint64, root, leaf []byte) bool {
	if index >= size {
		return false
	}
	at, last, sum := index, size-1, leaf
	for _, p := range path {
		switch {
		case last == 0:
			return false
		case at&1 == 1 || at == last:
			sum = join(p, sum)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		default:
			sum = join(sum, p)
		}
		at, last = at>>1, last>>1
	}
	return last == 0 && bytes.Equal(sum, root)
}

// grown checks a proof by RFC 9162, 2.1.4.2.
func grown(path [][]byte, size, old uint64, root, oldRoot []byte) bool {
	none := ledger.Tree{}.Root()
	switch {
	case old > size:
		return false
	case old == size:
		return len(path) == 0 && bytes.Equal(oldRoot, root) && (size > 0 || bytes.Equal(root, none[:]))
	case old == 0:
		return len(path) == 0 && bytes.Equal(oldRoot, none[:])
	case old&(old-1) == 0:
		path = append([][]byte{oldRoot}, path...)
	}
	if len(path) == 0 {
		return false
	}
	at, last := old-1, size-1
	for at&1 == 1 {
		at, last = at>>1, last>>1
	}
	was, is := path[0], path[0]
	for _, p := range path[1:] {
		switch {
		case last == 0:
			return false
		case at&1 == 1 || at == last:
			was, is = join(p, was), join(p, is)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		default:
			is = join(is, p)
		}
		at, last = at>>1, last>>1
	}
	return last == 0 && bytes.Equal(was, oldRoot) && bytes.Equal(is, root)
}

// join is a node of the program's tree.
func join(left, right []byte) []byte {
	sum := node([32]byte(left), [32]byte(right))
	return sum[:]
}

func unhex(t testing.TB, list ...string) (out [][]byte) {
	t.Helper()
	for _, text := range list {
		out = append(out, must(hex.DecodeString(text))(t))
	}
	return out
}

// TestKnownTrees is A6: the leaves, roots and proofs that Certificate
// Transparency publishes for RFC 6962.
func TestKnownTrees(t *testing.T) {
	leaves := unhex(t, "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
	roots := unhex(t, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
	var theirs ledger.Tree
	var ours tree
	var nodes []ledger.Hash
	for size, want := range roots {
		if got := theirs.Root(); !bytes.Equal(got[:], want) || ours.root() != got.String() {
			t.Errorf("the tree of %d leaves has roots %x and %s, want %x", size, got[:], ours.root(), want)
		}
		if size < len(leaves) {
			leaf := ledger.Leaf(leaves[size])
			for _, n := range must(theirs.Append(leaf))(t) {
				nodes = append(nodes, n.Hash)
			}
			ours.add([32]byte(leaf))
		}
	}
	read := func(indexes []int64) ([]ledger.Hash, error) { return pick(nodes, indexes), nil }
	for _, v := range []struct {
		got  func() ([]ledger.Hash, error)
		want []string
	}{
		{func() ([]ledger.Hash, error) { return ledger.ProveEntry(8, 1, read) }, []string{
			"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
			"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
			"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
		}},
		{func() ([]ledger.Hash, error) { return ledger.ProveGrowth(6, 8, read) }, []string{
			"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
			"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
			"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		}},
		{func() ([]ledger.Hash, error) { return ledger.ProveGrowth(2, 5, read) }, []string{
			"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
			"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
		}},
	} {
		var got []string
		for _, h := range must(v.got())(t) {
			got = append(got, hex.EncodeToString(h[:]))
		}
		if !slices.Equal(got, v.want) {
			t.Errorf("got the proof %q, want %q", got, v.want)
		}
	}
}

// claim is what a proof is said to prove: for an entry, at is its number and
// hash its leaf; for growth, the old size and root.
type claim struct {
	growth   bool
	size, at int64
	root     ledger.Hash
	hash     ledger.Hash
	path     []ledger.Hash
}

// hold asks both implementations, which must agree.
func (c claim) hold(t testing.TB) bool {
	t.Helper()
	var path [][]byte
	for i := range c.path {
		path = append(path, c.path[i][:])
	}
	err, ours := ledger.CheckEntry(c.path, c.size, c.root, c.at, c.hash), false
	switch {
	case c.growth:
		err = ledger.CheckGrowth(c.path, c.size, c.root, c.at, c.hash)
		ours = c.at >= 0 && grown(path, uint64(c.size), uint64(c.at), c.root[:], c.hash[:])
	case c.at > 0:
		ours = included(path, uint64(c.size), uint64(c.at-1), c.root[:], c.hash[:])
	}
	if ours != (err == nil) {
		t.Errorf("one implementation says %t, the other %v of %+v", ours, err, c)
	}
	return ours
}

// spoilt are the ways in which a sound claim is made a false one.
func (c claim) spoilt(chance *rand.Rand) map[string]claim {
	out := map[string]claim{}
	change := func(name string, how func(*claim)) {
		bad := c
		bad.path = slices.Clone(c.path)
		how(&bad)
		out[name] = bad
	}
	change("another root", func(c *claim) { c.root[chance.IntN(32)] ^= 1 << chance.IntN(8) })
	change("another hash", func(c *claim) { c.hash[chance.IntN(32)] ^= 1 << chance.IntN(8) })
	change("one hash more", func(c *claim) { c.path = append(c.path, c.root) })
	change("one hash before", func(c *claim) { c.path = append([]ledger.Hash{c.hash}, c.path...) })
	change("larger than the log", func(c *claim) { c.at = c.size + 1 })
	change("below the first", func(c *claim) { c.at = -1 })
	if len(c.path) > 0 {
		i := chance.IntN(len(c.path))
		change("another hash in the path", func(c *claim) { c.path[i][chance.IntN(32)] ^= 1 << chance.IntN(8) })
		change("one hash less", func(c *claim) { c.path = c.path[1:] })
		change("the last one less", func(c *claim) { c.path = c.path[:len(c.path)-1] })
		change("no hash", func(c *claim) { c.path = nil })
		change("one hash doubled", func(c *claim) { c.path = slices.Insert(c.path, i, c.path[i]) })
	}
	if len(c.path) > 1 && c.path[0] != c.path[1] {
		change("two hashes swapped", func(c *claim) { c.path[0], c.path[1] = c.path[1], c.path[0] })
	}
	return out
}

// TestBadProofs is A6: what is false by construction is refused by both
// implementations; whatever else is drawn, they agree.
func TestBadProofs(t *testing.T) {
	seed := proof.Seed(t)
	chance := rand.New(rand.NewPCG(seed, 3))
	const n = 100
	trees, nodes, leaves := make([]ledger.Tree, 1), []ledger.Hash(nil), []ledger.Hash(nil)
	for i := range n {
		leaf, tree := ledger.Leaf(fmt.Append(nil, i)), trees[i]
		for _, added := range must(tree.Append(leaf))(t) {
			nodes = append(nodes, added.Hash)
		}
		trees, leaves = append(trees, tree), append(leaves, ledger.Hash(leaf))
	}
	read := func(indexes []int64) ([]ledger.Hash, error) { return pick(nodes, indexes), nil }
	bad, sound := tally{t: t}, 0
	for range proof.Size(60, 500, 5000) {
		size := 1 + chance.Int64N(n)
		at := 1 + chance.Int64N(size)
		good := claim{size: size, at: at, root: trees[size].Root(), hash: leaves[at-1]}
		if good.growth = chance.IntN(2) == 0; good.growth {
			good.hash, good.path = trees[at].Root(), must(ledger.ProveGrowth(at, size, read))(t)
		} else {
			good.path = must(ledger.ProveEntry(size, at, read))(t)
		}
		if !good.hold(t) {
			t.Errorf("a sound proof is refused: %+v", good)
		}
		sound++
		for name, c := range good.spoilt(chance) {
			bad.found(!c.hold(t), "%s: both believe %+v", name, c)
		}
		// A path may prove another claim too, so of these only the agreement counts.
		drawn := good
		drawn.size, drawn.at = 1+chance.Int64N(n), 1+chance.Int64N(n)
		drawn.hold(t)
		drawn.growth = !drawn.growth
		drawn.hold(t)
	}
	if bad.tried < 200 {
		t.Errorf("only %d bad proofs", bad.tried)
	}
	bad.report("A6", "bad proofs, and the trees of RFC 6962", "proofs", "0 believed, the two implementations agree on all", fmt.Sprintf("%d sound proofs held", sound), seed)
}
