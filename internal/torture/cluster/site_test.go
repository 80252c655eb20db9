package cluster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/drill"
	"beredskab/internal/hamlet"
	"beredskab/internal/kept"
	"beredskab/internal/proof"
	"beredskab/internal/register"
)

// TestStepWaitsForTheNodeOfItsSite sends steps into a network zone that one node
// stands in. While that node is dead the step waits where everybody can see it,
// and nobody else begins it.
func TestStepWaitsForTheNodeOfItsSite(t *testing.T) {
	w := found(t, proof.Binary(t, ""), "ask")
	where := filepath.Join(w.dir, "where")
	write(t, filepath.Join(w.dir, "plans", "zone.yaml"), hamlet.System{
		ID: "zone", Mailbox: "ejer@by.example", Drills: []string{"id: gendan, title: Gendan, type: restore, allow_parallel: true"},
		Steps: []string{"id: first, title: Trin, team: drift, estimate: 1m, action: where, timeout: 1m, site: dmz"},
	}.Plan())
	catalogue, err := os.ReadFile(filepath.Join(w.dir, "actions.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(w.dir, "actions.yaml"), string(catalogue)+
		`  - {id: where, description: Say which machine it is, exec: /bin/sh, args: [-c, 'echo "$NODE" >> "$1"', sh, `+where+`], env: [PATH, NODE], timeout: 1m}
`)
	w.zones = map[string]string{"n3": "only: runner\nsite: dmz\n"}
	w.machines(w.cluster.URL("postgres"))
	for _, n := range w.nodes {
		n.start()
	}
	inZone := w.nodes[2]
	w.ended(w.enter())
	inZone.crash()
	run := w.enter()
	w.wait("the step waits visibly", func() bool {
		waits, err := w.app.Register.Waits(t.Context(), run)
		return err == nil && len(waits) == 1 && !waits[0].Served
	})
	last(t.Context(), kept.Silence/3) // in which nobody may begin it
	before := w.machinesIn(where)
	inZone.start()
	w.ended(run)
	after := w.machinesIn(where)
	failed := 0
	if before != "n3" || after != "n3 n3" {
		t.Errorf("steps of the site ran on %q while its node was dead, and on %q in the end", before, after)
		failed = 1
	}
	proof.Report(t, proof.Figure{
		ID: "R5", What: "steps of a site whose only node dies", Count: 2, Unit: "drills", Failed: failed,
		Found: "0 begun elsewhere, 1 waited until the node was back",
	})
}

// enter starts the drill that has to go into the zone.
func (w *town) enter() (id string) {
	w.t.Helper()
	id, err := w.app.Register.Open(w.t.Context(), leader(), register.Opening{System: "zone", Drill: "gendan"})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *town) ended(id string) {
	w.t.Helper()
	w.wait("run "+id+" has ended", func() bool {
		_, run, err := w.app.Register.Run(w.t.Context(), id)
		return err == nil && run.State == drill.Ended
	})
}

// machinesIn reads which machines the commands said they were on.
func (w *town) machinesIn(file string) string {
	w.t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(text)), " ")
}
