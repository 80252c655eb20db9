package app

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"beredskab/internal/disk"
	"beredskab/internal/kept"
)

// keyFile is the node's own key in its state folder.
const keyFile = "node.key"

// nodeKey reads the key that this node's name is bound to, and makes it at the
// first start. Whoever can read it can speak as this node, so nobody else may.
// The caller holds the folder's lock.
func nodeKey(dir string) (ed25519.PrivateKey, error) {
	const what = "the node's key"
	path := filepath.Join(dir, keyFile)
	key, err := readKey(path, what, "`beredskab node forget` this node")
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(path, what)
	}
	return key, err
}

// readKey reads a key that nobody else may read; anew says what to do when it
// has to be made anew.
func readKey(path, what, anew string) (ed25519.PrivateKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("looking at %s: %w", what, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%w: others may read %s %s (mode %04o); chmod 600 it, and if anybody has read it, delete it and %s",
			ErrSettings, what, path, info.Mode().Perm(), anew)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", what, err)
	}
	if block, _ := pem.Decode(text); block != nil {
		if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
			if key, ok := key.(ed25519.PrivateKey); ok {
				return key, nil
			}
		}
	}
	return nil, fmt.Errorf("%w: %s is no Ed25519 key; restore it, or delete it and %s", ErrSettings, path, anew)
}

// makeKey puts a new key on disk whole or not at all.
func makeKey(path, what string) (key ed25519.PrivateKey, err error) {
	if _, key, err = ed25519.GenerateKey(nil); err != nil {
		return nil, fmt.Errorf("making %s: %w", what, err)
	}
	body, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("making %s: %w", what, err)
	}
	err = disk.WriteFile(path, func(out io.Writer) error {
		return pem.Encode(out, &pem.Block{Type: "PRIVATE KEY", Bytes: body})
	})
	if err != nil {
		return nil, fmt.Errorf("making %s: %w", what, err)
	}
	return key, nil
}

// Role is what this node does for all. A site makes it a runner, except for a
// run in the foreground, which has nobody else to lead it.
func (s *Settings) Role(foreground bool) kept.Role {
	switch {
	case foreground:
		return kept.Everything
	case s.Site != "":
		return kept.Runner
	case s.Only != "":
		return kept.Role(s.Only)
	}
	return kept.Everything
}
