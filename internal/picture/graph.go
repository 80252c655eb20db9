package picture

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Node is one system of a dependency graph.
type Node struct {
	ID, Name string
	RTO      time.Duration
	State    string
}

// Edge says that To needs From. Late says that From is slower than To can bear.
type Edge struct {
	From, To string
	Late     bool
}

// The measures of a dependency graph.
const (
	graphWidth, nodeWidth, nodeHeight, layerHeight, bendWidth = 816, 124, 54, 92, 16
)

// Graph draws who waits for whom, from the foundation at the top downwards. An
// edge that is too slow is red, thick and crossed. An edge that follows from
// others is not drawn; the table has them all.
func Graph(s Speaker, id, caption string, nodes []Node, edges []Edge) Picture {
	c := graph{canvas: canvas{Speaker: s, id: id}, nodes: nodes, index: map[string]int{}}
	for i, n := range nodes {
		c.index[n.ID] = i
	}
	p := Picture{Caption: caption, Twin: id + "-table", Titles: []string{c.Say("col.system"), ">" + c.Say("col.rto"), c.Say("col.met"), c.Say("col.needs"), c.Say("col.too.slow")}}
	late := 0
	for _, n := range nodes {
		var needs, slow []string
		for _, e := range edges {
			if from, ok := c.index[e.From]; ok && e.To == n.ID {
				needs = append(needs, nodes[from].Name)
				if e.Late {
					slow = append(slow, nodes[from].Name)
				}
			}
		}
		late += len(slow)
		p.Rows = append(p.Rows, []string{n.Name, c.Span(n.RTO), Mark(n.State) + " " + c.Say("standing."+n.State), orDash(needs), orDash(slow)})
	}
	drawn := c.drawn(edges)
	c.net = arrange(len(nodes), drawn, nodeWidth+12, bendWidth, graphWidth)
	c.begin(graphWidth, 30+layerHeight*len(c.net.rows), caption, c.Say("picture.graph", len(nodes), late), p.Twin)
	c.legend(8, 14, [2]string{"✗", c.Say("graph.late")}, [2]string{"–", c.Say("standing.unknown")})
	c.edges(drawn)
	for i, n := range nodes {
		c.node(i, n)
	}
	return c.end(p)
}

func orDash(names []string) string {
	if len(names) == 0 {
		return "–"
	}
	return strings.Join(names, ", ")
}

type graph struct {
	canvas
	*net
	nodes []Node
	index map[string]int
	late  map[[2]int]bool
}

// drawn are the edges between known systems, without those that follow from
// others; one that is too slow always stays.
func (c *graph) drawn(edges []Edge) (drawn [][2]int) {
	c.late = map[[2]int]bool{}
	needs := make([][]int, len(c.nodes))
	for _, e := range edges {
		from, known := c.index[e.From]
		to, also := c.index[e.To]
		if known && also && !slices.Contains(needs[to], from) {
			needs[to] = append(needs[to], from)
			c.late[[2]int{from, to}] = e.Late
		}
	}
	for to := range needs {
		for _, from := range needs[to] {
			if c.late[[2]int{from, to}] || !implied(needs, from, to) {
				drawn = append(drawn, [2]int{from, to})
			}
		}
	}
	return drawn
}

// implied tells whether to waits for from anyway, through something else.
func implied(needs [][]int, from, to int) bool {
	seen := map[int]bool{to: true, from: true}
	var reaches func(at int) bool
	reaches = func(at int) bool {
		for _, d := range needs[at] {
			if d == from {
				return true
			}
			if !seen[d] {
				seen[d] = true
				if reaches(d) {
					return true
				}
			}
		}
		return false
	}
	for _, d := range needs[to] {
		if d != from && reaches(d) {
			return true
		}
	}
	return false
}

func (c *graph) y(place int) int { return 28 + layerHeight*c.layer[place] }

// edges draws the ordinary ones below and those that are too slow above.
func (c *graph) edges(drawn [][2]int) {
	for _, red := range []bool{false, true} {
		for _, e := range drawn {
			if c.late[e] == red && c.layer[e[0]] < c.layer[e[1]] {
				c.edge(e, red)
			}
		}
	}
}

func (c *graph) edge(e [2]int, red bool) {
	var d strings.Builder
	places := c.way(e[0], e[1])
	fmt.Fprintf(&d, "M%d %d", c.x[e[0]], c.y(e[0])+nodeHeight)
	x, y := c.x[e[0]], c.y(e[0])+nodeHeight
	for i, p := range places[1:] {
		toX, toY := c.x[p], c.y(p)
		fmt.Fprintf(&d, "C%d %d %d %d %d %d", x, y+18, toX, toY-18, toX, toY)
		if x, y = toX, toY+nodeHeight; i < len(places)-2 {
			fmt.Fprintf(&d, "V%d", y)
		}
	}
	last := places[len(places)-1]
	x, y = c.x[last], c.y(last)
	stroke, extra := "#5c5c5c", ` stroke-width="1.3"`
	if red {
		stroke, extra = "#a30000", ` stroke-width="3"`
	}
	c.path(stroke, extra, "%s", d.String())
	c.path(stroke, extra, "M%d %dl-4 -7M%[1]d %[2]dl4 -7", x, y)
	if red {
		before := places[len(places)-2]
		midX, midY := (c.x[before]+x)/2, (c.y(before)+nodeHeight+y)/2
		fmt.Fprintf(c, `<circle cx="%d" cy="%d" r="9" fill="#fff" stroke="#a30000" stroke-width="2"/>`, midX, midY)
		c.text(midX, midY+4, "middle", bold, "✗")
	}
}

// way is the places that an edge is led through, both ends included.
func (c *graph) way(from, to int) []int {
	for _, next := range c.below[from] {
		path := []int{from}
		for next >= c.system {
			path = append(path, next)
			next = c.below[next][0]
		}
		if next == to {
			return append(path, to)
		}
	}
	return []int{from, to}
}

func (c *graph) node(i int, n Node) {
	x, y := c.x[i]-nodeWidth/2, c.y(i)
	c.box(x, y, nodeWidth, nodeHeight, n.State)
	first, second := twoLines(n.Name, 16)
	if second == "" {
		c.text(c.x[i], y+22, "middle", ` font-size="11" font-weight="bold"`, first)
	} else {
		c.text(c.x[i], y+15, "middle", ` font-size="11" font-weight="bold"`, first)
		c.text(c.x[i], y+29, "middle", ` font-size="11" font-weight="bold"`, second)
	}
	c.text(c.x[i], y+46, "middle", ` font-size="11"`, Mark(n.State)+" "+c.Say("graph.rto", c.Span(n.RTO)))
}
