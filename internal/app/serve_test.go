package app

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"beredskab/internal/store"
)

// A disk that has failed ends the server with that error: nothing more can be
// promised (F13). The register's own tests make the failure; this one shows that
// the news of it is heard.
func TestFailedDiskEndsTheServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	organisation := "schema: 1\norganisation: By\nteams: [{id: drift, capacity: 1}]\ncadence: [{class: 2, exercise: 365d, measured: 365d}]\n"
	if err := errors.Join(
		os.Mkdir(filepath.Join(dir, "plans"), 0o700),
		os.WriteFile(filepath.Join(dir, "plans", "organisation.yaml"), []byte(organisation), 0o600),
		os.WriteFile(filepath.Join(dir, "beredskab.yaml"), []byte("dir: .\nactions: actions.yaml\n"), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	s, err := Load(map[string]string{"dir": dir}, func(string) (string, bool) { return "", false }, dir)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), s, Serve, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	a.failed <- fmt.Errorf("%w: input/output error", store.ErrFailed)
	if err := a.Serve(t.Context(), nil); !errors.Is(err, store.ErrFailed) {
		t.Errorf("the server ended with %v", err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}
