package folder

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"beredskab/internal/plan"
	"beredskab/internal/recovery"
)

// Graph is what `beredskab plan graph` answers.
type Graph struct {
	Schema  string `json:"schema"`
	Systems []node `json:"systems"`
	Edges   []edge `json:"edges"`

	set   *plan.Set
	roots []string
	dot   bool
}

// edge is one dependency.
type edge struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Kind     string `json:"kind"`
	Recovery bool   `json:"needed_for_recovery"`
	Known    bool   `json:"known"` // the folder has a plan of it
}

// Graph gives what each system waits for; with systems only what these lead to.
// Its text is a tree, or the language of Graphviz.
func (f *Folder) Graph(dot bool, systems ...string) (*Graph, error) {
	for _, id := range systems {
		if _, err := f.System(id); err != nil {
			return nil, err
		}
	}
	if len(systems) == 0 {
		systems = tops(f.Set)
	}
	v := &Graph{Schema: "beredskab.graph.v1", set: f.Set, roots: systems, dot: dot}
	v.Systems, v.Edges = reach(f.Set, systems)
	return v, nil
}

// Text prints each system above what it needs.
func (v *Graph) Text(out io.Writer) {
	if v.dot {
		v.graphviz(out)
		return
	}
	d := &drawer{out, v.set, map[string]bool{}}
	for _, id := range v.roots {
		fmt.Fprintln(out, id)
		d.below(id, "", nil)
	}
}

// tops are the systems that nobody waits for, and one of each circle that none
// of them leads to.
func tops(set *plan.Set) (ids []string) {
	needed := map[string]bool{}
	for _, p := range set.Plans {
		for _, d := range p.DependsOn {
			needed[d.ID] = true
		}
	}
	for _, p := range set.Plans {
		if !needed[p.ID] {
			ids = append(ids, p.ID)
		}
	}
	seen := map[string]bool{}
	mark := func(roots ...string) {
		nodes, _ := reach(set, roots)
		for _, n := range nodes {
			seen[n.ID] = true
		}
	}
	mark(ids...)
	for _, p := range set.Plans {
		if !seen[p.ID] {
			ids = append(ids, p.ID)
			mark(p.ID)
		}
	}
	return ids
}

// node is one system of the graph.
type node struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Class int    `json:"recovery_class"`
}

// reach gives the systems that can be reached from the roots, and how.
func reach(set *plan.Set, roots []string) (nodes []node, edges []edge) {
	nodes, edges = []node{}, []edge{}
	seen := map[string]bool{}
	queue := append([]string{}, roots...)
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		p, known := set.Plan(id)
		if seen[id] || !known {
			continue
		}
		seen[id] = true
		nodes = append(nodes, node{p.ID, p.Name, p.RecoveryClass})
		for _, d := range p.DependsOn {
			_, known := set.Plan(d.ID)
			edges = append(edges, edge{id, d.ID, d.Kind, recovery.ForRecovery(d), known})
			queue = append(queue, d.ID)
		}
	}
	return nodes, edges
}

// drawer draws systems above what they need. What was drawn once is not drawn
// again, so that the picture grows with the plans and not with the ways through
// them.
type drawer struct {
	out   io.Writer
	set   *plan.Set
	drawn map[string]bool
}

// below draws what a system needs. A circle is shown where it closes.
func (d *drawer) below(id, indent string, above []string) {
	p, known := d.set.Plan(id)
	if !known {
		return
	}
	d.drawn[id] = true
	above = append(above, id)
	for i, need := range p.DependsOn {
		branch, next := "├─ ", "│  "
		if i == len(p.DependsOn)-1 {
			branch, next = "└─ ", "   "
		}
		if !recovery.ForRecovery(need) {
			branch = strings.Replace(branch, "─", "┄", 1)
		}
		note := d.note(need.ID, above)
		fmt.Fprintf(d.out, "%s%s%s%s\n", indent, branch, need.ID, note)
		if note == "" {
			d.below(need.ID, indent+next, above)
		}
	}
}

// note says why nothing is drawn below a system.
func (d *drawer) note(id string, above []string) string {
	p, known := d.set.Plan(id)
	switch {
	case !known:
		return "  (no plan)"
	case slices.Contains(above, id):
		return "  (waits for itself)"
	case d.drawn[id] && len(p.DependsOn) > 0:
		return "  (as above)"
	}
	return ""
}

// graphviz prints the graph in the language of Graphviz.
func (v *Graph) graphviz(out io.Writer) {
	fmt.Fprintln(out, "digraph plans {\n  rankdir=BT;\n  node [shape=box];")
	for _, n := range v.Systems {
		fmt.Fprintf(out, "  %q [label=%q];\n", n.ID, fmt.Sprintf("%s\nclass %d", n.Name, n.Class))
	}
	for _, e := range v.Edges {
		style := ""
		if !e.Recovery {
			style = " [style=dotted]"
		}
		fmt.Fprintf(out, "  %q -> %q%s;\n", e.From, e.To, style)
	}
	fmt.Fprintln(out, "}")
}
