package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"beredskab/internal/disk"
	"beredskab/internal/ops"
)

// room asks the disk of the state folder. On PostgreSQL too: the spool and the
// plans' copies lie there. A command beside the servers has no such folder and
// keeps nothing here.
func (a *App) room() error {
	d, err := a.disk()
	if errors.Is(err, fs.ErrNotExist) && a.Settings.Database != "" {
		return nil
	}
	if err != nil {
		return err
	}
	return a.Settings.room.Judge(a.Settings.Dir, d.Free, d.Total)
}

// disk looks at the disk of the state folder.
func (a *App) disk() (d ops.Disk, err error) {
	if d.Free, d.Total, err = disk.Free(a.Settings.Dir); err != nil {
		return d, err
	}
	if info, err := os.Stat(filepath.Join(a.Settings.Dir, registerFile+"-wal")); err == nil {
		d.Log = uint64(info.Size())
	}
	if entries, err := os.ReadDir(a.spool()); err == nil {
		d.Spool = len(entries)
	}
	return d, nil
}
