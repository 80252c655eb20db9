package main

import (
	"time"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/folder"
)

// schedule is the group of commands about due times.
func (c *cli) schedule() *cobra.Command {
	cmd := &cobra.Command{Use: "schedule", Short: "See when drills are due, and why then"}
	cmd.AddCommand(c.scheduleNext())
	return cmd
}

type scheduleNextOptions struct {
	folder.Period
	from, to string
}

func (c *cli) scheduleNext() *cobra.Command {
	var o scheduleNextOptions
	cmd := &cobra.Command{
		Use: "next", Short: "List coming drills in local time, and why one is moved or skipped", Args: cobra.NoArgs,
		Example: "  beredskab schedule next --system esdh\n  beredskab schedule next --from 2027-01-01 --to 2027-12-31 -n 200 --json",
		RunE:    func(*cobra.Command, []string) error { return c.runScheduleNext(o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.System, "system", "", "only drills of this system")
	f.StringVar(&o.from, "from", "", "from this day or moment on (default: now)")
	f.StringVar(&o.to, "to", "", "until this day or moment (default: five years on)")
	f.IntVarP(&o.Number, "number", "n", 20, "at most this many")
	f.BoolVar(&o.Checks, "checks", false, "also when the RTO checks run")
	return cmd
}

func (c *cli) runScheduleNext(o scheduleNextOptions) (err error) {
	if o.From, err = c.now(); err == nil && o.from != "" {
		o.From, err = moment("--from", o.from)
	}
	if o.To = o.From.AddDate(5, 0, 0); err == nil && o.to != "" {
		o.To, err = moment("--to", o.to)
	}
	switch {
	case err != nil:
		return err
	case !o.To.After(o.From):
		return usage("--to %s is not after %s, where the list begins", o.to, o.From.Format(time.DateOnly))
	case o.Number < 1:
		return usage("-n %d is no number of drills; write 1 or more", o.Number)
	}
	f, err := c.folder()
	if err != nil {
		return err
	}
	v, err := f.Coming(o.Period)
	if err != nil {
		return err
	}
	return c.pass(v)
}
