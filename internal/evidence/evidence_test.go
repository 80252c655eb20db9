package evidence_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/evidence"
)

const hashOfHej = "9c478bf63e9500cb5db1e85ece82f18c8eb9e52e2f9135acd7f10972c8d563ba" // sha256 of "hej"

func TestAFileIsKeptOnceAndReadBackAsItWas(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state", "evidence")
	s := evidence.In(folder)
	for range 2 {
		hash, size, err := s.Put(strings.NewReader("hej"), 3)
		if err != nil || hash != hashOfHej || size != 3 {
			t.Fatal(hash, size, err)
		}
	}
	file, err := s.Open(hashOfHej)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(file)
	if err := errors.Join(err, file.Close()); err != nil || string(text) != "hej" {
		t.Errorf("%q, %v", text, err)
	}
	entries, err := os.ReadDir(folder)
	info, errInfo := os.Stat(filepath.Join(folder, hashOfHej))
	if err := errors.Join(err, errInfo); err != nil || len(entries) != 1 || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestWhatIsNotAsItWasKeptIsNamedAndNeverShown(t *testing.T) {
	folder := t.TempDir()
	s := evidence.In(folder)
	if _, _, err := s.Put(strings.NewReader("hej!"), 3); !errors.Is(err, evidence.ErrTooLarge) || !strings.Contains(err.Error(), "at most 3 bytes") {
		t.Errorf("too large: %v", err)
	}
	if err := s.Take(hashOfHej, strings.NewReader("nej")); !errors.Is(err, evidence.ErrChanged) {
		t.Errorf("another file under its hash: %v", err)
	}
	for _, name := range []string{hashOfHej, "../" + hashOfHej, "", strings.ToUpper(hashOfHej)} {
		if _, err := s.Open(name); !errors.Is(err, evidence.ErrMissing) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
		t.Errorf("something was left behind: %v, %v", entries, err)
	}
	path := filepath.Join(folder, hashOfHej)
	for _, damaged := range []string{"hek", "he", "", "hejj"} {
		if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.Check(hashOfHej); !errors.Is(err, evidence.ErrChanged) || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: %v", damaged, err)
		}
	}
	if _, _, err := s.Put(bytes.NewReader([]byte("hej")), 9); err != nil || s.Check(hashOfHej) != nil {
		t.Errorf("the file that is added again does not make the damaged one good: %v", err)
	}
}

// changing is a file that somebody writes to while it is read.
type changing struct {
	*strings.Reader
	after string
}

func (c *changing) Seek(int64, int) (int64, error) {
	c.Reader = strings.NewReader(c.after)
	return 0, nil
}

func TestAFileThatChangesWhileItIsReadIsNotKept(t *testing.T) {
	s := evidence.In(t.TempDir())
	if _, _, err := s.Put(&changing{strings.NewReader("hej"), "nej"}, 9); !errors.Is(err, evidence.ErrChanged) || !errors.Is(s.Check(hashOfHej), evidence.ErrMissing) {
		t.Errorf("%v", err)
	}
}

func TestAShelfIsHandedOver(t *testing.T) {
	dir := t.TempDir()
	from, to := evidence.In(filepath.Join(dir, "away")), evidence.In(filepath.Join(dir, "here", "evidence"))
	if err := from.Hand(to); err != nil {
		t.Fatalf("nothing to hand over: %v", err)
	}
	for _, text := range []string{"hej", "nej"} {
		if _, _, err := from.Put(strings.NewReader(text), 9); err != nil {
			t.Fatal(err)
		}
	}
	if err := from.Hand(to); err != nil || to.Check(hashOfHej) != nil || !errors.Is(from.Check(hashOfHej), evidence.ErrMissing) {
		t.Errorf("%v", err)
	}
}
