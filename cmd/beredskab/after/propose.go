package after

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/disk"
	"beredskab/internal/drill"
	"beredskab/internal/followup"
)

// proposal is a plan's next draft as programs read it, in schema
// beredskab.proposal.v1.
type proposal struct {
	Schema     string               `json:"schema"`
	Run        string               `json:"run"`
	System     string               `json:"system"`
	File       string               `json:"file"`
	Changes    []changed            `json:"changes"`
	Left       []left               `json:"left"`       // measured, and not in the draft
	Departures []followup.Departure `json:"departures"` // what a person must look at
	Diff       string               `json:"diff"`
	Written    bool                 `json:"written"`
}

type changed struct {
	Step string  `json:"step"`
	Old  int     `json:"old_minutes"`
	New  int     `json:"new_minutes"`
	Took float64 `json:"took_minutes"`
}

type left struct {
	Step string `json:"step"`
	Why  string `json:"why"`
}

// Propose is the command by which a run's times come into the plan's next draft.
func (l Line) Propose() *cobra.Command {
	write := false
	cmd := &cobra.Command{
		Use: "propose RUN", Short: "Show what a run measured as a change of the plan's file, or write it", Args: cobra.ExactArgs(1),
		Long: "Shows the plan's next draft as a difference of its file: each step that went well at the first go gets the time that\n" +
			"it took as its estimate, rounded up. Nothing else of the file changes, comments stay. What was skipped, failed or noted\n" +
			"is listed, for a person to decide. --write writes the file; what was measured counts for the new version too.",
		Example: "  beredskab drill propose 2026-07\n  beredskab drill propose 2026-07 --write",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				p, err := propose(cmd.Context(), a, args[0], write)
				if err != nil {
					return err
				}
				return l.Print(p, p.text)
			})
		},
	}
	cmd.Flags().BoolVar(&write, "write", false, "write the plan's file")
	return cmd
}

func propose(ctx context.Context, a *app.App, id string, write bool) (*proposal, error) {
	row, run, err := a.Register.Run(ctx, id)
	if err != nil {
		return nil, err
	}
	refused := &followup.Refusal{Act: "propose", Object: "run " + id}
	switch {
	case row.Imported:
		refused.Why = "it was held before this register, and nothing is known of its steps"
		return nil, refused
	case run.State != drill.Ended:
		refused.Why = "it has not ended"
		return nil, refused
	}
	name := filepath.Base(run.Plan.File)
	path, shown := filepath.Join(a.Settings.Plans, name), filepath.Join(filepath.Base(a.Settings.Plans), name)
	src, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the plan of %s is not in %s any more: %w", row.System, path, err)
	} else if err != nil {
		return nil, fmt.Errorf("reading the plan: %w", err)
	}
	draft, err := followup.Propose(shown, src, followup.MeasuredSteps(&run))
	if err != nil {
		return nil, err
	}
	p := &proposal{
		Schema: "beredskab.proposal.v1", Run: id, System: row.System, File: shown, Changes: []changed{}, Left: []left{},
		Departures: followup.Departures(&run), Diff: draft.Diff,
	}
	for _, c := range draft.Changes {
		p.Changes = append(p.Changes, changed{c.Step, c.Old.Minutes(), c.New.Minutes(), float64(c.Took.Milliseconds()) / 60_000})
	}
	for _, x := range draft.Left {
		p.Left = append(p.Left, left{x.Step, x.Why})
	}
	if p.Written = write && draft.Diff != ""; p.Written {
		return p, replace(path, draft.Text)
	}
	return p, nil
}

// replace puts a new text into a file, whole or not at all, that stays readable for
// whom it was: plans are shared.
func replace(path string, text []byte) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if err := disk.WriteFile(path, func(to io.Writer) error { _, err := to.Write(text); return err }); err != nil {
		return fmt.Errorf("writing the plan: %w", err)
	}
	return os.Chmod(path, info.Mode().Perm())
}

func (p *proposal) text(out io.Writer) {
	fmt.Fprint(out, p.Diff)
	if p.Diff == "" {
		fmt.Fprintf(out, "No estimate of %s changes by run %s.\n", p.File, p.Run)
	}
	for _, x := range p.Left {
		fmt.Fprintf(out, "# left out: %s: %s\n", x.Step, x.Why)
	}
	for _, d := range p.Departures {
		fmt.Fprintf(out, "# look at it: %s: %s\n", d.Step, d.What)
	}
	switch {
	case p.Written:
		fmt.Fprintf(out, "written: %s\nNext: git diff %s, git commit, then: beredskab plan submit %s\n", p.File, p.File, p.System)
	case p.Diff != "":
		fmt.Fprintf(out, "# Next: beredskab drill propose %s --write\n", p.Run)
	}
}
