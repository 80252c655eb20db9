package action

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

const twoCommands = `
- {id: fenced, description: Nothing, exec: /bin/true, timeout: 1m}
- {id: plain, description: Nothing, exec: /bin/true, timeout: 1m, fence: none}
`

// TestAdoptOfNothing is a server that was killed between the claim of an attempt and its start.
func TestAdoptOfNothing(t *testing.T) {
	l := local(t, twoCommands, Options{})
	res, err := l.Adopt(context.Background(), request("fenced"))
	if !errors.Is(err, ErrNotStarted) || !errors.Is(err, ErrUnknown) || res.Outcome != Unknown {
		t.Errorf("fenced: %+v, %v", res, err)
	}
	if _, err := l.Run(context.Background(), request("fenced")); !errors.Is(err, ErrStarted) {
		t.Errorf("fenced, afterwards: %v", err)
	}
	plain := request("plain")
	plain.Attempt = 2
	if res, err := l.Adopt(context.Background(), plain); !errors.Is(err, ErrUnknown) || errors.Is(err, ErrNotStarted) || res.Outcome != Unknown {
		t.Errorf("plain: %+v, %v", res, err)
	}
}

// TestSpoolIDKnowsTheCatalogue: a command that went without a supervisor leaves no trace, so that getting one later must not make
// its attempts look as if they had never been started.
func TestSpoolIDKnowsTheCatalogue(t *testing.T) {
	spool := filepath.Join(t.TempDir(), "spool")
	id := func(entries string) string {
		t.Helper()
		c, err := catalogue(t, entries)
		if err != nil {
			t.Fatal(err)
		}
		l, err := New(Options{Catalogue: c, Spool: spool})
		if err != nil {
			t.Fatal(err)
		}
		return l.SpoolID()
	}
	first := id(twoCommands)
	if again := id(twoCommands + "- {id: other, description: Nothing, exec: /bin/true, timeout: 1m}\n"); again != first {
		t.Errorf("the same spool is %s and %s", first, again)
	}
	if id("- {id: plain, description: Nothing, exec: /bin/true, timeout: 1m}\n") == first {
		t.Error("plain got a supervisor and the spool is the same")
	}
	if err := os.RemoveAll(spool); err != nil {
		t.Fatal(err)
	}
	if id(twoCommands) == first {
		t.Error("an emptied spool is the same")
	}
}
