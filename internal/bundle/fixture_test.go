package bundle_test

import (
	"bytes"
	"crypto/ed25519"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"beredskab/internal/bundle"
	"beredskab/internal/plan"
	"beredskab/plans"
)

// key is the same in every test, so that what they make is the same too.
func key() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
}

func public() ed25519.PublicKey { return key().Public().(ed25519.PublicKey) }

// sample is the sample municipality, as of the day of the tests.
func sample(t testing.TB, lang string) bundle.Input {
	t.Helper()
	set, problems := plan.NewReader().Load(plans.Files)
	if problems.Failed() {
		t.Fatal(problems)
	}
	return bundle.Input{
		Set: set, Language: lang, Key: key(), Program: "1.0.0", Moment: time.Date(2026, 11, 23, 17, 5, 9, 0, time.UTC),
		Checkpoint: "beredskab.eksempelkommune.dk/log\n1204\nqINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=\n",
		Contacts:   []bundle.Contact{{Role: "it-vagt", Name: "It-vagten, mobil 2", Phone: "+45 00 00 01 99", Mailbox: "vagt2@eksempelkommune.dk", Hours: "Nat"}},
	}
}

// build makes a bundle in a folder of the test's own.
func build(t testing.TB, in bundle.Input) bundle.Built {
	t.Helper()
	built, err := bundle.Build(filepath.Join(t.TempDir(), "bundles"), in)
	if err != nil {
		t.Fatal(err)
	}
	return built
}

// read gives a file of a bundle as text.
func read(t testing.TB, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// hashes are the versions in force, by system.
func hashes(set *plan.Set) map[string]string {
	all := map[string]string{}
	for _, p := range set.Plans {
		all[p.ID] = p.Hash()
	}
	return all
}

// memory is a folder read into memory, where a test can spoil it.
func memory(t testing.TB, folder fs.FS) fstest.MapFS {
	t.Helper()
	tree := fstest.MapFS{}
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(folder, name)
		tree[name] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func names(tree fstest.MapFS) []string { return slices.Sorted(maps.Keys(tree)) }

// unseal opens the encrypted copy of a bundle into a folder.
func unseal(t testing.TB, built, folder string, with bundle.Opener) {
	t.Helper()
	file, err := os.Open(filepath.Join(built, bundle.PartSealed))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if err := bundle.Unseal(file, folder, with); err != nil {
		t.Fatal(err)
	}
}

// laptop is a copy that runs, with a script in the place of the program that
// says how it was called.
func laptop(t testing.TB) *bundle.Laptop {
	t.Helper()
	folder := t.TempDir()
	l := &bundle.Laptop{Program: filepath.Join(folder, "program"), Plans: "../../plans", Register: filepath.Join(folder, "register.tar")}
	if err := os.WriteFile(l.Program, []byte("#!/bin/sh\necho \"$0\" \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(l.Register, []byte("register"), 0o600); err != nil {
		t.Fatal(err)
	}
	return l
}
