package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"beredskab/internal/address"
	"beredskab/internal/door"
	"beredskab/internal/relocation"
	"beredskab/internal/store"
)

// What the log says of copies of the register.
const (
	actBackup   = "backup.made"
	actRestored = "register.restored"
)

// ErrInUse says that somebody still works on the register; the text says who.
var ErrInUse = relocation.ErrInUse

// Move is what a move came to.
type Move = relocation.Move

// Move carries the whole register to another place: postgres://… or the folder
// of a new SQLite register. Until the copy is proved the source is not touched.
// Then the source says that it was left, and the target that it is the register:
// at no moment could servers start on both. What is cut off is ended by the same
// call. A folder counts from workDir.
func (s *Settings) Move(ctx context.Context, a door.Actor, to, workDir string, log *slog.Logger) (m Move, err error) {
	from, err := s.place()
	if err != nil {
		return m, err
	}
	target, err := s.target(to, workDir)
	if err != nil {
		return m, err
	}
	if (from.URL == "") == (target.URL == "") {
		return m, fmt.Errorf("%w: a move goes from a folder to PostgreSQL or back; within one engine use backup and restore", ErrSettings)
	}
	from.Logger, target.Logger = calm(log), calm(log)
	source, err := store.Open(ctx, from)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	into, err := store.Open(ctx, target)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, into.Close()) }()
	return relocation.Carry(ctx, source, into, newClock(), a, Move{From: shownPlace(from), To: shownPlace(target), URL: target.URL != ""})
}

// place is where the register is now.
func (s *Settings) place() (store.Options, error) {
	o := store.Options{Mode: store.Serve, Moving: true}
	url, err := s.databaseURL()
	if o.URL = url; url == "" {
		o.Path = filepath.Join(s.Dir, registerFile)
		if _, err := os.Stat(o.Path); err != nil {
			return o, fmt.Errorf("%w: there is no register in %s; name its folder with --dir", ErrSettings, s.Dir)
		}
	}
	return o, err
}

// target reads where the register is to go.
func (s *Settings) target(to, workDir string) (o store.Options, err error) {
	o = store.Options{Mode: store.Serve, Moving: true}
	if !isPostgres(to) {
		if strings.Contains(to, "://") {
			return o, fmt.Errorf("%w: %q is no place for a register; write postgres://user@host/name, or a folder", ErrSettings, address.Shown(to))
		}
		o.Path = filepath.Join(absolute(workDir, "dir", to), registerFile)
		return o, nil
	}
	password, err := secret(s.Secret)
	if err != nil {
		return o, err
	}
	o.URL, err = withSecret(to, password)
	return o, err
}

func shownPlace(o store.Options) string {
	if o.URL != "" {
		return address.Shown(o.URL)
	}
	return filepath.Dir(o.Path)
}
