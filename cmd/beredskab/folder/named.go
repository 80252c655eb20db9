package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// ErrUsage says that the question was put wrongly.
var ErrUsage = errors.New("wrong use")

// Only tells which files are asked for.
type Only func(file string) bool

// Named finds the plan folder that paths name, which are the folder itself or
// files of it, and which of its files are asked for. Without paths the folder is
// empty and all files are asked for.
func Named(workDir string, paths []string) (dir string, only Only, err error) {
	files := []string{}
	for _, path := range paths {
		at := path
		if !filepath.IsAbs(at) {
			at = filepath.Join(workDir, at)
		}
		info, err := os.Stat(at)
		if errors.Is(err, fs.ErrNotExist) {
			return "", nil, fmt.Errorf("%w: there is no file or folder %s", ErrNotFound, path)
		} else if err != nil {
			return "", nil, fmt.Errorf("looking at %s: %w", path, err)
		}
		if !info.IsDir() {
			files = append(files, filepath.Base(at))
			at = filepath.Dir(at)
		}
		if dir != "" && dir != at {
			return "", nil, fmt.Errorf("%w: %s lies in another folder than the path before; name files of one plan folder", ErrUsage, path)
		}
		dir = at
	}
	return dir, func(file string) bool { return len(files) == 0 || slices.Contains(files, filepath.Base(file)) }, nil
}
