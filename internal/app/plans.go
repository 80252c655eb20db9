package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"beredskab/internal/door"
	"beredskab/internal/plan"
	"beredskab/internal/register"
)

// ReadPlans reads the plan files. Bad ones are told of and left out.
func ReadPlans(dir string, reader *plan.Reader) (*plan.Set, plan.Problems, error) {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && !info.IsDir()) {
		return nil, nil, fmt.Errorf("%w: there is no plan folder %s; `beredskab init` makes one, --plans names another", ErrSettings, dir)
	} else if err != nil {
		return nil, nil, fmt.Errorf("looking at the plan folder: %w", err)
	}
	set, problems := reader.Load(os.DirFS(dir))
	base := filepath.Base(dir)
	for i := range problems {
		problems[i].File = filepath.Join(base, problems[i].File)
	}
	return set, problems, nil
}

// Adopt takes the plan files over into the register. Files with errors keep
// their last good version; the problems are given back. Without any good version
// of the organisation there is nothing to go on, and the problems are the error.
func (a *App) Adopt(ctx context.Context, actor door.Actor) (register.Adopted, plan.Problems, error) {
	set, problems, err := ReadPlans(a.Settings.Plans, a.reader)
	if err != nil {
		return register.Adopted{}, nil, err
	}
	if err := a.keepBroken(ctx, set, problems); err != nil {
		return register.Adopted{}, problems, err
	}
	if set.Organisation == nil {
		return register.Adopted{}, problems, fmt.Errorf("nothing can be taken over until the organisation's file is right: %w", problems)
	}
	out, err := a.Register.Adopt(ctx, actor, set)
	return out, problems, err
}

// keepBroken puts the last good version of a file that cannot be read now into
// the set, so that a half-saved edit never takes a system out of the register.
// While the folder has no organisation.yaml or cannot be read, somebody is just
// exchanging it as a whole: then nothing is taken out.
func (a *App) keepBroken(ctx context.Context, set *plan.Set, problems plan.Problems) error {
	if len(problems) == 0 {
		return nil
	}
	held, err := a.Register.Set(ctx)
	if err != nil {
		return err
	}
	broken, exchanged := map[string]bool{}, false
	for _, p := range problems {
		exchanged = exchanged || p.Code == "BP047" || filepath.Base(p.File) == filepath.Base(a.Settings.Plans)
		broken[strings.TrimSuffix(filepath.Base(p.File), filepath.Ext(p.File))] = true
	}
	if set.Organisation == nil && held.Organisation.Name != "" {
		set.Organisation = held.Organisation
	}
	kept := slices.DeleteFunc(slices.Clone(held.Plans), func(p *plan.Plan) bool {
		_, read := set.Plan(p.ID)
		return read || (!exchanged && !broken[p.ID])
	})
	set.Plans = append(set.Plans, kept...)
	slices.SortFunc(set.Plans, func(a, b *plan.Plan) int { return strings.Compare(a.ID, b.ID) })
	return nil
}
