package simulation_test

import (
	"context"
	"slices"

	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register"
)

// dmz is the network zone into which some steps have to go, in the weeks in
// which a node stands there.
const dmz = "dmz"

// place is where a node stands and what it does for all.
type place struct {
	role kept.Role
	site string
}

// places is how the three nodes share the work of a week.
func places(draw float64) [3]place {
	all, lead, carry, zone := place{role: kept.Everything}, place{role: kept.Scheduler}, place{role: kept.Runner}, place{kept.Runner, dmz}
	list := [][3]place{{all, all, all}, {all, all, all}, {all, all, zone}, {all, zone, zone}, {lead, carry, zone}}
	return list[int(draw*float64(len(list)))]
}

// leads tells whether people and channels are reached through the node.
func (n *node) leads() bool { return n.place.role != kept.Runner }

// says is the site that the node tells the register it stands at.
func (n *node) says() string {
	if n.town.db.mutant == lyingNode && n == n.town.nodes[0] {
		return dmz
	}
	return n.place.site
}

// routes are the channels that the node knows: one in a zone knows none.
func (n *node) routes() []register.Route {
	if !n.leads() {
		return nil
	}
	if n.town.routes != nil {
		return n.town.routes
	}
	return []register.Route{{Channel: "mail"}}
}

// zoned tells whether steps have to go into the zone this week.
func (t *town) zoned() bool {
	return slices.ContainsFunc(t.nodes, func(n *node) bool { return n.place.site == dmz })
}

// siteOf says where that step of that system has to be carried out.
func (t *town) siteOf(system, step string) string {
	if t.zoned() && slices.Contains([]string{"s1/skift", "s1/ryd-op", "s2/gendan", "s3/svarer"}, system+"/"+step) {
		return dmz
	}
	return ""
}

// settle writes into the plans where their steps have to be carried out.
func (t *town) settle(set *plan.Set) {
	for _, p := range set.Plans {
		for _, steps := range [][]plan.Step{p.Recovery.Steps, p.Recovery.Cleanup} {
			for i := range steps {
				steps[i].Site = t.siteOf(p.ID, steps[i].ID)
			}
		}
	}
}

// await notes the steps that wait for a site at which no server runs.
func (t *town) await(ctx context.Context, s *server, run string) {
	if !t.zoned() {
		return
	}
	waits, err := s.register.Waits(ctx, run)
	if err != nil {
		return
	}
	for _, w := range waits {
		if w.Site != "" && !slices.ContainsFunc(t.nodes, func(n *node) bool { return n.place.site == w.Site && n.running() != nil }) {
			t.mu.Lock()
			t.awaited[run+"/"+w.Step] = true
			t.mu.Unlock()
		}
	}
}

// judgeSites wants every attempt to be claimed where its step belongs, and the
// end of every drill to be told, whichever node found it.
func (t *town) judgeSites() {
	t.counts["steps that waited for a site nobody stood at"] = len(t.awaited)
	for key, a := range t.db.attempts {
		site := t.siteOf(t.db.runs[key.run].System, key.step)
		if site != "" {
			t.counts["attempts at a site"]++
		}
		for _, n := range t.nodes {
			if n.name == a.Node && (n.place.site != site || n.place.role == kept.Scheduler) {
				t.broken("%v belongs to site %q and was claimed by %s, which is %s at site %q", key, site, n.name, n.place.role, n.place.site)
			}
		}
	}
	told := map[string]bool{}
	for _, n := range t.db.notices {
		told[n.Facts.Run] = told[n.Facts.Run] || n.Kind == outbox.Finished
	}
	for id, run := range t.db.runs {
		if run.State == "ended" && !told[id] {
			t.broken("nobody is told of the end of run %s", id)
		}
	}
}
