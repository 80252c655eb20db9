package trace_test

import (
	"bytes"
	"log/slog"
	"os"
	"testing"

	"beredskab/internal/door"
	"beredskab/internal/governance"
	"beredskab/internal/notary"
	"beredskab/internal/register"
	"beredskab/internal/store"
)

// damage changes one line of the log behind the register's back.
func damage(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	was, is := []byte(`"outcome":"done","detail":{"basis"`), []byte(`"outcome":"dune","detail":{"basis"`)
	if !bytes.Contains(data, was) {
		t.Fatal("the log is not found in the file")
	}
	if err := os.WriteFile(file, bytes.Replace(data, was, is, 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

// reopen gives the house with the register as the file has it now.
func reopen(h *house, file string) *house {
	h.t.Helper()
	db, err := store.Open(h.t.Context(), store.Options{Path: file})
	h.ok(err)
	h.t.Cleanup(func() { _ = db.Close() })
	log := slog.New(slog.NewTextHandler(h.t.Output(), nil))
	h.store, h.door = db, door.New(db, h)
	h.register, h.office = register.New(h.door, register.Options{}), governance.New(h.door)
	was := h.notary.Options
	was.Door, was.Office = h.door, h.office
	h.notary = notary.New(was)
	h.ok(os.RemoveAll(h.messages))
	h.serve(log)
	return h
}
