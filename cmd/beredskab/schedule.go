package main

import (
	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/folder"
)

// schedule is the group of commands about due times.
func (c *cli) schedule() *cobra.Command {
	cmd := &cobra.Command{Use: "schedule", Short: "See when drills are due, and why then"}
	cmd.AddCommand(c.scheduleNext())
	return cmd
}

func (c *cli) scheduleNext() *cobra.Command {
	var o folder.Period
	cmd := &cobra.Command{
		Use: "next", Short: "List coming drills in local time, and why one is moved or skipped", Args: cobra.NoArgs,
		Example: "  beredskab schedule next --system esdh\n  beredskab schedule next --from 2027-01-01 --to 2027-12-31 -n 200 --json",
		RunE:    func(*cobra.Command, []string) error { return c.runScheduleNext(o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.System, "system", "", "only drills of this system")
	f.StringVar(&o.From, "from", "", "from this day or moment on (default: now)")
	f.StringVar(&o.To, "to", "", "until this day or moment (default: five years on)")
	f.IntVarP(&o.Number, "number", "n", 20, "at most this many")
	f.BoolVar(&o.Checks, "checks", false, "also when the RTO checks run")
	return cmd
}

func (c *cli) runScheduleNext(o folder.Period) error {
	now, err := c.now()
	if err != nil {
		return err
	}
	return c.judge(nil, func(f *folder.Folder, _ folder.Only) (verdict, error) { return f.Coming(now, o) })
}
