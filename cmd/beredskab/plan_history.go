package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func (c *cli) planHistory() *cobra.Command {
	return &cobra.Command{
		Use: "history SYSTEM", Short: "List the versions of a plan in the register, and its changes in git", Args: cobra.ExactArgs(1),
		ValidArgsFunction: c.systems, Example: "  beredskab plan history esdh",
		RunE: func(cmd *cobra.Command, args []string) error { return c.runPlanHistory(cmd.Context(), args[0]) },
	}
}

// versionRow is one version in the register.
type versionRow struct {
	Number    int    `json:"number"`
	Label     string `json:"plan_version"`
	Hash      string `json:"hash"`
	StepsHash string `json:"steps_hash"`
	At        string `json:"adopted_at"`
	By        string `json:"adopted_by"`
}

// commitRow is one change of the file in git.
type commitRow struct {
	Commit  string `json:"commit"`
	At      string `json:"at"`
	By      string `json:"by"`
	Subject string `json:"subject"`
}

func (c *cli) runPlanHistory(ctx context.Context, id string) error {
	s, err := c.settings()
	if err != nil {
		return err
	}
	held, err := c.versions(ctx, s, id)
	if err != nil {
		return err
	}
	file := filepath.Join(s.Plans, id+".yaml")
	commits := []commitRow{}
	if filepath.Base(file) == id+".yaml" {
		if commits, err = changes(ctx, file); err != nil {
			return err
		}
	}
	if len(held) == 0 && len(commits) == 0 {
		set, err := c.plans(s)
		if err != nil {
			return err
		}
		if _, err := system(set, id); err != nil {
			return err
		}
	}
	versions := make([]versionRow, len(held))
	for i, v := range held {
		versions[i] = versionRow{v.Number, v.Label, v.Hash, v.StepsHash, stamp(v.AdoptedAt), v.AdoptedBy}
	}
	view := map[string]any{"schema": "beredskab.history.v1", "system": id, "versions": versions, "commits": commits}
	return c.print(view, func() { c.showHistory(versions, commits) })
}

func (c *cli) showHistory(versions []versionRow, commits []commitRow) {
	fmt.Fprintln(c.out, "In the register")
	rows := [][]string{{"  NO", "VERSION", "HASH", "STEPS", "TAKEN OVER", "BY"}}
	for _, v := range versions {
		rows = append(rows, []string{"  " + strconv.Itoa(v.Number), dash(v.Label), v.Hash[:12], v.StepsHash[:12], v.At, v.By})
	}
	if len(versions) == 0 {
		rows = [][]string{{"  none yet; `beredskab serve` takes the files over"}}
	}
	c.table(rows)
	fmt.Fprintln(c.out, "\nIn git")
	rows = nil
	for _, g := range commits {
		rows = append(rows, []string{"  " + g.Commit, g.At, visible(g.By), visible(g.Subject)})
	}
	if len(commits) == 0 {
		rows = [][]string{{"  nothing; the file is in no git repository, or was never committed"}}
	}
	c.table(rows)
}

// changes lists the commits that touched a file; none where git knows nothing of
// it.
func changes(ctx context.Context, file string) ([]commitRow, error) {
	out, err := git(ctx, filepath.Dir(file), "log", "-n", "200", "--follow", "--no-show-signature", "--no-ext-diff", "--no-textconv",
		"--format=%h%x09%aI%x09%an%x09%s", "--", filepath.Base(file))
	var ended *exec.ExitError
	if errors.Is(err, exec.ErrNotFound) || errors.As(err, &ended) {
		return []commitRow{}, nil
	} else if err != nil {
		return nil, fmt.Errorf("asking git for the history of %s: %w", file, err)
	}
	list := []commitRow{}
	for line := range strings.Lines(out) {
		if f := strings.SplitN(strings.TrimRight(line, "\n"), "\t", 4); len(f) == 4 {
			list = append(list, commitRow{f[0], f[1], f[2], f[3]})
		}
	}
	return list, nil
}

const (
	gitPatience = 20 * time.Second
	gitAnswer   = 1 << 20 // bytes that are read
)

// git asks the git program. A repository may come from a stranger, so nothing
// that it configures is run, and neither time nor answer is unlimited
// (spec/stack.md 3.5).
func git(ctx context.Context, dir string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	fixed := []string{"--no-pager", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-C", dir}
	cmd := exec.CommandContext(ctx, "git", append(fixed, args...)...)
	cmd.Env = append(cmd.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	out := limited{room: gitAnswer}
	cmd.Stdout = &out
	err := cmd.Run()
	return out.String(), err
}

// limited keeps the first bytes that are written to it and lets go of the rest.
type limited struct {
	strings.Builder
	room int
}

func (l *limited) Write(p []byte) (int, error) {
	keep := min(len(p), l.room-l.Len())
	l.Builder.Write(p[:keep]) // A Builder's Write never fails.
	return len(p), nil
}
