package store

import (
	"context"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/store/queries"
)

// StartNode gives a new epoch that no other node has had or has, so that an
// epoch alone tells whose an attempt is.
func (t *transaction) StartNode(ctx context.Context, n kept.Node) (int64, error) {
	now, err := t.now(ctx)
	if err != nil {
		return 0, err
	}
	epoch, err := t.q.StartNode(ctx, queries.StartNodeParams{
		Name: n.Name, Beat: now, Site: n.Site, Role: string(n.Role), PublicKey: n.Key, Version: n.Version, Boot: n.Boot, Started: micros(n.Started),
	})
	return epoch, doing(err, "starting node", n.Name)
}

func (t *transaction) Beat(ctx context.Context, node string, epoch int64) error {
	now, err := t.now(ctx)
	if err != nil {
		return err
	}
	rows, err := t.q.Beat(ctx, queries.BeatParams{Name: node, Epoch: epoch, Beat: now})
	return changed(rows, err, kept.ErrConflict, "beating for node", node, epoch)
}

// Node holds the row as it is until the transaction ends: on PostgreSQL by a
// lock that it shares with other readers, on SQLite because nobody else writes.
func (t *transaction) Node(ctx context.Context, name string) (kept.Node, error) {
	row := queries.Node{Name: name}
	err := t.session.statements().QueryRowContext(ctx, `SELECT epoch, beat, site, role, public_key, version, boot, started
		FROM node WHERE name = ?1`+t.db.engine.hold(" FOR SHARE"), name).
		Scan(&row.Epoch, &row.Beat, &row.Site, &row.Role, &row.PublicKey, &row.Version, &row.Boot, &row.Started)
	if err != nil {
		return kept.Node{}, missing(err, "node", name)
	}
	now, err := t.now(ctx) // only now: the lock may have been waited for
	return node(row, now), err
}

// Epoch lets the node beat meanwhile: were it many who held the whole row, one
// after the other, the node would not come to beat at all. Its epoch is a key.
func (t *transaction) Epoch(ctx context.Context, name string) (epoch int64, err error) {
	query := "SELECT epoch FROM node WHERE name = ?1" + t.db.engine.hold(" FOR KEY SHARE")
	err = t.session.statements().QueryRowContext(ctx, query, name).Scan(&epoch)
	return one(epoch, err, func(epoch int64) int64 { return epoch }, "node", name)
}

func (t *transaction) Nodes(ctx context.Context) ([]kept.Node, error) {
	rows, err := t.q.Nodes(ctx)
	if err != nil {
		return nil, doing(err, "listing nodes")
	}
	now, err := t.now(ctx)
	return each(rows, err, func(row queries.Node) kept.Node { return node(row, now) })
}

func (t *transaction) ForgetNode(ctx context.Context, name string) error {
	rows, err := t.q.ForgetNode(ctx, name)
	return changed(rows, err, kept.ErrNotFound, "forgetting node", name)
}

func node(row queries.Node, now int64) kept.Node {
	return kept.Node{
		Name: row.Name, Epoch: row.Epoch, Beat: moment(row.Beat), Quiet: time.Duration(now-row.Beat) * time.Microsecond,
		Site: row.Site, Role: kept.Role(row.Role), Key: row.PublicKey, Version: row.Version, Boot: row.Boot, Started: moment(row.Started),
	}
}

// lockSpace keeps the register's named locks apart from others in the database.
const lockSpace = 7340

// Lock lets one transaction after the other through. What is read after it has
// everything that those before have committed. To SQLite one at a time writes as
// it is.
func (t *transaction) Lock(ctx context.Context, name string) error {
	if t.db.pgx == nil {
		return nil
	}
	_, err := t.session.statements().ExecContext(ctx, "SELECT pg_advisory_xact_lock(?1, hashtext(?2))", lockSpace, name)
	return doing(err, "waiting for the lock of", name)
}
