package app_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/ledger"
)

// A server signs its log as it stops, and one whose register is older than what
// was anchored does not start, until the loss is recorded; without an anchor
// nobody could tell (F15).
func TestOlderRegisterIsNotServed(t *testing.T) {
	anchor := filepath.Join(t.TempDir(), "checkpoints.txt")
	w := newTown(t, "listen: off\nanchor: ["+anchor+"]\n")
	w.plan("a", []string{manual("s1")})
	backup := w.path("older.db")
	w.serve()
	if err := errors.Join(w.app.Store().Backup(t.Context(), backup), w.stop()); err != nil {
		t.Fatal(err)
	}
	if text := readText(t, anchor); !strings.HasPrefix(text, "beredskab/prøveby\n") {
		t.Fatalf("anchored at the stop: %q", text)
	}
	if err := errors.Join(os.Remove(w.path("register.db")), os.Rename(backup, w.path("register.db"))); err != nil {
		t.Fatal(err)
	}
	a, err := w.open(app.Serve)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := a.Serve(ctx, nil); !errors.Is(err, ledger.ErrRewound) || !strings.Contains(err.Error(), "accept-loss") {
		t.Errorf("an older register: %v", err)
	}
	if _, err := a.Notary.AcceptLoss(t.Context(), door.Actor{Name: "it-chef", Assurance: "login"}, "Disken brændte"); err != nil {
		t.Error(err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	w.serve()
	if err := w.stop(); err != nil {
		t.Error(err)
	}
}

// The control: the same without an anchor starts.
func TestOlderRegisterWithoutAnchor(t *testing.T) {
	w := newTown(t, "listen: off\n")
	w.plan("a", []string{manual("s1")})
	backup := w.path("older.db")
	w.serve()
	if err := errors.Join(w.app.Store().Backup(t.Context(), backup), w.stop(),
		os.Remove(w.path("register.db")), os.Rename(backup, w.path("register.db"))); err != nil {
		t.Fatal(err)
	}
	w.serve()
}

// A drill that has ended is signed and anchored at once, and does not wait for the
// next quarter of an hour.
func TestDrillIsSignedAtItsEnd(t *testing.T) {
	anchor := filepath.Join(t.TempDir(), "checkpoints.txt")
	w := newTown(t, "listen: off\nanchor: ["+anchor+"]\n")
	w.commands(map[string]string{"mark": "true"})
	w.plan("a", []string{"{id: s1, title: Trin, estimate: 1m, action: mark, timeout: 5m}"})
	w.serve()
	w.end(w.drill("a"))
	w.until("the end is anchored", func() bool { text, err := os.ReadFile(anchor); return err == nil && len(text) > 0 })
}
