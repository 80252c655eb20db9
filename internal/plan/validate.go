package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"beredskab/internal/plan/strict"
)

// validatePlan checks what one plan must keep beside the form of its values.
func (r reading) validatePlan(p *Plan) {
	graph := newStepGraph(r)
	graph.add("recovery.steps", p.Recovery.Steps)
	graph.add("recovery.security_steps", p.Recovery.SecuritySteps)
	graph.add("recovery.cleanup", p.Recovery.Cleanup)
	graph.check(nil)
	r.drills(p.Drills, graph)
	r.dependencies(p)
	r.backup(p.Backup)
	if p.BIA != nil {
		for i, impact := range p.BIA.Impact {
			r.impact(fmt.Sprintf("bia.impact[%d].levels", i), impact.Levels)
		}
	}
}

func (r reading) dependencies(p *Plan) {
	seen := map[string]bool{}
	for i, d := range p.DependsOn {
		path := fmt.Sprintf("depends_on[%d].id", i)
		switch {
		case d.ID == "":
		case d.ID == p.ID:
			r.In(path, "BP044", "the system depends on itself", "delete this dependency")
		case seen[d.ID]:
			r.In(path, "BP045", strict.Quote(d.ID)+" stands in depends_on twice", "keep one of the two")
		}
		seen[d.ID] = true
	}
}

func (r reading) backup(b *Backup) {
	if b == nil || b.Method == "" {
		return
	}
	none := strings.EqualFold(b.Method, "none")
	switch {
	case none && b.Reason == "":
		r.In("backup.method", "BP054", "no backup is taken, but nothing says why", "add reason: with why data can be lost")
	case !none && b.Interval == 0:
		r.In("backup.interval", "BP054", "the backup has no interval", "add interval: with the time between two backups, such as 24h")
	}
	if !none && b.Duration == 0 {
		r.In("backup.duration", "BP054", "the backup has no duration", "add duration: with how long one backup takes, such as 30m")
	}
}

func (r reading) impact(path string, levels map[string]int) {
	times := []string{"1h", "4h", "8h", "24h", "3d", "1w"}
	for time, level := range levels {
		switch {
		case !slices.Contains(times, time):
			r.Key(path, time, "BP025", strict.Quote(time)+" is no time of the impact table", strict.DidYouMean(time, times, ""))
		case level < 1 || level > 4:
			r.In(path+"."+time, "BP028", "an impact may not be "+strconv.Itoa(level), "write a number from 1 to 4")
		}
	}
}

func (r reading) drills(drills []Drill, graph *stepGraph) {
	seen := map[string]int{}
	for i := range drills {
		d, path := &drills[i], fmt.Sprintf("drills[%d]", i)
		if first, twice := seen[d.ID]; twice && d.ID != "" {
			r.In(path+".id", "BP045", fmt.Sprintf("the drill id %s is used twice; first in drills[%d]", strict.Quote(d.ID), first),
				"give this drill another id")
		}
		seen[d.ID] = i
		own := graph
		if len(d.Injects) > 0 {
			own = graph.with(path+".injects", d.Injects)
		}
		for j, id := range d.Steps {
			own.known(fmt.Sprintf("%s.steps[%d]", path, j), id)
		}
		own.known(path+".disrupted_at", d.DisruptedAtT0)
		own.known(path+".assessed_at", d.AssessedAt)
		own.known(path+".declared_at", d.DeclaredAt)
		r.held(d, path)
		for j, aim := range d.Objectives {
			if !slices.Contains([]string{"rta", "rpa", "chain"}, aim.Measure) {
				own.known(fmt.Sprintf("%s.objectives[%d].measure", path, j), aim.Measure)
			}
		}
	}
}

// held checks who leads a drill that is held without somebody, and that only an
// alert exercise says how it calls the chain.
func (r reading) held(d *Drill, path string) {
	for i, role := range d.Participants.Barred {
		if role != "" && role == d.Participants.Director {
			r.In(fmt.Sprintf("%s.participants.barred[%d]", path, i), "BP055", "the drill is held without "+strict.Quote(role)+", who leads it",
				"let another role lead, or hold the drill with everybody")
		}
	}
	if said := d.Alarm.Within > 0 || len(d.Alarm.Channels) > 0 || d.Alarm.PhonesDown; said && d.Type != "alert" {
		r.In(path+".alarm", "BP055", "a drill of type "+strict.Quote(d.Type)+" calls no alert chain", "write type: alert, or delete alarm:")
	}
}

// validateOrganisation checks that ids are unique and that no cadence is given
// twice.
func (r reading) validateOrganisation(o *Organisation) {
	r.unique("roles", len(o.Roles), func(i int) string { return o.Roles[i].ID })
	r.unique("crisis_roles", len(o.CrisisRoles), func(i int) string { return o.CrisisRoles[i].ID })
	r.unique("teams", len(o.Teams), func(i int) string { return o.Teams[i].ID })
	r.unique("levels", len(o.Levels), func(i int) string { return o.Levels[i].ID })
	r.unique("calendar.blackouts", len(o.Calendar.Blackouts), func(i int) string { return o.Calendar.Blackouts[i].ID })
	classes := map[int]bool{}
	for i, c := range o.Cadence {
		if classes[c.Class] {
			r.In(fmt.Sprintf("cadence[%d].class", i), "BP045", fmt.Sprintf("class %d has a cadence already", c.Class), "keep one of the two")
		}
		classes[c.Class] = true
	}
	for i, b := range o.Calendar.Blackouts {
		if (b.From == "" || b.To == "") && b.Weeks == "" {
			r.In(fmt.Sprintf("calendar.blackouts[%d]", i), "BP022", "the blackout has no time",
				"add from: and to: with days such as 12-15, or weeks: with week numbers such as 28-30")
		}
	}
}

func (r reading) unique(list string, length int, id func(int) string) {
	seen := map[string]bool{}
	for i := range length {
		if seen[id(i)] && id(i) != "" {
			r.In(fmt.Sprintf("%s[%d].id", list, i), "BP045", "the id "+strict.Quote(id(i))+" is used twice in "+list, "give one of the two another id")
		}
		seen[id(i)] = true
	}
}
