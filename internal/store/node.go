package store

import (
	"context"
	"time"

	"beredskab/internal/kept"

	"beredskab/internal/store/queries"
)

// Beat gives a new epoch that no other node has had or has, so that an epoch
// alone tells whose an attempt is.
func (t *transaction) Beat(ctx context.Context, node string, epoch int64) (int64, error) {
	now, err := t.now(ctx)
	if err != nil {
		return 0, err
	}
	if epoch == 0 {
		epoch, err := t.q.NewEpoch(ctx, queries.NewEpochParams{Name: node, Beat: now})
		return epoch, doing(err, "starting node", node)
	}
	rows, err := t.q.Beat(ctx, queries.BeatParams{Name: node, Epoch: epoch, Beat: now})
	return epoch, changed(rows, err, kept.ErrConflict, "beating for node", node, epoch)
}

func (t *transaction) SilentNodes(ctx context.Context, silence time.Duration) ([]kept.Node, error) {
	now, err := t.now(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := t.q.SilentNodes(ctx, now-silence.Microseconds())
	return each(rows, doing(err, "listing silent nodes"), func(row queries.Node) kept.Node {
		return kept.Node{Name: row.Name, Epoch: row.Epoch, Beat: moment(row.Beat)}
	})
}
