// Package notary signs the log with a key that stands in the data folder, keeps
// the signed checkpoints in the register and in files elsewhere, and holds the
// log against them: whoever puts an older register back, or cuts its end off,
// contradicts a checkpoint that was kept (F15).
package notary

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/record"
)

// Options are what a notary works with.
type Options struct {
	Door    *door.Door
	Office  *governance.Office                    // decides who may say that a part of the log is lost
	Node    string                                // that signs
	Folder  string                                // holds the key
	Anchors []string                              // files, and git:FOLDER of clones, that get each checkpoint
	Name    func(context.Context) (string, error) // of the municipality
	Log     *slog.Logger
}

// Notary signs one log.
type Notary struct {
	Options
	soon chan struct{} // holds one wish to sign

	mu       sync.Mutex
	anchored map[string]time.Time // of when the newest checkpoint is in each anchor
}

// New gives the notary of a register.
func New(o Options) *Notary {
	n := &Notary{Options: o, soon: make(chan struct{}, 1), anchored: map[string]time.Time{}}
	for _, anchor := range o.Anchors {
		n.anchored[anchor] = time.Time{}
	}
	return n
}

// kind is that of the records that hold checkpoints; the key is the size.
const kind = "checkpoint"

// The states of a kept checkpoint.
const (
	signed = "signed"
	lost   = "lost" // of a past that somebody said is lost
)

// object is what the entries about the log itself are about.
const object = "log"

// sealed is the body of such a record.
type sealed struct {
	Checkpoint string `json:"checkpoint"` // signed
}

// Checkpoint signs the log as it is, keeps that and adds it to every anchor. When
// nothing was appended since, the checkpoint that was kept is given and only an
// anchor that misses it gets it. A log that contradicts an earlier checkpoint is
// not signed: the error is that of Prove.
func (n *Notary) Checkpoint(ctx context.Context) (text string, err error) {
	notes, err := n.outside()
	if err != nil {
		return "", err
	}
	if text, err = n.sign(ctx, notes); err != nil {
		return "", err
	}
	return text, n.Anchor(ctx, text, n.Anchors...)
}

// sign proves the log against those notes, and signs and keeps its head. When the
// key is replaced meanwhile, the new one signs.
func (n *Notary) sign(ctx context.Context, notes []note) (text string, err error) {
	for again := true; ; again = false {
		key, err := n.begun(ctx)
		if err != nil {
			return "", err
		}
		err = n.Door.Update(ctx, func(tx door.Tx) error {
			h, err := historyOf(ctx, tx)
			if err != nil {
				return err
			}
			if h.gone(key.Public()) {
				return errGone
			}
			tree, err := n.prove(ctx, tx, notes)
			if err != nil {
				return err
			}
			text, err = n.keep(ctx, tx, key, tree)
			return err
		})
		if !again || !errors.Is(err, errGone) {
			return text, err
		}
	}
}

// errGone says that another key took the place of the one that was to sign.
var errGone = errors.New("another key signs the log now; try again")

// keep gives the checkpoint kept of that tree, or makes it. It appends no entry,
// so that a checkpoint never makes the next one necessary.
func (n *Notary) keep(ctx context.Context, tx door.Tx, key ledger.Key, tree ledger.Tree) (string, error) {
	row := record.Row{Kind: kind, Key: fmt.Sprintf("%019d", tree.Size)}
	held, err := tx.Record(ctx, row.Kind, row.Key)
	if err != nil && !errors.Is(err, kept.ErrNotFound) {
		return "", err
	}
	if err == nil && held.State == signed {
		body, err := record.Read[sealed](held)
		return body.Checkpoint, err
	}
	now := n.Door.Now().Wall
	text, err := key.Sign(tree, now)
	if err != nil {
		return "", err
	}
	row.State, row.At, row.Rev = signed, now, held.Rev+1
	if row, err = row.Set(sealed{text}); err != nil {
		return "", err
	}
	return text, tx.PutRecord(ctx, row)
}

