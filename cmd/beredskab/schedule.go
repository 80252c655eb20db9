package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/plan"
	"beredskab/internal/schedule"
)

// schedule is the group of commands about due times.
func (c *cli) schedule() *cobra.Command {
	cmd := &cobra.Command{Use: "schedule", Short: "See when drills are due, and why then"}
	cmd.AddCommand(c.scheduleNext())
	return cmd
}

type scheduleNextOptions struct {
	system, from, to string
	number           int
	checks           bool
}

func (c *cli) scheduleNext() *cobra.Command {
	var o scheduleNextOptions
	cmd := &cobra.Command{
		Use: "next", Short: "List coming drills in local time, and why one is moved or skipped", Args: cobra.NoArgs,
		Example: "  beredskab schedule next --system esdh\n  beredskab schedule next --from 2027-01-01 --to 2027-12-31 -n 200 --json",
		RunE:    func(*cobra.Command, []string) error { return c.runScheduleNext(o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.system, "system", "", "only drills of this system")
	f.StringVar(&o.from, "from", "", "from this day or moment on (default: now)")
	f.StringVar(&o.to, "to", "", "until this day or moment (default: five years on)")
	f.IntVarP(&o.number, "number", "n", 20, "at most this many")
	f.BoolVar(&o.checks, "checks", false, "also when the RTO checks run")
	return cmd
}

// dueRow is one coming occurrence.
type dueRow struct {
	Schedule string `json:"schedule"`
	System   string `json:"system"`
	Drill    string `json:"drill"`
	Title    string `json:"title"`
	Nominal  string `json:"nominal"`
	Zone     string `json:"zone"`
	Due      string `json:"due"`
	From     string `json:"moved_from,omitempty"`
	Fate     string `json:"fate"`
	Why      string `json:"why,omitempty"`
	Sentence string `json:"sentence"`

	at time.Time
}

func (c *cli) runScheduleNext(o scheduleNextOptions) error {
	s, err := c.settings()
	if err != nil {
		return err
	}
	set, err := c.plans(s)
	if err != nil {
		return err
	}
	if o.system != "" {
		if _, err := system(set, o.system); err != nil {
			return err
		}
	}
	from, to, err := c.period(o)
	if err != nil {
		return err
	}
	list, bad := coming(set, o, from, to)
	view := map[string]any{"schema": "beredskab.schedule.v1", "occurrences": list, "problems": bad}
	if err := c.print(view, func() { c.showComing(list) }); err != nil {
		return err
	}
	for _, b := range bad {
		c.hint("%s", b)
	}
	return found(len(bad) > 0)
}

// period reads --from and --to.
func (c *cli) period(o scheduleNextOptions) (from, to time.Time, err error) {
	if from, err = c.now(); err == nil && o.from != "" {
		from, err = moment("--from", o.from)
	}
	if to = from.AddDate(5, 0, 0); err == nil && o.to != "" {
		to, err = moment("--to", o.to)
	}
	if err == nil && !to.After(from) {
		err = usage("--to %s is not after --from %s", o.to, from.Format(time.DateOnly))
	}
	if err == nil && o.number < 1 {
		err = usage("-n %d is no number of drills; write 1 or more", o.number)
	}
	return from, to, err
}

// coming lists the occurrences of all schedules, soonest first, and which
// schedules cannot be read.
func coming(set *plan.Set, o scheduleNextOptions, from, to time.Time) (list []dueRow, bad []string) {
	list, bad = []dueRow{}, []string{}
	add := func(row dueRow, text plan.Schedule) {
		if text.When == "" || (o.system != "" && row.System != o.system) {
			return
		}
		spec, cal, err := schedule.FromPlan(set.Organisation, text)
		if err != nil {
			bad = append(bad, fmt.Sprintf("the schedule %q of %s cannot be followed: %v; `beredskab plan lint` shows where", text.When, row.Schedule, err))
			return
		}
		n := 0
		for d := range spec.Occurrences(cal, from, to) {
			if n++; n > o.number {
				break
			}
			list = append(list, row.with(d))
		}
	}
	if o.checks {
		add(dueRow{Schedule: "@checks", Title: "RTO checks"}, set.Organisation.Checks)
	}
	for _, p := range set.Plans {
		for _, d := range p.Drills {
			add(dueRow{Schedule: p.ID + "/" + d.ID, System: p.ID, Drill: d.ID, Title: d.Title}, d.Schedule)
		}
	}
	slices.SortStableFunc(list, func(a, b dueRow) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.Schedule, b.Schedule)) })
	return list[:min(len(list), o.number)], bad
}

// with is the row of one occurrence, in the local time of its schedule.
func (r dueRow) with(d schedule.Decision) dueRow {
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		zone = time.UTC // The schedule's own reading has judged the zone already.
	}
	r.at, r.Nominal, r.Zone, r.Due, r.Fate = d.Due, d.Nominal, d.Zone, d.Due.In(zone).Format(time.RFC3339), string(d.Fate)
	if !d.From.IsZero() {
		r.From = d.From.In(zone).Format(time.RFC3339)
	}
	r.Why, r.Sentence = d.Why.String(), d.Sentence()
	r.at = d.Due.In(zone)
	return r
}

func (c *cli) showComing(list []dueRow) {
	rows := [][]string{{"DUE", "DRILL", "TITLE"}}
	for _, r := range list {
		title := r.Title
		switch {
		case r.From != "" && r.Fate == string(schedule.FateMoved):
			title += fmt.Sprintf(" (moved from %s: %s)", r.From[:10], r.Why)
		case r.Why != "":
			title += fmt.Sprintf(" (%s: %s)", r.Fate, r.Why)
		}
		rows = append(rows, []string{r.at.Format("Mon 2006-01-02 15:04"), r.Schedule, title})
	}
	c.table(rows)
	if len(list) == 0 {
		c.hint("Nothing is due in that time.")
	}
}
