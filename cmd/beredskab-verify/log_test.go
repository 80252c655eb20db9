package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/ledger"
)

const origin = "beredskab/731"

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// book is a log as the server keeps it, with everything that its server knows.
type book struct {
	key         ledger.Key // that signs now
	first       string     // public key that auditors were given
	entries     []kept.Entry
	trees       []ledger.Tree // after each entry, from the empty one on
	texts       map[string]ledger.Text
	checkpoints []string
	anchors     []ledger.Anchor
}

func newKey(t testing.TB) ledger.Key {
	t.Helper()
	secret, err := ledger.NewKey(rand.Reader, origin)
	return must(ledger.ParseKey(must(secret, err)(t)))(t)
}

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// newBook is a log of n entries with a checkpoint after each that every divides.
func newBook(t testing.TB, n, every int) *book {
	t.Helper()
	b := &book{key: newKey(t), trees: make([]ledger.Tree, 1), texts: map[string]ledger.Text{}}
	b.first = b.key.Public()
	for i := 1; i <= n; i++ {
		b.add(t, "step.end", "done", map[string]any{"step": fmt.Sprint("trin-", i), "seconds": i})
		if i%every == 0 {
			b.sign(t)
		}
	}
	return b
}

func (b *book) add(t testing.TB, act, outcome string, detail any) {
	t.Helper()
	e := ledger.Entry{Actor: map[string]string{"name": "it-chef"}, Act: act, Object: "esdh", Outcome: outcome, Detail: detail}
	body, hash, err := ledger.Seal(e, noon().Add(time.Duration(len(b.entries))*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	b.put(t, kept.Entry{Bytes: body, Hash: hash})
}

// put appends an entry as it is, under the next number.
func (b *book) put(t testing.TB, e kept.Entry) {
	t.Helper()
	tree := b.trees[len(b.trees)-1]
	must(tree.Append(e.Hash))(t)
	e.Seq = tree.Size
	b.entries, b.trees = append(b.entries, e), append(b.trees, tree)
}

func (b *book) sign(t testing.TB) string {
	t.Helper()
	b.checkpoints = append(b.checkpoints, b.signed(t, len(b.entries)))
	return b.checkpoints[len(b.checkpoints)-1]
}

// signed is a checkpoint of the first size entries.
func (b *book) signed(t testing.TB, size int) string {
	t.Helper()
	return must(b.key.Sign(b.trees[size], noon()))(t)
}

func (b *book) write(w io.Writer) error {
	return ledger.Export{
		Origin: origin, Keys: []string{b.first}, Made: noon(),
		Entries: func(yield func(kept.Entry, error) bool) {
			for _, e := range b.entries {
				if !yield(e, nil) {
					return
				}
			}
		},
		Text: func(commitment string) (ledger.Text, bool, error) {
			text, there := b.texts[commitment]
			return text, there, nil
		},
		Checkpoints: b.checkpoints, Anchors: b.anchors,
	}.Write(w)
}

func (b *book) export(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := b.write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// verdict is what both verifiers say of an export; they must agree on whether it
// is sound. It is empty when it is.
func verdict(t testing.TB, data []byte, key string, outside ...string) string {
	t.Helper()
	x := export{outside: outside}
	var keys []string
	if key != "" {
		x.Keys, keys = []string{key}, []string{key}
	}
	refused := x.read(bytes.NewReader(data))
	found, err := ledger.ReadExport(bytes.NewReader(data), keys, outside...)
	sound := refused == nil && x.OK
	if sound != (err == nil) {
		t.Fatalf("beredskab-verify says %t (%v, %s), and the ledger %v", sound, refused, x.Problem, err)
	}
	if sound {
		if uint64(found.Tree.Size) != x.Entries || found.Tree.Root().String() != x.Root || found.Texts != x.Texts || found.Checkpoints+found.Anchors != x.Checkpoints {
			t.Fatalf("beredskab-verify found %+v and the ledger %+v", x.report, found)
		}
		return ""
	}
	return errors.Join(refused, errors.New(x.Problem), err).Error()
}

// TestExport: a log with everything in it is sound, with the key given and
// without, and both verifiers find the same in it.
func TestExport(t *testing.T) {
	b := newBook(t, 20, 7)
	for _, said := range []string{"Jeg så <ingen> fejl & \u2028 \"intet\"", "slettet", ""} {
		text := must(ledger.NewText(rand.Reader, said))(t)
		b.texts[text.Commitment()] = text
		b.add(t, "step.answer", "done", map[string]string{"why": text.Commitment()})
		if said == "slettet" {
			delete(b.texts, text.Commitment())
		}
	}
	b.add(t, ledger.ActKeyReplace, "refused", map[string]string{"why": "not allowed"})
	old := b.sign(t)
	b.anchors = append(b.anchors, ledger.Anchor{Place: "mail til DPO", At: noon(), Checkpoint: old})
	next := newKey(t)
	b.add(t, ledger.ActKeyReplace, "done", must(b.key.Replace(next, noon()))(t))
	b.key = next
	b.add(t, "drill.end", "done", nil)
	b.sign(t)
	data := b.export(t)
	for _, key := range []string{b.first, ""} {
		if said := verdict(t, data, key, old, b.checkpoints[0]); said != "" {
			t.Errorf("with the key %q: %s", key, said)
		}
	}
	found, err := ledger.ReadExport(bytes.NewReader(data), nil)
	if err != nil || found.Texts != 2 || found.Erased != 1 || found.Anchors != 1 || found.Checkpoints != 4 || found.Tree.Size != 26 {
		t.Errorf("found %+v (%v)", found, err)
	}
	for line := range bytes.Lines(data) {
		if !json.Valid(line) {
			t.Errorf("no JSON: %s", line)
		}
	}
	if said := verdict(t, newBook(t, 0, 1).export(t), ""); !strings.Contains(said, "no signed checkpoint") {
		t.Errorf("an empty log that nobody signed: %q", said)
	}
	empty := newBook(t, 0, 1)
	empty.sign(t)
	if said := verdict(t, empty.export(t), empty.first); said != "" {
		t.Errorf("an empty log: %s", said)
	}
}

// TestExportRefuses: what cannot be exported is said before somebody believes it.
func TestExportRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*book){
		"entry 9 comes next":         func(b *book) { b.entries = append(b.entries[:7:7], b.entries[8:]...) },
		"entry 8 is not one line":    func(b *book) { b.entries[7].Bytes = []byte("{") },
		"1 checkpoints":              func(b *book) { b.entries = b.entries[:9] },
		"does not fit":               func(b *book) { b.texts["commit:"+strings.Repeat("a", 64)] = ledger.Text{Salt: make([]byte, 16)} },
		"1 checkpoints and 0 anchor": func(b *book) { b.checkpoints[0], b.checkpoints[1] = b.checkpoints[1], b.checkpoints[0] },
	} {
		b := newBook(t, 9, 5)
		b.add(t, "step.answer", "done", "commit:"+strings.Repeat("a", 64))
		b.sign(t)
		spoil(b)
		if err := b.write(io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	full := errors.New("no room")
	if err := newBook(t, 2, 1).write(failing{full}); !errors.Is(err, full) {
		t.Errorf("a full disk: %v", err)
	}
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }

// keep writes a file for the program to read.
func keep(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
