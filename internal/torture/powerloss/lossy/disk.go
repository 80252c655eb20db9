// Package lossy is a file system that forgets: what was not synced is gone after
// a power loss, or is there in part. Tests lay a data folder on it, cut the power
// at a chosen moment, and see what the program kept of what it had acknowledged
// (spec/reliability.md 2.4). It lies in memory, is reached through FUSE, and
// knows of each file what is written and what is durable.
package lossy

import (
	"math/rand/v2"
	"sync"
	"syscall"
)

// Names says when a new, renamed or deleted name is durable.
type Names int

// Strict is all that POSIX promises: a name is durable after a sync of its
// folder, in any order. Ordered is as kind as ext4: names become durable in the
// order of their changes, and every sync of anything takes all earlier ones along.
const (
	Strict Names = iota
	Ordered
)

// Loss says what becomes of content that was written and not synced.
type Loss int

// Drop loses all of it. Torn lets each sector arrive or not by chance, in any of
// the versions that it had since the last sync, and each change of a name too.
const (
	Drop Loss = iota
	Torn
)

// Disk is such a file system. It is used by one mount at a time, and survives
// it. Permissions and owners are durable at once; all else is not.
type Disk struct {
	names  Names
	loss   Loss
	random *rand.Rand

	mu      sync.Mutex
	root    *object
	last    uint64   // inode number that was given out last
	pending []change // of names, not durable, oldest first
	dead    bool     // no power: every call fails
	left    int      // changes until the cut, when cut is not nil
	cut     chan struct{}
}

// change is one change of names, which arrives as a whole: a rename has two parts.
type change []edit

// edit gives a name in a folder to an object, or to nothing.
type edit struct {
	folder *object
	name   string
	to     *object
}

// New gives an empty disk whose losses follow from the seed.
func New(names Names, loss Loss, seed uint64) *Disk {
	d := &Disk{names: names, loss: loss, random: rand.New(rand.NewPCG(seed, 0x1055)), last: 1}
	d.root = newObject(1, syscall.S_IFDIR|0o700)
	return d
}

// CutAfter lets the power fail at the n-th change from now, which already fails
// itself. The channel is closed at that moment.
func (d *Disk) CutAfter(n int) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left, d.cut = n, make(chan struct{})
	return d.cut
}

// Cut lets the power fail now. From here on every call on the disk fails, so
// that nothing which is written later can arrive.
func (d *Disk) Cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail()
}

func (d *Disk) fail() {
	d.dead = true
	if d.cut != nil {
		close(d.cut)
		d.cut = nil
	}
}

// Restart brings the power back: what is on the disk is what was durable, and
// of the rest what the kind of loss lets arrive. The disk must not be mounted.
func (d *Disk) Restart() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail()
	d.arrive()
	d.pending, d.dead = nil, false
	d.root.restart(d.loss, d.random, map[*object]bool{})
}

// arrive makes those changes of names durable that happen to arrive.
func (d *Disk) arrive() {
	if d.loss == Drop {
		return
	}
	if d.names == Ordered {
		d.pending = d.pending[:d.random.IntN(len(d.pending)+1)]
		d.keepNames()
		return
	}
	for _, c := range d.pending {
		if d.random.IntN(2) == 0 {
			c.keep()
		}
	}
}

// keepNames makes every change of names so far durable.
func (d *Disk) keepNames() {
	for _, c := range d.pending {
		c.keep()
	}
	d.pending = nil
}

func (c change) keep() {
	for _, e := range c {
		e.keep()
	}
}

func (e edit) keep() {
	if e.to == nil {
		delete(e.folder.keptNames, e.name)
	} else {
		e.folder.keptNames[e.name] = e.to
	}
}

// look and alter begin a call: with the lock, which the caller gives back, or
// with an error and without it.
func (d *Disk) look() syscall.Errno {
	d.mu.Lock()
	if d.dead {
		d.mu.Unlock()
		return syscall.EIO
	}
	return 0
}

func (d *Disk) alter() syscall.Errno {
	d.mu.Lock()
	if d.cut != nil {
		if d.left--; d.left <= 0 {
			d.fail()
		}
	}
	if d.dead {
		d.mu.Unlock()
		return syscall.EIO
	}
	return 0
}

// set carries out a change of names, which is not durable yet.
func (d *Disk) set(c change) {
	for _, e := range c {
		if old := e.folder.names[e.name]; old != nil {
			old.links--
		}
		delete(e.folder.names, e.name)
		if e.to != nil {
			e.folder.names[e.name] = e.to
			e.to.links++
		}
	}
	d.pending = append(d.pending, c)
}

// sync makes an object durable: a file's content, or a folder's names.
func (d *Disk) sync(o *object) {
	o.keepContent()
	if d.names == Ordered {
		d.keepNames()
		return
	}
	rest := d.pending[:0]
	for _, c := range d.pending {
		var others change
		for _, e := range c {
			if e.folder == o {
				e.keep()
			} else {
				others = append(others, e)
			}
		}
		if len(others) > 0 {
			rest = append(rest, others)
		}
	}
	d.pending = rest
}

// make gives a new object that has no name yet.
func (d *Disk) make(mode uint32) *object {
	d.last++
	return newObject(d.last, mode)
}
