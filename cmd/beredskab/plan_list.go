package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"beredskab/internal/plan"
)

func (c *cli) planList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Aliases: []string{"ls"}, Short: "List the plans of the folder", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return c.runPlanList() },
	}
}

// planRow is a plan in a list.
type planRow struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Class   int    `json:"recovery_class"`
	Unit    string `json:"owner_unit"`
	Version string `json:"plan_version"`
	RTO     int    `json:"rto_minutes"`
	RPO     int    `json:"rpo_minutes"`
	Drills  int    `json:"drills"`
	File    string `json:"file"`
	Hash    string `json:"hash"`
}

func (c *cli) runPlanList() error {
	s, err := c.settings()
	if err != nil {
		return err
	}
	set, err := c.plans(s)
	if err != nil {
		return err
	}
	list := make([]planRow, len(set.Plans))
	rows := [][]string{{"SYSTEM", "NAME", "CLASS", "OWNER", "RTO", "RPO", "VERSION"}}
	for i, p := range set.Plans {
		o := p.Objectives
		list[i] = planRow{
			p.ID, p.Name, p.RecoveryClass, p.Owner.Unit, p.PlanVersion, o.RTO.Minutes(), o.RPO.Minutes(), len(p.Drills), c.shown(s, p.File), p.Hash(),
		}
		rows = append(rows, []string{p.ID, p.Name, strconv.Itoa(p.RecoveryClass), p.Owner.Unit, o.RTO.String(), o.RPO.String(), dash(p.PlanVersion)})
	}
	return c.print(map[string]any{"schema": "beredskab.plans.v1", "plans": list}, func() { c.table(rows) })
}

func (c *cli) planShow() *cobra.Command {
	return &cobra.Command{
		Use: "show SYSTEM", Short: "Show what one plan says", Args: cobra.ExactArgs(1), ValidArgsFunction: c.systems,
		Long:    "Shows the promise, the dependencies, the steps and the drills of one plan. With --json the whole plan.",
		Example: "  beredskab plan show esdh\n  beredskab plan show esdh --json",
		RunE:    func(_ *cobra.Command, args []string) error { return c.runPlanShow(args[0]) },
	}
}

func (c *cli) runPlanShow(id string) error {
	s, err := c.settings()
	if err != nil {
		return err
	}
	set, err := c.plans(s)
	if err != nil {
		return err
	}
	p, err := system(set, id)
	if err != nil {
		return err
	}
	view := map[string]any{
		"schema": "beredskab.plan.v1", "file": c.shown(s, p.File), "hash": p.Hash(), "steps_hash": p.StepsHash(), "plan": json.RawMessage(p.Canonical()),
	}
	return c.print(view, func() { c.showPlan(p, c.shown(s, p.File)) })
}

func (c *cli) showPlan(p *plan.Plan, file string) {
	o := p.Objectives
	fmt.Fprintf(c.out, "%s – %s\n%s\n\n", p.ID, p.Name, dash(p.Purpose))
	c.table([][]string{
		{"file", file},
		{"version", dash(p.PlanVersion) + "  " + p.Hash()[:12]},
		{"owner", p.Owner.Role + ", " + p.Owner.Unit + " (" + dash(p.Owner.Mailbox) + ", deputy " + dash(p.Owner.Deputy) + ")"},
		{"class", fmt.Sprintf("%d, %s, %s", p.RecoveryClass, p.Criticality, p.Hosting)},
		{"accepted", fmt.Sprintf("RTO %s, WRT %s, MTPD %s, RPO %s", o.RTO, o.WRT, o.MTPD, o.RPO)},
		{"needs", dash(strings.Join(needs(p), ", "))},
	})
	fmt.Fprintln(c.out, "\nRecovery")
	c.steps(p.Recovery.Steps)
	c.steps(p.Recovery.SecuritySteps)
	if len(p.Recovery.Cleanup) > 0 {
		fmt.Fprintln(c.out, "\nCleanup of a drill")
		c.steps(p.Recovery.Cleanup)
	}
	fmt.Fprintln(c.out, "\nDrills")
	rows := [][]string{}
	for _, d := range p.Drills {
		rows = append(rows, []string{"  " + d.ID, d.Type, dash(d.Schedule.When), d.Title})
	}
	c.table(rows)
}

func needs(p *plan.Plan) (list []string) {
	for _, d := range p.DependsOn {
		text := d.ID
		if d.NeededFor == "operation" {
			text += " (operation only)"
		}
		list = append(list, text)
	}
	return list
}

func (c *cli) steps(list []plan.Step) {
	rows := [][]string{}
	for i := range list {
		s := &list[i]
		who := s.Team
		switch s.Kind() {
		case plan.StepAction:
			who = "action " + s.Action
		case plan.StepConfirm:
			who = s.Confirm.By + " confirms"
		case plan.StepDecision:
			who = s.Decision.By + " decides"
		case plan.StepInject, plan.StepManual:
		}
		rows = append(rows, []string{"  " + s.ID, s.Estimate.String(), dash(who), s.Only, s.Title})
	}
	c.table(rows)
}
