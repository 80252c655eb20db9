package notary_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/notary"
	"beredskab/internal/proof"
	"beredskab/internal/store"
)

// house is a register in a folder, with a notary; each act takes a second.
type house struct {
	*notary.Notary
	t       *testing.T
	dir     string
	anchors []string
	wall    time.Time
	journal proof.Journal
	door    *door.Door
	db      *store.DB
}

func (h *house) Now() event.Moment {
	h.wall = h.wall.Add(time.Second)
	return event.Moment{Wall: h.wall, Boot: "boot"}
}

func newHouse(t *testing.T, anchors ...string) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), anchors: anchors, wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	h.open()
	t.Cleanup(h.shut)
	return h
}

func (h *house) register() string { return filepath.Join(h.dir, "register.db") }

func (h *house) open() {
	h.t.Helper()
	var err error
	if h.db, err = store.Open(h.t.Context(), store.Options{Path: h.register()}); err != nil {
		h.t.Fatal(err)
	}
	h.door = door.New(h.db, h)
	h.Notary = h.at(h.dir)
}

// at gives the notary of a node with that folder.
func (h *house) at(folder string) *notary.Notary {
	return notary.New(notary.Options{
		Door: h.door, Office: governance.New(h.door), Node: "test", Folder: folder, Anchors: h.anchors,
		Name: func(context.Context) (string, error) { return "Prøveby Kommune", nil },
		Log:  slog.New(slog.NewTextHandler(&h.journal, nil)),
	})
}

func (h *house) shut() {
	if err := h.db.Close(); err != nil {
		h.t.Error(err)
	}
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// append appends that many entries.
func (h *house) append(n int) *house {
	h.t.Helper()
	for range n {
		h.ok(h.door.Do(h.t.Context(), ann(), "drill.start", "2026-01", func(door.Tx) (any, error) { return "Jörg & søn", nil }))
	}
	return h
}

func ann() door.Actor { return door.Actor{Name: "it-chef", Assurance: "login"} }

// sign makes a checkpoint and reads it.
func (h *house) sign() (string, ledger.Checkpoint) {
	h.t.Helper()
	text, err := h.Checkpoint(h.t.Context())
	h.ok(err)
	c, err := ledger.ReadCheckpoint(text)
	h.ok(err)
	return text, c
}

// copied copies the register, which must be shut, into a file.
func (h *house) copied(from, to string) {
	h.t.Helper()
	data, err := os.ReadFile(from)
	h.ok(err)
	h.ok(os.WriteFile(to, data, 0o600))
}

// older does something to the register and comes back with the register as it was before.
func (h *house) older(then func()) {
	h.t.Helper()
	backup := filepath.Join(h.t.TempDir(), "backup.db")
	h.ok(h.db.Backup(h.t.Context(), backup))
	then()
	h.shut()
	h.copied(backup, h.register())
	h.open()
}

// sound asks for the verdict of the whole log.
func (h *house) sound() notary.Verdict {
	h.t.Helper()
	v, err := h.Audit(h.t.Context())
	h.ok(err)
	return v
}

func anchor(t *testing.T) string { return filepath.Join(t.TempDir(), "checkpoints.txt") }

// A checkpoint is made when something was appended, kept, and added to the anchor
// once; the key is made and recorded once, and nobody else may read it.
func TestCheckpoint(t *testing.T) {
	file := anchor(t)
	h := newHouse(t, file).append(3)
	if v := h.sound(); v.Problem != "" || v.Size != 3 || v.Unsigned != 3 {
		t.Errorf("a log that nobody has signed yet: %+v", v)
	}
	first, c := h.sign()
	if c.Origin != "beredskab/prøveby-kommune" || c.Size != 4 {
		t.Errorf("%+v; want the 3 entries and the one of the key", c)
	}
	again, _ := h.sign()
	second, grown := h.append(1).sign()
	if again != first || grown.Size != 5 {
		t.Errorf("nothing was appended, and it was signed anew: %s", again)
	}
	data, err := os.ReadFile(file)
	if h.ok(err); string(data) != first+"\n"+second {
		t.Errorf("the anchor holds %q", data)
	}
	if v := h.sound(); v.Problem != "" || v.Checkpoints != 2 || v.Anchored != 2 || v.Unsigned != 0 || v.Size != 5 {
		t.Errorf("%+v", v)
	}
	if v := h.append(2).sound(); v.Problem != "" || v.Unsigned != 2 {
		t.Errorf("%+v", v)
	}
	key := filepath.Join(h.dir, "log.key")
	if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v %v", info, err)
	}
	h.ok(os.Chmod(key, 0o640))
	if _, err := h.Checkpoint(t.Context()); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others read: %v", err)
	}
}

