package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"beredskab/internal/disk"
	"beredskab/internal/ops"
)

// room is how much of a disk must be free before a new drill is begun (F9).
type room struct {
	least uint64  // bytes
	share float64 // of the whole disk, in percent
}

// parseRoom reads "5%", "500MiB", both with a comma between, or 0 for nothing.
func parseRoom(text string) (r room, err error) {
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if number, ok := strings.CutSuffix(part, "%"); ok {
			if r.share, err = strconv.ParseFloat(number, 64); err != nil || r.share < 0 || r.share > 100 {
				return r, fmt.Errorf("%q is no share of a disk", part)
			}
			continue
		}
		if r.least, err = parseSize(part); err != nil {
			return r, err
		}
	}
	return r, nil
}

// parseSize reads "500MiB", or 0, as bytes.
func parseSize(text string) (uint64, error) {
	number, unit := strings.TrimSpace(text), uint64(1)
	for i, name := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if before, ok := strings.CutSuffix(number, name); ok {
			number, unit = before, 1<<(10*(i+1))
		}
	}
	n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 64)
	if err != nil || n > 1<<62/unit || (unit == 1 && n != 0) {
		return 0, fmt.Errorf("%q is no size", text)
	}
	return n * unit, nil
}

// errRoom says that the disk is nearly full.
var errRoom = errors.New("the disk is nearly full")

// judge says whether that disk has room for a new drill, and what to do if not.
func (r room) judge(folder string, free, total uint64) error {
	if free >= r.least && float64(free) >= float64(total)*r.share/100 {
		return nil
	}
	return fmt.Errorf("%w: %s has %d MiB free of %d MiB; make room there, or set `min_free` lower", errRoom, folder, free>>20, total>>20)
}

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
	return a.Settings.room.judge(a.Settings.Dir, d.Free, d.Total)
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
