package bundle_test

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"filippo.io/age"

	"beredskab/internal/bundle"
	"beredskab/internal/plan"
	"beredskab/internal/proof"
)

// TestEverythingIsAtHand is R21: with nothing but the files, the encrypted copy
// opens, verifies and holds every plan.
func TestEverythingIsAtHand(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	f := proof.Figure{ID: "R21", What: "signed copy without server, database and network", Unit: "plans", Seed: proof.Seed(t)}
	var found, tried int
	for _, lang := range []string{"da", "en"} {
		in := sample(t, lang)
		in.Seal.Recipients = []string{identity.Recipient().String()}
		built := build(t, in)
		folder := filepath.Join(t.TempDir(), "opened")
		unseal(t, built.Folder, folder, bundle.Opener{Identities: identity.String()})
		m, err := bundle.Verify(os.DirFS(folder), public())
		if err != nil || len(m.Lacks(hashes(in.Set))) > 0 {
			t.Fatalf("%v, lacks %v", err, m.Lacks(hashes(in.Set)))
		}
		for _, p := range in.Set.Plans {
			f.Count++
			if lost := missing(read(t, folder, "plans", p.ID+".html"), p); len(lost) > 0 {
				f.Failed++
				t.Errorf("%s: the page of %s lacks %q", lang, p.ID, lost)
			}
		}
		n := proof.Size(40, 200, 2000)
		tried, found = tried+n, found+changes(t, os.DirFS(folder), rand.New(rand.NewPCG(f.Seed, 1)), n)
		in.Set = &plan.Set{Organisation: in.Set.Organisation, Plans: in.Set.Plans[1:]}
		if lacks := build(t, in).Manifest.Lacks(hashes(sample(t, lang).Set)); len(lacks) != 1 {
			t.Errorf("one plan was left out, and %v are said to be", lacks)
		}
	}
	f.Failed += tried - found
	f.Found = "every plan, step and number there"
	f.Control = fmt.Sprintf("a plan left out was named, and %d of %d changed bytes with their file", found, tried)
	proof.Report(t, f)
}

// missing are the words of a plan that a page does not hold.
func missing(page string, p *plan.Plan) (lost []string) {
	text := html.UnescapeString(page)
	want := []string{p.Name, bundle.Short(p.Hash()), p.Owner.Unit}
	for _, s := range p.Recovery.Steps {
		if s.Only != "drill" {
			want = append(want, s.Title, s.Instruction, s.Verify)
		}
	}
	for _, c := range p.Contacts {
		want = append(want, c.Phone, c.Mailbox)
	}
	if p.Workaround != nil {
		want = append(want, p.Workaround.Steps...)
	}
	return slices.DeleteFunc(want, func(word string) bool { return strings.Contains(text, word) })
}

// changes alters one byte of one file at a time, and counts how often Verify
// finds it and says where.
func changes(t *testing.T, folder fs.FS, random *rand.Rand, rounds int) (found int) {
	t.Helper()
	tree := memory(t, folder)
	names := names(tree)
	for range rounds {
		name := names[random.IntN(len(names))]
		was := tree[name].Data
		changed := slices.Clone(was)
		changed[random.IntN(len(changed))] ^= byte(1 + random.IntN(255))
		tree[name].Data = changed
		_, err := bundle.Verify(tree, public())
		switch {
		case errors.Is(err, bundle.ErrDamaged) && strings.Contains(err.Error(), name),
			errors.Is(err, bundle.ErrStranger) && name == "manifest.json":
			found++
		default:
			t.Errorf("a byte of %s was changed: %v", name, err)
		}
		tree[name].Data = was
	}
	return found
}

