package app

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"beredskab/internal/archive"
	"beredskab/internal/disk"
	"beredskab/internal/door"
	"beredskab/internal/evidence"
	"beredskab/internal/kept"
	"beredskab/internal/register"
	"beredskab/internal/store"
)

// VerifyBackup reads a whole backup: the copy has the hash of its manifest, its
// file is sound, its log is as it was written, and all evidence is what was kept.
func VerifyBackup(ctx context.Context, file string) (m Manifest, err error) {
	folder, err := os.MkdirTemp("", "beredskab-verify-")
	if err != nil {
		return m, fmt.Errorf("making room for the check: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	return unpack(ctx, file, filepath.Join(folder, registerFile), evidence.Fits)
}

// unpack writes the register of a backup to path and checks it there.
func unpack(ctx context.Context, file, path string, keep func(hash string, from io.Reader) error) (m Manifest, err error) {
	if m, err = archive.Read(file, path, keep); err != nil {
		return m, err
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

// Restore puts the register of a backup, and its evidence, into a folder that holds
// no register. The restore is the next entry of its log; the tables are brought up
// to date.
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
	files := evidence.In(filepath.Join(away, evidenceFolder))
	if m, err = unpack(ctx, file, filepath.Join(away, registerFile), files.Take); err != nil {
		return m, err
	}
	// Before the register, which must never know of a file that is not there.
	if err := files.Hand(evidence.In(filepath.Join(folder, evidenceFolder))); err != nil {
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
