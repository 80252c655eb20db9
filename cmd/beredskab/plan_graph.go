package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"beredskab/internal/plan"
	"beredskab/internal/recovery"
)

func (c *cli) planGraph() *cobra.Command {
	output := "text"
	cmd := &cobra.Command{
		Use: "graph [SYSTEM]", Short: "Show what each system waits for", Args: cobra.MaximumNArgs(1), ValidArgsFunction: c.systems,
		Long:    "Shows the systems as a tree, each above what it needs; with SYSTEM only that one.\nNeeds for operation only are dotted.",
		Example: "  beredskab plan graph omsorg\n  beredskab plan graph -o dot | dot -Tsvg > graph.svg",
		RunE:    func(_ *cobra.Command, args []string) error { return c.runPlanGraph(output, args) },
	}
	cmd.Flags().StringVarP(&output, "output", "o", output, "text, dot or json")
	return cmd
}

// edge is one dependency.
type edge struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Kind     string `json:"kind"`
	Recovery bool   `json:"needed_for_recovery"`
	Known    bool   `json:"known"` // the folder has a plan of it
}

func (c *cli) runPlanGraph(output string, args []string) error {
	s, err := c.settings()
	if err != nil {
		return err
	}
	set, err := c.plans(s)
	if err != nil {
		return err
	}
	roots := tops(set)
	if len(args) == 1 {
		if _, err := system(set, args[0]); err != nil {
			return err
		}
		roots = args
	}
	shown, edges := reach(set, roots)
	c.json = c.json || output == "json"
	switch output {
	case "dot":
		c.dot(shown, edges)
		return nil
	case "text", "json":
		view := map[string]any{"schema": "beredskab.graph.v1", "systems": shown, "edges": edges}
		return c.print(view, func() {
			for _, id := range roots {
				c.tree(set, id, "", nil)
			}
		})
	}
	return usage("--output %q is not known; write text, dot or json", output)
}

// tops are the systems that nobody waits for; all systems when they stand in
// circles.
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
	for _, p := range set.Plans {
		if shown, _ := reach(set, ids); needed[p.ID] && !contains(shown, p.ID) {
			ids = append(ids, p.ID) // It stands in a circle that no top leads to.
		}
	}
	return ids
}

func contains(nodes []node, id string) bool {
	for _, n := range nodes {
		if n.ID == id {
			return true
		}
	}
	return false
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

// tree prints a system above what it needs. A circle is shown where it closes.
func (c *cli) tree(set *plan.Set, id, indent string, above []string) {
	p, known := set.Plan(id)
	if len(above) == 0 {
		fmt.Fprintln(c.out, id)
	}
	if !known {
		return
	}
	above = append(above, id)
	for i, d := range p.DependsOn {
		branch, next := "├─ ", "│  "
		if i == len(p.DependsOn)-1 {
			branch, next = "└─ ", "   "
		}
		if !recovery.ForRecovery(d) {
			branch = strings.Replace(branch, "─", "┄", 1)
		}
		note := ""
		_, known := set.Plan(d.ID)
		circle := strings.Contains(" "+strings.Join(above, " ")+" ", " "+d.ID+" ")
		switch {
		case circle:
			note = "  (waits for itself)"
		case !known:
			note = "  (no plan)"
		}
		fmt.Fprintf(c.out, "%s%s%s%s\n", indent, branch, d.ID, note)
		if !circle {
			c.tree(set, d.ID, indent+next, above)
		}
	}
}

// dot prints the graph for Graphviz.
func (c *cli) dot(nodes []node, edges []edge) {
	fmt.Fprintln(c.out, "digraph plans {\n  rankdir=BT;\n  node [shape=box];")
	for _, n := range nodes {
		fmt.Fprintf(c.out, "  %q [label=%q];\n", n.ID, fmt.Sprintf("%s\nclass %d", n.Name, n.Class))
	}
	for _, e := range edges {
		style := ""
		if !e.Recovery {
			style = " [style=dotted]"
		}
		fmt.Fprintf(c.out, "  %q -> %q%s;\n", e.From, e.To, style)
	}
	fmt.Fprintln(c.out, "}")
}
