package notary

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
)

// Verdict is what a reading of the whole log found.
type Verdict struct {
	Head
	Checkpoints int    `json:"checkpoints"`
	Anchored    int    `json:"anchored"` // checkpoints in anchors
	Unsigned    int64  `json:"unsigned"` // entries since the last checkpoint
	Problem     string `json:"problem,omitempty"`
}

// Audit reads the register's own log from its first entry on: every entry fits
// its hash and its columns, the tree kept is the tree of the entries, and every
// checkpoint of the register and of the anchors is one of this log. What does not
// hold is the verdict's problem; the error says only that nobody could look.
func (n *Notary) Audit(ctx context.Context) (v Verdict, err error) {
	r, err := n.papers(ctx)
	if err != nil {
		return v, err
	}
	v.Checkpoints, v.Anchored = len(r.own), len(r.anchors)
	var keys ledger.Keys // none yet, as long as nothing was signed
	if len(r.keys)+len(r.own)+len(r.anchors) > 0 {
		if keys, err = ledger.ParseKeys(r.keys...); err != nil {
			v.Problem = err.Error()
			return v, nil
		}
	}
	anchors := make([]string, len(r.anchors))
	for i, c := range r.anchors {
		anchors[i] = c.text
	}
	audit, problem := ledger.NewAudit(keys, anchors...)
	if problem == nil {
		problem, err = n.pass(ctx, audit, r, &v)
	}
	if problem != nil {
		v.Problem = problem.Error()
	}
	if audit != nil {
		tree := audit.Tree()
		v.Head = headOf("", tree.Size, tree.Root())
	}
	return v, err
}

// pass leads all entries past the audit.
func (n *Notary) pass(ctx context.Context, audit *ledger.Audit, r papers, v *Verdict) (problem, err error) {
	for e, err := range n.entries(ctx, r.tree.Size) {
		if err != nil {
			return nil, err
		}
		if problem := errors.Join(ledger.Fits(e), audit.Entry(e)); problem != nil {
			return problem, nil
		}
		for len(r.own) > 0 && r.own[0].Size == e.Seq {
			if problem := audit.Checkpoint(r.own[0].text); problem != nil {
				return problem, nil
			}
			v.Unsigned, r.own = e.Seq, r.own[1:]
		}
	}
	tree := audit.Tree()
	v.Unsigned = tree.Size - v.Unsigned
	switch {
	case tree.Size != r.tree.Size || tree.Root() != r.tree.Root():
		return fmt.Errorf("the log has %d entries with root %s, its tree was kept with %d and root %s: %w", tree.Size, tree.Root(), r.tree.Size, r.tree.Root(), ledger.ErrDamaged), nil
	case len(r.own) > 0:
		return fmt.Errorf("a checkpoint of %d entries was kept, and the log ends at entry %d: %w", r.own[0].Size, tree.Size, ledger.ErrRewound), nil
	}
	if problem := audit.End(); problem != nil && (v.Unsigned == 0 || errors.Is(problem, ledger.ErrRewound)) {
		return problem, nil
	}
	return nil, nil
}

// papers are what the log is held against.
type papers struct {
	tree    ledger.Tree
	keys    []string
	own     []note // by size
	anchors []note
}

func (n *Notary) papers(ctx context.Context) (papers, error) {
	return door.Read(ctx, n.Door, func(tx door.Tx) (r papers, err error) {
		if r.tree, err = tx.Tree(ctx); err != nil {
			return r, err
		}
		known, err := n.known(ctx, tx)
		if err != nil {
			return r, err
		}
		r.keys = known.begun
		if _, r.own, err = all(ctx, tx); err != nil {
			return r, err
		}
		gone, err := losses(ctx, tx)
		if err != nil {
			return r, err
		}
		r.anchors, err = n.witnesses(gone)
		return r, err
	})
}

// chunk is how many entries are read at a time.
const chunk = 1000

// entries reads the log from its first entry to that one, a chunk in each
// transaction, so that a long log keeps nobody waiting.
func (n *Notary) entries(ctx context.Context, until int64) iter.Seq2[kept.Entry, error] {
	return func(yield func(kept.Entry, error) bool) {
		for after := int64(0); after < until; {
			list, err := door.Read(ctx, n.Door, func(tx door.Tx) ([]kept.Entry, error) {
				return tx.Entries(ctx, kept.EntryFilter{Forward: true, After: after, Limit: chunk})
			})
			if err != nil {
				yield(kept.Entry{}, err)
				return
			}
			for _, e := range list {
				if e.Seq > until {
					return
				}
				if !yield(e, nil) {
					return
				}
				after = e.Seq
			}
			if len(list) == 0 {
				return
			}
		}
	}
}
