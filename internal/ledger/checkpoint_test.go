package ledger_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/ledger"
)

const origin = "beredskab/731"

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

func newKey(t testing.TB, origin string) ledger.Key {
	t.Helper()
	secret, err := ledger.NewKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ledger.ParseKey(secret + "\n")
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v %s", key, key, key); strings.Contains(text, secret[len(secret)-44:]) || !strings.Contains(text, key.Public()) {
		t.Errorf("a key prints as %s", text)
	}
	return key
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

func TestCheckpoint(t *testing.T) {
	key, other := newKey(t, origin), newKey(t, origin)
	trees, _ := grow(t, 9)
	keys := must(ledger.ParseKeys(key.Public()))(t)
	for _, tree := range trees {
		for _, at := range []time.Time{{}, noon(), noon().In(time.FixedZone("", 3600))} {
			signed := must(key.Sign(tree, at))(t)
			c := must(keys.Open(signed))(t)
			if c.Origin != origin || c.Size != tree.Size || c.Root != tree.Root() || !c.At.Equal(at) {
				t.Errorf("%q is read as %+v", signed, c)
			}
			if len(signed) > 300 {
				t.Errorf("a checkpoint has %d bytes", len(signed))
			}
		}
	}
	signed := must(key.Sign(trees[9], noon()))(t)
	for i := range signed {
		if changed := signed[:i] + string(signed[i]^1) + signed[i+1:]; changed[i] < 0x80 {
			if _, err := keys.Open(changed); err == nil {
				t.Errorf("byte %d changed is as good: %q", i, changed)
			}
		}
	}
	both := must(ledger.ParseKeys(other.Public(), key.Public()))(t)
	if c, err := both.Open(signed); err != nil || c.Size != 9 {
		t.Errorf("one of two keys signed: %v", err)
	}
	if _, err := must(ledger.ParseKeys(other.Public()))(t).Open(signed); err == nil || !strings.Contains(err.Error(), "9 entries") {
		t.Errorf("another key opens it: %v", err)
	}
	foreign := must(newKey(t, "beredskab/101").Sign(trees[9], noon()))(t)
	if _, err := keys.Open(foreign); err == nil || !strings.Contains(err.Error(), `"beredskab/101"`) {
		t.Errorf("a checkpoint of another log: %v", err)
	}
}

func TestTextsThatAreNoCheckpointOrKey(t *testing.T) {
	root := (ledger.Tree{}).Root().String()
	for text, want := range map[string]string{
		"":                                  "signature",
		"a\n1\n" + root + "\n":              "signature",
		"a\n1\n\n— a AAAA\n":                "3 lines",
		"a\n1\n\n— a A\n":                   "signature",
		"a\n-1\n" + root + "\n\n— a AAAA\n": "line 2",
		"a\n01\n" + root + "\n\n— a AAAA\n": "line 2",
		"a\n9223372036854775807\n" + root + "\n\n— a AAAA\n":   "line 2",
		"a\n1\nAAAA\n\n— a AAAA\n":                             "line 3",
		"a\n1\n" + root + "\ntime yesterday\n\n— a AAAA\n":     "line 4",
		"a\n1\n" + root + "\nx\ntime 2026-01-01\n\n— a AAAA\n": "line 5",
	} {
		if _, err := ledger.ReadCheckpoint(text); err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "three lines", "3 lines"), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	public := newKey(t, origin).Public()
	upper := strings.ToUpper(public)
	for _, keys := range [][]string{nil, {""}, {"x"}, {upper}, {public + "\r"}, {public, newKey(t, "beredskab/101").Public()}} {
		if _, err := ledger.ParseKeys(keys...); err == nil {
			t.Errorf("the keys %q are taken", keys)
		}
	}
	for _, secret := range []string{"", public, "PRIVATE+KEY+a+b+c"} {
		if _, err := ledger.ParseKey(secret); err == nil {
			t.Errorf("%q is taken for a key", secret)
		}
	}
	for _, name := range []string{"", "a b", "a+b"} {
		if _, err := ledger.NewKey(rand.Reader, name); err == nil {
			t.Errorf("a log may be called %q", name)
		}
	}
}

// entryOf is the entry by which a key is replaced.
func entryOf(t testing.TB, seq int64, outcome string, detail any) kept.Entry {
	t.Helper()
	body, hash, err := ledger.Seal(ledger.Entry{Act: ledger.ActKeyReplace, Object: "log", Outcome: outcome, Detail: detail}, noon())
	if err != nil {
		t.Fatal(err)
	}
	return kept.Entry{Seq: seq, Bytes: body, Hash: hash}
}

