package app

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"beredskab/internal/bundle"
	"beredskab/internal/check"
	"beredskab/internal/door"
)

const (
	bundleObject = "register/bundle" // bundles made
	actBundle    = "bundle.made"
)

// Offline says which offline copy is wanted. The open part is always in it.
type Offline struct {
	Root       string   // folder of the bundles; empty: Bundles of the settings
	Language   string   // da or en; empty: the organisation's
	Print      bool     // also pages to print, with telephone numbers
	Laptop     bool     // also this program, the plan files and the register
	Recipients []string // who can open the encrypted copy
	Passphrase string   // file with the passphrase of the encrypted copy; empty: none
}

// Bundles is the folder whose newest bundle the checks look at (G6).
func (s *Settings) Bundles() string { return filepath.Join(s.Dir, "bundles") }

// Bundle makes an offline copy of the plans in force and, of a system without one,
// of the plan that the files hold, and records it in the log. A register that cannot be recorded in still gives
// the copy; then the error says so beside it.
func (a *App) Bundle(ctx context.Context, by door.Actor, want Offline) (built bundle.Built, err error) {
	if err = a.Office.Operate(ctx, by, actBundle, bundleObject); err != nil {
		return built, err
	}
	in, err := a.bundled(ctx, want)
	if err != nil {
		return built, err
	}
	if want.Laptop {
		folder, err := os.MkdirTemp(a.Settings.Dir, ".laptop-")
		if err != nil {
			return built, fmt.Errorf("making room for the laptop's register: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
		if in.Laptop, err = a.laptop(ctx, folder); err != nil {
			return built, err
		}
	}
	root := want.Root
	if root == "" {
		root = a.Settings.Bundles()
	}
	if built, err = bundle.Build(root, in); err != nil {
		return built, err
	}
	m := built.Manifest
	m.Files = nil // thousands; the signed folder lists them
	err = a.Register.Upkeep(ctx, by, actBundle, bundleObject, map[string]any{"folder": built.Folder, "bundle": m, "print": want.Print, "laptop": want.Laptop})
	if err != nil {
		err = fmt.Errorf("the bundle is in %s, and it could not be recorded: %w", built.Folder, err)
	}
	return built, err
}

// bundled gathers what a bundle is made from. The persons of a municipality stand
// in its organisation, and are read from there.
func (a *App) bundled(ctx context.Context, want Offline) (in bundle.Input, err error) {
	set, approved, err := a.Register.InForce(ctx)
	if err != nil {
		return in, err
	}
	if len(set.Plans) == 0 || set.Organisation.Name == "" {
		return in, errors.New("the register holds no plans yet; `beredskab serve` takes the files of the plan folder over, once `beredskab plan lint` finds them right")
	}
	evidence, err := a.Register.Evidence(ctx)
	if err != nil {
		return in, err
	}
	now := time.Now()
	in = bundle.Input{
		Set: set, Approved: approved, Measured: check.MeasuredTimes(check.Input{Set: set, Evidence: evidence, Now: now}), Moment: now,
		Program: ReadBuild().Version, Language: want.Language, Print: want.Print,
	}
	if in.Language == "" {
		in.Language = set.Organisation.Language
	}
	if in.Language == "" {
		in.Language = "da" // what an organisation without a language speaks
	}
	in.Seal.Recipients = want.Recipients
	if in.Seal.Passphrase, err = secret(want.Passphrase); err != nil {
		return in, err
	}
	in.Key, err = a.Settings.bundleKey().have()
	return in, err
}

// laptop is what the crisis laptop runs: this very program, on a register of now.
func (a *App) laptop(ctx context.Context, folder string) (*bundle.Laptop, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program's own file: %w", err)
	}
	l := &bundle.Laptop{Program: program, Plans: a.Settings.Plans, Register: filepath.Join(folder, "register.tar")}
	_, err = a.backUp(ctx, l.Register)
	return l, err
}

// copies is when each system was last copied into a bundle here (G6). A newest
// bundle that is damaged, or that another signed, is no copy: then the dates of
// the plan files count.
func (a *App) copies() map[string]time.Time {
	key, err := a.Settings.bundleKey().read()
	if errors.Is(err, fs.ErrNotExist) {
		return nil // none was ever made here
	}
	if err == nil {
		var m bundle.Manifest
		if m, _, err = bundle.Newest(a.Settings.Bundles(), key.Public().(ed25519.PublicKey)); err == nil {
			return m.Copies()
		}
	}
	if !errors.Is(err, bundle.ErrNone) {
		a.Log.Warn("the newest offline copy does not count; build one anew with `beredskab bundle build`", "error", err)
	}
	return nil
}

// carried is the newest bundle as one file; bundle.ErrNone when there is none.
func (a *App) carried(context.Context) (name string, file []byte, err error) {
	key, err := a.Settings.bundleKey().read()
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, bundle.ErrNone
	} else if err != nil {
		return "", nil, err
	}
	_, folder, err := bundle.Newest(a.Settings.Bundles(), key.Public().(ed25519.PublicKey))
	if err != nil {
		return "", nil, err
	}
	var out bytes.Buffer
	err = bundle.Pack(&out, os.DirFS(folder))
	return filepath.Base(folder) + ".zip", out.Bytes(), err
}

// keeper makes bundles by itself, while the server runs.
func (a *App) keeper() bundle.Keeper {
	return bundle.Keeper{
		Root: a.Settings.Bundles(), Log: a.Log,
		Trusted: func() (ed25519.PublicKey, error) {
			key, err := a.Settings.bundleKey().read()
			if err != nil {
				return nil, err
			}
			return key.Public().(ed25519.PublicKey), nil
		},
		Held: func(ctx context.Context) (map[string]string, error) {
			set, _, err := a.Register.InForce(ctx)
			if err != nil {
				return nil, err
			}
			hashes := make(map[string]string, len(set.Plans))
			for _, p := range set.Plans {
				hashes[p.ID] = p.Hash()
			}
			return hashes, nil
		},
		Make: func(ctx context.Context) error {
			c := a.Settings.Copies
			_, err := a.Bundle(ctx, door.System(a.Settings.Node), Offline{Print: c.Print, Passphrase: c.PassphraseFile})
			return err
		},
	}
}
