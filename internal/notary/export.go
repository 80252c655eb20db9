package notary

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"beredskab/internal/disk"
	"beredskab/internal/door"
	"beredskab/internal/ledger"
	"beredskab/internal/matrix"
)

// actExport is the entry by which the log left the house.
const actExport = "log.export"

// exported is its detail.
type exported struct {
	Items int64 `json:"items"` // entries, this one included
}

// Export writes the whole log as auditors get it (docs/audit.md), for somebody who
// may read it. That it does so is the last entry, and a new checkpoint covers it.
func (n *Notary) Export(ctx context.Context, by door.Actor, out io.Writer) (Head, error) {
	if _, err := n.begun(ctx); err != nil {
		return Head{}, err
	}
	err := n.Door.Do(ctx, by, actExport, object, func(tx door.Tx) (any, error) {
		basis, err := n.Door.May(ctx, tx, by, door.Wish{Permission: matrix.Log, Verb: matrix.Read})
		if err != nil {
			return nil, err
		}
		tree, err := tx.Tree(ctx)
		return door.Resting(basis, exported{tree.Size + 1}), err
	})
	if err != nil {
		return Head{}, err
	}
	text, err := n.Checkpoint(ctx)
	if err != nil {
		return Head{}, err
	}
	c, err := ledger.ReadCheckpoint(text)
	if err != nil {
		return Head{}, err
	}
	r, err := n.papers(ctx)
	if err != nil {
		return Head{}, err
	}
	x := ledger.Export{Origin: c.Origin, Keys: r.keys, Made: n.Door.Now().Wall, Entries: n.entries(ctx, c.Size)}
	x.Text = func(commitment string) (text ledger.Text, there bool, err error) {
		err = n.Door.View(ctx, func(tx door.Tx) error {
			text, there, err = door.Said(ctx, tx, commitment)
			return err
		})
		return text, there, err
	}
	for _, o := range r.own {
		if o.Size <= c.Size {
			x.Checkpoints = append(x.Checkpoints, o.text)
		}
	}
	slices.SortStableFunc(r.anchors, func(a, b note) int { return cmp.Compare(a.Size, b.Size) })
	for _, o := range r.anchors {
		if o.Size <= c.Size {
			x.Anchors = append(x.Anchors, ledger.Anchor{Place: o.place, At: o.At, Checkpoint: o.text})
		}
	}
	if err := x.Write(out); err != nil {
		return Head{}, fmt.Errorf("writing the log out: %w", err)
	}
	return headOf("", c.Size, c.Root), nil
}

// ExportFile writes the export into a file, whole or not at all, that only this
// user may read.
func (n *Notary) ExportFile(ctx context.Context, by door.Actor, path string) (head Head, err error) {
	err = disk.WriteFile(path, func(out io.Writer) (err error) {
		head, err = n.Export(ctx, by, out)
		return err
	})
	return head, err
}
