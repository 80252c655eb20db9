package view

import (
	"fmt"
	"io"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/line"
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
	line.Table(out, "NODE\tSITE\tROLE\tSTATE\tLAST HEARD\tSTEPS\tVERSION\tKEY", func(w io.Writer) {
		for _, n := range v.Nodes {
			state := "silent"
			if n.Alive {
				state = "living"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", n.Name, line.Dash(n.Site), n.Role, state, n.heard.Local().Format(time.DateTime),
				n.InHand, line.Dash(n.Version), line.Dash(n.Key))
		}
	})
}
