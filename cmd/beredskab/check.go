package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/check"
	"beredskab/internal/plan"
)

func (c *cli) check() *cobra.Command {
	return &cobra.Command{
		Use: "check [PATH…]", Short: "Judge the plans: format, references, accepted times, drills, upkeep", Args: cobra.ArbitraryArgs,
		Long: "Judges every plan of the folder with the evidence of the register, when there is one.\n" +
			"PATH is a plan folder, or files of one; then only what concerns these files is shown.\n" +
			"Ends with 3 when a rule is broken or in danger, or when a file has an error.",
		Example: "  beredskab check\n  beredskab check plans/esdh.yaml\n  beredskab check --json --at 2027-01-01",
		RunE:    func(cmd *cobra.Command, args []string) error { return c.runCheck(cmd.Context(), args) },
	}
}

func (c *cli) runCheck(ctx context.Context, paths []string) error {
	began := time.Now()
	s, only, err := c.narrowed(paths)
	if err != nil {
		return err
	}
	set, problems, err := c.folder(s)
	if err != nil {
		return err
	}
	now, err := c.now()
	if err != nil {
		return err
	}
	report, measured, err := c.judge(ctx, s, set, now)
	if err != nil {
		return err
	}
	problems = slices.DeleteFunc(problems, func(p plan.Problem) bool { return !only(p.File) })
	report.Findings = slices.DeleteFunc(report.Findings, func(f check.Finding) bool { return !only(f.File) })
	view := c.viewCheck(s, now, len(set.Plans), problems, report)
	view.Evidence = measured
	if err := c.print(view, func() {
		c.showCheck(s, problems, report.Findings)
		fmt.Fprintf(c.out, "%s (%.2fs)\n", view.sentence(), time.Since(began).Seconds())
	}); err != nil {
		return err
	}
	return found(problems.Failed() || slices.ContainsFunc(report.Findings, grave))
}

// grave tells whether a finding makes the check end with 3. What is not known
// asks for a drill, and breaks nothing.
func grave(f check.Finding) bool { return f.State == check.Breached || f.State == check.AtRisk }

// found is how a command ends that ran and found something.
func found(something bool) error {
	if something {
		return errFound
	}
	return nil
}

// narrowed reads the settings with the plan folder that the paths name, and
// tells which files are asked for.
func (c *cli) narrowed(paths []string) (s *app.Settings, only func(file string) bool, err error) {
	folder, files := "", []string{}
	for _, path := range paths {
		at := path
		if !filepath.IsAbs(at) {
			at = filepath.Join(c.workDir, at)
		}
		info, err := os.Stat(at)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fmt.Errorf("%w: there is no file or folder %s", errNotFound, path)
		} else if err != nil {
			return nil, nil, fmt.Errorf("looking at %s: %w", path, err)
		}
		if !info.IsDir() {
			files = append(files, filepath.Base(at))
			at = filepath.Dir(at)
		}
		if folder != "" && folder != at {
			return nil, nil, usage("%s lies in another folder than the path before; check one plan folder at a time", path)
		}
		folder = at
	}
	if folder != "" {
		c.flags["plans"] = folder
	}
	s, err = c.settings()
	return s, func(file string) bool { return len(files) == 0 || slices.Contains(files, filepath.Base(file)) }, err
}

// judge runs every rule with the register's evidence; without a register there
// is none, and one is never made.
func (c *cli) judge(ctx context.Context, s *app.Settings, set *plan.Set, now time.Time) (report check.Report, evidence string, err error) {
	if !registered(s) {
		return check.Run(check.Input{Set: set, Now: now, Locate: s.Locate()}), "none", nil
	}
	a, err := app.Open(ctx, s, app.Use, c.log())
	if err != nil {
		return report, "", err
	}
	report, err = a.Check(ctx, set, now)
	return report, "register", errors.Join(err, a.Close())
}

// registered tells whether there is a register already.
func registered(s *app.Settings) bool {
	_, err := os.Stat(filepath.Join(s.Dir, "register.db"))
	return s.Database != "" || err == nil
}

// showCheck prints what is wrong as spec/ux.md 6.3 has it. What is not known
// stands below on one line each.
func (c *cli) showCheck(s *app.Settings, problems plan.Problems, findings []check.Finding) {
	if len(problems) > 0 {
		fmt.Fprintln(c.out, problems.Error())
	}
	sources := map[string][]byte{}
	for _, f := range findings {
		src, ok := sources[f.File]
		if !ok && f.File != "" {
			src = source(filepath.Join(s.Plans, f.File))
			sources[f.File] = src
		}
		fmt.Fprintf(c.out, "%s: %s %s: %s\n", c.place(s, f), f.Severity, f.Code, f.Message)
		if f.State == check.Unknown || f.Severity == check.Info {
			continue
		}
		fmt.Fprint(c.out, excerpt(src, f.Line, f.Column))
		if f.Hint != "" {
			fmt.Fprintf(c.out, "  hint: %s. More: beredskab explain %s\n", f.Hint, f.Code)
		}
	}
}

func (c *cli) place(s *app.Settings, f check.Finding) string {
	switch {
	case f.File == "":
		return c.shown(s, ".")
	case f.Line == 0:
		return c.shown(s, f.File)
	}
	return fmt.Sprintf("%s:%d:%d", c.shown(s, f.File), f.Line, f.Column)
}
