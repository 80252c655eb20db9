package app_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/proof"
	"beredskab/internal/store/pgtest"
)

// trace gives the bytes and hashes of the whole log, oldest first.
func trace(t *testing.T, a *app.App) (list []string) {
	t.Helper()
	entries, err := a.Register.Entries(t.Context(), kept.EntryFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range slices.Backward(entries) {
		list = append(list, string(e.Bytes)+string(e.Hash))
	}
	return list
}

func on(t *testing.T, engine string) (settings string) {
	if engine == "postgres" {
		return "database: " + pgtest.Start(t) + "\n"
	}
	return ""
}

// A backup is taken while the server works, on either engine; it is whole, says
// so, and what it was restored to holds the same log and goes on from there.
func TestBackupRestoresOnEitherEngine(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			w := newTown(t, "listen: 127.0.0.1:0\n"+on(t, engine))
			w.plan("a", []string{manual("s1")})
			at := w.watched()
			id := w.drill("a")
			w.step(id, "s1", drill.Asked)
			file := w.path("backup.tar")
			made, err := w.app.Backup(t.Context(), w.leader(), file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.app.Backup(t.Context(), w.leader(), file); err == nil || !strings.Contains(err.Error(), "name a new file") {
				t.Errorf("a backup was written over another: %v", err)
			}
			w.until("the figures know of it", func() bool { return w.figure(at, "backup_last_timestamp_seconds") != "0" })
			if read, err := app.VerifyBackup(t.Context(), file); err != nil || !reflect.DeepEqual(read, made) {
				t.Errorf("read back as %+v instead of %+v: %v", read, made, err)
			}
			before := trace(t, w.app)
			back := townIn(t, filepath.Join(w.dir, "back"), "listen: off\n")
			back.plan("a", []string{manual("s1")})
			if _, err := app.Restore(t.Context(), w.leader(), file, back.dir, w.app.Log); err != nil {
				t.Fatal(err)
			}
			if _, err := app.Restore(t.Context(), w.leader(), file, back.dir, w.app.Log); !errors.Is(err, kept.ErrNotEmpty) {
				t.Errorf("a register was restored over another: %v", err)
			}
			back.refused()
			back.write("node.key", readText(t, w.path("node.key"))) // the same server goes on in another folder
			back.serve()
			back.step(id, "s1", drill.Asked)
			after := trace(t, back.app)
			if n := int(made.Entries); !slices.Equal(after[:n], before[:n]) || !strings.Contains(after[n], "register.restored") {
				t.Errorf("the log is another after entry %d", n)
			}
		})
	}
}

// refused starts a server without the key that the register knows it by, which
// ends by itself and says what to do.
func (w *town) refused() {
	w.t.Helper()
	a, err := w.open(app.Serve)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	err = a.Serve(ctx, nil)
	if !errors.Is(err, door.ErrNotAllowed) || !strings.Contains(err.Error(), "beredskab node forget test") {
		w.t.Errorf("a server with another key: %v", err)
	}
	if err := errors.Join(a.Close(), os.Remove(w.path("node.key"))); err != nil {
		w.t.Error(err)
	}
}

// Any byte of the copy that was changed, and any end that is missing, is found.
func TestDamagedBackupIsFound(t *testing.T) {
	w := newTown(t, "listen: off\n")
	w.plan("a", []string{manual("s1")})
	w.serve()
	file := w.path("backup.tar")
	made, err := w.app.Backup(t.Context(), w.leader(), file)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	start := strings.Index(string(whole), "SQLite format 3")
	seed := proof.Seed(t)
	draw := rand.New(rand.NewPCG(seed, 0))
	count, missed := proof.Size(20, 100, 1000), 0
	for i := range count {
		damaged := slices.Clone(whole)
		place := start + draw.IntN(int(made.Size))
		if i%4 == 0 {
			damaged = damaged[:place]
		} else {
			damaged[place] ^= 1 << draw.IntN(8)
		}
		if err := os.WriteFile(w.path("damaged.tar"), damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := app.VerifyBackup(t.Context(), w.path("damaged.tar")); !errors.Is(err, app.ErrBackup) && err == nil {
			missed++
			t.Errorf("damage at %d was not found", place)
		}
	}
	control := "the whole file is taken"
	if _, err := app.VerifyBackup(t.Context(), file); err != nil {
		t.Errorf("the control: %v", err)
	}
	proof.Report(t, proof.Figure{
		ID: "R17", What: "damaged backups", Seed: seed, Count: count, Unit: "flips and truncations", Failed: missed,
		Found: "each found before anything was restored", Control: control,
	})
}
