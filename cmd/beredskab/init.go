package main

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/site"
)

func (c *cli) init() *cobra.Command {
	var o site.Answers
	cmd := &cobra.Command{
		Use: "init [DIR]", Short: "Make a plan repository: organisation, first plan, settings, hook and CI file", Args: cobra.MaximumNArgs(1),
		Long: "Asks four questions on a terminal, or takes the answers as flags. Files that exist are never overwritten.\n" +
			"Without a terminal --name is required; the rest have defaults.",
		Example: "  beredskab init\n  beredskab init planer --name \"Eksempel Kommune\" --domain eksempelkommune.dk --system Byggesag --yes",
		RunE: func(_ *cobra.Command, args []string) error {
			return c.runInit(o, append(args, ".")[0])
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Organisation, "name", "", "name of the municipality")
	f.StringVar(&o.Domain, "domain", "", "domain of the mailboxes (default eksempelkommune.dk)")
	f.StringVar(&o.Name, "system", "", "name of the first system (default \"Nyt system\")")
	f.StringVar(&o.ID, "id", "", "id of the first system (default: made of its name)")
	f.StringVar(&o.Unit, "owner-unit", "", "unit that owns the first system")
	f.StringVar(&o.Kind, "kind", "on-premise", "kind of the first system: "+strings.Join(site.Kinds(), ", "))
	return cmd
}

func (c *cli) runInit(o site.Answers, dir string) error {
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(c.workDir, dir)
	}
	if c.prompt && !c.yes && !c.json {
		site.Ask(c.in, c.err, &o)
	}
	made, err := site.Make(dir, o)
	if err != nil {
		return err
	}
	c.hint("Next: cd %s && git init && beredskab check", dir)
	return c.show(made)
}