// Prove says whether the log still is the one that was signed: it has grown from
// the last checkpoint kept in the register and from the last one in each anchor.
// If not, the error says what both say and what to do, and wraps
// ledger.ErrRewound, ErrForked or ErrDamaged.
func (n *Notary) Prove(ctx context.Context) error {
	notes, err := n.outside()
	if err != nil {
		return err
	}
	return n.Door.View(ctx, func(tx door.Tx) error {
		_, err := n.prove(ctx, tx, notes)
		return err
	})
}

func (n *Notary) prove(ctx context.Context, tx door.Tx, notes []note) (ledger.Tree, error) {
	tree, err := whole(ctx, tx)
	if err != nil {
		return tree, err
	}
	last, err := newest(ctx, tx)
	if err != nil {
		return tree, err
	}
	known, err := n.known(ctx, tx)
	if err != nil {
		return tree, err
	}
	for _, c := range append(last, notes...) {
		if err := c.holds(ctx, tx, tree, known); err != nil {
			return tree, fmt.Errorf("the checkpoint kept in %s: %w. Put the newest backup or the newest copy of the register back; only if the entries between are lost for good, record that: beredskab audit accept-loss --reason TEXT", c.place, err)
		}
	}
	return tree, nil
}

// whole gives the tree when the entries reach to its end.
func whole(ctx context.Context, tx door.Tx) (ledger.Tree, error) {
	tree, err := tx.Tree(ctx)
	if err != nil || tree.Size == 0 {
		return tree, err
	}
	entries, err := tx.Entries(ctx, kept.EntryFilter{Forward: true, After: tree.Size - 1, Limit: 1})
	if err != nil {
		return tree, err
	}
	if len(entries) == 0 || entries[0].Seq != tree.Size {
		return tree, fmt.Errorf("the log had %d entries, and the last of them is not there: %w", tree.Size, ledger.ErrDamaged)
	}
	return tree, nil
}

// note is a checkpoint that was kept, and where.
type note struct {
	place string
	text  string
	ledger.Checkpoint
}

// holds tells whether the tree has grown from the note's, and whether a key of
// this log signed it.
func (c note) holds(ctx context.Context, tx door.Tx, tree ledger.Tree, known history) error {
	err := tree.Contains(c.Checkpoint, func(indexes []int64) ([]ledger.Hash, error) { return tx.TreeHashes(ctx, indexes) })
	if err != nil {
		return err
	}
	keys, err := known.keys()
	if err == nil {
		_, err = keys.Open(c.text)
	}
	return err
}

// newest is the last checkpoint that was kept and counts, if there is one.
func newest(ctx context.Context, tx door.Tx) ([]note, error) {
	rows, err := tx.Records(ctx, kind, record.Filter{Limit: 1})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	if rows[0].State == signed {
		return read(rows)
	}
	_, list, err := all(ctx, tx) // the newest is of a lost past
	return list[max(len(list)-1, 0):], err
}

// all are the checkpoints that count, by size, and their rows.
func all(ctx context.Context, tx door.Tx) ([]record.Row, []note, error) {
	rows, err := tx.Records(ctx, kind, record.Filter{State: signed})
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(rows, func(a, b record.Row) int { return strings.Compare(a.Key, b.Key) })
	list, err := read(rows)
	return rows, list, err
}

// read reads kept checkpoints.
func read(rows []record.Row) (list []note, err error) {
	for _, row := range rows {
		body, err := record.Read[sealed](row)
		if err != nil {
			return nil, err
		}
		c, err := ledger.ReadCheckpoint(body.Checkpoint)
		if err != nil {
			return nil, fmt.Errorf("the checkpoint %s of the register: %w", row.Key, err)
		}
		list = append(list, note{"the register", body.Checkpoint, c})
	}
	return list, nil
}
