package main

import (
	"io"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/folder"
)

func (c *cli) check() *cobra.Command {
	return &cobra.Command{
		Use: "check [PATH…]", Short: "Judge the plans: format, references, accepted times, drills, upkeep", Args: cobra.ArbitraryArgs,
		Long: "Judges every plan of the folder with the evidence of the register, when there is one.\n" +
			"PATH is a plan folder, or files of one; then only what concerns these files is shown.\n" +
			"Ends with 3 when a rule is broken or in danger, or when a file has an error.",
		Example: "  beredskab check\n  beredskab check plans/esdh.yaml\n  beredskab check --json --at 2027-01-01",
		RunE: func(cmd *cobra.Command, args []string) error {
			now, err := c.now()
			if err != nil {
				return err
			}
			return c.judge(args, func(f *folder.Folder, only folder.Only) (verdict, error) { return f.Check(cmd.Context(), now, only) })
		},
	}
}

// text is an answer that people read as text and programs as JSON; a verdict may
// be a bad one.
type (
	text    interface{ Text(out io.Writer) }
	verdict interface {
		text
		Failed() bool
	}
)

func (c *cli) show(v text) error { return c.print(v, func() { v.Text(c.out) }) }

// pass shows a verdict and ends with 3 when it is a bad one.
func (c *cli) pass(v verdict) error {
	if err := c.show(v); err != nil || !v.Failed() {
		return err
	}
	return errFound
}

// judge lets the plan folder that the paths name be judged.
func (c *cli) judge(paths []string, ask func(*folder.Folder, folder.Only) (verdict, error)) error {
	done := c.working("reading and judging the plans")
	defer done()
	dir, only, err := folder.Named(c.workDir, paths)
	if err != nil {
		return err
	}
	if dir != "" {
		c.flags["plans"] = dir
	}
	f, err := c.folder()
	if err != nil {
		return err
	}
	v, err := ask(f, only)
	if err != nil {
		return err
	}
	done()
	return c.pass(v)
}

// answer asks the plan folder of the settings, and tells when files of it have
// problems.
func (c *cli) answer(ask func(*folder.Folder) (text, error)) error {
	f, err := c.folder()
	if err != nil {
		return err
	}
	if f.Problems.Failed() {
		c.hint("warning: some plan files have problems; `beredskab check` shows them")
	}
	v, err := ask(f)
	if err != nil {
		return err
	}
	return c.show(v)
}

// working tells on a terminal what takes long, until done is called. Elsewhere
// nothing moves.
func (c *cli) working(what string) (done func()) {
	if !c.live || c.quiet || c.json {
		return func() {}
	}
	return folder.Working(c.err, what)
}

// folder reads the plan folder of the settings.
func (c *cli) folder() (*folder.Folder, error) {
	s, err := c.settings()
	if err != nil {
		return nil, err
	}
	return folder.Open(s, c.workDir, c.log())
}
