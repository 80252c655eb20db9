package lossy

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"
)

const (
	// sector is what a disk writes as a whole.
	sector = 512
	// versions is how many versions of an unsynced sector are remembered.
	versions = 4
)

// object is a file, a folder or a symbolic link, as it is and as it is durable.
type object struct {
	ino      uint64
	mode     uint32 // kind and permissions
	uid, gid uint32
	links    uint32
	changed  time.Time

	data, kept []byte             // of a file
	dirty      map[int64][][]byte // sectors written since the last sync, in their versions

	names, keptNames map[string]*object // of a folder

	target string // of a symbolic link
}

func newObject(ino uint64, mode uint32) *object {
	o := &object{ino: ino, mode: mode, changed: time.Now(), dirty: map[int64][][]byte{}}
	if o.folder() {
		o.names, o.keptNames = map[string]*object{}, map[string]*object{}
	}
	return o
}

func (o *object) folder() bool { return o.mode&syscall.S_IFMT == syscall.S_IFDIR }

func (o *object) write(p []byte, at int64) {
	end := at + int64(len(p))
	if end > int64(len(o.data)) {
		o.resize(end)
	}
	copy(o.data[at:], p)
	o.stain(at, end)
}

// resize cuts the file, or lets it grow by zeros.
func (o *object) resize(size int64) {
	if old := int64(len(o.data)); size < old {
		clear(o.data[size:])
		o.stain(size, old)
		o.data = o.data[:size]
	} else {
		o.data = append(o.data, make([]byte, size-old)...)
	}
	o.changed = time.Now()
}

// stain remembers the sectors of a range as they are now.
func (o *object) stain(from, to int64) {
	for s := from / sector; s*sector < to; s++ {
		seen := o.dirty[s]
		if len(seen) == versions {
			seen = slices.Delete(seen, 0, 1)
		}
		o.dirty[s] = append(seen, bytes.Clone(o.data[s*sector:min((s+1)*sector, int64(len(o.data)))]))
	}
	o.changed = time.Now()
}

// keepContent makes the content durable.
func (o *object) keepContent() {
	o.kept = fit(o.kept, len(o.data))
	for s := range o.dirty {
		if at := s * sector; at < int64(len(o.data)) {
			copy(o.kept[at:], o.data[at:min(at+sector, int64(len(o.data)))])
		}
	}
	clear(o.dirty)
}

// fit cuts or fills with zeros.
func fit(data []byte, size int) []byte {
	if size <= len(data) {
		clear(data[size:])
		return data[:size]
	}
	return append(data, make([]byte, size-len(data))...)
}

// restart leaves of an object, and of all below it, what survives. An object
// with several names is come by several times.
func (o *object) restart(loss Loss, random *rand.Rand, seen map[*object]bool) {
	o.links++
	if seen[o] {
		return
	}
	seen[o] = true
	o.links = 1
	if loss == Torn {
		o.tear(random)
	}
	o.data = bytes.Clone(o.kept)
	clear(o.dirty)
	o.names = maps.Clone(o.keptNames)
	for _, name := range slices.Sorted(maps.Keys(o.names)) {
		o.names[name].restart(loss, random, seen)
	}
}

// tear lets unsynced sectors of a file arrive by chance, and its length too. How
// likely that is differs between files, which reorders what was written to them.
func (o *object) tear(random *rand.Rand) {
	if len(o.dirty) == 0 && len(o.data) == len(o.kept) {
		return
	}
	size, likely := len(o.kept), random.Float64()
	if random.Float64() < likely {
		size = len(o.data)
	}
	disk := fit(o.kept, max(size, len(o.kept)))
	for _, s := range slices.Sorted(maps.Keys(o.dirty)) {
		seen := o.dirty[s]
		if at := s * sector; at < int64(len(disk)) && random.Float64() < likely {
			clear(disk[at:min(at+sector, int64(len(disk)))])
			copy(disk[at:], seen[random.IntN(len(seen))])
		}
	}
	o.kept = fit(disk, size)
}
