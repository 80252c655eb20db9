package site

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
)

// nodes looks whether every automatic step of the plans in force has a server
// that would carry it out, and whether some server has fallen silent. On one
// machine there is only something to say when a plan names a site.
func (e Examination) nodes(ctx context.Context) []Line {
	if !e.Settings.HasRegister() {
		return nil
	}
	a, err := app.Open(ctx, e.Settings, app.Use, e.Log)
	if err != nil {
		return nil // what is wrong stands in the line of the register
	}
	nodes, _, errNodes := a.Register.Nodes(ctx)
	set, errSet := a.Register.Set(ctx)
	if err := errors.Join(errNodes, errSet, a.Close()); err != nil {
		return []Line{{"nodes", Warn, err.Error(), "beredskab node list"}}
	}
	var lines []Line
	for _, site := range sites(set) {
		w := kept.WaitFor("", site, nodes)
		if w.Served || (site == "" && e.Settings.Database == "") {
			continue
		}
		where := "start beredskab serve --only runner --site " + site + " on a machine there"
		if site == "" {
			where = "start beredskab serve, or beredskab serve --only runner"
		}
		lines = append(lines, Line{"nodes", Warn, "an automatic step " + w.Text(func(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }), where})
	}
	if e.Settings.Database == "" {
		return lines
	}
	return append(lines, living(nodes))
}

// sites lists the sites that automatic steps name; empty for those that do not.
func sites(set *plan.Set) (list []string) {
	for _, p := range set.Plans {
		for _, steps := range [][]plan.Step{p.Recovery.Steps, p.Recovery.SecuritySteps, p.Recovery.Cleanup} {
			for i := range steps {
				if s := &steps[i]; s.Kind() == plan.StepAction && !slices.Contains(list, s.Site) {
					list = append(list, s.Site)
				}
			}
		}
	}
	slices.Sort(list)
	return list
}

// living says which servers live, and which have fallen silent.
func living(nodes []kept.Node) Line {
	var silent []string
	leads := false
	for _, n := range nodes {
		leads = leads || (n.Alive() && n.Leads())
		if !n.Alive() {
			silent = append(silent, fmt.Sprintf("%s since %s", n.Name, n.Beat.Local().Format("2006-01-02 15:04")))
		}
	}
	switch {
	case !leads:
		return Line{"nodes", Warn, "no server follows the schedules and delivers messages", "start beredskab serve on one machine at least"}
	case len(silent) > 0:
		return Line{"nodes", Warn, "silent: " + strings.Join(silent, ", "), "start it again; if it is gone for good: beredskab node forget NAME"}
	}
	return Line{Name: "nodes", Level: OK, Text: fmt.Sprintf("%d, all of them living", len(nodes))}
}
