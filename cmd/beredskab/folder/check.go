package folder

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/check"
	"beredskab/internal/plan"
)

// Check is what `beredskab check` answers; fields are only ever added.
type Check struct {
	Schema   string        `json:"schema"`
	At       time.Time     `json:"at"`
	Evidence string        `json:"evidence"` // register, or none when there is no register
	Findings []finding     `json:"findings"`
	Problems []problemView `json:"problems"`
	Summary  summary       `json:"summary"`

	folder   *Folder
	problems plan.Problems
}

// finding is one finding of a rule; a time is null where the rule compares none.
type finding struct {
	Code        string         `json:"code"`
	System      string         `json:"system"`
	Subject     string         `json:"subject,omitempty"`
	Severity    check.Severity `json:"severity"`
	State       check.State    `json:"state"`
	Message     string         `json:"message"`
	Hint        string         `json:"hint"`
	File        string         `json:"file"`
	Line        int            `json:"line"`
	Column      int            `json:"column"`
	Value       *int           `json:"value_minutes"`
	Limit       *int           `json:"limit_minutes"`
	Chain       []string       `json:"chain,omitempty"`
	WaivedUntil string         `json:"waived_until,omitempty"`
}

type summary struct {
	Plans      int                    `json:"plans"`
	Problems   map[string]int         `json:"problems"`   // by severity
	States     map[check.State]int    `json:"states"`     // of the findings
	Severities map[check.Severity]int `json:"severities"` // of the findings
	Systems    map[check.State]int    `json:"systems"`
	NotJudged  map[string]int         `json:"not_judged"`
}

// judge runs every rule with the register's evidence; without a register there
// is none.
func (f *Folder) judge(ctx context.Context, now time.Time) (report check.Report, evidence string, err error) {
	if !f.Settings.HasRegister() {
		return check.Run(check.Input{Set: f.Set, Now: now, Locate: f.Settings.Locate()}), "none", nil
	}
	err = f.register(ctx, func(a *app.App) error {
		report, err = a.Check(ctx, f.Set, now)
		return err
	})
	return report, "register", err
}

// Check judges the plans at a moment. only tells which files are asked for.
func (f *Folder) Check(ctx context.Context, now time.Time, only Only) (*Check, error) {
	report, evidence, err := f.judge(ctx, now)
	if err != nil {
		return nil, err
	}
	problems := slices.DeleteFunc(slices.Clone(f.Problems), func(p plan.Problem) bool { return !only(p.File) })
	v := &Check{
		Schema: "beredskab.check.v1", At: now, Evidence: evidence, Findings: []finding{}, Problems: viewProblems(problems), folder: f, problems: problems,
		Summary: summary{
			Plans: len(f.Set.Plans), Problems: map[string]int{}, States: map[check.State]int{}, Severities: map[check.Severity]int{},
			Systems: report.Summary.Systems, NotJudged: report.Summary.NotJudged,
		},
	}
	for _, p := range problems {
		v.Summary.Problems[p.Severity]++
	}
	for _, found := range report.Findings {
		if only(found.File) {
			v.add(found)
		}
	}
	return v, nil
}

func (v *Check) add(f check.Finding) {
	v.Summary.States[f.State]++
	v.Summary.Severities[f.Severity]++
	view := finding{
		Code: f.Code, System: f.System, Subject: f.Subject, Severity: f.Severity, State: f.State, Message: f.Message, Hint: f.Hint,
		Line: f.Line, Column: f.Column, Value: compared(f.Value), Limit: compared(f.Limit), Chain: f.Chain, WaivedUntil: stamp(f.WaivedUntil),
	}
	if f.File != "" {
		view.File = v.folder.Shown(f.File)
	}
	v.Findings = append(v.Findings, view)
}

// compared is a time that a rule compares; nil when it compares none.
func compared(minutes int) *int {
	if minutes == check.None {
		return nil
	}
	return &minutes
}

// Failed tells whether a rule is broken or in danger, or a file has an error.
// What is not known asks for a drill, and fails nothing.
func (v *Check) Failed() bool {
	return v.problems.Failed() || v.Summary.States[check.Breached]+v.Summary.States[check.AtRisk] > 0
}

// Text prints what is wrong as spec/ux.md 6.3 has it; what is not known stands
// on one line each.
func (v *Check) Text(out io.Writer) {
	if len(v.problems) > 0 {
		fmt.Fprintln(out, v.problems.Error())
	}
	sources := map[string][]byte{}
	for _, f := range v.Findings {
		src, read := sources[f.File]
		if !read {
			src = v.folder.source(filepath.Base(f.File))
			sources[f.File] = src
		}
		fmt.Fprintf(out, "%s: %s %s: %s\n", v.place(f), f.Severity, f.Code, f.Message)
		if f.State == check.Unknown || f.Severity == check.Info {
			continue
		}
		fmt.Fprint(out, excerpt(src, f.Line, f.Column))
		if f.Hint != "" {
			fmt.Fprintf(out, "  hint: %s. More: beredskab explain %s\n", f.Hint, f.Code)
		}
	}
	fmt.Fprintln(out, v.sentence())
}

func (v *Check) place(f finding) string {
	switch {
	case f.File == "":
		return v.folder.Shown(".")
	case f.Line == 0:
		return f.File
	}
	return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
}

// sentence sums the check up in one line.
func (v *Check) sentence() string {
	count := map[string]int{}
	for _, f := range v.Findings {
		if f.State != check.Unknown {
			count[string(f.Severity)]++
		}
	}
	for severity, n := range v.Summary.Problems {
		count[severity] += n
	}
	text := fmt.Sprintf("%s, %s, %s", counted(v.Summary.Plans, "plan"), counted(count["error"], "error"), counted(count["warning"], "warning"))
	if n := v.Summary.States[check.Unknown]; n > 0 {
		text += fmt.Sprintf(", %d not known", n)
	}
	if v.Evidence == "none" {
		text += "; no register yet, so nothing counts as measured"
	}
	return text
}
