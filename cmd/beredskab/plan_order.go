package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"beredskab/internal/check"
	"beredskab/internal/plan"
	"beredskab/internal/recovery"
)

func (c *cli) planOrder() *cobra.Command {
	return &cobra.Command{
		Use: "order", Short: "Show in which order the systems are back after the loss of everything", Args: cobra.NoArgs,
		Long: "Times are minutes from the loss of everything. Planned is what the plans promise, projected counts what was measured,\n" +
			"capacity counts the people there are. Slack is what the accepted time leaves of the projected one.",
		Example: "  beredskab plan order\n  beredskab plan order --json --at 2026-11-23",
		RunE:    func(cmd *cobra.Command, _ []string) error { return c.runPlanOrder(cmd.Context()) },
	}
}

// orderRow is when one system is back, in minutes from the loss of everything.
type orderRow struct {
	ID        string `json:"id"`
	Class     int    `json:"recovery_class"`
	Start     int    `json:"planned_start_minutes"`
	Finish    int    `json:"planned_finish_minutes"`
	Projected int    `json:"projected_finish_minutes"`
	Capacity  int    `json:"capacity_finish_minutes"`
	RTO       int    `json:"rto_minutes"`
	Slack     int    `json:"slack_minutes"`
	State     string `json:"state"`
}

func (c *cli) runPlanOrder(ctx context.Context) error {
	s, err := c.settings()
	if err != nil {
		return err
	}
	set, err := c.plans(s)
	if err != nil {
		return err
	}
	now, err := c.now()
	if err != nil {
		return err
	}
	if _, err := recovery.New(set); err != nil {
		c.complain(err) // Nobody can tell when anything is back.
		return errFound
	}
	report, evidence, err := c.judge(ctx, s, set, now)
	if err != nil {
		return err
	}
	list := ordered(report.Systems)
	rows := [][]string{{"SYSTEM", "CLASS", "START", "PLANNED", "PROJECTED", "CAPACITY", "RTO", "SLACK", "STATE"}}
	for _, r := range list {
		rows = append(rows, []string{
			r.ID, strconv.Itoa(r.Class), span(r.Start), span(r.Finish), span(r.Projected), span(r.Capacity), span(r.RTO), span(r.Slack), r.State,
		})
	}
	view := map[string]any{"schema": "beredskab.order.v1", "at": now, "evidence": evidence, "systems": list}
	return c.print(view, func() {
		c.table(rows)
		if evidence == "none" {
			c.hint("There is no register yet, so nothing counts as measured.")
		}
	})
}

// ordered puts the systems in the order in which they are back when nobody has
// to wait for people (F10).
func ordered(systems []check.SystemReport) []orderRow {
	capacity, results := map[string]int{}, []recovery.Result{}
	for _, s := range systems {
		capacity[s.System] = s.Capacity
		results = append(results, *s.Result)
	}
	list := []orderRow{}
	for _, r := range recovery.ByFinish(results) {
		list = append(list, orderRow{
			r.System, r.Class, r.PlannedStart, r.PlannedFinish, r.ProjectedFinish, capacity[r.System], r.RTO, r.Slack, string(r.State),
		})
	}
	return list
}

// span writes minutes for people; below zero is too late.
func span(minutes int) string {
	if minutes < 0 {
		return "-" + plan.Duration(-minutes).String()
	}
	return plan.Duration(minutes).String()
}
