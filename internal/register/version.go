package register

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/duty"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// Adopted says what taking the files over changed.
type Adopted struct {
	New     []kept.Version
	Dropped []string // systems whose file is gone; their history stays
}

// Adopt takes the plan files over as versions: what is new gets a number, and
// the schedules follow what the files ask for now. Adopting the same files again
// changes nothing.
func (r *Register) Adopt(ctx context.Context, a door.Actor, set *plan.Set) (out Adopted, err error) {
	if set.Organisation == nil {
		return out, fmt.Errorf("adopting the plans: there is no organisation.yaml: %w", kept.ErrNotFound)
	}
	changed, err := door.Read(ctx, r.door, func(tx door.Tx) ([]rights.Object, error) { return r.changes(ctx, tx, set) })
	if err != nil || len(changed) == 0 {
		return out, err
	}
	typed := a
	if a, err = r.door.Known(ctx, a); err != nil {
		return out, err
	}
	err = r.door.Do(ctx, a, "plan.adopt", "plans", func(tx door.Tx) (any, error) {
		out = Adopted{}
		if err := tx.Lock(ctx, opening); err != nil {
			return nil, err
		}
		basis, err := r.mayAdopt(ctx, tx, typed, set)
		if err != nil {
			return nil, err
		}
		now := r.door.Now().Wall
		for _, v := range versions(set, a, now) {
			number, added, err := tx.AddVersion(ctx, v)
			if err != nil {
				return nil, fmt.Errorf("keeping %s: %w", v.File, err)
			}
			if v.Number = number; added {
				out.New = append(out.New, v)
			}
			if err := tx.SetCurrent(ctx, v.Kind, v.ID, v.Hash); err != nil {
				return nil, err
			}
		}
		if out.Dropped, err = drop(ctx, tx, set); err != nil {
			return nil, err
		}
		return door.Resting(basis, out.trace()), r.reschedule(ctx, tx, set, now)
	})
	return out, err
}

// changes lists what the register holds otherwise than these files.
func (r *Register) changes(ctx context.Context, tx door.Tx, set *plan.Set) ([]rights.Object, error) {
	org, err := tx.Current(ctx, "organisation")
	have, errPlans := tx.Current(ctx, "plan")
	if err = errors.Join(err, errPlans); err != nil {
		return nil, err
	}
	return duty.Changed(set, append(org, have...), func(hash string) (*plan.Plan, error) {
		p, err := r.door.Plan(ctx, tx, hash)
		if errors.Is(err, door.ErrBroken) {
			return nil, nil
		}
		return p, err
	})
}

// mayAdopt decides about taking files over: each that changed is the draft of a plan.
func (r *Register) mayAdopt(ctx context.Context, tx door.Tx, a door.Actor, set *plan.Set) (rights.Basis, error) {
	changed, err := r.changes(ctx, tx, set)
	if err != nil {
		return rights.Basis{}, err
	}
	basis, err := r.door.May(ctx, tx, a, door.Wish{Program: true, Decide: duty.Each(matrix.PlanDraft, matrix.Write, changed)})
	if errors.Is(err, door.ErrNotAllowed) {
		err = fmt.Errorf("%w; a server that runs takes the files over by itself", err)
	}
	return basis, err
}

func versions(set *plan.Set, a door.Actor, now time.Time) []kept.Version {
	list := make([]kept.Version, 0, len(set.Plans)+1)
	o := set.Organisation
	list = append(list, kept.Version{Hash: o.Hash(), Kind: "organisation", ID: "organisation", File: o.File, Canonical: o.Canonical(), AdoptedAt: now, AdoptedBy: a.Name})
	for _, p := range set.Plans {
		list = append(list, kept.Version{
			Hash: p.Hash(), Kind: "plan", ID: p.ID, Label: p.PlanVersion, StepsHash: p.StepsHash(), File: p.File,
			Canonical: p.Canonical(), AdoptedAt: now, AdoptedBy: a.Name,
		})
	}
	return list
}

func (out Adopted) trace() any {
	list := make([]string, len(out.New))
	for i, v := range out.New {
		list[i] = fmt.Sprintf("%s %d %s", v.ID, v.Number, v.Hash)
	}
	return map[string]any{"new": list, "dropped": out.Dropped}
}

// drop takes systems without a file out of the current set.
func drop(ctx context.Context, tx door.Tx, set *plan.Set) (gone []string, err error) {
	current, err := tx.Current(ctx, "plan")
	if err != nil {
		return nil, err
	}
	for _, v := range current {
		if _, there := set.Plan(v.ID); !there {
			gone = append(gone, v.ID)
			if err := tx.SetCurrent(ctx, "plan", v.ID, ""); err != nil {
				return nil, err
			}
		}
	}
	return gone, nil
}

// organisation reads the organisation that the files hold now; an empty one
// before the first adoption.
func (r *Register) organisation(ctx context.Context, tx door.Tx) (*plan.Organisation, error) {
	list, err := tx.Current(ctx, "organisation")
	if err != nil || len(list) == 0 {
		return &plan.Organisation{}, err
	}
	r.mu.Lock()
	o := r.org
	r.mu.Unlock()
	if o.Hash() == list[0].Hash {
		return o, nil
	}
	v, err := tx.Version(ctx, list[0].Hash)
	o = &plan.Organisation{}
	if err = cmp.Or(err, o.ReadCanonical(v.Canonical)); err != nil {
		return nil, fmt.Errorf("organisation version %.12s: %w", list[0].Hash, err)
	}
	r.mu.Lock()
	r.org = o
	r.mu.Unlock()
	return o, nil
}

