package folder

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"unicode/utf8"

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

// Lint is what `beredskab plan lint` answers.
type Lint struct {
	Schema   string        `json:"schema"`
	Problems []problemView `json:"problems"`

	plans    int
	problems plan.Problems
}

// problemView is one thing wrong with a file.
type problemView struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Hint     string `json:"hint"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Path     string `json:"path,omitempty"`
}

func viewProblems(problems plan.Problems) []problemView {
	list := make([]problemView, len(problems))
	for i, p := range problems {
		list[i] = problemView{p.Code, p.Severity, p.Message, p.Hint, p.File, p.Line, p.Column, p.Path}
	}
	return list
}

// Lint finds the mistakes in the files that are asked for: those of the plan
// reader, and those in schedules and actions, which it leaves to others.
func (f *Folder) Lint(only Only) (*Lint, error) {
	more, err := f.lint()
	if err != nil {
		return nil, err
	}
	problems := slices.DeleteFunc(slices.Concat(f.Problems, more), func(p plan.Problem) bool { return !only(p.File) })
	slices.SortStableFunc(problems, func(a, b plan.Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return &Lint{Schema: "beredskab.lint.v1", Problems: viewProblems(problems), plans: len(f.Set.Plans), problems: problems}, nil
}

// Failed tells whether there is a mistake that is more than a warning.
func (v *Lint) Failed() bool { return v.problems.Failed() }

// Text prints each mistake at its place.
func (v *Lint) Text(out io.Writer) {
	if len(v.problems) > 0 {
		fmt.Fprintln(out, v.problems.Error())
	}
	fmt.Fprintf(out, "%s, %s\n", counted(v.plans, "plan"), counted(len(v.problems), "problem"))
}

// Health says in a few words how the files stand, and how many mistakes there
// are.
func (f *Folder) Health() (text string, mistakes int, err error) {
	v, err := f.Lint(func(string) bool { return true })
	if err != nil {
		return "", 0, err
	}
	return fmt.Sprintf("%s in %s, %s", counted(len(f.Set.Plans), "plan"), f.Settings.Plans, counted(len(v.Problems), "problem")), len(v.Problems), nil
}

func (f *Folder) lint() (plan.Problems, error) {
	judge, forget, err := Actions(f.Settings)
	if err != nil {
		return nil, err
	}
	defer forget()
	l := linter{folder: f, judge: judge}
	if org := f.Set.Organisation; org.File != "" {
		l.open(org.File)
		l.schedule("checks.when", org.Checks)
	}
	for _, p := range f.Set.Plans {
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

// Actions gives what judges the actions of steps. Nothing is started.
func Actions(s *app.Settings) (judge func(string, map[string]string) []action.Problem, forget func(), err error) {
	spool, err := os.MkdirTemp("", "beredskab-lint-")
	if err != nil {
		return nil, nil, fmt.Errorf("making a folder to try actions in: %w", err)
	}
	local, err := s.Judge(spool)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%w: %w", app.ErrSettings, err), os.RemoveAll(spool))
	}
	return local.Check, func() { _ = os.RemoveAll(spool) }, nil
}

// linter collects problems of one file after the other.
type linter struct {
	folder   *Folder
	judge    func(string, map[string]string) []action.Problem
	file     string
	src      []byte
	problems plan.Problems
}

func (l *linter) open(file string) {
	l.file, l.src = l.folder.Shown(file), l.folder.source(file)
}

func (l *linter) schedule(path string, text plan.Schedule) {
	if text.When == "" {
		return
	}
	_, _, err := schedule.FromPlan(l.folder.Set.Organisation, text)
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
				Hint: "this server's catalogue (" + l.folder.Settings.Actions + ") and allow list decide; another server may have others",
			}, 0)
		}
	}
}

func (l *linter) add(p plan.Problem, shift int) {
	p.File = l.file
	p.Line, p.Column = plan.Locate(l.src)(p.Path)
	if p.Column += shift; p.Line > 0 {
		p.Excerpt = excerpt(l.src, p.Line, p.Column)
	}
	l.problems = append(l.problems, p)
}
