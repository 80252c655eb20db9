package folder

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"beredskab/internal/line"
	"beredskab/internal/plan"
)

// List is what `beredskab plan list` answers.
type List struct {
	Schema string    `json:"schema"`
	Plans  []planRow `json:"plans"`
}

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

// List lists the plans by id.
func (f *Folder) List() *List {
	v := &List{Schema: "beredskab.plans.v1", Plans: make([]planRow, len(f.Set.Plans))}
	for i, p := range f.Set.Plans {
		o := p.Objectives
		v.Plans[i] = planRow{
			p.ID, p.Name, p.RecoveryClass, p.Owner.Unit, p.PlanVersion, o.RTO.Minutes(), o.RPO.Minutes(), len(p.Drills), f.Shown(p.File), p.Hash(),
		}
	}
	return v
}

// Text prints one line a plan.
func (v *List) Text(out io.Writer) {
	rows := [][]string{{"SYSTEM", "NAME", "CLASS", "OWNER", "RTO", "RPO", "VERSION"}}
	for _, p := range v.Plans {
		rows = append(rows, []string{p.ID, p.Name, strconv.Itoa(p.Class), p.Unit, span(p.RTO), span(p.RPO), line.Dash(p.Version)})
	}
	Table(out, rows)
}

// Sheet is what `beredskab plan show` answers: the whole plan for programs, the
// promise, the steps and the drills for people.
type Sheet struct {
	Schema    string          `json:"schema"`
	File      string          `json:"file"`
	Hash      string          `json:"hash"`
	StepsHash string          `json:"steps_hash"`
	Plan      json.RawMessage `json:"plan"`
	From      string          `json:"in_force_from,omitempty"`  // of a version out of the register
	Until     string          `json:"in_force_until,omitempty"` // when another one took its place

	plan *plan.Plan
}

// Show gives one plan.
func (f *Folder) Show(id string) (*Sheet, error) {
	p, err := f.System(id)
	if err != nil {
		return nil, err
	}
	return sheetOf(p, f.Shown(p.File)), nil
}

func sheetOf(p *plan.Plan, file string) *Sheet {
	return &Sheet{Schema: "beredskab.plan.v1", File: file, Hash: p.Hash(), StepsHash: p.StepsHash(), Plan: p.Canonical(), plan: p}
}

// Text prints the plan on one page.
func (v *Sheet) Text(out io.Writer) {
	p, o := v.plan, v.plan.Objectives
	fmt.Fprintf(out, "%s – %s\n%s\n\n", p.ID, p.Name, line.Dash(p.Purpose))
	Table(out, [][]string{
		{"file", v.File},
		{"version", line.Dash(p.PlanVersion) + "  " + v.Hash[:12] + v.during()},
		{"owner", p.Owner.Role + ", " + p.Owner.Unit + " (" + line.Dash(p.Owner.Mailbox) + ", deputy " + line.Dash(p.Owner.Deputy) + ")"},
		{"class", fmt.Sprintf("%d, %s, %s", p.RecoveryClass, p.Criticality, p.Hosting)},
		{"accepted", fmt.Sprintf("RTO %s, WRT %s, MTPD %s, RPO %s", o.RTO, o.WRT, o.MTPD, o.RPO)},
		{"needs", line.Dash(strings.Join(needs(p), ", "))},
	})
	fmt.Fprintln(out, "\nRecovery")
	steps(out, p.Recovery.Steps)
	steps(out, p.Recovery.SecuritySteps)
	if len(p.Recovery.Cleanup) > 0 {
		fmt.Fprintln(out, "\nCleanup of a drill")
		steps(out, p.Recovery.Cleanup)
	}
	rows := [][]string{}
	for _, d := range p.Drills {
		rows = append(rows, []string{"  " + d.ID, d.Type, line.Dash(d.Schedule.When), d.Title})
	}
	fmt.Fprintln(out, "\nDrills")
	Table(out, rows)
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

func steps(out io.Writer, list []plan.Step) {
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
		rows = append(rows, []string{"  " + s.ID, s.Estimate.String(), line.Dash(who), line.Dash(s.Only), s.Title})
	}
	Table(out, rows)
}
