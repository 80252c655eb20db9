package demo_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/demo"
)

func day() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// A demo folder holds the whole sample, can be found and made anew, and a folder with somebody's files in it is left alone.
func TestPrepare(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	for range 2 { // an earlier demo is made anew
		s, err := demo.Prepare(t.Context(), dir, "/bin/true", "", day())
		if err != nil {
			t.Fatal(err)
		}
		found, err := demo.Existing(dir)
		if err != nil || *found != *s {
			t.Fatalf("found %+v, %v; made %+v", found, err, s)
		}
		a, err := s.Open(t.Context(), app.Use)
		if err != nil {
			t.Fatal(err)
		}
		set, err := a.Register.Set(t.Context())
		if err != nil || len(set.Plans) != 19 {
			t.Errorf("%d systems, %v", len(set.Plans), err)
		}
		evidence, err := a.Register.Evidence(t.Context())
		if err != nil || len(evidence) < 17 {
			t.Errorf("%d drills: %v", len(evidence), err)
		}
		book, err := a.Office.Book(t.Context())
		if err != nil || len(book.Persons()) > 0 {
			t.Errorf("somebody is registered: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "beredskab.yaml"), []byte("node: theirs\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Prepare(t.Context(), other, "/bin/true", "", day()); !errors.Is(err, app.ErrSettings) || !strings.Contains(err.Error(), "--dir") {
		t.Errorf("a folder of somebody else: %v", err)
	}
	if _, err := demo.Existing(other); err == nil {
		t.Error("a folder of somebody else was taken for a demo")
	}
}

// The business system is real: it loses its data when it is stopped, has what
// the backup held after the restore, and all of it again after the clean-up.
func TestBusinessSystem(t *testing.T) {
	s, err := demo.Prepare(t.Context(), filepath.Join(t.TempDir(), "demo"), "/bin/true", "", day())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- demo.Run(ctx, s, func() { close(ready) }) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	select {
	case <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	for _, c := range []struct {
		verb, says, health string
	}{
		{"", "", "ok, 408 sager"},
		{"stop", "ESDH is stopped", ""},
		{"restore", "integrity check: ok", "ok, 400 sager"},
		{"clean-up", "the data from before the drill is in place", "ok, 408 sager"},
		{"clean-up", "nothing was set aside", "ok, 408 sager"},
	} {
		var out strings.Builder
		if c.verb != "" {
			if err := demo.Tool(c.verb, s.ESDH, &out); err != nil || !strings.Contains(out.String(), c.says) {
				t.Errorf("%s: %v, says %q", c.verb, err, out.String())
			}
		}
		if got := health(s.Address); got != c.health {
			t.Errorf("after %q the service answers %q, want %q", c.verb, got, c.health)
		}
	}
	if err := demo.Tool("format", s.ESDH, &strings.Builder{}); err == nil || !strings.Contains(err.Error(), "stop, restore and clean-up") {
		t.Errorf("an unknown order: %v", err)
	}
}
