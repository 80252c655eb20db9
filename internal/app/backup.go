package app

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"beredskab/internal/archive"
	"beredskab/internal/disk"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/record"
	"beredskab/internal/store"
)

// ErrBackup says that a file is not a whole backup; the text says why.
var ErrBackup = archive.ErrBackup

// Manifest says what a backup holds.
type Manifest = archive.Manifest

// Backup writes the register as of one moment, and the evidence that it knows of,
// into one file, which must not exist, while servers go on working. The copy is an
// SQLite register whatever the engine: it can be checked and opened anywhere, also
// when no database runs. It is read back before it counts, and recorded in the log.
func (a *App) Backup(ctx context.Context, by door.Actor, file string) (m Manifest, err error) {
	if err = a.Office.Operate(ctx, by, actBackup, kept.BackupObject); err != nil {
		return m, err
	}
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
	known, err := a.Office.Evidence(ctx, record.Filter{}) // after the copy, so that nothing in it is left out
	if err != nil {
		return m, err
	}
	hashes := make([]string, len(known))
	for i, e := range known {
		hashes[i] = e.SHA256
	}
	packed := filepath.Join(folder, "packed")
	if m, err = archive.Write(packed, m, copied, a.Settings.evidence(), hashes); err != nil {
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
		Made: time.Now().UTC().Truncate(time.Second), Engine: a.store.Engine(), Tables: c.Schema,
		Entries: log.Entries, Hash: hex.EncodeToString(log.Hash),
	}
	build := ReadBuild()
	m.Program, m.Commit = build.Version, build.Revision
	return m, nil
}
