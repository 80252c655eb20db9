// Package preparedness says how prepared the municipality is: it reads the whole
// register at one moment, and makes of it the readiness of each system and the
// figures that reports are frozen from. It judges nothing by itself: times come
// from the chain, states from the rules, points from readiness.
package preparedness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// ErrNoPlans says that the register held no plans at the moment that was asked for.
var ErrNoPlans = errors.New("the register held no plans then")

// Facts are what the register said at one moment. A system whose file is gone now
// is left out; a report about a time in which it still stood is the one that was
// frozen then.
type Facts struct {
	At   time.Time
	Set  *plan.Set      // the versions in force; of a system without one, the newest
	Zone *time.Location // where the municipality's days begin

	systems       []*system // by id
	findings      []kept.Finding
	checked       bool // somebody has run the checks
	actions       []followup.Action
	dispensations []followup.Dispensation
	evaluations   map[string]followup.Evaluation // by run
	verified      []approval.Verification
	trained       []approval.Training
	documents     []approval.Document
	occurrences   []kept.Occurrence
	evidence      map[string]bool // runs that evidence is kept of
	called        call
	people        *rights.Book
	log           logState
}

// system is one system and all that was known of it.
type system struct {
	plan     *plan.Plan
	row      kept.Version
	rows     []kept.Version
	versions map[string]*plan.Plan // by hash; all that there were
	standing *approval.Standing
	acts     []approval.Act // that were said by then
	runs     []kept.Run     // that had ended, newest first
	held     []kept.Run     // those of them that were not broken off, and not of a draft: what is evidence
	hands    []hand
}

// logState is the trace at the moment of reading.
type logState struct {
	root string // in hexadecimal
	size int64
}

// Read reads everything in one state of the register, as it was at that moment;
// ErrNoPlans when there was nothing yet.
func Read(ctx context.Context, d *door.Door, at time.Time) (*Facts, error) {
	return door.Read(ctx, d, func(tx door.Tx) (*Facts, error) {
		f := &Facts{At: at, Set: &plan.Set{}}
		for _, part := range []struct {
			what string
			read func(context.Context, door.Tx) error
		}{
			{"the organisation", f.readOrganisation},
			{"the plans", f.readSystems},
			{"the runs", f.readRuns},
			{"who did what", f.readHands},
			{"the findings", f.readFindings},
			{"the follow-up", f.readFollowUp},
			{"the people", f.readPeople},
			{"the log", f.readLog},
		} {
			if err := part.read(ctx, tx); err != nil {
				return nil, fmt.Errorf("reading %s: %w", part.what, err)
			}
		}
		return f, nil
	})
}

func (f *Facts) readOrganisation(ctx context.Context, tx door.Tx) error {
	rows, err := tx.Versions(ctx, "organisation", "organisation")
	if err != nil {
		return err
	}
	current, err := tx.Current(ctx, "organisation")
	if err != nil {
		return err
	}
	hash := ""
	if len(current) > 0 {
		hash = current[0].Hash
	}
	all := rows
	rows, last := f.known(all, hash)
	switch {
	case last < 0 && len(all) > 0:
		return fmt.Errorf("%s: %w: its first are of %s, so ask for a later time", f.At.Format(time.DateOnly), ErrNoPlans, all[0].AdoptedAt.Format(time.DateOnly))
	case last < 0:
		return fmt.Errorf("%w: `beredskab serve` takes the files of the plan folder over", ErrNoPlans)
	}
	org := &plan.Organisation{}
	if err := org.ReadCanonical(rows[last].Canonical); err != nil {
		return fmt.Errorf("version %d: %w", rows[last].Number, err)
	}
	f.Set.Organisation = org
	f.Zone, err = org.Location()
	return err
}

// known are the versions that there were at the moment, and which of them the
// files held: the one that they hold now, unless another was taken over since;
// -1 when there was none.
func (f *Facts) known(rows []kept.Version, now string) (known []kept.Version, last int) {
	later := slices.IndexFunc(rows, func(v kept.Version) bool { return v.AdoptedAt.After(f.At) })
	if later >= 0 {
		return rows[:later], later - 1
	}
	last = slices.IndexFunc(rows, func(v kept.Version) bool { return v.Hash == now })
	return rows, last
}

func (f *Facts) readSystems(ctx context.Context, tx door.Tx) error {
	current, err := tx.Current(ctx, "plan") // by id
	if err != nil {
		return err
	}
	acts, err := door.Every[approval.Act](ctx, tx, approval.KindAct, record.Filter{})
	if err != nil {
		return err
	}
	said := map[string][]approval.Act{}
	for _, a := range acts {
		if !a.At.After(f.At) {
			said[a.System] = append(said[a.System], a)
		}
	}
	for _, c := range current {
		rows, err := tx.Versions(ctx, "plan", c.ID)
		if err != nil {
			return err
		}
		rows, last := f.known(rows, c.Hash)
		if last < 0 {
			continue // it was not there yet
		}
		s, err := f.system(rows, last, said[c.ID])
		if err != nil {
			return fmt.Errorf("%s: %w", c.ID, err)
		}
		f.systems, f.Set.Plans = append(f.systems, s), append(f.Set.Plans, s.plan)
	}
	return nil
}

// system is what its versions and what was said of them come to.
func (f *Facts) system(rows []kept.Version, last int, acts []approval.Act) (*system, error) {
	s := &system{rows: rows, acts: acts, versions: map[string]*plan.Plan{}}
	var known []approval.Version
	for _, row := range rows {
		p, err := door.PlanOf(row)
		if err != nil {
			return nil, err
		}
		s.versions[row.Hash] = p
		known = append(known, approval.VersionOf(p))
	}
	s.row = rows[last]
	s.standing = approval.Of(s.row.ID, acts, known, f.At)
	if hash, _, ok := s.standing.InForce(); ok {
		s.row = rows[slices.IndexFunc(rows, func(v kept.Version) bool { return v.Hash == hash })]
	}
	s.plan = s.versions[s.row.Hash]
	return s, nil
}

// of finds a system; nil when there is none of that id.
func (f *Facts) of(id string) *system {
	i, found := slices.BinarySearchFunc(f.systems, id, func(s *system, id string) int { return cmp.Compare(s.plan.ID, id) })
	if !found {
		return nil
	}
	return f.systems[i]
}