// Every node has a key of its own, which the log tells of; what each signs counts.
func TestKeysOfTwoNodes(t *testing.T) {
	h := newHouse(t, anchor(t)).append(1)
	h.sign()
	own, _, err := h.Key(t.Context())
	h.ok(err)
	h.Notary = h.at(t.TempDir())
	h.append(1).sign()
	other, all, err := h.Key(t.Context())
	h.ok(err)
	if own == other || len(all) != 2 || all[0] != own || all[1] != other {
		t.Errorf("%s, %s, all %q", own, other, all)
	}
	if v := h.sound(); v.Problem != "" || v.Checkpoints != 2 {
		t.Errorf("%+v", v)
	}
	if code, said := h.verify(h.export(), "--key", own, "--key", other); code != 0 {
		t.Error(said)
	}
}

// A2, F15: a register that is older than its anchor is not gone on with, until
// somebody who may says that the rest is lost. Without an anchor it looks whole.
func TestOlderRegister(t *testing.T) {
	file := anchor(t)
	h := newHouse(t, file).append(5)
	h.sign()
	var newest ledger.Checkpoint
	h.older(func() { h.append(4).sign(); _, newest = h.append(2).sign() })
	err := h.Prove(t.Context())
	if !errors.Is(err, ledger.ErrRewound) || !strings.Contains(err.Error(), newest.Root.String()) || !strings.Contains(err.Error(), "audit accept-loss") || !strings.Contains(err.Error(), file) {
		t.Fatalf("an older register: %v", err)
	}
	if _, err := h.Checkpoint(t.Context()); !errors.Is(err, ledger.ErrRewound) {
		t.Errorf("it is signed: %v", err)
	}
	if v := h.sound(); !strings.Contains(v.Problem, "an older backup was put back") {
		t.Errorf("%+v", v)
	}
	h.append(9) // grown past the anchor, with another past
	if err := h.Prove(t.Context()); !errors.Is(err, ledger.ErrForked) {
		t.Errorf("another past: %v", err)
	}
	h.anchors = nil
	if err := h.at(h.dir).Prove(t.Context()); err != nil {
		t.Errorf("the control: %v", err)
	}
	was, err := h.AcceptLoss(t.Context(), ann(), "Disken brændte")
	if h.ok(err); len(was) != 1 || was[0].Size != newest.Size || was[0].Root != newest.Root.String() {
		t.Errorf("lost %+v", was)
	}
	h.ok(h.Prove(t.Context()))
	h.append(1).sign()
	if v := h.sound(); v.Problem != "" || v.Anchored != 2 {
		t.Errorf("%+v", v)
	}
	if _, err := h.AcceptLoss(t.Context(), ann(), "x"); !errors.Is(err, notary.ErrNoLoss) {
		t.Errorf("lost again: %v", err)
	}
	if code, said := h.verify(h.export()); code != 0 {
		t.Error(said)
	}
}

