package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Append adds text to the end of a file that everybody may read, and makes the
// file when there is none. Text and name survive a power loss once it returns; it
// never changes what stands there, so it works where a folder only lets append.
func Append(path, text string) error {
	_, missing := os.Stat(path)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil && errors.Is(missing, fs.ErrNotExist) {
		err = Sync(filepath.Dir(path))
	}
	return err
}
