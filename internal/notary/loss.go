package notary

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
)

// actLoss is the entry by which a part of the log is said to be lost.
const actLoss = "log.loss"

// Head is what a log was: as many entries, with that root.
type Head struct {
	Place string `json:"place,omitempty"` // of the checkpoint that says so
	Size  int64  `json:"size"`
	Root  string `json:"root"`
}

func headOf(place string, size int64, root ledger.Hash) Head { return Head{place, size, root.String()} }

// loss is the detail of that entry.
type loss struct {
	Reason string `json:"reason"`
	Is     Head   `json:"is"`  // the log before this entry
	Was    []Head `json:"was"` // what was signed, and is not in it
}

// ErrNoLoss says that the log holds everything that was signed.
var ErrNoLoss = errors.New("the log contradicts no checkpoint, so nothing is lost")

// AcceptLoss records that entries were signed which the log does not have any
// more, and goes on from what there is: the entry names both roots, the
// checkpoints of the lost past count no longer, and a new one goes to each anchor.
func (n *Notary) AcceptLoss(ctx context.Context, a door.Actor, reason string) (was []Head, err error) {
	notes, err := n.outside()
	if err != nil {
		return nil, err
	}
	err = n.Office.AcceptLoss(ctx, a, object, func(tx door.Tx) (any, error) {
		tree, err := whole(ctx, tx)
		if err != nil {
			return nil, err
		}
		if was, err = n.forget(ctx, tx, tree, notes); err != nil {
			return nil, err
		}
		if len(was) == 0 {
			return nil, ErrNoLoss
		}
		return loss{reason, headOf("", tree.Size, tree.Root()), was}, nil
	})
	if err != nil {
		return nil, err
	}
	text, err := n.sign(ctx, nil)
	if err != nil {
		return was, err
	}
	return was, n.Anchor(ctx, text, n.Anchors...)
}

// forget marks the checkpoints of the register that the tree contradicts, and
// gives their heads and those of the notes.
func (n *Notary) forget(ctx context.Context, tx door.Tx, tree ledger.Tree, notes []note) (was []Head, err error) {
	known, err := n.known(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, own, err := all(ctx, tx)
	if err != nil {
		return nil, err
	}
	for i, c := range own {
		if c.holds(ctx, tx, tree, known) == nil {
			continue
		}
		was = append(was, headOf(c.place, c.Size, c.Root))
		rows[i].State = lost
		rows[i].Rev++
		if err := tx.PutRecord(ctx, rows[i]); err != nil {
			return nil, err
		}
	}
	for _, c := range notes {
		if c.holds(ctx, tx, tree, known) != nil {
			was = append(was, headOf(c.place, c.Size, c.Root))
		}
	}
	return was, nil
}

// losses are the heads that were said to be lost.
func losses(ctx context.Context, tx door.Tx) (gone map[Head]bool, err error) {
	gone = map[Head]bool{}
	err = about(ctx, tx, actLoss, func(_ kept.Entry, detail json.RawMessage) error {
		var said struct{ Detail loss } // beside the ground on which it was allowed
		if err := json.Unmarshal(detail, &said); err != nil {
			return err
		}
		for _, h := range said.Detail.Was {
			gone[Head{Size: h.Size, Root: h.Root}] = true
		}
		return nil
	})
	return gone, err
}

// witnesses reads every anchor, without what stands there of a past that was said
// to be lost: everything up to the checkpoint that the loss names.
func (n *Notary) witnesses(gone map[Head]bool) (list []note, err error) {
	for _, anchor := range n.Anchors {
		file := fileOf(anchor)
		notes, err := notesOf(file)
		if err != nil {
			return nil, fmt.Errorf("reading the anchor %s: %w", file, err)
		}
		for i, c := range notes {
			if gone[headOf("", c.Size, c.Root)] {
				notes = notes[i+1:]
				break
			}
		}
		list = append(list, notes...)
	}
	return list, nil
}
