package app

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"beredskab/internal/disk"
	"beredskab/internal/kept"
	"beredskab/internal/register"
)

// Join registers this installation's node for somebody who drives runs by hand,
// without a server.
func (a *App) Join(ctx context.Context) (register.Node, error) {
	key, err := a.Settings.nodeKey().have()
	if err != nil {
		return register.Node{}, err
	}
	return a.Register.Join(ctx, kept.Identity{Name: a.Settings.Node, Version: ReadBuild().Version, Key: key})
}

// keyFile is a private key in the state folder, that nobody but this user may read.
type keyFile struct {
	path string
	what string // names it in errors
	anew string // what to do when it has to be made anew
}

// nodeKey is the key that this node's name is bound to. Whoever can read it can
// speak as this node.
func (s *Settings) nodeKey() keyFile {
	return keyFile{filepath.Join(s.Dir, "node.key"), "the node's key", "`beredskab node forget` this node"}
}

// bundleKey is the key that bundles are signed with.
func (s *Settings) bundleKey() keyFile {
	return keyFile{filepath.Join(s.Dir, "bundle.key"), "the key of the bundles", "build every bundle anew"}
}

// have reads the key, and makes it when there is none. Of two that make it at
// once, one key stays and both have it.
func (k keyFile) have() (ed25519.PrivateKey, error) {
	key, err := k.read()
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := k.make(); err != nil {
		return nil, fmt.Errorf("making %s: %w", k.what, err)
	}
	return k.read()
}

// read reads the key; the error matches fs.ErrNotExist before it is made.
func (k keyFile) read() (ed25519.PrivateKey, error) {
	text, err := disk.ReadOwn(k.path, k.what, "delete it and "+k.anew)
	if errors.Is(err, disk.ErrShown) {
		return nil, fmt.Errorf("%w: %w", ErrSettings, err)
	} else if err != nil {
		return nil, err
	}
	if block, _ := pem.Decode(text); block != nil {
		if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
			if key, ok := key.(ed25519.PrivateKey); ok {
				return key, nil
			}
		}
	}
	return nil, fmt.Errorf("%w: %s is no Ed25519 key; restore it, or delete it and %s", ErrSettings, k.path, k.anew)
}

// make puts a new key on disk whole or not at all, and never over another.
func (k keyFile) make() error {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	body, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return disk.WriteFirst(k.path, func(out io.Writer) error {
		return pem.Encode(out, &pem.Block{Type: "PRIVATE KEY", Bytes: body})
	})
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
