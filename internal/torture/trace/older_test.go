package trace_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"beredskab/internal/ledger"
	"beredskab/internal/proof"
)

// TestOlderBackups is A2: each of many older backups that is put back is refused at
// the start, because a newer checkpoint is kept outside.
func TestOlderBackups(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "anchor.txt")
	w := newTown(t, outside)
	count := proof.Size(5, 50, 50)
	backups := []string{}
	for i := range count {
		w.ok(w.office.DisablePerson(t.Context(), as("root"), forgotten, fmt.Sprint("no. ", i)))
		w.ok(w.office.EnablePerson(t.Context(), as("root"), forgotten))
		_, err := w.notary.Checkpoint(t.Context())
		w.ok(err)
		backup := filepath.Join(t.TempDir(), fmt.Sprint(i))
		w.ok(os.Mkdir(backup, 0o700))
		w.ok(w.db.Backup(t.Context(), filepath.Join(backup, "register.db")))
		key, err := os.ReadFile(filepath.Join(w.dir, "log.key"))
		w.ok(errors.Join(err, os.WriteFile(filepath.Join(backup, "log.key"), key, 0o600)))
		backups = append(backups, backup)
	}
	w.ok(w.office.DisablePerson(t.Context(), as("root"), forgotten, "the newest"))
	_, err := w.notary.Checkpoint(t.Context())
	w.ok(err)
	unseen, passed := 0, 0
	for _, backup := range backups {
		older := townIn(t, backup, outside)
		if err := older.notary.Prove(t.Context()); !errors.Is(err, ledger.ErrRewound) {
			unseen++
			t.Errorf("%s is served: %v", backup, err)
		}
		older.notary.Anchors = nil
		if older.notary.Prove(t.Context()) == nil {
			passed++
		}
		w.ok(older.db.Close())
	}
	if passed != count {
		t.Errorf("without the anchor only %d of %d pass: the control does not hold", passed, count)
	}
	proof.Report(t, proof.Figure{
		ID: "A2", What: "older backups put back", Count: count, Unit: "backups", Failed: unseen,
		Found: "each refused at the start by the newer anchor", Control: fmt.Sprintf("without the anchor %d of %d are served", passed, count),
	})
}
