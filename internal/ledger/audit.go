package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"beredskab/internal/kept"
)

// Audit checks a log from its first entry on, while it streams past: the entries
// by Entry, each checkpoint by Checkpoint where the log had its size, then End.
type Audit struct {
	keys    Keys
	anchors []string // of the sizes still to come
	tree    Tree
	signed  int64 // the entries that a checkpoint covers
}

// NewAudit begins an audit with the keys trusted from the first entry on, and
// checkpoints that were kept outside, which the log must contain.
func NewAudit(keys Keys, anchors ...string) (*Audit, error) {
	for _, a := range anchors {
		if _, err := ReadCheckpoint(a); err != nil {
			return nil, fmt.Errorf("an anchor cannot be read: %w", err)
		}
	}
	anchors = slices.Clone(anchors)
	slices.SortStableFunc(anchors, func(a, b string) int {
		one, _ := ReadCheckpoint(a)
		two, _ := ReadCheckpoint(b)
		return int(min(max(one.Size-two.Size, -1), 1))
	})
	a := &Audit{keys: keys, anchors: anchors, signed: -1}
	return a, a.anchored()
}

// Tree is the tree of the entries seen.
func (a *Audit) Tree() Tree { return a.tree }

// Entry takes the next entry. Errors wrap ErrDamaged and name the entry.
func (a *Audit) Entry(e kept.Entry) error {
	switch want := a.tree.Size + 1; {
	case e.Seq != want:
		return fmt.Errorf("entry %d of the log is not there: entry %d stands in its place: %w", want, e.Seq, ErrDamaged)
	case !bytes.Equal(Leaf(e.Bytes), e.Hash):
		return fmt.Errorf("entry %d of the log does not fit its hash: %w", e.Seq, ErrDamaged)
	}
	if _, err := a.tree.Append(e.Hash); err != nil {
		return err
	}
	if err := a.keys.Follow(e); err != nil {
		return err
	}
	return a.anchored()
}

// anchored holds the tree against the anchors of its size.
func (a *Audit) anchored() error {
	for len(a.anchors) > 0 {
		c, err := ReadCheckpoint(a.anchors[0])
		if err == nil && c.Size > a.tree.Size {
			return nil
		}
		if err == nil {
			err = a.Checkpoint(a.anchors[0])
		}
		if err != nil {
			return fmt.Errorf("anchor: %w", err)
		}
		a.anchors = a.anchors[1:]
	}
	return nil
}

// Checkpoint takes a signed checkpoint, which must be of the entries seen.
func (a *Audit) Checkpoint(signed string) error {
	c, err := a.keys.Open(signed)
	switch {
	case err != nil:
		return err
	case c.Size != a.tree.Size:
		return fmt.Errorf("a checkpoint of %d entries stands after entry %d", c.Size, a.tree.Size)
	case c.Root != a.tree.Root():
		return fmt.Errorf("a checkpoint of %d entries has root %s, and the log had root %s: something after entry %d was changed together with its hash: %w",
			c.Size, c.Root, a.tree.Root(), max(a.signed, 0), ErrForked)
	}
	a.signed = c.Size
	return nil
}

// End says whether the log may end here: all is signed, no anchor is newer.
func (a *Audit) End() error {
	if len(a.anchors) > 0 {
		c, err := ReadCheckpoint(a.anchors[0])
		return errors.Join(fmt.Errorf("an anchor of %d entries with root %s was given, and the log ends at entry %d with root %s: %w",
			c.Size, c.Root, a.tree.Size, a.tree.Root(), ErrRewound), err)
	}
	if a.signed != a.tree.Size {
		return fmt.Errorf("no signed checkpoint covers the log from entry %d to its end at %d", max(a.signed, 0)+1, a.tree.Size)
	}
	return nil
}
