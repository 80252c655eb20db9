package main

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/site"
)

func (c *cli) planNew() *cobra.Command {
	var o site.System
	dry := false
	cmd := &cobra.Command{
		Use: "new --kind KIND --id ID --name NAME", Short: "Begin a plan from a starter", Args: cobra.NoArgs,
		Long:    "Writes ID.yaml into the plan folder from the starter of that kind. A file that exists is left alone.",
		Example: `  beredskab plan new --kind on-premise --id byggesag --name "Byggesag" --owner-unit "Teknik og Miljø"`,
		RunE:    func(*cobra.Command, []string) error { return c.runPlanNew(o, dry) },
	}
	f := cmd.Flags()
	f.StringVar(&o.Kind, "kind", "", "kind of system: "+strings.Join(site.Kinds(), ", "))
	f.StringVar(&o.ID, "id", "", "id of the system; the file is called after it")
	f.StringVar(&o.Name, "name", "", "name of the system as people know it")
	f.StringVar(&o.Unit, "owner-unit", "", "unit that owns the system")
	f.BoolVar(&dry, "dry-run", false, "print the plan, write nothing")
	return cmd
}

func (c *cli) runPlanNew(o site.System, dry bool) error {
	text, err := site.Begin(o)
	if err != nil {
		return err
	}
	if dry {
		_, err := c.out.Write(text)
		return err
	}
	f, err := c.folder()
	if err != nil {
		return err
	}
	if err := site.WriteNew(filepath.Join(f.Settings.Plans, o.ID+".yaml"), text, 0o644); err != nil {
		return err
	}
	shown := f.Shown(o.ID + ".yaml")
	c.hint("Next: replace what begins with SKRIV in %s, then: beredskab check %s", shown, shown)
	return c.show(&site.Made{Schema: "beredskab.new.v1", Dir: f.Settings.Plans, Files: []string{shown}})
}
