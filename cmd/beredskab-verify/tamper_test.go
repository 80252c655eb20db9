package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/proof"
)

// tally counts what a verifier should have found.
type tally struct {
	t      *testing.T
	tried  int
	missed int
}

// found notes one attempt on the log, and complains of the first that went unseen.
func (a *tally) found(seen bool, format string, args ...any) {
	a.t.Helper()
	a.tried++
	if !seen {
		if a.missed++; a.missed < 10 {
			a.t.Errorf(format, args...)
		}
	}
}

func (a *tally) report(id, what, unit, found, control string, seed uint64) {
	a.t.Helper()
	proof.Report(a.t, proof.Figure{ID: id, What: what, Seed: seed, Count: a.tried, Unit: unit, Failed: a.missed, Found: found, Control: control})
}

// says tells whether a verdict names the entry, by its number or by the one
// before it when the line was no longer to be known as an entry's.
func says(verdict string, entry int) bool {
	return regexp.MustCompile(fmt.Sprintf(`entry (%d\b|%d[:,]|%d there)`, entry, entry-1, entry-1)).MatchString(verdict) ||
		strings.Contains(verdict, fmt.Sprintf("no such line after entry %d:", entry-1))
}

// TestEveryByteCounts is A1: whichever byte of an export is changed, both
// verifiers find it, and name the entry when it is one's.
func TestEveryByteCounts(t *testing.T) {
	b := newBook(t, 198, 50)
	text := must(ledger.NewText(rand.NewChaCha8([32]byte{}), "Det virkede"))(t)
	b.texts[text.Commitment()] = text
	b.add(t, "step.answer", "done", map[string]string{"why": text.Commitment()})
	next := newKey(t)
	b.add(t, ledger.ActKeyReplace, "done", must(b.key.Replace(next, noon()))(t))
	b.key = next
	b.anchors = []ledger.Anchor{{Place: "tavlen", At: noon(), Checkpoint: b.sign(t)}}
	data := b.export(t)
	seed := proof.Seed(t)
	chance := rand.New(rand.NewPCG(seed, 1))
	places := chance.Perm(len(data) - 1)[:min(len(data)-1, proof.Size(400, 2000, len(data)))]
	all := tally{t: t}
	for _, i := range places {
		flip := byte(1 + chance.IntN(255))
		changed := bytes.Clone(data)
		changed[i] ^= flip
		if string(changed[i]) == "\r" && data[i+1] == '\n' {
			continue // a line may end as on Windows, and this is the end of one
		}
		said := verdict(t, changed, b.first)
		line := data[bytes.LastIndexByte(data[:i], '\n')+1:]
		entry := 0
		if after, is := bytes.CutPrefix(line, []byte(`{"seq":`)); is {
			number, _, _ := bytes.Cut(after, []byte(","))
			entry, _ = strconv.Atoi(string(number))
		}
		all.found(said != "" && (entry == 0 || says(said, entry)), "byte %d of entry %d, changed by %#x: %q", i, entry, flip, said)
	}
	if said := verdict(t, data, b.first); said != "" {
		t.Fatalf("nothing was changed: %s", said)
	}
	all.report("A1", "bytes of an export changed", "bytes", "0 unseen by either verifier, each names the entry", "the export as it was passes both", seed)
}

