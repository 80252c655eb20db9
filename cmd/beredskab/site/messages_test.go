package site

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/plans"
)

// The doctor names each owner whom no message would reach, what no channel took, what
// nobody tries, and a channel that would not work; each with the next step.
func TestDoctorOnMessages(t *testing.T) {
	dir := t.TempDir()
	files := filepath.Join(dir, "plans")
	if err := os.CopyFS(files, plans.Files); err != nil {
		t.Fatal(err)
	}
	plan := filepath.Join(files, "gis.yaml")
	text, err := os.ReadFile(plan)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		if !strings.Contains(line, "mailbox:") {
			lines = append(lines, line)
		}
	}
	settings := "dir: state\nplans: plans\nnode: test\nchannels:\n  - {name: post, kind: mail, dir: messages}\n"
	if err := os.WriteFile(filepath.Join(dir, "beredskab.yaml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(plan, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := app.Load(map[string]string{}, func(string) (string, bool) { return "", false }, dir)
	if err != nil {
		t.Fatal(err)
	}
	e := Examination{Settings: s, Now: time.Now(), Log: slog.New(slog.DiscardHandler)}
	if lines := e.channels(t.Context()); len(lines) != 1 || lines[0].Level != OK || !strings.Contains(lines[0].Text, "sent to nobody") {
		t.Errorf("%+v", lines)
	}
	a, err := app.Open(t.Context(), s, app.Serve, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	if _, problems, err := a.Adopt(t.Context(), door.System("test")); err != nil {
		t.Fatal(err, problems)
	}
	id, err := a.Register.Owe(t.Context(), door.System("test"), outbox.Notice{Key: "x", Kind: outbox.Test, Channel: "post", Address: "x@k.test"})
	if err != nil {
		t.Fatal(err)
	}
	if lines := e.refused(t.Context(), a); len(lines) > 0 {
		t.Errorf("the control: %+v", lines)
	}
	tried := outbox.Delivery{At: time.Now(), Channel: "post", Outcome: outbox.GiveUp, Detail: "no such mailbox"}
	if err := a.Register.Tried(t.Context(), id, tried, outbox.Refused); err != nil {
		t.Fatal(err)
	}
	said(t, e.refused(t.Context(), a), "1 messages of the last seven days", "no such mailbox", "notify resend")
	said(t, e.people(t.Context(), a), "the owner of gis has no address", "mailbox")
}

func TestDoctorOnTheOutbox(t *testing.T) {
	e := Examination{Now: time.Now()}
	if lines := e.overdue(kept.Census{Overdue: map[string]int{}}); len(lines) > 0 {
		t.Errorf("the control: %+v", lines)
	}
	said(t, e.overdue(kept.Census{Overdue: map[string]int{"mail": 2, "slack": 1}}), "3 messages", "--overdue")
}

// said wants one warning with those words in it and its next step.
func said(t *testing.T, lines []Line, words ...string) {
	t.Helper()
	if len(lines) != 1 || lines[0].Level != Warn {
		t.Fatalf("%+v", lines)
	}
	for _, word := range words {
		if !strings.Contains(lines[0].Text+lines[0].Next, word) {
			t.Errorf("no %q in %+v", word, lines[0])
		}
	}
}