func TestVerifyNamesWhatIsWrong(t *testing.T) {
	built := build(t, sample(t, "da"))
	folder := os.DirFS(filepath.Join(built.Folder, bundle.PartOpen))
	other, _, _ := ed25519.GenerateKey(nil)
	for _, c := range []struct {
		name, says string
		is         error
		do         func(fstest.MapFS)
		trusted    []ed25519.PublicKey
	}{
		{"whole", "", nil, func(fstest.MapFS) {}, []ed25519.PublicKey{other, public()}},
		{"whole, nobody trusted", "", nil, func(fstest.MapFS) {}, nil},
		{"a stranger", "fingerprint is fe81", bundle.ErrStranger, func(fstest.MapFS) {}, []ed25519.PublicKey{other}},
		{"a page gone", "plans/gis.html is missing", bundle.ErrDamaged, func(m fstest.MapFS) { delete(m, "plans/gis.html"); delete(m, "poster.html") }, nil},
		{"a page more", "plans/a.html was added", bundle.ErrDamaged, func(m fstest.MapFS) { m["plans/a.html"] = &fstest.MapFile{} }, nil},
		{"a page more at the end", "z was added", bundle.ErrDamaged, func(m fstest.MapFS) { m["z"] = &fstest.MapFile{} }, nil},
		{"a page emptied", "index.html was changed", bundle.ErrDamaged, func(m fstest.MapFS) { m["index.html"].Data = nil }, nil},
		{"no signature", "manifest.sig is missing", bundle.ErrDamaged, func(m fstest.MapFS) { delete(m, "manifest.sig") }, nil},
		{"no manifest", "manifest.json is missing", bundle.ErrDamaged, func(m fstest.MapFS) { delete(m, "manifest.json") }, nil},
		{"a link", "not an ordinary file", nil, func(m fstest.MapFS) { m["index.html"].Mode = fs.ModeSymlink }, nil},
	} {
		tree := memory(t, folder)
		c.do(tree)
		_, err := bundle.Verify(tree, c.trusted...)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestEachPartVerifiesByItself(t *testing.T) {
	in := sample(t, "en")
	in.Print, in.Laptop = true, laptop(t)
	built := build(t, in)
	for _, part := range []string{".", bundle.PartOpen, bundle.PartPrint, bundle.PartLaptop, "laptop/pages"} {
		m, err := bundle.Verify(os.DirFS(filepath.Join(built.Folder, part)), public())
		if err != nil || m.ID != built.Manifest.ID {
			t.Errorf("%s: %s, %v", part, m.ID, err)
		}
	}
	if copies := built.Manifest.Copies(); len(copies) != 19 || !copies["omsorg"].Equal(in.Moment) {
		t.Errorf("copies: %v", copies)
	}
}

func TestBundlesComeAndGoWhole(t *testing.T) {
	root := filepath.Join(t.TempDir(), "bundles")
	if _, _, err := bundle.Newest(root); !errors.Is(err, bundle.ErrNone) {
		t.Errorf("before the first: %v", err)
	}
	in := sample(t, "da")
	in.Keep = 2
	for day := range 3 {
		at := in
		at.Moment = in.Moment.AddDate(0, 0, day)
		if _, err := bundle.Build(root, at); err != nil {
			t.Fatal(err)
		}
	}
	cutOff := filepath.Join(root, ".building-1")
	if err := errors.Join(os.Mkdir(cutOff, 0o700), os.Chtimes(cutOff, in.Moment, in.Moment)); err != nil {
		t.Fatal(err)
	}
	failing := in
	failing.Moment, failing.Laptop = in.Moment.AddDate(0, 0, 3), &bundle.Laptop{Program: filepath.Join(root, "none"), Plans: "../../plans"}
	if _, err := bundle.Build(root, failing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a program to copy: %v", err)
	}
	again := in
	again.Moment = in.Moment.AddDate(0, 0, 2)
	built, err := bundle.Build(root, again)
	if err != nil {
		t.Fatal(err)
	}
	left, _ := os.ReadDir(root)
	if len(left) != 2 || left[0].Name() != "bundle-20261124T170509Z-"+strings.Split(left[0].Name(), "-")[2] {
		t.Errorf("left are %v", left)
	}
	m, folder, err := bundle.Newest(root, public())
	if err != nil || folder != built.Folder || !m.BuiltAt.Equal(again.Moment) {
		t.Errorf("the newest is %s of %s: %v", folder, m.BuiltAt, err)
	}
	if err := os.Truncate(filepath.Join(folder, "open", "index.html"), 10); err != nil {
		t.Fatal(err)
	}
	if _, _, err := bundle.Newest(root, public()); !errors.Is(err, bundle.ErrDamaged) {
		t.Errorf("a damaged newest: %v", err)
	}
}

func TestNothingIsBuiltFromHalf(t *testing.T) {
	for says, spoil := range map[string]func(*bundle.Input){
		"no plan":          func(in *bundle.Input) { in.Set = &plan.Set{Organisation: in.Set.Organisation} },
		"organisation":     func(in *bundle.Input) { in.Set.Organisation = nil },
		"moment":           func(in *bundle.Input) { in.Moment = time.Time{} },
		"signing key":      func(in *bundle.Input) { in.Key = nil },
		"write 1 or more":  func(in *bundle.Input) { in.Keep = -1 },
		"use da or en":     func(in *bundle.Input) { in.Language = "sv" },
		"page":             func(in *bundle.Input) { in.Set.Plans[0].ID = "../x" },
		"16 or more":       func(in *bundle.Input) { in.Seal.Passphrase = "kort" },
		"begins with age1": func(in *bundle.Input) { in.Seal.Recipients = []string{"ssh-rsa x"} },
		"one of the two":   func(in *bundle.Input) { in.Seal = bundle.Seal{Recipients: []string{"age1"}, Passphrase: "x"} },
	} {
		in, root := sample(t, "da"), t.TempDir()
		spoil(&in)
		if _, err := bundle.Build(root, in); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is not in %v", says, err)
		}
		if left, _ := os.ReadDir(root); len(left) > 0 {
			t.Errorf("%s: it left %v", says, left)
		}
	}
}