// A2: whoever writes in the register itself and cuts its end off is found: by its
// own tree, by its own checkpoint, and by the anchor when he thought of both.
func TestCutEnd(t *testing.T) {
	for name, c := range map[string]struct {
		tree, kept bool
		want       error
	}{
		"entries only":              {want: ledger.ErrDamaged},
		"with the tree":             {tree: true, want: ledger.ErrRewound},
		"with tree and checkpoints": {tree: true, kept: true, want: ledger.ErrRewound},
	} {
		h := newHouse(t, anchor(t)).append(5)
		h.sign()
		tree, err := door.Read(t.Context(), h.door, func(tx door.Tx) (ledger.Tree, error) { return tx.Tree(t.Context()) })
		h.ok(err)
		h.append(3).sign()
		h.shut()
		h.cut(tree, c.tree, c.kept)
		h.open()
		if err := h.Prove(t.Context()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		h.anchors = nil
		if err := h.at(h.dir).Prove(t.Context()); (err == nil) != c.kept {
			t.Errorf("%s: without an anchor: %v", name, err)
		}
	}
}

// cut takes everything after the tree from the register.
func (h *house) cut(tree ledger.Tree, trees, checkpoints bool) {
	h.t.Helper()
	db, err := sql.Open("sqlite3", h.register())
	h.ok(err)
	for _, table := range []string{"entry", "log_tree", "log_hash", "record"} {
		rows, err := db.QueryContext(h.t.Context(), "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", table)
		h.ok(err)
		var names []string
		for rows.Next() {
			var name string
			h.ok(rows.Scan(&name))
			names = append(names, name)
		}
		h.ok(errors.Join(rows.Err(), rows.Close()))
		for _, name := range names {
			h.run(db, "DROP TRIGGER "+name)
		}
	}
	h.run(db, "DELETE FROM entry WHERE seq > ?", tree.Size)
	if trees {
		h.run(db, "UPDATE log_tree SET size = ?, edge = ?", tree.Size, tree.Edge())
	}
	if checkpoints {
		h.run(db, "DELETE FROM record WHERE kind = 'checkpoint' AND CAST(record_key AS INTEGER) > ?", tree.Size)
	}
	h.ok(db.Close())
}

func (h *house) run(db *sql.DB, query string, args ...any) {
	h.t.Helper()
	_, err := db.ExecContext(h.t.Context(), query, args...)
	h.ok(err)
}

// An anchor that was half written is gone on with, one that is away keeps nobody
// from starting, and a file that is something else is never written to.
func TestAnchors(t *testing.T) {
	file := anchor(t)
	h := newHouse(t, file).append(1)
	text, _ := h.sign()
	h.ok(os.WriteFile(file, []byte(text+"\n"+text[:len(text)/2]), 0o600))
	h.append(1).sign()
	h.ok(h.Prove(t.Context()))
	if v := h.sound(); v.Problem != "" || v.Anchored != 2 {
		t.Errorf("%+v", v)
	}
	other := anchor(t)
	h.ok(os.WriteFile(other, []byte("root:x:0:0\n"), 0o600))
	h.anchors = []string{other}
	h.Notary = h.at(h.dir)
	if err := h.Prove(t.Context()); !errors.Is(err, notary.ErrAnchor) {
		t.Errorf("another file: %v", err)
	}
	away := filepath.Join(t.TempDir(), "mount", "checkpoints.txt")
	h.anchors = []string{away}
	h.Notary = h.at(h.dir)
	h.ok(h.Prove(t.Context()))
	if _, err := h.append(1).Checkpoint(t.Context()); err == nil || !strings.Contains(err.Error(), away) {
		t.Errorf("an anchor that is away: %v", err)
	}
	entries, err := door.Read(t.Context(), h.door, func(tx door.Tx) ([]kept.Entry, error) {
		return tx.Entries(t.Context(), kept.EntryFilter{Object: "log"})
	})
	if h.ok(err); len(entries) != 1 {
		t.Errorf("%d entries about the log; checkpoints and anchors make none", len(entries))
	}
}
