package trace_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/proof"
)

// TestErase is A8: once a person is erased the log verifies as before, and neither
// the register's files, an export nor a backup made later holds the name, mail, phone
// or account; with the salts gone nobody can find the texts by trying.
func TestErase(t *testing.T) {
	w := newTown(t, filepath.Join(t.TempDir(), "anchor.txt"))
	for _, a := range w.acts() {
		w.ok(a.do(t.Context(), as(user)))
	}
	words := []string{name, mail, phone, user, "sub-" + user}
	log := bytes.Join(w.bytes(), nil)
	for _, word := range words {
		if strings.Contains(strings.ToLower(string(log)), strings.ToLower(word)) {
			t.Errorf("%q stands in the log", word)
		}
	}
	control := len(found(t, w.dir, words...))
	before := w.export()
	opened := strings.Count(before.said, name)
	old, err := w.notary.Checkpoint(t.Context())
	w.ok(err)

	_, err = w.office.ErasePerson(t.Context(), as("stranger"), forgotten)
	if err == nil {
		t.Error("a stranger erased somebody")
	}
	erased, err := w.office.ErasePerson(t.Context(), as("root"), forgotten)
	w.ok(err)
	w.ok(w.db.Scour(t.Context()))
	backup := filepath.Join(t.TempDir(), "backup")
	w.ok(os.Mkdir(backup, 0o700))
	w.ok(w.db.Backup(t.Context(), filepath.Join(backup, "register.db")))

	left := slices.Concat(found(t, w.dir, words...), found(t, backup, words...))
	after := w.export()
	for _, word := range words {
		if strings.Contains(strings.ToLower(after.said), strings.ToLower(word)) {
			left = append(left, "export: "+word)
		}
	}
	if found := guessed(after.said, before.said); found > 0 {
		left = append(left, fmt.Sprintf("%d texts could be guessed", found))
	}
	for _, where := range left {
		t.Errorf("found after the erasure: %s", where)
	}
	if v, err := w.notary.Audit(t.Context()); err != nil || v.Problem != "" {
		t.Errorf("the log after the erasure: %+v %v", v, err)
	}
	verify(t, after, old)
	if !strings.Contains(after.said, `"text":"En anden`) && !strings.Contains(after.said, "anden") {
		t.Error("the texts of the others are gone too")
	}
	w.remains()
	if control == 0 || opened == 0 || erased.Texts == 0 || erased.Records == 0 {
		t.Errorf("before it %d files and %d texts held a word, and %+v was erased: the control does not hold", control, opened, erased)
	}
	proof.Report(t, proof.Figure{
		ID: "A8", What: "a person erased", Count: len(words), Unit: "names, numbers and accounts", Failed: len(left),
		Found:   fmt.Sprintf("in no file, export or later backup; %d texts and %d records erased, the log verifies with an older checkpoint", erased.Texts, erased.Records),
		Control: fmt.Sprintf("before it %d places held them, the export opened %d texts, and the log itself held none", control, opened),
	})
}

// remains checks what is still to be read of the erased person's acts.
func (w *town) remains() {
	w.t.Helper()
	book, err := w.office.Book(w.t.Context())
	w.ok(err)
	if p, known := book.Person(forgotten); !known || p.Name != forgotten || p.Disabled.IsZero() || len(p.Accounts) > 0 {
		w.t.Errorf("the person is now %+v", p)
	}
	runs, err := w.reg.Runs(w.t.Context(), kept.RunFilter{})
	w.ok(err)
	var run drill.Run
	_, run, err = w.reg.Run(w.t.Context(), runs[0].ID)
	w.ok(err)
	if len(run.Notes) == 0 || run.Notes[0].Text != "(erased)" || run.Reason != "(erased)" {
		w.t.Errorf("the run says %+v, %q", run.Notes, run.Reason)
	}
}

func (w *town) bytes() (list [][]byte) {
	for _, e := range w.entries(0) {
		list = append(list, e.Bytes)
	}
	return list
}

// exported is a log as an auditor has it.
type exported struct{ file, key, said string }

