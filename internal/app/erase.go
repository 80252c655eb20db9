package app

import (
	"context"

	"beredskab/internal/door"
	"beredskab/internal/governance"
)

// Erase takes everything from the register that tells who a person is, and the old
// bytes from the disk. The anchors and backups that were made before are not its.
func (a *App) Erase(ctx context.Context, by door.Actor, person string) (governance.Erased, error) {
	out, err := a.Office.ErasePerson(ctx, by, person)
	if err != nil {
		return out, err
	}
	return out, a.store.Scour(ctx)
}
