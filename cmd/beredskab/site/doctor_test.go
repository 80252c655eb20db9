package site

import (
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/register"
	"beredskab/plans"
)

// A run whose events cannot be read is found by the doctor and named, although
// the database finds its file sound.
func TestDoctorNamesRunsThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	files, state := filepath.Join(dir, "plans"), filepath.Join(dir, "state")
	if err := os.CopyFS(files, plans.Files); err != nil {
		t.Fatal(err)
	}
	s, err := app.Load(map[string]string{"dir": state, "plans": files, "node": "test"}, func(string) (string, bool) { return "", false }, dir)
	if err != nil {
		t.Fatal(err)
	}
	id := started(t, s)
	e := Examination{Settings: s, Offline: true, Log: slog.New(slog.DiscardHandler)}
	if line := e.register(t.Context())[0]; line.Level != OK {
		t.Fatalf("the control: %+v", line)
	}
	db, err := sql.Open("sqlite3", filepath.Join(state, "register.db"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec("DROP TRIGGER event_stays; UPDATE event SET body = '{' WHERE run = ?", id)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	line := e.register(t.Context())[0]
	if line.Level != Fail || !strings.Contains(line.Text, "run "+id+" cannot be read") || !strings.Contains(line.Next, "restore the newest backup") {
		t.Errorf("%+v", line)
	}
}

// started makes the register, and a run in it.
func started(t *testing.T, s *app.Settings) string {
	t.Helper()
	a, err := app.Open(t.Context(), s, app.Serve, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	by := door.Actor{Name: "oevelsesleder", Assurance: "login"}
	_, _, err = a.Adopt(t.Context(), by)
	if err != nil {
		t.Fatal(err)
	}
	id, err := a.Register.Open(t.Context(), by, register.Opening{System: "esdh", Drill: "gendan-fra-backup"})
	if err := errors.Join(err, a.Close()); err != nil {
		t.Fatal(err)
	}
	return id
}