func (w *town) export() (x exported) {
	w.t.Helper()
	x.file = filepath.Join(w.t.TempDir(), "log.jsonl")
	_, err := w.notary.ExportFile(w.t.Context(), as("itchef"), x.file)
	w.ok(err)
	text, err := os.ReadFile(x.file)
	w.ok(err)
	x.said = string(text)
	x.key, _, err = w.notary.Key(w.t.Context())
	w.ok(err)
	return x
}

// verify lets the second program look at an export.
func verify(t *testing.T, x exported, outside string) {
	t.Helper()
	program, note := filepath.Join(t.TempDir(), "verify"), filepath.Join(t.TempDir(), "note.txt")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./cmd/beredskab-verify")
	build.Dir = proof.Root(t)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the verifier: %v\n%s", err, out)
	}
	if err := os.WriteFile(note, []byte(outside), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), program, "--key", x.key, "--checkpoint", note, x.file).CombinedOutput(); err != nil {
		t.Errorf("the export does not verify: %v: %s", err, out)
	}
}

// guessed counts commitments without a text that somebody finds who knows every text
// that there ever was and tries it with every salt that is left.
func guessed(after, before string) (n int) {
	salts, texts := [][]byte{make([]byte, 16)}, []string{}
	each := func(export string, fn func(text string, salt []byte)) {
		for line := range strings.Lines(export) {
			var f struct {
				Text *string
				Salt []byte
			}
			if json.Unmarshal([]byte(line), &f) == nil && f.Text != nil {
				fn(*f.Text, f.Salt)
			}
		}
	}
	open := map[string]bool{}
	each(after, func(text string, salt []byte) {
		salts = append(salts, salt)
		open[ledger.Text{Salt: salt, Text: text}.Commitment()] = true
	})
	each(before, func(text string, _ []byte) { texts = append(texts, text) })
	for _, salt := range salts {
		for _, text := range texts {
			c := ledger.Text{Salt: salt, Text: text}.Commitment()
			if !open[c] && strings.Contains(after, c) {
				n++
			}
		}
	}
	return n
}

// TestNoNameInTheLog: an account in the log is that of nobody in the book.
func TestNoNameInTheLog(t *testing.T) {
	w := newTown(t)
	w.ok(w.acts()[0].do(t.Context(), as(user)))
	list := w.entries(0)
	last := list[len(list)-1]
	if last.Actor != forgotten || !bytes.Contains(last.Bytes, []byte(`"via":"`+forgotten+`"`)) || !regexp.MustCompile(`"act":"drill.start"`).Match(last.Bytes) {
		t.Errorf("the entry says %s", last.Bytes)
	}
	known, err := w.door.Known(context.Background(), as(user))
	w.ok(err)
	if known.Name != forgotten || known.Via != forgotten {
		t.Errorf("known as %+v", known)
	}
	if other, err := w.door.Known(context.Background(), as("stranger")); err != nil || other != as("stranger") {
		t.Errorf("a stranger is %+v, %v", other, err)
	}
}

// TestOtherWords: words that somebody changed in the database are not shown as if they
// had been said, and hold up nothing but their run.
func TestOtherWords(t *testing.T) {
	w := newTown(t)
	for _, a := range w.acts()[:5] {
		w.ok(a.do(t.Context(), as(user)))
	}
	file, err := sql.Open("sqlite3", "file:"+filepath.Join(w.dir, "register.db")+"?_busy_timeout=5000")
	w.ok(err)
	changed, err := file.ExecContext(t.Context(), "UPDATE record SET body = replace(body, 'ringede', 'tav') WHERE kind = 'text' AND body LIKE '%ringede%'")
	w.ok(errors.Join(err, file.Close()))
	if n, err := changed.RowsAffected(); err != nil || n != 1 {
		t.Fatalf("%d texts changed, %v", n, err)
	}
	runs, err := w.reg.Runs(t.Context(), kept.RunFilter{})
	w.ok(err)
	if _, _, err := w.reg.Run(t.Context(), runs[0].ID); !errors.Is(err, ledger.ErrDamaged) || !errors.Is(err, door.ErrBroken) || !strings.Contains(err.Error(), runs[0].ID) {
		t.Errorf("other words: %v", err)
	}
}
