package app

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/plan"
)

// RunChecks runs every rule over the plans in the register and keeps what they
// find.
func (a *App) RunChecks(ctx context.Context) error {
	set, err := a.Register.Set(ctx)
	if err != nil {
		return err
	}
	report, err := a.judge(ctx, set, a.clock.Now().Wall, nil) // the register keeps no places
	if err != nil {
		return err
	}
	raised, closed, err := a.Register.RecordChecks(ctx, door.System(a.Settings.Node), set, report)
	if err == nil {
		a.Log.Info("checks run", "findings", len(report.Findings), "raised", raised, "closed", closed)
	}
	return err
}

// Check judges those plans with the register's evidence at a moment.
func (a *App) Check(ctx context.Context, set *plan.Set, at time.Time) (check.Report, error) {
	return a.judge(ctx, set, at, a.Settings.Locate())
}

func (a *App) judge(ctx context.Context, set *plan.Set, at time.Time, places func(file, path string) (line, column int)) (check.Report, error) {
	evidence, err := a.Register.Evidence(ctx)
	if err != nil {
		return check.Report{}, err
	}
	waivers, actions, err := a.Office.Known(ctx, at)
	if err != nil {
		return check.Report{}, err
	}
	facts, err := a.Dossier().Facts(ctx, at)
	if err != nil {
		return check.Report{}, err
	}
	facts.Actions, facts.OfflineCopies = actions, a.copies()
	return check.Run(check.Input{Set: set, Evidence: evidence, Waivers: waivers, Facts: facts, Now: at, Locate: places}), nil
}

// Locate finds the place of a path in a plan file.
func (s *Settings) Locate() func(file, path string) (line, column int) {
	places := map[string]func(string) (int, int){}
	return func(file, path string) (line, column int) {
		at, ok := places[file]
		if !ok {
			src, _ := os.ReadFile(filepath.Join(s.Plans, filepath.Base(file))) // without it the finding has no place
			at = plan.Locate(src)
			places[file] = at
		}
		return at(path)
	}
}
