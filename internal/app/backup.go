package app

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"beredskab/internal/disk"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/store"
)

// ErrBackup says that a file is not a whole backup; the text says why.
var ErrBackup = errors.New("not a whole backup")

// Manifest says what a backup holds. It is the first file of the archive.
type Manifest struct {
	Schema  string    `json:"schema"` // beredskab.backup.v1
	Made    time.Time `json:"made_at"`
	Program string    `json:"program"`
	Commit  string    `json:"commit,omitempty"`
	Engine  string    `json:"engine"`  // of the register it was made of; the copy is always SQLite
	Tables  int64     `json:"tables"`  // version of the register's tables
	Entries int64     `json:"entries"` // of the log
	Hash    string    `json:"newest"`  // of the newest entry
	Size    int64     `json:"size"`    // of the copy, bytes
	SHA256  string    `json:"sha256"`  // of the copy
}

const (
	manifestName   = "manifest.json"
	manifestSchema = "beredskab.backup.v1"
)

// Backup writes the register as of one moment into one file, which must not
// exist, while servers go on working. The copy is an SQLite register whatever the
// engine: it can be checked and opened anywhere, also when no database runs. It
// is read back before it counts, and recorded in the log.
func (a *App) Backup(ctx context.Context, by door.Actor, file string) (m Manifest, err error) {
	if m, err = a.backUp(ctx, file); err != nil {
		return m, err
	}
	return m, a.Register.Upkeep(ctx, by, actBackup, kept.BackupObject, m)
}

// backUp writes a backup and reads it back.
func (a *App) backUp(ctx context.Context, file string) (m Manifest, err error) {
	if _, err := os.Lstat(file); err == nil {
		return m, fmt.Errorf("%s is there already; name a new file", file)
	}
	folder, err := os.MkdirTemp(filepath.Dir(file), ".beredskab-backup-")
	if err != nil {
		return m, fmt.Errorf("making room for the backup: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	copied := filepath.Join(folder, registerFile)
	if err := a.copyTo(ctx, copied, filepath.Join(folder, "whole")); err != nil {
		return m, err
	}
	if m, err = a.describe(ctx, copied); err != nil {
		return m, err
	}
	packed := filepath.Join(folder, "packed")
	if err := pack(packed, copied, m); err != nil {
		return m, fmt.Errorf("writing the backup: %w", err)
	}
	if _, err := VerifyBackup(ctx, packed); err != nil {
		return m, fmt.Errorf("reading the backup back: %w", err)
	}
	if err := os.Link(packed, file); err != nil { // never over another file
		return m, fmt.Errorf("writing the backup: %w", err)
	}
	return m, disk.Sync(filepath.Dir(file))
}

// copyTo makes the SQLite copy; one of PostgreSQL goes by way of a register of
// its own.
func (a *App) copyTo(ctx context.Context, path, way string) error {
	if a.store.Engine() == "sqlite" {
		return a.store.Backup(ctx, path)
	}
	other, err := store.Open(ctx, store.Options{Path: filepath.Join(way, registerFile), Logger: calm(a.Log)})
	if err != nil {
		return err
	}
	filling := &store.Filling{DB: other, From: a.store}
	err = filling.Update(ctx, func(door.Tx) error { return nil })
	if err == nil {
		err = other.Backup(ctx, path)
	}
	return errors.Join(err, other.Close())
}

func (a *App) describe(ctx context.Context, copied string) (Manifest, error) {
	log, err := store.Inspect(ctx, copied)
	if err != nil {
		return Manifest{}, err
	}
	c, err := a.store.Census(ctx)
	if err != nil {
		return Manifest{}, err
	}
	m := Manifest{
		Schema: manifestSchema, Made: time.Now().UTC().Truncate(time.Second), Engine: a.store.Engine(), Tables: c.Schema,
		Entries: log.Entries, Hash: hex.EncodeToString(log.Hash),
	}
	build := ReadBuild()
	m.Program, m.Commit = build.Version, build.Revision
	m.Size, m.SHA256, err = measure(copied)
	return m, err
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

// pack writes manifest and copy into one synced archive.
func pack(path, copied string, m Manifest) (err error) {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	in, err := os.Open(copied)
	if err != nil {
		return err
	}
	defer in.Close()
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	archive := tar.NewWriter(out)
	for _, f := range []tar.Header{
		{Name: manifestName, Size: int64(len(text))},
		{Name: registerFile, Size: m.Size},
	} {
		f.Mode, f.ModTime = 0o600, m.Made
		if err := archive.WriteHeader(&f); err != nil {
			return err
		}
		if f.Name == manifestName {
			_, err = archive.Write(text)
		} else {
			_, err = io.Copy(archive, in)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), out.Sync())
}
