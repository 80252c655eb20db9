package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/governance"
)

// What somebody suggests in the pages comes into the file once, as long as the file is
// the one that it was made from; everything else in it stays.
func TestASuggestedChangeIsWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	if code, _, text := say(t, t.TempDir(), "demo", "--prepare", "--bare", "--dir", dir); code != 0 {
		t.Fatal(code, text)
	}
	file := filepath.Join(dir, "plans", "esdh.yaml")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	after := bytes.Replace(before, []byte("\n  rto: 24h"), []byte("\n  rto: 20h"), 1)
	if bytes.Equal(before, after) {
		t.Fatal("the sample has another RTO")
	}
	for range 2 {
		suggest(t, dir, before, string(after))
	}
	if code, out, _ := say(t, dir, "--dir", dir, "plan", "proposals", "esdh"); code != 0 || !strings.Contains(out, "P-20") || !strings.Contains(out, "RTO: 24 -> 20") {
		t.Errorf("exit %d: %s", code, out)
	}
	_, listed, _ := say(t, dir, "--dir", dir, "plan", "proposals")
	id, _, _ := strings.Cut(listed, " ")
	if code, out, text := say(t, dir, "--dir", dir, "plan", "take", id); code != 0 || !strings.Contains(out, "plan submit esdh") {
		t.Errorf("exit %d: %s%s", code, out, text)
	}
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, after) {
		t.Errorf("the file is another than was suggested: %v", err)
	}
	if code, _, text := say(t, dir, "--dir", dir, "plan", "take", strings.TrimSuffix(id, "1")+"2"); code != 6 || !strings.Contains(text, "was changed since") {
		t.Errorf("a suggestion about another file: exit %d: %s", code, text)
	}
	if code, _, text := say(t, dir, "--dir", dir, "plan", "take", "P-2026-99"); code != 5 {
		t.Errorf("no such suggestion: exit %d: %s", code, text)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "plans", "*.proposal")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// suggest does what the page does.
func suggest(t *testing.T, dir string, base []byte, text string) {
	t.Helper()
	settings, err := app.Load(map[string]string{"dir": dir}, func(string) (string, bool) { return "", false }, dir)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), settings, app.Use, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(base)
	_, err = a.Office.Propose(t.Context(), door.Actor{Name: "systemejer", Assurance: "login"}, governance.Proposal{
		System: "esdh", File: "esdh.yaml", Base: hex.EncodeToString(sum[:]), Text: text, Sentences: []string{"RTO: 24 -> 20"}, Reason: "Lovet kunderne",
	})
	if err != nil {
		t.Error(err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}