// TestRowsAreCounted is A1: rows that are deleted, swapped, doubled or inserted
// are found and named; with numbers and hashes put right again, the checkpoints
// on both sides of them say between which sizes.
func TestRowsAreCounted(t *testing.T) {
	n := proof.Size(1_000, 10_000, 10_000)
	every := n / 20
	b := newBook(t, n, every)
	seed := proof.Seed(t)
	chance := rand.New(rand.NewPCG(seed, 2))
	lines := bytes.SplitAfter(b.export(t), []byte("\n"))
	at := map[int]int{} // line by number of entry
	for i, line := range lines {
		var seq int
		if _, err := fmt.Sscanf(string(line), `{"seq":%d,`, &seq); err == nil {
			at[seq] = i
		}
	}
	acts := map[string]func(list [][]byte, i int) [][]byte{
		"deleted": func(list [][]byte, i int) [][]byte { return slices.Delete(list, i, i+1) },
		"doubled": func(list [][]byte, i int) [][]byte { return slices.Insert(list, i+1, list[i]) },
		"inserted": func(list [][]byte, i int) [][]byte {
			return slices.Insert(list, i, []byte(`{"seq":1,"hash":"","entry":{}}`+"\n"))
		},
		"swapped": func(list [][]byte, i int) [][]byte {
			list[i], list[i+1] = list[i+1], list[i]
			return list
		},
	}
	rows := tally{t: t}
	for name, act := range acts {
		for range proof.Size(3, 8, 1000) {
			seq := 1 + chance.IntN(n)
			for at[seq+1] != at[seq]+1 { // its neighbour is an entry too
				seq = 1 + chance.IntN(n)
			}
			said := verdict(t, bytes.Join(act(slices.Clone(lines), at[seq]), nil), b.first)
			want := seq
			if name == "doubled" {
				want++
			}
			rows.found(says(said, want), "entry %d %s: %q", seq, name, said)
			said = verdict(t, b.rewritten(t, name, seq), b.first)
			rows.found(brackets(said, seq, every, n), "entry %d %s, and all after it written anew: %q", seq, name, said)
		}
	}
	rows.report("A1", "rows deleted, swapped, doubled, inserted", "rows", "0 unseen, each named or bracketed by checkpoints", "the log as it was passes both", seed)
}

// rewritten is the log with one row changed and everything made to fit again by
// somebody who does not have the key.
func (b *book) rewritten(t testing.TB, act string, seq int) []byte {
	t.Helper()
	list := slices.Clone(b.entries)
	switch act {
	case "deleted":
		list = slices.Delete(list, seq-1, seq)
	case "doubled":
		list = slices.Insert(list, seq, list[seq-1])
	case "inserted":
		list = slices.Insert(list, seq-1, kept.Entry{Bytes: []byte("{}"), Hash: ledger.Leaf([]byte("{}"))})
	case "swapped":
		list[seq-1], list[seq] = list[seq], list[seq-1]
	}
	forged := &book{key: b.key, first: b.first, trees: make([]ledger.Tree, 1), texts: b.texts}
	for _, e := range list {
		forged.put(t, e)
	}
	for _, signed := range b.checkpoints {
		if c := must(ledger.ReadCheckpoint(signed))(t); c.Size <= int64(len(list)) {
			forged.checkpoints = append(forged.checkpoints, signed)
		}
	}
	return forged.export(t)
}

// brackets tells whether a verdict says between which two checkpoints a change
// lies, of a log that has one after each that many entries.
func brackets(verdict string, seq, every, n int) bool {
	first := (seq - 1) / every * every
	if first+every > n-1 && strings.Contains(verdict, fmt.Sprintf("covers the log from entry %d to", first+1)) {
		return true
	}
	return strings.Contains(verdict, fmt.Sprintf("among entries %d to %d something", first+1, first+every)) &&
		strings.Contains(verdict, fmt.Sprintf("something after entry %d was changed", first))
}

// TestTailsAreMissed is A2: a log that was cut off or rewound to any length,
// with the genuine checkpoint that it had then, is caught by each newer anchor.
func TestTailsAreMissed(t *testing.T) {
	n := proof.Size(50, 60, 200)
	b := newBook(t, n, 1)
	anchor, passed := b.signed(t, n), 0
	var nodes []ledger.Hash
	cuts := tally{t: t}
	for size := range n {
		older := *b
		older.entries, older.checkpoints = b.entries[:size:size], b.checkpoints[:size:size]
		if size == 0 {
			older.checkpoints = []string{b.signed(t, 0)}
		}
		data := older.export(t)
		if verdict(t, data, b.first) == "" {
			passed++
		}
		said := verdict(t, data, b.first, anchor)
		cuts.found(strings.Contains(said, "older backup"), "cut to %d entries: %q", size, said)
		c := must(ledger.ReadCheckpoint(anchor))(t)
		err := b.trees[size].Contains(c, func(indexes []int64) ([]ledger.Hash, error) { return pick(nodes, indexes), nil })
		cuts.found(err != nil && strings.Contains(err.Error(), fmt.Sprintf("of %d entries", n)), "the server starts on %d entries: %v", size, err)
		tree := b.trees[size]
		for _, node := range must(tree.Append(b.entries[size].Hash))(t) {
			nodes = append(nodes, node.Hash)
		}
	}
	if passed != n {
		t.Errorf("without the anchor only %d of %d pass: the control does not hold", passed, n)
	}
	cuts.report("A2", "tail cut at each length, seen by program and server", "cuts", "0 unseen with an anchor", fmt.Sprintf("without the anchor %d of %d passed", passed, n), 0)
}

