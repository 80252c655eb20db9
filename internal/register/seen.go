package register

import (
	"context"
	"errors"
	"fmt"

	"beredskab/internal/drill"
)

// ErrPassed says that more has happened to a run than whoever acts on it has seen.
var ErrPassed = errors.New("more has happened to the run meanwhile")

type seenKey struct{}

// Seen lets an act on a run happen only while that is the number of its newest
// event, which is what whoever acts has seen; otherwise the act gives ErrPassed. It
// is looked at in the transaction of the act, so that nothing comes in between.
func Seen(ctx context.Context, seq int) context.Context {
	return context.WithValue(ctx, seenKey{}, seq)
}

// fresh tells whether the run is still as the one who acts has seen it.
func fresh(ctx context.Context, run *drill.Run) error {
	if seq, asked := ctx.Value(seenKey{}).(int); asked && seq != run.Seq {
		return fmt.Errorf("run %s stands at event %d, not %d: %w", run.ID, run.Seq, seq, ErrPassed)
	}
	return nil
}