// TestKeysAreFollowed: each checkpoint counts only by the key in force at its
// size, from the first key on through each change.
func TestKeysAreFollowed(t *testing.T) {
	a, b, c := newKey(t, origin), newKey(t, origin), newKey(t, origin)
	trees, _ := grow(t, 9)
	keys := must(ledger.ParseKeys(a.Public()))(t)
	for _, e := range []kept.Entry{
		entryOf(t, 2, "refused", map[string]string{"why": "not allowed"}),
		entryOf(t, 3, "done", must(a.Replace(b, noon()))(t)),
		entryOf(t, 6, "done", must(b.Replace(c, noon()))(t)),
	} {
		if err := keys.Follow(e); err != nil {
			t.Fatal(err)
		}
	}
	for size, tree := range trees {
		for i, key := range []ledger.Key{a, b, c} {
			_, err := keys.Open(must(key.Sign(tree, noon()))(t))
			inForce := size < 3 && i == 0 || size >= 3 && size < 6 && i == 1 || size >= 6 && i == 2
			if (err == nil) != inForce {
				t.Errorf("key %d at size %d: %v", i, size, err)
			}
		}
	}
}

func TestBadChangesOfKey(t *testing.T) {
	a, b, c := newKey(t, origin), newKey(t, origin), newKey(t, origin)
	if _, err := a.Replace(a, noon()); err == nil {
		t.Error("a key takes its own place")
	}
	if _, err := a.Replace(newKey(t, "beredskab/101"), noon()); err == nil {
		t.Error("a key takes the place of another log's")
	}
	good := must(a.Replace(b, noon()))(t).Statement
	text, signatures, _ := strings.Cut(good, "\n\n")
	lines := strings.SplitAfter(signatures, "\n")
	for name, detail := range map[string]any{
		"no statement":        nil,
		"no text":             5,
		"only the old signed": ledger.KeyChange{Statement: text + "\n\n" + lines[0]},
		"only the new signed": ledger.KeyChange{Statement: text + "\n\n" + lines[1]},
		"another new key":     ledger.KeyChange{Statement: strings.Replace(good, b.Public(), c.Public(), 1)},
		"key not in force":    must(b.Replace(c, noon()))(t),
		"another log":         ledger.KeyChange{Statement: strings.Replace(good, origin, "beredskab/101", 1)},
		"no new key":          ledger.KeyChange{Statement: strings.Replace(good, b.Public(), "x", 1)},
	} {
		keys := must(ledger.ParseKeys(a.Public()))(t)
		if err := keys.Follow(entryOf(t, 4, "done", detail)); err == nil || !strings.Contains(err.Error(), "entry 4") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := keys.Open(must(a.Sign(ledger.Tree{}, noon()))(t)); err != nil {
			t.Errorf("%s: the old key lost its force: %v", name, err)
		}
	}
}

// TestContains is F15: a log that was rewound, or has another past, is told from
// one that grew, and the error says both sizes and roots.
func TestContains(t *testing.T) {
	trees, nodes := grow(t, 40)
	read := reader(nodes)
	now := trees[30]
	for size, tree := range trees {
		err := now.Contains(ledger.Checkpoint{Origin: origin, Size: tree.Size, Root: tree.Root()}, read)
		switch {
		case size <= 30 && err != nil:
			t.Errorf("size %d: %v", size, err)
		case size > 30 && !names(err, ledger.ErrRewound, now, tree):
			t.Errorf("size %d: %v", size, err)
		}
		forged := ledger.Checkpoint{Origin: origin, Size: tree.Size, Root: ledger.Hash{1}}
		if err := trees[40].Contains(forged, read); !errors.Is(err, ledger.ErrForked) || !strings.Contains(err.Error(), tree.Root().String()) {
			t.Errorf("another past at size %d: %v", size, err)
		}
	}
	spoiled := append([]ledger.Hash(nil), nodes...)
	spoiled[len(spoiled)-1] = ledger.Hash{1}
	if err := trees[40].Contains(ledger.Checkpoint{Size: 1, Root: trees[1].Root()}, reader(spoiled)); !errors.Is(err, ledger.ErrDamaged) || !strings.Contains(err.Error(), trees[40].Root().String()) {
		t.Errorf("nodes of another tree: %v", err)
	}
}

func names(err, kind error, trees ...ledger.Tree) bool {
	for _, tree := range trees {
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d entries with root %s", tree.Size, tree.Root())) {
			return false
		}
	}
	return errors.Is(err, kind)
}

func TestTextsCanBeErased(t *testing.T) {
	text := must(ledger.NewText(rand.Reader, "Jeg så <ingen> fejl"))(t)
	again := must(ledger.NewText(rand.Reader, text.Text))(t)
	commitment := text.Commitment()
	if commitment == again.Commitment() || text.Check(commitment) != nil || again.Check(commitment) == nil {
		t.Error("the same text has the same commitment twice, or does not fit its own")
	}
	short := ledger.Text{Salt: text.Salt[1:], Text: string(text.Salt[:1]) + text.Text}
	if short.Check(short.Commitment()) == nil {
		t.Error("a short salt is taken")
	}
	body := must(json.Marshal(map[string]any{"why": commitment, "not": "commit:12", "also": again.Commitment()}))(t)
	if got := ledger.Commitments(body); len(got) != 2 || got[0] != again.Commitment() || got[1] != commitment {
		t.Errorf("the entry %s commits to %q", body, got)
	}
	if _, err := ledger.NewText(strings.NewReader("short"), "x"); err == nil {
		t.Error("a salt is drawn from too little chance")
	}
}