func pick(nodes []ledger.Hash, indexes []int64) (list []ledger.Hash) {
	for _, i := range indexes {
		list = append(list, nodes[i])
	}
	return list
}

// TestFilesThatBreakOff: a file cut at any byte is not sound.
func TestFilesThatBreakOff(t *testing.T) {
	b := newBook(t, 12, 4)
	data := b.export(t)
	for i := 0; i < len(data)-1; i += proof.Size(23, 5, 1) {
		if verdict(t, data[:i], b.first) == "" {
			t.Errorf("%d of %d bytes are sound", i, len(data))
		}
	}
	if said := verdict(t, append(bytes.Clone(data), "{}\n"...), b.first); !strings.Contains(said, "after") {
		t.Errorf("a line after the end: %q", said)
	}
	if said := verdict(t, bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n")), b.first); said != "" {
		t.Errorf("with the line ends of Windows: %s", said)
	}
}

// TestInsiders is A3: somebody who can write in the database, and then somebody
// who has the key as well.
func TestInsiders(t *testing.T) {
	const n, every = 30, 10
	b := newBook(t, n, every)
	mail := b.checkpoints[1] // at 20, and a later one at 30
	forge := func(seq int, key ledger.Key) *book {
		forged := &book{key: key, first: key.Public(), trees: make([]ledger.Tree, 1)}
		for i, e := range b.entries {
			if i+1 == seq {
				e.Bytes = bytes.Replace(e.Bytes, []byte("it-chef"), []byte("ingen"), 1)
				e.Hash = ledger.Leaf(e.Bytes)
			}
			if forged.put(t, e); (i+1)%every == 0 {
				forged.sign(t)
			}
		}
		return forged
	}
	without, with := tally{t: t}, tally{t: t}
	believed, passed := 0, 0
	for seq := 1; seq <= n; seq++ {
		own := forge(seq, newKey(t))
		without.found(verdict(t, own.export(t), b.first) != "", "entry %d forged and signed by another key", seq)
		if verdict(t, own.export(t), "") == "" {
			believed++ // the key of the export itself was believed
		}
		own.first = b.first
		without.found(verdict(t, own.export(t), "") != "", "entry %d forged, signed by another key, with the old key in the export", seq)
		kept := own
		kept.checkpoints = b.checkpoints
		without.found(strings.Contains(verdict(t, kept.export(t), b.first), "among entries"), "entry %d forged under the old checkpoints", seq)
		kept.checkpoints = nil
		without.found(verdict(t, kept.export(t), b.first) != "", "entry %d forged and all checkpoints taken out", seq)

		rebuilt := forge(seq, b.key)
		data := rebuilt.export(t)
		if verdict(t, data, b.first) == "" {
			passed++
		}
		with.found(verdict(t, data, b.first, b.checkpoints[2]) != "", "entry %d forged with the key, against the newest anchor", seq)
		if seq <= 20 {
			with.found(strings.Contains(verdict(t, data, b.first, mail), "kept outside"), "entry %d forged with the key, against an older anchor", seq)
		}
		// Two readers who were shown two logs find out when they compare.
		with.found(verdict(t, b.export(t), b.first, rebuilt.checkpoints[2]) != "", "two logs that differ in entry %d", seq)
	}
	without.report("A3", "rebuilt by an insider without the key", "logs", "0 unseen", fmt.Sprintf("believing the key in the export %d of %d passed", believed, n), 0)
	with.report("A3", "rebuilt by an insider with the key, or shown two ways", "logs", "0 unseen with an anchor or two readers", fmt.Sprintf("without them %d of %d passed", passed, n), 0)
	if believed != n || passed != n {
		t.Errorf("%d and %d of %d passed: the controls do not hold", believed, passed, n)
	}
}
