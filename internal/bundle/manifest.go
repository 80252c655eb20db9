package bundle

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

const (
	manifestName   = "manifest.json"
	signatureName  = "manifest.sig" // 64 bytes: Ed25519 over the bytes of manifest.json
	manifestSchema = "beredskab.bundle.v1"
	mostManifest   = 64 << 20 // bytes of a manifest that is read
)

// Manifest says what a signed folder holds: which plans, as of when, and every
// file with its SHA-256. It lists everything but itself and its signature.
type Manifest struct {
	Schema     string    `json:"schema"` // beredskab.bundle.v1
	ID         string    `json:"id"`     // SHA-256 of what it was made from; its beginning stands on each page
	Part       string    `json:"part"`   // bundle, open, print, full or laptop
	Language   string    `json:"language"`
	BuiltAt    time.Time `json:"built_at"`
	Program    string    `json:"program"`
	Checkpoint string    `json:"checkpoint,omitempty"`
	Key        string    `json:"key"` // the public key in hexadecimal; its fingerprint stands on the card
	Plans      []Held    `json:"plans"`
	Files      []File    `json:"files"` // by path
}

// Held is a plan version that the bundle holds.
type Held struct {
	System  string `json:"system"`
	Version string `json:"version"`
	Hash    string `json:"hash"` // SHA-256 of its canonical bytes, as the register has it
}

// File is one file, its path with slashes below the signed folder.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Copies is when each system was last copied here, as check.Facts.OfflineCopies
// wants it (G6).
func (m Manifest) Copies() map[string]time.Time {
	copies := make(map[string]time.Time, len(m.Plans))
	for _, p := range m.Plans {
		copies[p.System] = m.BuiltAt
	}
	return copies
}

// Lacks names the systems whose plan is not in the bundle, or is in it in
// another version. hashes holds those in force, by system.
func (m Manifest) Lacks(hashes map[string]string) (systems []string) {
	held := map[string]string{}
	for _, p := range m.Plans {
		held[p.System] = p.Hash
	}
	for system, hash := range hashes {
		if held[system] != hash {
			systems = append(systems, system)
		}
	}
	slices.Sort(systems)
	return systems
}

// Fingerprint is how people compare a public key: by the first 32 characters of
// its SHA-256, in groups of four.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	text := hex.EncodeToString(sum[:16])
	var groups []string
	for group := range slices.Chunk([]byte(text), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, " ")
}

// Short is the beginning of an id or hash, as pages show it.
func Short(hash string) string { return hash[:min(12, len(hash))] }

// identity names what a bundle is made from, so that two of the same plans, made
// at the same moment by the same program, have the same name.
func (in *Input) identity() string {
	sum := sha256.New()
	for _, part := range []string{manifestSchema, in.Program, in.Language, in.Moment.Format(time.RFC3339), in.Checkpoint, in.Set.Organisation.Hash()} {
		fmt.Fprintf(sum, "%d %s\n", len(part), part)
	}
	for _, p := range in.Set.Plans {
		fmt.Fprintf(sum, "%s %s\n", p.ID, in.Hashes[p.ID])
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// manifest is the head of every manifest of the bundle, without its files.
func (in *Input) manifest() Manifest {
	m := Manifest{
		Schema: manifestSchema, ID: in.identity(), Language: in.Language, BuiltAt: in.Moment, Program: in.Program,
		Checkpoint: in.Checkpoint, Key: hex.EncodeToString(in.Key.Public().(ed25519.PublicKey)),
	}
	for _, p := range in.Set.Plans {
		m.Plans = append(m.Plans, Held{System: p.ID, Version: p.PlanVersion, Hash: in.Hashes[p.ID]})
	}
	return m
}

// bytes are the manifest as it is signed and written.
func (m Manifest) bytes() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", " ")
	return append(text, '\n'), err
}

// readManifest reads a manifest that has already been found authentic.
func readManifest(text []byte) (m Manifest, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return m, err
	}
	if m.Schema != manifestSchema {
		return m, fmt.Errorf("its schema is %q, and this program reads %s", m.Schema, manifestSchema)
	}
	for i, f := range m.Files {
		if !fs.ValidPath(f.Path) || i > 0 && m.Files[i-1].Path >= f.Path {
			return m, fmt.Errorf("its files are not in order at %q", f.Path)
		}
	}
	return m, nil
}