// Set gives the plans and the organisation that the register holds as current.
func (r *Register) Set(ctx context.Context) (*plan.Set, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) (*plan.Set, error) {
		org, err := r.organisation(ctx, tx)
		current, errPlans := tx.Current(ctx, "plan") // by ID
		if err = errors.Join(err, errPlans); err != nil {
			return nil, err
		}
		set := &plan.Set{Organisation: org, Plans: make([]*plan.Plan, len(current))}
		for i, v := range current {
			if set.Plans[i], err = r.door.Plan(ctx, tx, v.Hash); err != nil {
				return nil, err
			}
		}
		return set, nil
	})
}

// Versions lists the versions of one system's plan, oldest first, with the
// StepsHash that this program reckons.
func (r *Register) Versions(ctx context.Context, system string) ([]kept.Version, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) ([]kept.Version, error) {
		list, err := tx.Versions(ctx, "plan", system)
		if err == nil && len(list) == 0 {
			err = fmt.Errorf("plan of system %q: %w", system, kept.ErrNotFound)
		}
		for i := range list {
			if p, err := plan.ParseCanonical(list[i].Canonical); err == nil { // whoever reads it is told of one that cannot be
				list[i].StepsHash = p.StepsHash()
			}
		}
		return list, err
	})
}

// VersionPlan reads one version back.
func (r *Register) VersionPlan(ctx context.Context, hash string) (*plan.Plan, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) (*plan.Plan, error) { return r.door.Plan(ctx, tx, hash) })
}

// Held is a drill from before this register existed, as somebody states it.
type Held struct {
	System, Type, Title, Scope, Verdict string
	StartedAt, EndedAt                  time.Time
	RTA, RPA                            *time.Duration
}

// Import takes earlier drills over as ended runs without events, marked as
// imported. They are evidence on the word of the actor, for the recovery steps
// of the version that is current now. One that is held already is left as it is.
func (r *Register) Import(ctx context.Context, a door.Actor, list []Held) error {
	return r.door.Do(ctx, a, "history.import", "runs", func(tx door.Tx) (any, error) {
		basis, err := r.mayImport(ctx, tx, a, list)
		if err != nil {
			return nil, err
		}
		count := 0
		for _, h := range list {
			added, err := r.importOne(ctx, tx, h)
			if err != nil {
				return nil, fmt.Errorf("drill of %s held %s: %w", h.System, h.EndedAt.Format(time.DateOnly), err)
			}
			if added {
				count++
			}
		}
		if count == 0 {
			return nil, door.ErrNothing
		}
		return door.Resting(basis, map[string]int{"runs": count}), nil
	})
}

// mayImport decides about stating drills that were held: it is as holding them.
func (r *Register) mayImport(ctx context.Context, tx door.Tx, a door.Actor, list []Held) (rights.Basis, error) {
	of := make([]rights.Object, len(list))
	for i, h := range list {
		p, err := r.pinned(ctx, tx, Opening{System: h.System})
		if err != nil {
			return rights.Basis{}, err
		}
		of[i] = duty.About(p, "")
	}
	return r.door.May(ctx, tx, a, door.Wish{Decide: duty.Each(matrix.Drill, matrix.Execute, of)})
}

func (r *Register) importOne(ctx context.Context, tx door.Tx, h Held) (added bool, err error) {
	if h.EndedAt.IsZero() || h.StartedAt.After(h.EndedAt) || h.EndedAt.After(r.door.Now().Wall) {
		return false, &drill.Refusal{Kind: "history.import", Why: "it must have started, and then ended, before now"}
	}
	last, err := tx.LastRunNumber(ctx, h.EndedAt.Year())
	if err != nil {
		return false, err
	}
	p, err := r.pinned(ctx, tx, Opening{System: h.System})
	if err != nil {
		return false, err
	}
	held, err := tx.Runs(ctx, kept.RunFilter{System: h.System})
	if err != nil || slices.ContainsFunc(held, func(row kept.Run) bool {
		return row.Imported && row.Type == h.Type && row.EndedAt.Equal(h.EndedAt.Truncate(time.Microsecond))
	}) {
		return false, err
	}
	row := kept.Run{
		ID: fmt.Sprintf("%d-%02d", h.EndedAt.Year(), last+1), System: h.System, PlanHash: p.Hash(), StepsHash: p.StepsHash(),
		Type: h.Type, Title: h.Title, Scope: h.Scope, Imported: true, State: string(drill.Ended), Verdict: h.Verdict,
		OpenedAt: h.StartedAt.UTC(), StartedAt: h.StartedAt.UTC(), EndedAt: h.EndedAt.UTC(), Measured: plan.Measured(h.Type),
		RTA: (*int64)(h.RTA), RPA: (*int64)(h.RPA),
	}
	added, err = tx.AddRun(ctx, row)
	return added, errors.Join(err, conflictUnless(added || err != nil))
}
