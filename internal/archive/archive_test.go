package archive_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/archive"
	"beredskab/internal/evidence"
)

// packed writes a backup of a register with two files of evidence, and gives what
// was kept besides.
func packed(t *testing.T) (file string, m archive.Manifest, hashes []string) {
	t.Helper()
	dir := t.TempDir()
	register := filepath.Join(dir, "register.db")
	if err := os.WriteFile(register, []byte(strings.Repeat("register ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	shelf := evidence.In(filepath.Join(dir, "evidence"))
	for _, text := range []string{"hej", strings.Repeat("nej", 1000)} {
		hash, _, err := shelf.Put(strings.NewReader(text), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, hash)
	}
	file = filepath.Join(dir, "backup.tar")
	m, err := archive.Write(file, archive.Manifest{Made: time.Now().UTC().Truncate(time.Second), Engine: "sqlite", Entries: 7}, register, shelf, append(hashes, hashes[0]))
	if err != nil {
		t.Fatal(err)
	}
	return file, m, hashes
}

func read(t *testing.T, file string) (archive.Manifest, error) {
	t.Helper()
	return archive.Read(file, filepath.Join(t.TempDir(), "register.db"), evidence.Fits)
}

func TestWhatWasWrittenIsReadBack(t *testing.T) {
	file, made, hashes := packed(t)
	dir := t.TempDir()
	shelf := evidence.In(filepath.Join(dir, "evidence"))
	got, err := archive.Read(file, filepath.Join(dir, "register.db"), shelf.Take)
	if err != nil || !reflect.DeepEqual(got, made) || made.Evidence.Files != 2 || made.Evidence.Size != 3003 || made.Entries != 7 {
		t.Fatalf("%+v, not %+v: %v", got, made, err)
	}
	for _, hash := range hashes {
		if err := shelf.Check(hash); err != nil {
			t.Error(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "register.db"))
	if err != nil || len(text) != int(made.Size) {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}

// A backup of a program that knew no evidence is read as ever.
func TestABackupWithoutEvidenceIsRead(t *testing.T) {
	dir := t.TempDir()
	register, file := filepath.Join(dir, "register.db"), filepath.Join(dir, "b.tar")
	if err := os.WriteFile(register, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := archive.Write(file, archive.Manifest{}, register, evidence.In(filepath.Join(dir, "evidence")), nil); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(text), `"evidence"`) {
		t.Fatalf("the manifest names evidence: %v", err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "backup.v2", "backup.v1", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if m, err := read(t, file); err != nil || m.Schema != "beredskab.backup.v1" {
		t.Errorf("%+v, %v", m, err)
	}
}

// One file of evidence that is lost or damaged keeps no register from being backed
// up, and is named.
func TestWhatCannotBeTakenAlongIsNamed(t *testing.T) {
	dir := t.TempDir()
	register, folder := filepath.Join(dir, "register.db"), filepath.Join(dir, "evidence")
	shelf := evidence.In(folder)
	hash, _, err := shelf.Put(strings.NewReader("hej"), 9)
	if err := errors.Join(err, os.WriteFile(register, []byte("x"), 0o600), os.WriteFile(filepath.Join(folder, hash), []byte("nej"), 0o600)); err != nil {
		t.Fatal(err)
	}
	missing := strings.Repeat("0", 64)
	m, err := archive.Write(filepath.Join(dir, "b.tar"), archive.Manifest{}, register, shelf, []string{hash, missing})
	if err != nil || m.Evidence.Files != 0 || !slices.Equal(m.Evidence.Lacking, []string{missing, hash}) {
		t.Errorf("%+v, %v", m.Evidence, err)
	}
	if got, err := read(t, filepath.Join(dir, "b.tar")); err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("%+v, %v", got, err)
	}
}

// Any byte of what it holds that differs, and any file that is gone, is found.
func TestADamagedBackupIsNotTaken(t *testing.T) {
	file, _, hashes := packed(t)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) int { return strings.LastIndex(string(whole), text) }
	damaged := file + ".damaged"
	for name, change := range map[string]func([]byte) []byte{
		"the register":         func(b []byte) []byte { b[at("register ")] ^= 1; return b },
		"the evidence":         func(b []byte) []byte { b[at("nejnej")] ^= 1; return b },
		"the name of evidence": func(b []byte) []byte { b[at("evidence/"+hashes[0])+12] ^= 1; return b },
		"cut within evidence":  func(b []byte) []byte { return b[:at("nejnej")] },
		"cut before evidence":  func(b []byte) []byte { return b[:strings.Index(string(b), "evidence/"+slices.Min(hashes))] },
		"no manifest":          func(b []byte) []byte { return b[512:] },
		"another schema":       func(b []byte) []byte { return []byte(strings.Replace(string(b), "backup.v2", "backup.v9", 1)) },
	} {
		if err := os.WriteFile(damaged, change(slices.Clone(whole)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := read(t, damaged); !errors.Is(err, archive.ErrBackup) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := read(t, file); err != nil {
		t.Errorf("the control: %v", err)
	}
	if _, err := archive.Read(file, filepath.Join(t.TempDir(), "r"), func(string, io.Reader) error { return io.ErrShortWrite }); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("what cannot be kept: %v", err)
	}
}
