package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/plan"
	"beredskab/internal/register"
)

func (c *cli) planDiff() *cobra.Command {
	return &cobra.Command{
		Use: "diff OLD [NEW]", Short: "Say in sentences what differs between two versions of a plan", Args: cobra.RangeArgs(1, 2),
		Long: "A version is a file, a system (its file now), or SYSTEM@N with the number or the hash of a version in the register.\n" +
			"With one system alone, its newest version in the register is compared with its file.",
		Example: "  beredskab plan diff esdh\n  beredskab plan diff esdh@3 esdh --lang da\n  beredskab plan diff old/esdh.yaml plans/esdh.yaml",
		RunE:    func(cmd *cobra.Command, args []string) error { return c.runPlanDiff(cmd.Context(), args) },
	}
}

func (c *cli) runPlanDiff(ctx context.Context, args []string) error {
	if c.lang != "da" && c.lang != "en" {
		return usage("--lang %q is not known; write da or en", c.lang)
	}
	s, err := c.settings()
	if err != nil {
		return err
	}
	if len(args) == 1 {
		args = []string{args[0] + "@", args[0]}
	}
	var sides [2]*plan.Plan
	for i, word := range args {
		if sides[i], err = c.version(ctx, s, word); err != nil {
			return err
		}
	}
	sentences := plan.Diff(sides[0], sides[1], c.lang)
	if sentences == nil {
		sentences = []string{}
	}
	view := map[string]any{
		"schema": "beredskab.diff.v1", "old": sides[0].Hash(), "new": sides[1].Hash(),
		"steps_changed": sides[0].StepsHash() != sides[1].StepsHash(), "changes": sentences,
	}
	return c.print(view, func() {
		for _, line := range sentences {
			fmt.Fprintln(c.out, line)
		}
		switch {
		case len(sentences) == 0:
			c.hint("No difference.")
		case sides[0].StepsHash() != sides[1].StepsHash():
			c.hint("The recovery steps differ: what was measured on the old ones no longer counts.")
		}
	})
}

// version finds a version of a plan by what the person wrote.
func (c *cli) version(ctx context.Context, s *app.Settings, word string) (*plan.Plan, error) {
	if id, which, ok := strings.Cut(word, "@"); ok && !strings.ContainsRune(word, filepath.Separator) {
		return c.registered(ctx, s, id, which)
	}
	path := word
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.workDir, word)
	}
	src, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !strings.ContainsRune(word, filepath.Separator) {
		set, err := c.plans(s)
		if err != nil {
			return nil, err
		}
		return system(set, word)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no file %s", errNotFound, word)
	} else if err != nil {
		return nil, fmt.Errorf("reading a plan: %w", err)
	}
	p, problems := plan.Parse(filepath.Base(path), src)
	if p == nil || problems.Failed() {
		return nil, fmt.Errorf("%s cannot be compared:\n%w", word, problems)
	}
	return p, nil
}

// registered finds a version in the register by number or hash; the newest when
// neither is given.
func (c *cli) registered(ctx context.Context, s *app.Settings, id, which string) (p *plan.Plan, err error) {
	list, err := c.versions(ctx, s, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%w: the register holds no version of %q; `beredskab plan history %s` shows what there is", errNotFound, id, id)
	}
	for i := len(list) - 1; i >= 0; i-- {
		v := list[i]
		if which == "" || which == strconv.Itoa(v.Number) || len(which) >= 6 && strings.HasPrefix(v.Hash, which) {
			return plan.ParseCanonical(v.Canonical)
		}
	}
	return nil, fmt.Errorf("%w: %s has no version %q; `beredskab plan history %s` lists them", errNotFound, id, which, id)
}

// versions lists what the register holds of a plan; nothing without a register.
func (c *cli) versions(ctx context.Context, s *app.Settings, id string) (list []register.Version, err error) {
	if !registered(s) {
		return nil, nil
	}
	err = c.reading(ctx, func(r *register.Register) error {
		list, err = r.Versions(ctx, id)
		if errors.Is(err, register.ErrNotFound) {
			return nil
		}
		return err
	})
	return list, err
}
