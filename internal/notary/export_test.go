package notary_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/proof"
)

// export gives the file of an export.
func (h *house) export() string {
	h.t.Helper()
	file := filepath.Join(h.t.TempDir(), "log.jsonl")
	head, err := h.ExportFile(h.t.Context(), ann(), file)
	h.ok(err)
	data, err := os.ReadFile(file)
	h.ok(err)
	if last := bytes.LastIndex(data, []byte(`"act":"log.export"`)); last < 0 || !strings.Contains(string(data[last:]), `"detail":{"items":`) || head.Size == 0 {
		h.t.Errorf("the export of %+v does not tell of itself", head)
	}
	return file
}

// verify lets the second program look at an export.
func (h *house) verify(file string, args ...string) (code int, said string) {
	h.t.Helper()
	if len(args) == 0 {
		key, _, err := h.Key(h.t.Context())
		h.ok(err)
		args = []string{"--key", key}
	}
	return runVerifier(h.t, verifier(h.t), append(args, file)...)
}

// verifier builds the program that auditors have.
func verifier(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "beredskab-verify")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/beredskab-verify")
	cmd.Dir = proof.Root(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the verifier: %v\n%s", err, out)
	}
	return path
}

func runVerifier(t *testing.T, program string, args ...string) (code int, said string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	if ended != nil {
		code = ended.ExitCode()
	}
	return code, string(out)
}

// A1: what the register exports is taken by the program that auditors have, and
// with any byte of it changed it is not; an anchor proves that it is not older.
func TestExport(t *testing.T) {
	file := anchor(t)
	h := newHouse(t, file)
	for range 5 {
		h.append(4).sign()
	}
	exported, program := h.export(), verifier(t)
	key, _, err := h.Key(t.Context())
	h.ok(err)
	newest, _ := h.sign()
	outside := filepath.Join(t.TempDir(), "newest.txt")
	h.ok(os.WriteFile(outside, []byte(newest), 0o600))
	if code, said := runVerifier(t, program, "--key", key, "--checkpoint", outside, exported); code != 0 || !strings.Contains(said, "22 entries") {
		t.Fatalf("%d: %s", code, said)
	}
	data, err := os.ReadFile(exported)
	h.ok(err)
	seed := proof.Seed(t)
	chance := rand.New(rand.NewPCG(seed, 4))
	count, passed := proof.Size(60, 1000, 1000), 0
	for range count {
		changed := bytes.Clone(data)
		place := chance.IntN(len(data) - 1)
		changed[place] ^= byte(1 + chance.IntN(255))
		if changed[place] == '\r' && data[place+1] == '\n' {
			continue // a line may end as on Windows, and this is the end of one
		}
		damaged := filepath.Join(t.TempDir(), "damaged.jsonl")
		h.ok(os.WriteFile(damaged, changed, 0o600))
		if code, said := runVerifier(t, program, "--key", key, damaged); code == 0 {
			passed++
			t.Errorf("byte %d changed: %s", place, said)
		}
	}
	proof.Report(t, proof.Figure{
		ID: "A1", What: "bytes changed in an export of a register", Seed: seed, Count: count, Unit: "bytes", Failed: passed,
		Found: "0 taken by beredskab-verify", Control: "the export as it was passes",
	})
	h.older(func() { h.append(1).sign() })
	h.anchors = nil
	h.Notary = h.at(h.dir)
	if code, said := runVerifier(t, program, "--key", key, "--checkpoint", lastOf(t, file), h.export()); code != 1 {
		t.Errorf("an export of an older register, against a newer anchor: %d %s", code, said)
	}
}

// lastOf puts the last checkpoint of an anchor into a file, as an auditor does.
func lastOf(t *testing.T, file string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "tail", "-n", "6", file).Output()
	path := filepath.Join(t.TempDir(), "last.txt")
	if err := errors.Join(err, os.WriteFile(path, out, 0o600)); err != nil {
		t.Fatal(err)
	}
	return path
}
