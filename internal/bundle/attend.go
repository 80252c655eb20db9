package bundle

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	looks = 15 * time.Minute // between two looks at the newest bundle
	fresh = 24 * time.Hour   // after which a bundle is made anew
)

// Keeper keeps a new enough bundle of one register.
type Keeper struct {
	Root    string
	Trusted func() (ed25519.PublicKey, error)                           // the key of this installation
	Held    func(context.Context) (hashes map[string]string, err error) // of the plans that a bundle must hold, by system
	Make    func(context.Context) error
	Log     *slog.Logger
}

// Attend makes a bundle each day, and soon after a version of a plan has come into
// force, until ctx ends; on the node that leads.
func (k Keeper) Attend(ctx context.Context, leads func() bool) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(looks):
		}
		if !leads() {
			continue
		}
		due, why, err := k.Due(ctx, time.Now())
		if err == nil && due {
			if err = k.Make(ctx); err == nil {
				k.Log.Info("an offline copy was made", "because", why)
			}
		}
		if err != nil && ctx.Err() == nil {
			k.Log.Error("the offline copy could not be made; `beredskab bundle build` makes it by hand", "error", err)
		}
	}
}

// Due tells whether a bundle is to be made, and why. A newest one that is damaged,
// or that another signed, is none.
func (k Keeper) Due(ctx context.Context, now time.Time) (due bool, why string, err error) {
	hashes, err := k.Held(ctx)
	if err != nil || len(hashes) == 0 {
		return false, "", err
	}
	key, err := k.Trusted()
	if errors.Is(err, os.ErrNotExist) {
		return true, "there is none yet", nil
	}
	if err != nil {
		return false, "", err
	}
	m, err := newestHead(k.Root, key)
	switch {
	case errors.Is(err, ErrNone):
		return true, "there is none yet", nil
	case err != nil:
		return true, err.Error(), nil
	}
	if lacks := m.Lacks(hashes); len(lacks) > 0 {
		return true, "other plans hold now for " + strings.Join(lacks, ", "), nil
	}
	return now.Sub(m.BuiltAt) >= fresh, "the newest one is a day old", nil
}

// newestHead is the signed manifest of the newest bundle; its files are not read
// through, for this is asked often.
func newestHead(root string, trusted ed25519.PublicKey) (Manifest, error) {
	names, err := bundles(root)
	if err != nil {
		return Manifest{}, err
	}
	if len(names) == 0 {
		return Manifest{}, ErrNone
	}
	return signedManifest(os.DirFS(filepath.Join(root, names[len(names)-1])), []ed25519.PublicKey{trusted})
}
