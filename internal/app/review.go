package app

import (
	"context"
	"slices"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/plan"
)

// Review is a version of a plan as those see it who are asked about it.
type Review struct {
	Plan     *plan.Plan
	Standing *approval.Standing
	Shown    approval.Review
	// Unresolved says which steps' actions cannot be shown as commands, and why:
	// nobody confirms or approves what nobody can see.
	Unresolved []string
}

// Review gives what is to be read before something is said of the version that is
// on its way, or of the one that the files hold: what differs from the version in
// force, in sentences, and every command with its arguments in their places.
func (a *App) Review(ctx context.Context, system, lang string) (r Review, err error) {
	if r.Standing, err = a.Office.Standing(ctx, system, time.Time{}); err != nil {
		return r, err
	}
	hash := r.Standing.Pending()
	if hash == "" {
		set, err := a.Register.Set(ctx)
		if err != nil {
			return r, err
		}
		if p, ok := set.Plan(system); ok {
			hash = p.Hash()
		}
	}
	if r.Plan, err = a.Register.VersionPlan(ctx, hash); err != nil {
		return r, err
	}
	before := &plan.Plan{ID: system}
	if current, _, ok := r.Standing.InForce(); ok {
		if before, err = a.Register.VersionPlan(ctx, current); err != nil {
			return r, err
		}
		r.Shown.Against = current
	}
	r.Shown.Difference = append([]string{}, plan.Diff(before, r.Plan, lang)...)
	r.Shown.Commands, r.Unresolved, err = a.commands(r.Plan)
	return r, err
}

// commands finds everything that the plan starts on machines, and the steps of which
// that cannot be said.
func (a *App) commands(p *plan.Plan) (list []approval.Command, unresolved []string, err error) {
	list = []approval.Command{}
	recovery := p.Recovery
	steps := slices.DeleteFunc(slices.Concat(recovery.Steps, recovery.SecuritySteps, recovery.Cleanup), func(s plan.Step) bool { return s.Action == "" })
	if len(steps) == 0 {
		return list, nil, nil // and no program need be read
	}
	judge, err := a.Settings.Judge(a.spool())
	if err != nil {
		return nil, nil, err
	}
	for _, s := range steps {
		argv, problems := judge.Preview(s.Action, s.With)
		if len(problems) > 0 {
			unresolved = append(unresolved, s.ID+": "+problems[0].Text)
		}
		if argv != nil { // a probe starts nothing
			list = append(list, approval.Command{Step: s.ID, Argv: argv})
		}
	}
	return list, unresolved, nil
}

// Act is what somebody says who has read it.
func (r Review) Act(kind approval.Kind) approval.Act { return r.Shown.Act(kind, r.Plan) }
