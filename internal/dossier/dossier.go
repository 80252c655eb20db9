// Package dossier reads, as of a moment, what people have said beside the plans:
// which versions are in force, who has read them, who answered, who was trained,
// which documents govern. It decides nothing; what is said is said in governance.
package dossier

import (
	"context"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/rights"
	"beredskab/internal/yearly"
)

// Dossier reads behind one door.
type Dossier struct{ door *door.Door }

// New gives the dossier behind that door.
func New(d *door.Door) *Dossier { return &Dossier{door: d} }

// InForce is the version of a plan that is in force at a moment.
type InForce struct {
	System   string    `json:"system"`
	Name     string    `json:"name"`
	Version  string    `json:"version"`      // its hash
	Label    string    `json:"plan_version"` // as its author wrote it
	Since    time.Time `json:"since"`
	Reviewed time.Time `json:"reviewed,omitzero"` // when the owner last confirmed it
}

// InForce lists, by system, what was in force at that moment: one version of each
// plan, or none (R43, R44).
func (d *Dossier) InForce(ctx context.Context, at time.Time) ([]InForce, error) {
	return door.Read(ctx, d.door, func(tx door.Tx) ([]InForce, error) {
		held, err := d.inForce(ctx, tx, at)
		list := []InForce{}
		for _, p := range held {
			list = append(list, InForce{p.plan.ID, p.plan.Name, p.hash, p.plan.PlanVersion, p.since, p.reviewed})
		}
		return list, err
	})
}

// said is everything that people have said beside the plans, at one moment.
type said struct {
	at        time.Time
	book      *rights.Book
	inForce   []inForce // by system
	documents []approval.Document
	receipts  map[string][]approval.Receipt // by what was read
	calls     []approval.Verification
	courses   []approval.Training
	reports   []yearly.Report
}

// inForce is a version in force, since when one was, and when it was last confirmed.
type inForce struct {
	plan                   *plan.Plan
	hash                   string
	first, since, reviewed time.Time
}

func (d *Dossier) read(ctx context.Context, at time.Time) (*said, error) {
	return door.Read(ctx, d.door, func(tx door.Tx) (s *said, err error) {
		s = &said{at: at, receipts: map[string][]approval.Receipt{}}
		if s.book, err = door.Book(ctx, tx); err != nil {
			return nil, err
		}
		if s.documents, err = door.Every[approval.Document](ctx, tx, approval.KindDocument, record.Filter{}); err != nil {
			return nil, err
		}
		if s.calls, err = door.Every[approval.Verification](ctx, tx, approval.KindVerification, record.Filter{}); err != nil {
			return nil, err
		}
		if s.courses, err = door.Every[approval.Training](ctx, tx, approval.KindTraining, record.Filter{}); err != nil {
			return nil, err
		}
		if s.reports, err = door.Every[yearly.Report](ctx, tx, yearly.Kind, record.Filter{}); err != nil {
			return nil, err
		}
		given, err := door.Every[approval.Receipt](ctx, tx, approval.KindReceipt, record.Filter{})
		if err != nil {
			return nil, err
		}
		for _, r := range given {
			if !r.At.After(at) {
				s.receipts[r.Object] = append(s.receipts[r.Object], r)
			}
		}
		s.inForce, err = d.inForce(ctx, tx, at)
		return s, err
	})
}

// inForce replays what was said of every plan. Only versions of which something was
// said can be in force, so only those are read.
func (d *Dossier) inForce(ctx context.Context, tx door.Tx, at time.Time) (list []inForce, err error) {
	acts, err := door.Every[approval.Act](ctx, tx, approval.KindAct, record.Filter{})
	if err != nil {
		return nil, err
	}
	same := func(a, b approval.Act) bool { return a.System == b.System }
	for len(acts) > 0 { // by key, so that those of a system stand together
		n := 1
		for n < len(acts) && same(acts[0], acts[n]) {
			n++
		}
		one, err := d.standing(ctx, tx, acts[:n], at)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", acts[0].System, err)
		}
		list, acts = append(list, one...), acts[n:]
	}
	return list, nil
}

// standing is what those acts on one system put in force; nothing when they did not.
func (d *Dossier) standing(ctx context.Context, tx door.Tx, acts []approval.Act, at time.Time) ([]inForce, error) {
	var versions []approval.Version
	for _, a := range acts {
		if slices.ContainsFunc(versions, func(v approval.Version) bool { return v.Hash == a.Version }) {
			continue
		}
		p, err := d.door.Plan(ctx, tx, a.Version)
		if err != nil {
			return nil, err
		}
		versions = append(versions, approval.VersionOf(p))
	}
	s := approval.Of(acts[0].System, acts, versions, at)
	hash, since, ok := s.InForce()
	if !ok {
		return nil, nil
	}
	p, err := d.door.Plan(ctx, tx, hash)
	return []inForce{{plan: p, hash: hash, first: s.Periods()[0].From, since: since, reviewed: s.Reviewed()}}, err
}
