package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/templates"
)

type planNewOptions struct {
	kind, id, name, unit, domain string
	dryRun                       bool
}

func (c *cli) planNew() *cobra.Command {
	var o planNewOptions
	cmd := &cobra.Command{
		Use: "new --kind KIND --id ID --name NAME", Short: "Begin a plan from a starter", Args: cobra.NoArgs,
		Long:    "Writes ID.yaml into the plan folder from the starter of that kind. A file that exists is left alone.\nKinds: " + strings.Join(kinds(), ", ") + ".",
		Example: `  beredskab plan new --kind on-premise --id byggesag --name "Byggesag" --owner-unit "Teknik og Miljø"`,
		RunE:    func(*cobra.Command, []string) error { return c.runPlanNew(o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.kind, "kind", "", "kind of system: "+strings.Join(kinds(), ", "))
	f.StringVar(&o.id, "id", "", "id of the system; the file is called after it")
	f.StringVar(&o.name, "name", "", "name of the system as people know it")
	f.StringVar(&o.unit, "owner-unit", "", "unit that owns the system")
	f.BoolVar(&o.dryRun, "dry-run", false, "print the plan, write nothing")
	return cmd
}

// kinds are the starters that there are.
func kinds() (names []string) {
	entries, err := templates.FS.ReadDir("plan")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	}
	return names
}

func (c *cli) runPlanNew(o planNewOptions) error {
	for _, f := range [][2]string{{"kind", o.kind}, {"id", o.id}, {"name", o.name}} {
		if f[1] == "" {
			return usage("--%s is missing; write `beredskab plan new --kind on-premise --id byggesag --name \"Byggesag\"`", f[0])
		}
	}
	text, err := starter(o)
	if err != nil {
		return err
	}
	if o.dryRun {
		_, err := c.out.Write(text)
		return err
	}
	s, err := c.settings()
	if err != nil {
		return err
	}
	file := filepath.Join(s.Plans, o.id+".yaml")
	if err := writeNew(file, text, 0o644); err != nil {
		return err
	}
	shown := c.shown(s, file)
	return c.print(map[string]any{"schema": "beredskab.new.v1", "file": shown}, func() {
		fmt.Fprintf(c.out, "%s written.\n", shown)
		c.hint("Next: replace what begins with SKRIV in %s, then: beredskab check %s", shown, shown)
	})
}

// starter is a new plan's text: the starter of its kind under its own name.
func starter(o planNewOptions) ([]byte, error) {
	src, err := templates.FS.ReadFile("plan/" + path.Base(o.kind) + ".yaml")
	if err != nil {
		return nil, usage("there is no kind %q%s; write one of %s", o.kind, meant(o.kind, kinds()), strings.Join(kinds(), ", "))
	}
	text := strings.NewReplacer(
		"name: \"Nyt system\"", "name: "+strconv.Quote(o.name),
		"unit: \"Ejerenhed\"", "unit: "+strconv.Quote(orElse(o.unit, "Ejerenhed")),
		"nyt-system", o.id, "eksempelkommune.dk", orElse(o.domain, "eksempelkommune.dk"),
	).Replace(string(src))
	if _, problems := plan.Parse(o.id+".yaml", []byte(text)); problems.Failed() {
		return nil, usage("with these words the plan cannot be read:\n%s", problems.Error())
	}
	return []byte(text), nil
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// writeNew writes a file that must not exist yet.
func writeNew(file string, text []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("making the folder of %s: %w", file, err)
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %s exists already and is left alone", register.ErrConflict, file)
	} else if err != nil {
		return fmt.Errorf("writing a new file: %w", err)
	}
	_, err = out.Write(text)
	return errors.Join(err, out.Close())
}
