package disk

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// SyncAll makes everything that was written on the file system under a folder
// survive a power loss, names and contents: one wait for hundreds of files, where
// Sync and a sync of each file wait for each. It fails when one of them could not
// be written.
func SyncAll(folder string) error {
	directory, err := os.Open(folder)
	if err != nil {
		return err
	}
	if err := errors.Join(unix.Syncfs(int(directory.Fd())), directory.Close()); err != nil {
		return fmt.Errorf("syncing all under %s: %w", folder, err)
	}
	return nil
}
