package governance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/duty"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// MayAddEvidence tells whether the actor may add that evidence, before its file is
// touched, and gives the draft with the system that its run is about.
func (o *Office) MayAddEvidence(ctx context.Context, a door.Actor, draft followup.Evidence) (followup.Evidence, error) {
	on, err := door.Read(ctx, o.door, func(tx door.Tx) (rights.Object, error) { return shown(ctx, tx, &draft) })
	if err != nil {
		return draft, err
	}
	w := adding(draft, on)
	return draft, o.door.Admit(ctx, a, w.act, w.object, door.Wish{Permission: w.permission, Verb: w.verb, On: w.on})
}

// AddEvidence records a file that is on the disk already. Of the draft all is taken
// but By; limit is the greatest size in bytes. What shows something of a run is for
// whoever may hold drills, and what is about a system alone for whoever may write
// its plan.
func (o *Office) AddEvidence(ctx context.Context, a door.Actor, draft followup.Evidence, limit int64) (added followup.Evidence, err error) {
	on, err := door.Read(ctx, o.door, func(tx door.Tx) (rights.Object, error) { return shown(ctx, tx, &draft) })
	if err != nil {
		return draft, err
	}
	err = o.do(ctx, a, adding(draft, on), func(d *desk) (any, error) {
		next := draft
		next.By = d.hand()
		if added, err = followup.NewEvidence(next, limit); err != nil {
			return nil, err
		}
		row, err := added.Row()
		if err != nil {
			return nil, err
		}
		held, rev, err := get[followup.Evidence](d, row.Kind, row.Key)
		switch {
		case err == nil && rev > 0:
			return nil, &followup.Refusal{Act: "add", Object: "evidence " + added.Name, Why: fmt.Sprintf(
				"%s added the same file, as %s, on %s", held.By.Person, held.Name, held.By.At.Format("2006-01-02"))}
		case !errors.Is(err, kept.ErrNotFound):
			return nil, err
		}
		return added, d.keep(added, 0)
	})
	return added, err
}

// adding is the wish to add evidence.
func adding(e followup.Evidence, on rights.Object) wish {
	w := wish{act: "evidence.add", object: e.Run, permission: matrix.Drill, verb: matrix.Execute, on: on}
	if e.Run == "" {
		w.object, w.permission, w.verb = e.System, matrix.PlanDraft, matrix.Write
	}
	return w
}

// shown completes a draft with the system that it is about, and refuses a run, a
// step or a system that there is not.
func shown(ctx context.Context, tx door.Tx, e *followup.Evidence) (on rights.Object, err error) {
	if e.Run == "" {
		versions, err := tx.Versions(ctx, "plan", e.System)
		if err == nil && len(versions) == 0 {
			err = fmt.Errorf("there is no run and no system %q; `beredskab drill list` and `beredskab plan list` list them: %w", e.System, kept.ErrNotFound)
		}
		if err != nil {
			return on, err
		}
		p, err := door.PlanOf(versions[len(versions)-1])
		if err != nil {
			return on, fmt.Errorf("the plan of %s: %w", e.System, err)
		}
		return duty.About(p, ""), nil
	}
	row, p, err := runOf(ctx, tx, e.Run)
	if err != nil {
		return on, err
	}
	if e.System = row.System; e.Step != "" && !row.Imported {
		run, err := drill.Open(row.ID, p, row.DrillID, row.Director)
		if err != nil {
			return on, err
		}
		if _, there := run.Find(e.Step); !there {
			return on, fmt.Errorf("run %s has no step %q; `beredskab drill show %s` lists them: %w", row.ID, e.Step, row.ID, kept.ErrNotFound)
		}
	}
	return duty.About(p, ""), nil
}

// runOf reads a run with the version of the plan that it is pinned to.
func runOf(ctx context.Context, tx door.Tx, id string) (row kept.Run, p *plan.Plan, err error) {
	if row, err = tx.Run(ctx, id); err != nil {
		return row, nil, fmt.Errorf("there is no run %q; `beredskab drill list` lists them: %w", id, err)
	}
	version, err := tx.Version(ctx, row.PlanHash)
	if err == nil {
		p, err = door.PlanOf(version)
	}
	if err != nil {
		return row, nil, fmt.Errorf("the plan of run %s: %w", id, err)
	}
	return row, p, nil
}

// Evidence lists what is kept, oldest first.
func (o *Office) Evidence(ctx context.Context, f record.Filter) ([]followup.Evidence, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) ([]followup.Evidence, error) { return evidenceOf(ctx, tx, f) })
}

func evidenceOf(ctx context.Context, tx door.Tx, f record.Filter) ([]followup.Evidence, error) {
	list, err := door.Every[followup.Evidence](ctx, tx, followup.EvidenceKind, f)
	slices.SortStableFunc(list, func(x, y followup.Evidence) int { return x.By.At.Compare(y.By.At) })
	return list, err
}

// ReadEvidence finds evidence by its hash, or by the beginning of it, for somebody
// who may see it. That somebody saw what is confidential is a line in the log (R16).
func (o *Office) ReadEvidence(ctx context.Context, a door.Actor, hash string) (e followup.Evidence, err error) {
	var on rights.Object
	e, err = door.Read(ctx, o.door, func(tx door.Tx) (followup.Evidence, error) {
		found, err := find(ctx, tx, hash)
		if err == nil {
			about := found
			on, err = shown(ctx, tx, &about)
		}
		return found, err
	})
	if err != nil || e.Class == "public" {
		return e, err
	}
	w := wish{act: "evidence.read", object: e.SHA256, permission: matrix.PlanConfidential, verb: matrix.Read, on: on}
	if e.Class == "internal" {
		return e, o.door.Admit(ctx, a, w.act, w.object, door.Wish{Permission: matrix.PlanInternal, Verb: w.verb, On: w.on})
	}
	return e, o.do(ctx, a, w, func(*desk) (any, error) { return map[string]string{"run": e.Run, "system": e.System}, nil })
}

// find finds one file by its hash. What several records say of one and the same
// file, the strictest of them says for all.
func find(ctx context.Context, tx door.Tx, hash string) (e followup.Evidence, err error) {
	list, err := evidenceOf(ctx, tx, record.Filter{})
	if err != nil {
		return e, err
	}
	strict := []string{"public", "internal", "confidential"}
	for _, x := range list {
		switch {
		case len(hash) < 8 || !strings.HasPrefix(x.SHA256, strings.ToLower(hash)):
		case e.SHA256 != "" && e.SHA256 != x.SHA256:
			return e, fmt.Errorf("%s begins the hashes of several files; write more of it: %w", hash, kept.ErrNotFound)
		case slices.Index(strict, x.Class) >= slices.Index(strict, e.Class):
			e = x
		}
	}
	if e.SHA256 == "" {
		return e, fmt.Errorf("there is no evidence %q; `beredskab evidence list` lists it, and at least 8 characters of the hash name it: %w", hash, kept.ErrNotFound)
	}
	return e, nil
}
