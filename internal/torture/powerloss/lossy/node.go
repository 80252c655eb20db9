package lossy

import (
	"context"
	"maps"
	"slices"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// node is an object as the kernel sees it through one mount.
type node struct {
	fs.Inode
	disk *Disk
	o    *object
}

var (
	_ fs.NodeLookuper   = (*node)(nil)
	_ fs.NodeReaddirer  = (*node)(nil)
	_ fs.NodeGetattrer  = (*node)(nil)
	_ fs.NodeSetattrer  = (*node)(nil)
	_ fs.NodeOpener     = (*node)(nil)
	_ fs.NodeCreater    = (*node)(nil)
	_ fs.NodeReader     = (*node)(nil)
	_ fs.NodeWriter     = (*node)(nil)
	_ fs.NodeAllocater  = (*node)(nil)
	_ fs.NodeFsyncer    = (*node)(nil)
	_ fs.NodeMkdirer    = (*node)(nil)
	_ fs.NodeLinker     = (*node)(nil)
	_ fs.NodeSymlinker  = (*node)(nil)
	_ fs.NodeReadlinker = (*node)(nil)
	_ fs.NodeUnlinker   = (*node)(nil)
	_ fs.NodeRmdirer    = (*node)(nil)
	_ fs.NodeRenamer    = (*node)(nil)
	_ fs.NodeStatfser   = (*node)(nil)
)

// fill tells the kernel about an object.
func (o *object) fill(a *fuse.Attr) {
	a.Ino, a.Mode, a.Nlink, a.Size = o.ino, o.mode, o.links, uint64(len(o.data))
	a.Uid, a.Gid, a.Blksize, a.Blocks = o.uid, o.gid, 4096, (a.Size+511)/512
	if o.target != "" {
		a.Size = uint64(len(o.target))
	}
	a.SetTimes(&o.changed, &o.changed, &o.changed)
}

// child gives the kernel's view of an object below n.
func (n *node) child(ctx context.Context, o *object, out *fuse.EntryOut) *fs.Inode {
	o.fill(&out.Attr)
	return n.NewInode(ctx, &node{disk: n.disk, o: o}, fs.StableAttr{Mode: o.mode & syscall.S_IFMT, Ino: o.ino})
}

func (n *node) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	if errno := n.disk.look(); errno != 0 {
		return nil, errno
	}
	defer n.disk.mu.Unlock()
	o := n.o.names[name]
	if o == nil {
		return nil, syscall.ENOENT
	}
	return n.child(ctx, o, out), 0
}

func (n *node) Readdir(context.Context) (fs.DirStream, syscall.Errno) {
	if errno := n.disk.look(); errno != 0 {
		return nil, errno
	}
	defer n.disk.mu.Unlock()
	var list []fuse.DirEntry
	for _, name := range slices.Sorted(maps.Keys(n.o.names)) {
		o := n.o.names[name]
		list = append(list, fuse.DirEntry{Name: name, Mode: o.mode, Ino: o.ino})
	}
	return fs.NewListDirStream(list), 0
}

func (n *node) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	if errno := n.disk.look(); errno != 0 {
		return errno
	}
	defer n.disk.mu.Unlock()
	n.o.fill(&out.Attr)
	return 0
}

func (n *node) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if errno := n.disk.alter(); errno != 0 {
		return errno
	}
	defer n.disk.mu.Unlock()
	if size, given := in.GetSize(); given {
		n.o.resize(int64(size))
	}
	if mode, given := in.GetMode(); given {
		n.o.mode = n.o.mode&syscall.S_IFMT | mode&^syscall.S_IFMT
	}
	if uid, given := in.GetUID(); given {
		n.o.uid = uid
	}
	if gid, given := in.GetGID(); given {
		n.o.gid = gid
	}
	if at, given := in.GetMTime(); given {
		n.o.changed = at
	}
	n.o.fill(&out.Attr)
	return 0
}

// Open lets the kernel keep the pages that it has: nobody changes a file behind
// its back, and SQLite's processes share one memory through the mapped file.
func (n *node) Open(_ context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	begin := n.disk.look
	if flags&syscall.O_TRUNC != 0 {
		begin = n.disk.alter
	}
	if errno := begin(); errno != 0 {
		return nil, 0, errno
	}
	defer n.disk.mu.Unlock()
	if flags&syscall.O_TRUNC != 0 {
		n.o.resize(0)
	}
	return nil, fuse.FOPEN_KEEP_CACHE, 0
}

func (n *node) Read(_ context.Context, _ fs.FileHandle, into []byte, at int64) (fuse.ReadResult, syscall.Errno) {
	if errno := n.disk.look(); errno != 0 {
		return nil, errno
	}
	defer n.disk.mu.Unlock()
	got := 0
	if at < int64(len(n.o.data)) {
		got = copy(into, n.o.data[at:])
	}
	return fuse.ReadResultData(into[:got]), 0
}

func (n *node) Write(_ context.Context, _ fs.FileHandle, data []byte, at int64) (uint32, syscall.Errno) {
	if errno := n.disk.alter(); errno != 0 {
		return 0, errno
	}
	defer n.disk.mu.Unlock()
	n.o.write(data, at)
	return uint32(len(data)), 0
}

func (n *node) Allocate(_ context.Context, _ fs.FileHandle, at, size uint64, mode uint32) syscall.Errno {
	if mode != 0 {
		return syscall.EOPNOTSUPP
	}
	if errno := n.disk.alter(); errno != 0 {
		return errno
	}
	defer n.disk.mu.Unlock()
	if end := int64(at + size); end > int64(len(n.o.data)) {
		n.o.resize(end)
	}
	return 0
}

// Fsync is asked of files and of folders.
func (n *node) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	if errno := n.disk.alter(); errno != 0 {
		return errno
	}
	defer n.disk.mu.Unlock()
	n.disk.sync(n.o)
	return 0
}

func (n *node) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	out.Bsize, out.Frsize, out.NameLen = 4096, 4096, 255
	out.Blocks, out.Bfree, out.Bavail = 1<<20, 1<<20, 1<<20
	return 0
}

// Mounted is a disk that processes can use.
type Mounted struct {
	Dir    string
	server *fuse.Server
}

// Mount makes the disk usable under a folder, which takes the rights of root.
func (d *Disk) Mount(dir string) (*Mounted, error) {
	long := time.Hour // every change comes through the kernel
	server, err := fs.Mount(dir, &node{disk: d, o: d.root}, &fs.Options{
		EntryTimeout: &long, AttrTimeout: &long, RootStableAttr: &fs.StableAttr{Ino: 1},
		MountOptions: fuse.MountOptions{FsName: "lossy", Name: "lossy", DirectMountStrict: true, DisableXAttrs: true},
	})
	if err != nil {
		return nil, err
	}
	return &Mounted{Dir: dir, server: server}, nil
}

// Close takes the mount away, also from under a process that still uses it, and
// waits until the last of them is gone.
func (m *Mounted) Close() error {
	err := syscall.Unmount(m.Dir, syscall.MNT_DETACH)
	if err == nil {
		m.server.Wait()
	}
	return err
}
