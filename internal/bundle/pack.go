package bundle

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// Pack writes a bundle as one file to carry away. What stands in it for the crisis laptop
// alone is left out: the whole register is nothing to be handed out. The other parts can
// each be verified by themselves, and the whole where nothing was left out.
func Pack(w io.Writer, bundle fs.FS) error {
	out := zip.NewWriter(w)
	_, err := fs.Stat(bundle, PartLaptop)
	whole := err != nil
	err = fs.WalkDir(bundle, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name == PartLaptop:
			return fs.SkipDir
		case entry.IsDir(), !whole && path.Dir(name) == "." && path.Ext(name) != ".txt":
			return nil // what signs the whole would say that the rest is missing
		}
		return packOne(out, bundle, name)
	})
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		return fmt.Errorf("packing the bundle: %w", err)
	}
	return nil
}

func packOne(out *zip.Writer, bundle fs.FS, name string) error {
	src, err := bundle.Open(name)
	if err != nil {
		return err
	}
	defer src.Close()
	to, err := out.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, src)
	return err
}
