package app

import (
	"archive/tar"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"beredskab/internal/disk"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/register"
	"beredskab/internal/store"
)

// VerifyBackup reads a whole backup: the copy has the hash of its manifest, its
// file is sound, and its log is as it was written.
func VerifyBackup(ctx context.Context, file string) (m Manifest, err error) {
	folder, err := os.MkdirTemp("", "beredskab-verify-")
	if err != nil {
		return m, fmt.Errorf("making room for the check: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	return unpack(ctx, file, filepath.Join(folder, registerFile))
}

// unpack writes the register of a backup to path and checks it there.
func unpack(ctx context.Context, file, path string) (m Manifest, err error) {
	in, err := os.Open(file)
	if err != nil {
		return m, fmt.Errorf("opening the backup: %w", err)
	}
	defer in.Close()
	archive := tar.NewReader(in)
	if err := next(archive, manifestName); err != nil {
		return m, err
	}
	if err := json.NewDecoder(io.LimitReader(archive, 1<<20)).Decode(&m); err != nil || m.Schema != manifestSchema {
		return m, fmt.Errorf("%w: %s of %q cannot be read by this program: %v", ErrBackup, manifestName, m.Schema, err)
	}
	if err := next(archive, registerFile); err != nil {
		return m, err
	}
	if err := spread(archive, path); err != nil {
		return m, fmt.Errorf("unpacking the backup: %w", err)
	}
	size, sum, err := measure(path)
	if err != nil || size != m.Size || sum != m.SHA256 {
		return m, errors.Join(fmt.Errorf("%w: the register in it is not the one that was packed; take another backup", ErrBackup), err)
	}
	log, err := store.Inspect(ctx, path)
	if err != nil {
		return m, fmt.Errorf("%w: %w; take another backup", ErrBackup, err)
	}
	if log.Entries != m.Entries || hex.EncodeToString(log.Hash) != m.Hash {
		return m, fmt.Errorf("%w: its log ends at entry %d, not at %d as the manifest says; take another backup", ErrBackup, log.Entries, m.Entries)
	}
	return m, nil
}

func next(archive *tar.Reader, name string) error {
	header, err := archive.Next()
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

// Restore puts the register of a backup into a folder that holds none. The
// restore is the next entry of its log; the tables are brought up to date.
func Restore(ctx context.Context, by door.Actor, file, folder string, log *slog.Logger) (m Manifest, err error) {
	path := filepath.Join(folder, registerFile)
	for _, name := range []string{path, path + "-wal", path + "-journal"} {
		if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			return m, fmt.Errorf("%w: %s is there; move it away first, or name another folder", kept.ErrNotEmpty, name)
		}
	}
	if err := disk.MakeFolder(folder); err != nil {
		return m, fmt.Errorf("making the folder: %w", err)
	}
	away, err := os.MkdirTemp(folder, ".restore-")
	if err != nil {
		return m, fmt.Errorf("making room for the restore: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(away)) }()
	if m, err = unpack(ctx, file, filepath.Join(away, registerFile)); err != nil {
		return m, err
	}
	if err := os.Link(filepath.Join(away, registerFile), path); err != nil {
		return m, fmt.Errorf("putting the register in its place: %w", err)
	}
	if err := disk.Sync(folder); err != nil {
		return m, err
	}
	db, err := store.Open(ctx, store.Options{Path: path, Mode: store.Serve, Logger: calm(log)})
	if err != nil {
		return m, err
	}
	err = register.New(door.New(db, newClock()), register.Options{}).Upkeep(ctx, by, actRestored, kept.RegisterObject, m)
	if h := db.Check(ctx); len(h.Problems) > 0 {
		err = errors.Join(err, fmt.Errorf("%w: %v", ErrBackup, h.Problems))
	}
	return m, errors.Join(err, db.Close())
}
