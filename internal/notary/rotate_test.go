package notary_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/ledger"
)

// A key gives its place to another, twice: everything that was signed still counts,
// and auditors need only the first key.
func TestRotate(t *testing.T) {
	h := newHouse(t, anchor(t)).append(3)
	early, _ := h.sign()
	first, _, err := h.Key(t.Context())
	h.ok(err)
	for range 2 {
		_, err := h.Rotate(t.Context(), ann())
		h.ok(err)
		h.append(2).sign()
	}
	own, trusted, err := h.Key(t.Context())
	if h.ok(err); own == first || len(trusted) != 1 || trusted[0] != first {
		t.Errorf("signs now %s, trusted %q, the first was %s", own, trusted, first)
	}
	h.ok(h.Prove(t.Context()))
	if v := h.sound(); v.Problem != "" || v.Unsigned != 0 {
		t.Errorf("%+v", v)
	}
	outside := filepath.Join(t.TempDir(), "early.txt")
	h.ok(os.WriteFile(outside, []byte(early), 0o600))
	exported := h.export()
	if code, said := h.verify(exported, "--key", first, "--checkpoint", outside); code != 0 {
		t.Errorf("with the first key: %s", said)
	}
	if code, said := h.verify(exported, "--key", own); code != 1 {
		t.Errorf("the control: with the last key alone what came before it cannot be believed: %d %s", code, said)
	}
}

// A crash between the entry of the change and the new file is gone on from; the
// old key signs nothing any more, and one that nobody has is said to be missing.
func TestRotateHalfDone(t *testing.T) {
	h := newHouse(t, anchor(t)).append(1)
	h.sign()
	file := filepath.Join(h.dir, "log.key")
	old, err := os.ReadFile(file)
	h.ok(err)
	public, err := h.Rotate(t.Context(), ann())
	h.ok(err)
	next, err := os.ReadFile(file)
	h.ok(errors.Join(err, os.WriteFile(file, old, 0o600), os.WriteFile(filepath.Join(h.dir, "next-log.key"), next, 0o600)))
	text, c := h.append(1).sign()
	if own, _, err := h.Key(t.Context()); err != nil || own != public {
		t.Errorf("signs %s, %v", own, err)
	}
	key, err := ledger.ParseKey(string(old))
	h.ok(err)
	keys, err := ledger.ParseKeys(key.Public())
	h.ok(err)
	if _, err := keys.Open(text); err == nil {
		t.Errorf("the old key signed %d entries", c.Size)
	}
	if v := h.sound(); v.Problem != "" {
		t.Errorf("%+v", v)
	}
	h.ok(os.WriteFile(file, old, 0o600))
	if _, err := h.append(1).Checkpoint(t.Context()); err == nil || !strings.Contains(err.Error(), "put that file back") {
		t.Errorf("a key that nobody has: %v", err)
	}
}
