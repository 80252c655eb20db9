package folder

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/recovery"
)

// Order is what `beredskab plan order` answers.
type Order struct {
	Schema   string     `json:"schema"`
	At       time.Time  `json:"at"`
	Evidence string     `json:"evidence"`
	Systems  []orderRow `json:"systems"`
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

// Order gives when each system is back after the loss of everything. The error
// is a *recovery.CycleError when systems wait for each other: then nobody knows.
func (f *Folder) Order(ctx context.Context, now time.Time) (*Order, error) {
	if _, err := recovery.New(f.Set); err != nil {
		return nil, err
	}
	report, evidence, err := f.judge(ctx, now)
	if err != nil {
		return nil, err
	}
	return &Order{"beredskab.order.v1", now, evidence, ordered(report.Systems)}, nil
}

// Text prints one line a system.
func (v *Order) Text(out io.Writer) {
	rows := [][]string{{"SYSTEM", "CLASS", "START", "PLANNED", "PROJECTED", "CAPACITY", "RTO", "SLACK", "STATE"}}
	for _, r := range v.Systems {
		rows = append(rows, []string{
			r.ID, strconv.Itoa(r.Class), span(r.Start), span(r.Finish), span(r.Projected), span(r.Capacity), span(r.RTO), span(r.Slack), r.State,
		})
	}
	Table(out, rows)
	if v.Evidence == "none" {
		fmt.Fprintln(out, "\nNo register yet, so nothing counts as measured.")
	}
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
