// Package folder is a plan folder as a person at the command line sees it: read,
// judged, compared with the register and with git, and put in order. Each answer
// is a value with the JSON that programs read and a Text for people. It takes no
// words from the command line and ends no program; that is its parent's.
package folder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"beredskab/internal/app"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
)

// ErrNotFound says that what was named is not there.
var ErrNotFound = errors.New("not found")

// Folder is a plan folder that was read.
type Folder struct {
	Set      *plan.Set     // with an empty organisation where its file is missing or wrong
	Problems plan.Problems // files named as seen from the working folder
	Settings *app.Settings

	workDir string
	log     *slog.Logger
}

// Open reads the plan folder of the settings. workDir is where the person
// stands.
func Open(s *app.Settings, workDir string, log *slog.Logger) (*Folder, error) {
	set, problems, err := app.ReadPlans(s.Plans, plan.NewReader())
	if err != nil {
		return nil, err
	}
	f := &Folder{Set: set, Problems: problems, Settings: s, workDir: workDir, log: log}
	for i := range problems {
		problems[i].File = f.Shown(problems[i].File)
	}
	if set.Organisation == nil {
		set.Organisation = &plan.Organisation{}
	}
	return f, nil
}

// Shown is a file of the folder as seen from where the person stands; the whole
// path when it lies elsewhere.
func (f *Folder) Shown(file string) string {
	path := filepath.Join(f.Settings.Plans, filepath.Base(file))
	if near, err := filepath.Rel(f.workDir, path); err == nil && filepath.IsLocal(near) {
		return near
	}
	return path
}

// source reads a file of the folder for excerpts; without it there are none.
func (f *Folder) source(file string) []byte {
	src, err := os.ReadFile(filepath.Join(f.Settings.Plans, file))
	if err != nil {
		return nil
	}
	return src
}

// System finds one plan, or says what was most likely meant. The error wraps
// ErrNotFound.
func (f *Folder) System(id string) (*plan.Plan, error) {
	if p, ok := f.Set.Plan(id); ok {
		return p, nil
	}
	ids := make([]string, len(f.Set.Plans))
	for i, p := range f.Set.Plans {
		ids[i] = p.ID
	}
	return nil, fmt.Errorf("%w: there is no plan for the system %q%s `beredskab plan list` shows all", ErrNotFound, id, Meant(id, ids))
}

// register opens the register for one question.
func (f *Folder) register(ctx context.Context, ask func(*app.App) error) error {
	a, err := app.Open(ctx, f.Settings, app.Use, f.log)
	if err != nil {
		return err
	}
	return errors.Join(ask(a), a.Close())
}

// versions lists what the register holds of a plan; nothing without a register.
func (f *Folder) versions(ctx context.Context, id string) (list []kept.Version, err error) {
	if !f.Settings.HasRegister() {
		return nil, nil
	}
	err = f.register(ctx, func(a *app.App) error {
		list, err = a.Register.Versions(ctx, id)
		if errors.Is(err, kept.ErrNotFound) {
			return nil
		}
		return err
	})
	return list, err
}
