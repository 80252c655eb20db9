package lossy

import (
	"context"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// add gives a new name to an object, new or there already.
func (n *node) add(ctx context.Context, name string, out *fuse.EntryOut, object func() *object) (*fs.Inode, syscall.Errno) {
	if errno := n.disk.alter(); errno != 0 {
		return nil, errno
	}
	defer n.disk.mu.Unlock()
	if n.o.names[name] != nil {
		return nil, syscall.EEXIST
	}
	o := object()
	n.disk.set(change{{n.o, name, o}})
	return n.child(ctx, o, out), 0
}

func (n *node) Create(ctx context.Context, name string, _, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	child, errno := n.add(ctx, name, out, func() *object { return n.disk.make(syscall.S_IFREG | mode&0o7777) })
	return child, nil, fuse.FOPEN_KEEP_CACHE, errno
}

func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.add(ctx, name, out, func() *object { return n.disk.make(syscall.S_IFDIR | mode&0o7777) })
}

func (n *node) Symlink(ctx context.Context, target, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.add(ctx, name, out, func() *object {
		o := n.disk.make(syscall.S_IFLNK | 0o777)
		o.target = target
		return o
	})
}

func (n *node) Link(ctx context.Context, target fs.InodeEmbedder, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.add(ctx, name, out, func() *object { return target.(*node).o })
}

func (n *node) Readlink(context.Context) ([]byte, syscall.Errno) { return []byte(n.o.target), 0 }

func (n *node) Unlink(_ context.Context, name string) syscall.Errno {
	return n.remove(name, func(o *object) syscall.Errno {
		if o.folder() {
			return syscall.EISDIR
		}
		return 0
	})
}

func (n *node) Rmdir(_ context.Context, name string) syscall.Errno {
	return n.remove(name, func(o *object) syscall.Errno {
		if !o.folder() {
			return syscall.ENOTDIR
		}
		if len(o.names) > 0 {
			return syscall.ENOTEMPTY
		}
		return 0
	})
}

func (n *node) remove(name string, may func(*object) syscall.Errno) syscall.Errno {
	if errno := n.disk.alter(); errno != 0 {
		return errno
	}
	defer n.disk.mu.Unlock()
	o := n.o.names[name]
	if o == nil {
		return syscall.ENOENT
	}
	if errno := may(o); errno != 0 {
		return errno
	}
	n.disk.set(change{{n.o, name, nil}})
	return 0
}

// renameNoReplace is the kernel's flag for a rename that must not replace.
const renameNoReplace = 1

func (n *node) Rename(_ context.Context, name string, parent fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	if flags&^renameNoReplace != 0 {
		return syscall.EINVAL
	}
	if errno := n.disk.alter(); errno != 0 {
		return errno
	}
	defer n.disk.mu.Unlock()
	o, to := n.o.names[name], parent.(*node).o
	replaced := to.names[newName]
	switch {
	case o == nil:
		return syscall.ENOENT
	case replaced == o:
		return 0
	case replaced != nil && flags&renameNoReplace != 0:
		return syscall.EEXIST
	case replaced != nil && replaced.folder() && len(replaced.names) > 0:
		return syscall.ENOTEMPTY
	}
	n.disk.set(change{{to, newName, o}, {n.o, name, nil}})
	return 0
}
