package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"beredskab/internal/action"
	"beredskab/internal/app"
	"beredskab/internal/plan"
	"beredskab/internal/schedule"
)

// The codes of what lint finds beyond the plan reader's own.
const (
	codeSchedule = "L001"
	codeAction   = "L002"
)

func (c *cli) planLint() *cobra.Command {
	return &cobra.Command{
		Use: "lint [PATH…]", Short: "Find mistakes in plan files, schedules and actions", Args: cobra.ArbitraryArgs,
		Long: "Reads plan files as strictly as the program does, and also tries the schedules and the actions of their steps.\n" +
			"PATH is a plan folder, or files of one. Ends with 3 when there is a mistake.",
		Example: "  beredskab plan lint\n  beredskab plan lint plans/esdh.yaml",
		RunE:    func(_ *cobra.Command, args []string) error { return c.runPlanLint(args) },
	}
}

func (c *cli) runPlanLint(paths []string) error {
	s, only, err := c.narrowed(paths)
	if err != nil {
		return err
	}
	set, problems, err := c.folder(s)
	if err != nil {
		return err
	}
	more, err := c.lint(s, set)
	if err != nil {
		return err
	}
	problems = slices.DeleteFunc(append(problems, more...), func(p plan.Problem) bool { return !only(p.File) })
	slices.SortStableFunc(problems, func(a, b plan.Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	err = c.print(map[string]any{"schema": "beredskab.lint.v1", "problems": viewProblems(problems)}, func() {
		if len(problems) > 0 {
			fmt.Fprintln(c.out, problems.Error())
		}
		fmt.Fprintf(c.out, "%s, %s\n", counted(len(set.Plans), "plan"), counted(len(problems), "problem"))
	})
	return errors.Join(err, found(problems.Failed()))
}

// lint tries what the plan reader leaves to others: schedules and actions.
func (c *cli) lint(s *app.Settings, set *plan.Set) (problems plan.Problems, err error) {
	judge, forget, err := actions(s)
	if err != nil {
		return nil, err
	}
	defer forget()
	l := linter{c: c, s: s, org: set.Organisation, judge: judge}
	if org := set.Organisation; org.File != "" {
		l.open(org.File)
		l.schedule("checks.when", org.Checks)
	}
	for _, p := range set.Plans {
		l.open(p.File)
		for i, d := range p.Drills {
			l.schedule(fmt.Sprintf("drills[%d].schedule.when", i), d.Schedule)
			l.steps(fmt.Sprintf("drills[%d].injects", i), d.Injects)
		}
		l.steps("recovery.steps", p.Recovery.Steps)
		l.steps("recovery.security_steps", p.Recovery.SecuritySteps)
		l.steps("recovery.cleanup", p.Recovery.Cleanup)
	}
	return l.problems, nil
}

// actions gives what judges the actions of steps. Nothing is started.
func actions(s *app.Settings) (judge func(string, map[string]string) []action.Problem, forget func(), err error) {
	catalogue, err := s.Catalogue()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", app.ErrSettings, err)
	}
	spool, err := os.MkdirTemp("", "beredskab-lint-")
	if err != nil {
		return nil, nil, fmt.Errorf("making a folder to try actions in: %w", err)
	}
	allow := action.Allow{Hosts: s.Allow.Hosts, Paths: s.Allow.Paths}
	for _, t := range s.Targets {
		allow.SQL = append(allow.SQL, t.Name)
	}
	local, err := action.New(action.Options{Catalogue: catalogue, Allow: allow, Spool: spool})
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%w: %w", app.ErrSettings, err), os.RemoveAll(spool))
	}
	return local.Check, func() { _ = os.RemoveAll(spool) }, nil
}

// linter collects problems of one file after the other.
type linter struct {
	c        *cli
	s        *app.Settings
	org      *plan.Organisation
	judge    func(string, map[string]string) []action.Problem
	file     string
	src      []byte
	problems plan.Problems
}

func (l *linter) open(file string) {
	l.file, l.src = l.c.shown(l.s, file), source(filepath.Join(l.s.Plans, file))
}

func (l *linter) schedule(path string, text plan.Schedule) {
	if text.When == "" {
		return
	}
	_, _, err := schedule.FromPlan(l.org, text)
	if err == nil {
		return
	}
	p := plan.Problem{Code: codeSchedule, Severity: "error", Path: path, Message: err.Error(), Hint: "beredskab explain " + codeSchedule}
	var wrong *schedule.Error
	shift := 0
	if errors.As(err, &wrong) {
		p.Message, p.Hint = "the schedule cannot be read: "+wrong.Message, wrong.Hint
		if wrong.Offset > 0 {
			shift = utf8.RuneCountInString(text.When[:wrong.Offset])
		}
	}
	l.add(p, shift)
}

func (l *linter) steps(path string, steps []plan.Step) {
	for i := range steps {
		if steps[i].Kind() != plan.StepAction {
			continue
		}
		for _, wrong := range l.judge(steps[i].Action, steps[i].With) {
			at := fmt.Sprintf("%s[%d].action", path, i)
			if _, given := steps[i].With[wrong.Param]; given {
				at = fmt.Sprintf("%s[%d].with.%s", path, i, wrong.Param)
			}
			l.add(plan.Problem{
				Code: codeAction, Severity: "warning", Path: at, Message: fmt.Sprintf("step %q: %s", steps[i].ID, wrong.Text),
				Hint: "this server's catalogue (" + l.s.Actions + ") and allow list decide; another server may have others",
			}, 0)
		}
	}
}

func (l *linter) add(p plan.Problem, shift int) {
	p.File = l.file
	p.Line, p.Column = plan.Locate(l.src, p.Path)
	if p.Column += shift; p.Line > 0 {
		p.Excerpt = excerpt(l.src, p.Line, p.Column)
	}
	l.problems = append(l.problems, p)
}
