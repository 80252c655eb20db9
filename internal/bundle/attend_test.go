package bundle_test

import (
	"context"
	"crypto/ed25519"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beredskab/internal/bundle"
)

// A bundle is made when there is none, when another plan holds, when the newest is
// not whole, and after a day; else not.
func TestWhenABundleIsDue(t *testing.T) {
	in := sample(t, "da")
	root, key, held := t.TempDir(), ed25519.PublicKey(nil), map[string]string{}
	k := bundle.Keeper{
		Root: root, Log: slog.New(slog.DiscardHandler),
		Trusted: func() (ed25519.PublicKey, error) {
			if key == nil {
				return nil, fs.ErrNotExist
			}
			return key, nil
		},
		Held: func(context.Context) (map[string]string, error) { return held, nil },
	}
	due := func(at time.Time, want bool, because string) {
		t.Helper()
		is, why, err := k.Due(t.Context(), at)
		if err != nil || is != want || is && !strings.Contains(why, because) {
			t.Errorf("due %t because %q, %v; want %t because %q", is, why, err, want, because)
		}
	}
	now := in.Moment
	due(now, false, "") // no plans yet
	held = hashes(in.Set)
	due(now, true, "none yet")
	key = public()
	due(now, true, "none yet")
	built, err := bundle.Build(root, in)
	if err != nil {
		t.Fatal(err)
	}
	due(now.Add(23*time.Hour), false, "")
	due(now.Add(25*time.Hour), true, "a day old")
	held["esdh"] = strings.Repeat("0", 64)
	due(now.Add(time.Minute), true, "esdh")
	held = hashes(in.Set)
	if err := os.WriteFile(filepath.Join(built.Folder, "manifest.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	due(now.Add(time.Minute), true, "not what was signed")
}
