package governance

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// kindProposal is the kind of record that a proposal is.
const kindProposal = "plan_proposal"

// The states of a proposal.
const (
	proposed  = "open"
	withdrawn = "withdrawn"
	taken     = "taken"
)

// ErrProposal says that a proposal cannot be made, or that nothing can be done with
// it any more.
var ErrProposal = errors.New("the proposal cannot be used")

// Proposal is a change of a plan's file that somebody suggests: the whole file as it
// would be. It changes nothing by itself: somebody takes it, writes the file, and the
// version that comes of it goes its way to approval as every other.
type Proposal struct {
	ID        string       `json:"id"` // P-2026-1
	System    string       `json:"system"`
	File      string       `json:"file"` // its name in the folder of plans
	Base      string       `json:"base"` // SHA-256 of the file that it was made from, in hexadecimal
	Text      string       `json:"text"` // of the file
	Sentences []string     `json:"sentences"`
	Reason    string       `json:"reason"`
	By        rights.Basis `json:"by"`
	At        time.Time    `json:"at"`
	State     string       `json:"state"` // open, withdrawn, taken
	Ended     *Ended       `json:"ended,omitempty"`
}

// Ended is who ended a proposal, and when.
type Ended struct {
	By rights.Basis `json:"by"`
	At time.Time    `json:"at"`
}

// Row is the proposal as a record.
func (p Proposal) Row() (record.Row, error) {
	return record.Row{Kind: kindProposal, Key: p.ID, System: p.System, Person: p.By.Person, State: p.State, At: p.At}.Set(p)
}

// Open tells whether somebody can still take it.
func (p Proposal) Open() bool { return p.State == proposed }

// Propose suggests another text for a system's plan, and gives it with its number.
// Of the draft, System, File, Base, Text, Sentences and Reason are taken. The text
// must be a plan of that system.
func (o *Office) Propose(ctx context.Context, a door.Actor, draft Proposal) (made Proposal, err error) {
	w, err := o.proposing(ctx, "plan.propose", draft.System, draft.System)
	if err != nil {
		return draft, err
	}
	err = o.do(ctx, a, w, func(d *desk) (any, error) {
		next := draft
		if err := next.check(); err != nil {
			return nil, err
		}
		next.By, next.At, next.State, next.Ended = d.basis, d.now, proposed, nil
		if next.ID, err = d.number(kindProposal, "P"); err != nil {
			return nil, err
		}
		made = next
		return next.told(), d.keep(next, 0)
	})
	return made, err
}

// told is what the log keeps of it: the text is named by its hash.
func (p Proposal) told() any {
	sum := sha256.Sum256([]byte(p.Text))
	return map[string]any{"id": p.ID, "base": p.Base, "file": p.File, "sha256": hex.EncodeToString(sum[:]), "state": p.State}
}

// check says why it proposes nothing.
func (p Proposal) check() error {
	read, problems := plan.Parse(p.File, []byte(p.Text))
	switch {
	case problems.Failed():
		return fmt.Errorf("%w: %w", ErrProposal, problems)
	case read.ID != p.System || len(p.Base) != 2*sha256.Size:
		return fmt.Errorf("%w: it is no plan of %s", ErrProposal, p.System)
	case len(p.Sentences) == 0:
		return fmt.Errorf("%w: it changes nothing", ErrProposal)
	case strings.TrimSpace(p.Reason) == "":
		return fmt.Errorf("%w: write why", ErrProposal)
	}
	return nil
}

// proposing is the right to write the draft of a system's plan.
func (o *Office) proposing(ctx context.Context, act, object, system string) (wish, error) {
	p, err := door.Read(ctx, o.door, func(tx door.Tx) (*plan.Plan, error) { return o.door.Held(ctx, tx, system) })
	if err != nil {
		return wish{}, err
	}
	on := rights.Object{Scope: rights.Scope{System: p.ID, Unit: p.Owner.Unit, Team: p.TechnicalTeam}}
	return wish{act: act, object: object, permission: matrix.PlanDraft, verb: matrix.Write, on: on}, nil
}

// WithdrawProposal says that it is wanted no more.
func (o *Office) WithdrawProposal(ctx context.Context, a door.Actor, id string) error {
	return o.endProposal(ctx, a, "plan.propose.withdraw", id, withdrawn)
}

// TakeProposal says that the plan's file was written as it proposes.
func (o *Office) TakeProposal(ctx context.Context, a door.Actor, id string) error {
	return o.endProposal(ctx, a, "plan.propose.take", id, taken)
}

func (o *Office) endProposal(ctx context.Context, a door.Actor, act, id, state string) error {
	held, err := o.Proposal(ctx, id)
	if err != nil {
		return err
	}
	w, err := o.proposing(ctx, act, id, held.System)
	if err != nil {
		return err
	}
	return o.do(ctx, a, w, func(d *desk) (any, error) {
		p, rev, err := get[Proposal](d, kindProposal, id)
		if err != nil {
			return nil, err
		}
		if !p.Open() {
			return nil, fmt.Errorf("%w: it is %s already", ErrProposal, p.State)
		}
		p.State, p.Ended = state, &Ended{d.basis, d.now}
		return p.told(), d.keep(p, rev)
	})
}

// Proposal gives one by its number.
func (o *Office) Proposal(ctx context.Context, id string) (Proposal, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) (p Proposal, err error) {
		row, err := tx.Record(ctx, kindProposal, id)
		if errors.Is(err, kept.ErrNotFound) {
			err = fmt.Errorf("there is no proposal %q: %w", id, err)
		}
		if err == nil {
			p, err = record.Read[Proposal](row)
		}
		return p, err
	})
}

// Proposals lists them.
func (o *Office) Proposals(ctx context.Context, f record.Filter) ([]Proposal, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) ([]Proposal, error) {
		return door.Every[Proposal](ctx, tx, kindProposal, f)
	})
}
