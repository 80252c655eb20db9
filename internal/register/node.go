package register

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/kept"
)

// Node is one start of one server process; its epoch fences what it writes.
type Node struct {
	kept.Node
	Spool string // which spool its commands are recorded in, noted at each claim
}

// ErrReplaced says that a newer start of this node has taken over, or that the
// node was forgotten.
var ErrReplaced = errors.New("a newer start of this node has taken over")

// Join registers a start of the server on that node and gives it a new epoch:
// whatever an earlier start still writes is refused from now on. A name belongs
// to the key that it first came with. The log keeps what the key signed.
func (r *Register) Join(ctx context.Context, id kept.Identity) (n Node, err error) {
	err = r.change(ctx, System(id.Name), "node.start", id.Name, func(tx Tx) (any, error) {
		row := id.Node(r.now().Wall)
		before, err := tx.Node(ctx, id.Name)
		if err != nil && !errors.Is(err, kept.ErrNotFound) {
			return nil, err
		}
		if before.Key != "" && before.Key != row.Key {
			return nil, fmt.Errorf("the register knows node %s by another key (%s), last heard from at %s; if this machine takes the place of the old one, make sure that the old one is off, then `beredskab node forget %s`; else give this one another name (`node:` in its settings): %w",
				id.Name, before.Fingerprint(), before.Beat.Format(time.RFC3339), id.Name, ErrNotAllowed)
		}
		if row.Epoch, err = tx.StartNode(ctx, row); err != nil {
			return nil, err
		}
		n = Node{Node: row}
		return id.Statement(row), nil
	})
	return n, err
}

// Forget lets another machine have the name of a node that is gone for good.
// Should it still run somewhere, its next beat is refused.
func (r *Register) Forget(ctx context.Context, a Actor, name string) error {
	return r.change(ctx, a, "node.forget", name, func(tx Tx) (any, error) {
		n, err := tx.Node(ctx, name)
		if err != nil {
			return nil, err
		}
		if n.Alive() {
			return nil, fmt.Errorf("node %s is alive, it was heard from %s ago; stop it first: %w", name, n.Quiet.Round(time.Second/10), ErrNotAllowed)
		}
		return map[string]any{"epoch": n.Epoch, "public_key": n.Key}, tx.ForgetNode(ctx, name)
	})
}

// Beat says that the node lives; ErrConflict when a newer start has taken over.
func (r *Register) Beat(ctx context.Context, n Node) error {
	return r.store.Update(ctx, func(tx Tx) error { return tx.Beat(ctx, n.Name, n.Epoch) })
}

// Nodes lists the nodes of this register, with how many automatic steps each
// has in hand.
func (r *Register) Nodes(ctx context.Context) (list []kept.Node, inHand map[string]int, err error) {
	err = r.store.View(ctx, func(tx Tx) error {
		list, inHand = nil, map[string]int{}
		all, err := tx.Nodes(ctx)
		if err != nil {
			return err
		}
		for _, n := range all {
			if !n.Beat.IsZero() {
				list = append(list, n)
			}
		}
		open, err := tx.OpenAttempts(ctx)
		for _, a := range open {
			inHand[a.Node]++
		}
		return err
	})
	return list, inHand, err
}

// Leads tells whether this node delivers the messages, which one node does for
// all: the one that has been up longest of those that may and are not silent.
func (r *Register) Leads(ctx context.Context, n Node, silence time.Duration) (bool, error) {
	return read(ctx, r, func(tx Tx) (bool, error) {
		all, err := tx.Nodes(ctx)
		for _, other := range all {
			if other.Leads() && other.Epoch < n.Epoch && other.Quiet < silence {
				return false, err
			}
		}
		return n.Leads(), err
	})
}
