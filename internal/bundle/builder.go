package bundle

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// files are the contents of a folder by path with slashes.
type files map[string][]byte

// only keeps these files.
func (f files) only(paths ...string) files {
	some := files{}
	for _, path := range paths {
		some[path] = f[path]
	}
	return some
}

// builder lays parts out. After the first error it does nothing more.
type builder struct {
	in   *Input
	head Manifest
	err  error
}

// sign writes files into a folder, lists all that lies there and signs the list.
func (b *builder) sign(folder, part string, some files) Manifest {
	m := b.head
	m.Part = part
	if b.err == nil {
		b.err = write(folder, some)
	}
	if b.err == nil {
		m.Files, b.err = list(os.DirFS(folder))
	}
	if b.err != nil {
		return m
	}
	var signed files
	if signed, b.err = m.signed(b.in.Key); b.err == nil {
		b.err = write(folder, signed)
	}
	return m
}

// signed is the manifest with its signature, as files.
func (m Manifest) signed(key ed25519.PrivateKey) (files, error) {
	text, err := m.bytes()
	return files{manifestName: text, signatureName: ed25519.Sign(key, text)}, err
}

// seal writes the encrypted copy: a tar of a signed folder.
func (b *builder) seal(path string, everything files) {
	if b.err != nil {
		return
	}
	m := b.head
	m.Part = "full"
	for _, name := range slices.Sorted(maps.Keys(everything)) {
		sum := sha256.Sum256(everything[name])
		m.Files = append(m.Files, File{Path: name, Size: int64(len(everything[name])), SHA256: hex.EncodeToString(sum[:])})
	}
	signed, err := m.signed(b.in.Key)
	if err != nil {
		b.err = err
		return
	}
	all := maps.Clone(everything)
	maps.Copy(all, signed)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		b.err = err
		return
	}
	b.err = errors.Join(b.in.Seal.write(file, all, b.in.Moment), file.Close())
}

// laptop writes the copy that runs: pages, program, plans, register, a script.
func (b *builder) laptop(folder string, everything files) {
	l := b.in.Laptop
	pages := filepath.Join(folder, "pages")
	b.sign(pages, "full", everything)
	if b.err != nil {
		return
	}
	start, err := b.script()
	b.err = errors.Join(err,
		copyFile(l.Program, filepath.Join(folder, "beredskab"), 0o700),
		copyPlans(l.Plans, filepath.Join(folder, "plans")))
	if b.err == nil && l.Register != "" {
		b.err = copyFile(l.Register, filepath.Join(folder, "register", filepath.Base(l.Register)), 0o400)
	}
	m := b.sign(folder, PartLaptop, files{"start.sh": start})
	if b.err == nil && len(m.Files) > 0 {
		b.err = os.Chmod(filepath.Join(folder, "start.sh"), 0o700)
	}
}

// write makes files for this user alone. Build syncs them all at once.
func write(folder string, some files) error {
	for _, name := range slices.Sorted(maps.Keys(some)) {
		if err := writeFile(filepath.Join(folder, filepath.FromSlash(name)), bytes.NewReader(some[name]), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, from io.Reader, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, from)
	return errors.Join(err, file.Close())
}

func copyFile(from, to string, mode fs.FileMode) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("copying onto the laptop: %w", err)
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	return writeFile(to, source, mode)
}

// copyPlans takes the plan files of a folder along, and nothing that lies
// beside or below them.
func copyPlans(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return fmt.Errorf("copying the plans onto the laptop: %w", err)
	}
	for _, entry := range entries {
		name := entry.Name()
		plain := entry.Type().IsRegular() && !strings.HasPrefix(name, ".")
		if !plain || filepath.Ext(name) != ".yaml" && filepath.Ext(name) != ".yml" {
			continue
		}
		if err := copyFile(filepath.Join(from, name), filepath.Join(to, name), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// list hashes every file of a folder but its own manifest and signature.
func list(tree fs.FS) (found []File, err error) {
	err = fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() || path == manifestName || path == signatureName:
			return nil
		case !entry.Type().IsRegular():
			return &fs.PathError{Op: "list", Path: path, Err: errors.New("not an ordinary file")}
		}
		size, sum, err := hash(tree, path)
		found = append(found, File{Path: path, Size: size, SHA256: sum})
		return err
	})
	slices.SortFunc(found, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return found, err
}

// hash reads a file to its end.
func hash(tree fs.FS, path string) (size int64, sum string, err error) {
	file, err := tree.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	digest := sha256.New()
	size, err = io.Copy(digest, file)
	return size, hex.EncodeToString(digest.Sum(nil)), err
}
