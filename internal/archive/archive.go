// Package archive is the form of a backup: one file that holds the register as of
// one moment and every file of evidence, and that can be proved whole by itself.
package archive

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"beredskab/internal/evidence"
)

// ErrBackup says that a file is not a whole backup; the text says why.
var ErrBackup = errors.New("not a whole backup")

// Manifest says what a backup holds. It is the first file of the archive.
type Manifest struct {
	Schema   string    `json:"schema"` // beredskab.backup.v2
	Made     time.Time `json:"made_at"`
	Program  string    `json:"program"`
	Commit   string    `json:"commit,omitempty"`
	Engine   string    `json:"engine"`  // of the register it was made of; the copy is always SQLite
	Tables   int64     `json:"tables"`  // version of the register's tables
	Entries  int64     `json:"entries"` // of the log
	Hash     string    `json:"newest"`  // of the newest entry
	Size     int64     `json:"size"`    // of the copy, bytes
	SHA256   string    `json:"sha256"`  // of the copy
	Evidence Evidence  `json:"evidence,omitzero"`
}

// Evidence says which files of evidence a backup holds, and which the register
// knows of that could not be taken along.
type Evidence struct {
	Files  int    `json:"files"`
	Size   int64  `json:"size"`             // of all of them, bytes
	SHA256 string `json:"sha256,omitempty"` // of their hashes in order, a line each
	// Lacking are the hashes of files that are missing or are not what was kept.
	Lacking []string `json:"lacking,omitempty"`
}

const (
	manifestName   = "manifest.json"
	registerName   = "register.db"
	evidenceFolder = "evidence/"
	newest         = "beredskab.backup.v2"
	bare           = "beredskab.backup.v1" // without evidence
)

// Write makes a new file of a copy of the register and the evidence of those
// hashes, and syncs it. Of the manifest, what is known of the register's content
// is taken. A file that is missing or damaged is left out and named: one such file
// must not keep the register from being backed up.
func Write(path string, m Manifest, register string, shelf evidence.Shelf, hashes []string) (Manifest, error) {
	m.Schema = newest
	var err error
	if m.Size, m.SHA256, err = measure(register); err != nil {
		return m, err
	}
	have, err := m.Evidence.gather(shelf, hashes)
	if err != nil {
		return m, err
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return m, err
	}
	return m, errors.Join(pack(out, m, register, shelf, have), out.Sync(), out.Close())
}

// gather finds out which files are there and sound.
func (e *Evidence) gather(shelf evidence.Shelf, hashes []string) (have []string, err error) {
	for _, hash := range slices.Compact(slices.Sorted(slices.Values(hashes))) {
		file, err := shelf.Open(hash)
		switch {
		case errors.Is(err, evidence.ErrMissing), errors.Is(err, evidence.ErrChanged):
			e.Lacking = append(e.Lacking, hash)
			continue
		case err != nil:
			return nil, err
		}
		info, err := file.Stat()
		if err := errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
		have = append(have, hash)
		e.add(info.Size())
	}
	e.SHA256 = names(have)
	return have, nil
}

func (e *Evidence) add(size int64) { e.Files, e.Size = e.Files+1, e.Size+size }

func names(hashes []string) string {
	if len(hashes) == 0 {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join(hashes, "\n") + "\n"))
	return hex.EncodeToString(sum[:])
}

func measure(path string) (size int64, sum string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer file.Close()
	hash := sha256.New()
	size, err = io.Copy(hash, file)
	return size, hex.EncodeToString(hash.Sum(nil)), err
}

func pack(out io.Writer, m Manifest, register string, shelf evidence.Shelf, hashes []string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	to := tar.NewWriter(out)
	add := func(name string, size int64, from io.Reader) error {
		err := to.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: m.Made})
		if err == nil {
			_, err = io.Copy(to, from)
		}
		return err
	}
	if err := add(manifestName, int64(len(text)), strings.NewReader(string(text))); err != nil {
		return err
	}
	if err := addFile(add, registerName, func() (*os.File, error) { return os.Open(register) }); err != nil {
		return err
	}
	for _, hash := range hashes {
		if err := addFile(add, evidenceFolder+hash, func() (*os.File, error) { return shelf.Open(hash) }); err != nil {
			return err
		}
	}
	return to.Close()
}

func addFile(add func(string, int64, io.Reader) error, name string, open func() (*os.File, error)) error {
	file, err := open()
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil {
		err = add(name, info.Size(), file)
	}
	return errors.Join(err, file.Close())
}

// Read reads a whole backup: the register goes to a new file, and each file of
// evidence to keep, which must read it and give an error when it is not of that
// hash. What is not as the manifest says is ErrBackup.
func Read(file, register string, keep func(hash string, from io.Reader) error) (m Manifest, err error) {
	in, err := os.Open(file)
	if err != nil {
		return m, fmt.Errorf("opening the backup: %w", err)
	}
	defer in.Close()
	from := tar.NewReader(in)
	if err := next(from, manifestName); err != nil {
		return m, err
	}
	if err := json.NewDecoder(io.LimitReader(from, 64<<20)).Decode(&m); err != nil || m.Schema != newest && m.Schema != bare {
		return m, fmt.Errorf("%w: %s of %q cannot be read by this program: %v", ErrBackup, manifestName, m.Schema, err)
	}
	if err := next(from, registerName); err != nil {
		return m, err
	}
	if err := spread(from, register); err != nil {
		return m, fmt.Errorf("unpacking the backup: %w", err)
	}
	size, sum, err := measure(register)
	if err != nil || size != m.Size || sum != m.SHA256 {
		return m, errors.Join(fmt.Errorf("%w: the register in it is not the one that was packed; take another backup", ErrBackup), err)
	}
	return m, m.Evidence.read(from, keep)
}

// read takes every file of evidence out, and compares them with what was packed.
func (e Evidence) read(from *tar.Reader, keep func(hash string, from io.Reader) error) error {
	var found Evidence
	var hashes []string
	for {
		header, err := from.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: it breaks off among the evidence: %w; take another backup", ErrBackup, err)
		}
		hash := strings.TrimPrefix(header.Name, evidenceFolder)
		if err := keep(hash, from); err != nil {
			return fmt.Errorf("%w: the evidence %.12s in it: %w; take another backup", ErrBackup, hash, err)
		}
		found.add(header.Size)
		hashes = append(hashes, hash)
	}
	slices.Sort(hashes)
	if found.Files != e.Files || found.Size != e.Size || names(hashes) != e.SHA256 {
		return fmt.Errorf("%w: it holds %d files of evidence, and not the %d that were packed; take another backup", ErrBackup, found.Files, e.Files)
	}
	return nil
}

func next(from *tar.Reader, name string) error {
	header, err := from.Next()
	if err != nil || header.Name != name {
		return fmt.Errorf("%w: %s is missing in it; take another backup", ErrBackup, name)
	}
	return nil
}

func spread(from io.Reader, path string) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, from)
	return errors.Join(err, out.Sync(), out.Close())
}
