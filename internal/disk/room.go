package disk

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Room is how much of a disk must be free before a new drill is begun (F9).
type Room struct {
	least uint64  // bytes
	share float64 // of the whole disk, in percent
}

// ParseRoom reads "5%", "500MiB", both with a comma between, or 0 for nothing.
func ParseRoom(text string) (r Room, err error) {
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if number, ok := strings.CutSuffix(part, "%"); ok {
			if r.share, err = strconv.ParseFloat(number, 64); err != nil || r.share < 0 || r.share > 100 {
				return r, fmt.Errorf("%q is no share of a disk", part)
			}
			continue
		}
		if r.least, err = ParseSize(part); err != nil {
			return r, err
		}
	}
	return r, nil
}

// ParseSize reads "500MiB", or 0, as bytes.
func ParseSize(text string) (uint64, error) {
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

// ErrRoom says that the disk is nearly full.
var ErrRoom = errors.New("the disk is nearly full")

// Judge says whether that disk has room, in bytes, and what to do if not.
func (r Room) Judge(folder string, free, total uint64) error {
	if free >= r.least && float64(free) >= float64(total)*r.share/100 {
		return nil
	}
	return fmt.Errorf("%w: %s has %d MiB free of %d MiB; make room there, or set `min_free` lower", ErrRoom, folder, free>>20, total>>20)
}
