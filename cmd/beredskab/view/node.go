package view

import (
	"cmp"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"beredskab/internal/kept"
)

// Nodes are the servers of a register as programs read them: schema
// beredskab.nodes.v1.
type Nodes struct {
	Schema string `json:"schema"`
	Nodes  []node `json:"nodes"`
}

type node struct {
	Name    string  `json:"name"`
	Site    string  `json:"site,omitempty"`
	Role    string  `json:"role"`
	Alive   bool    `json:"alive"`
	Heard   string  `json:"heard_at"`
	Quiet   float64 `json:"quiet_seconds"`
	InHand  int     `json:"steps_in_hand"`
	Version string  `json:"version,omitempty"`
	Started string  `json:"started_at,omitempty"`
	Epoch   int64   `json:"epoch"`
	Key     string  `json:"key_fingerprint,omitempty"`
	heard   time.Time
}

// NodesOf makes the view; inHand counts the steps of each node.
func NodesOf(nodes []kept.Node, inHand map[string]int) Nodes {
	v := Nodes{Schema: "beredskab.nodes.v1", Nodes: []node{}}
	for _, n := range nodes {
		v.Nodes = append(v.Nodes, node{
			n.Name, n.Site, string(n.Role), n.Alive(), Stamp(n.Beat), n.Quiet.Round(time.Second / 10).Seconds(), inHand[n.Name],
			n.Version, Stamp(n.Started), n.Epoch, n.Fingerprint(), n.Beat,
		})
	}
	return v
}

// Text prints a table.
func (v Nodes) Text(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NODE\tSITE\tROLE\tSTATE\tLAST HEARD\tSTEPS\tVERSION\tKEY")
	for _, n := range v.Nodes {
		state := "silent"
		if n.Alive {
			state = "living"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", n.Name, cmp.Or(n.Site, "–"), n.Role, state, n.heard.Local().Format(time.DateTime),
			n.InHand, cmp.Or(n.Version, "–"), cmp.Or(n.Key, "–"))
	}
	_ = w.Flush() // A closed pipe ends the program by itself.
}
