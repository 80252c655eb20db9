package bundle

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// ErrDamaged says that a folder is not what was signed. The error around it
// names the first file that is wrong, and how.
var ErrDamaged = errors.New("this is not what was signed")

// ErrStranger says that a folder is whole, and signed by a key that is not one
// of those trusted.
var ErrStranger = errors.New("signed by a key that is not trusted here")

// Verify checks a signed folder without a server, a database or a network: the
// signature first, then every file by path, and that nothing is there that the
// manifest does not name. trusted are the public keys whose word counts. Without
// any, the key in the folder itself is taken, which shows damage and not forgery:
// then compare Manifest.Fingerprint with the one printed on the card.
//
// The error is ErrDamaged or ErrStranger with the first bad file in front, or
// that of a file that cannot be read.
func Verify(folder fs.FS, trusted ...ed25519.PublicKey) (Manifest, error) {
	m, err := signedManifest(folder, trusted)
	if err != nil {
		return m, fmt.Errorf("verifying the bundle: %w", err)
	}
	found, err := list(folder)
	if err != nil {
		return m, fmt.Errorf("verifying the bundle: %w", err)
	}
	for i := 0; i < len(found) || i < len(m.Files); i++ {
		if err := differ(m.Files, found, i); err != nil {
			return m, fmt.Errorf("verifying the bundle: %w", err)
		}
	}
	return m, nil
}

// Fingerprint is that of the key which signed.
func (m Manifest) Fingerprint() string {
	key, _ := hex.DecodeString(m.Key)
	return Fingerprint(key)
}

// differ compares the i-th file of two lists in order: all before it were alike.
func differ(want, have []File, i int) error {
	switch {
	case i >= len(have), i < len(want) && want[i].Path < have[i].Path:
		return fmt.Errorf("%s is missing: %w", want[i].Path, ErrDamaged)
	case i >= len(want), want[i].Path > have[i].Path:
		return fmt.Errorf("%s was added: %w", have[i].Path, ErrDamaged)
	case want[i] != have[i]:
		return fmt.Errorf("%s was changed: it has %d bytes with SHA-256 %s…, and %d with %s… were signed: %w",
			have[i].Path, have[i].Size, Short(have[i].SHA256), want[i].Size, Short(want[i].SHA256), ErrDamaged)
	}
	return nil
}

// signedManifest reads the manifest. Before its signature holds nothing of it is
// believed but which key to check it with.
func signedManifest(folder fs.FS, trusted []ed25519.PublicKey) (Manifest, error) {
	text, err := readSmall(folder, manifestName)
	if err != nil {
		return Manifest{}, err
	}
	signature, err := readSmall(folder, signatureName)
	if err != nil {
		return Manifest{}, err
	}
	m, broken := readManifest(text)
	key, err := hex.DecodeString(m.Key)
	switch {
	case broken != nil:
		return Manifest{}, fmt.Errorf("%s: %w: %w", manifestName, ErrDamaged, broken)
	case err != nil || len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, text, signature):
		return Manifest{}, fmt.Errorf("%s does not fit %s: %w", signatureName, manifestName, ErrDamaged)
	case len(trusted) > 0 && !slices.ContainsFunc(trusted, func(k ed25519.PublicKey) bool { return k.Equal(ed25519.PublicKey(key)) }):
		return Manifest{}, fmt.Errorf("%s: %w: its fingerprint is %s", manifestName, ErrStranger, Fingerprint(key))
	}
	return m, nil
}

// readSmall reads a file that is not meant to be large.
func readSmall(folder fs.FS, name string) (text []byte, err error) {
	file, err := folder.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing: %w", name, ErrDamaged)
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	var b strings.Builder
	n, err := io.Copy(&b, io.LimitReader(file, mostManifest+1))
	if err == nil && n > mostManifest {
		err = fmt.Errorf("%s is larger than %d bytes: %w", name, mostManifest, ErrDamaged)
	}
	return []byte(b.String()), err
}
