package cluster

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"beredskab/internal/proof"
	"beredskab/internal/register"
	"beredskab/internal/store/pgtest"
)

// failover is a town whose database has a standby.
type failover struct {
	*town
	standbyHost *host
	standby     *pgtest.Cluster
}

// newFailover makes a town whose address of the database names two hosts. The
// standby is synchronous, or merely follows.
func newFailover(t *testing.T, binary string, synchronous bool) *failover {
	t.Helper()
	w := &failover{town: found(t, binary, "ask")}
	w.standbyHost = w.net.host("standby", 3)
	var err error
	w.standby, err = w.cluster.Standby(pgtest.Place{Namespace: w.standbyHost.namespace, Host: w.standbyHost.address, Network: w.net.everybody()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.standby.Stop)
	if !synchronous {
		w.ask(w.cluster, "ALTER SYSTEM RESET synchronous_standby_names")
		w.ask(w.cluster, "SELECT pg_reload_conf()")
	}
	w.wait("the standby follows", func() bool {
		state, err := w.cluster.Query("postgres", "SELECT sync_state FROM pg_stat_replication")
		return err == nil && state == map[bool]string{true: "sync", false: "async"}[synchronous]
	})
	w.machines(fmt.Sprintf("postgres://postgres@%s,%s/postgres?sslmode=disable&target_session_attrs=read-write", w.cluster.Address(), w.standby.Address()))
	return w
}

func (w *failover) ask(c *pgtest.Cluster, statement string) {
	w.t.Helper()
	if _, err := c.Query("postgres", statement); err != nil {
		w.t.Fatal(err)
	}
}

// lose ends the primary in mid-work, after the standby was cut off from it for a
// moment, and makes the standby the primary.
func (w *failover) lose(apart time.Duration) {
	w.t.Helper()
	w.standbyHost.cut(w.database, true, true)
	last(w.t.Context(), apart)
	w.cluster.Kill()
	w.standbyHost.heal()
	if err := w.standby.Promote(); err != nil {
		w.t.Fatal(err)
	}
	w.cluster = w.standby
}

// work lets people hold drills while the primary is lost, and gives what the
// oracle says.
func (w *failover) work(runs int) (*people, *findings) {
	w.t.Helper()
	for _, n := range w.nodes {
		n.start()
	}
	p := newPeople(w.town)
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	go p.attend(ctx)
	opened := make(chan struct{})
	go func() { defer close(opened); p.open(ctx, runs, 12*time.Second) }()
	w.wait("drills run", func() bool { return len(w.starts()) > 5 })
	w.lose(2 * time.Second)
	select {
	case <-opened:
	case <-time.After(patience):
		w.t.Fatal("drills could not be started after the failover")
	}
	cancel()
	p.finish()
	for _, n := range w.nodes {
		n.crash()
	}
	return p, w.judge(p, nil)
}

// TestFailoverToAStandby is F8 for good: the primary is killed in
// mid-work and does not come back.
func TestFailoverToAStandby(t *testing.T) {
	w := newFailover(t, proof.Binary(t, ""), true)
	p, f := w.work(proof.Size(24, 60, 400))
	for _, what := range f.failed() {
		t.Error(what)
	}
	proof.Report(t, proof.Figure{
		ID: "R5", What: "PostgreSQL lost, synchronous standby promoted", Seed: w.seed, Count: f.runs, Unit: "runs", Failed: len(f.failed()),
		Found:   fmt.Sprintf("%s, %d settled by a person", f, p.settled),
		Control: loseAsynchronous(t, w.binary),
	})
}

// loseAsynchronous is the control: the same with a standby that merely follows
// must lose what was acknowledged, or this harness could not see a loss.
func loseAsynchronous(t *testing.T, binary string) (says string) {
	t.Run("control", func(t *testing.T) {
		w := newFailover(t, binary, false)
		for _, n := range w.nodes {
			n.start()
		}
		w.wait("drills run", func() bool {
			_, err := w.app.Register.Open(t.Context(), leader(), register.Opening{System: system(1), Drill: "gendan"})
			return err == nil && len(w.starts()) > 0
		})
		w.standbyHost.cut(w.database, true, true)
		var acknowledged []string
		for range 20 {
			id, err := w.app.Register.Open(t.Context(), leader(), register.Opening{System: system(1), Drill: "gendan"})
			if err != nil {
				t.Fatal(err)
			}
			acknowledged = append(acknowledged, id)
		}
		for _, n := range w.nodes {
			n.crash() // or a drill that starts later takes the number of a lost one
		}
		w.lose(0)
		lost := 0
		for _, id := range acknowledged {
			if !w.kept(id) {
				lost++
			}
		}
		if lost == 0 {
			t.Error("nothing was lost with an asynchronous standby; the harness is blind")
		}
		says = fmt.Sprintf("an asynchronous standby lost %d of %d acknowledged drills", lost, len(acknowledged))
	})
	return says
}

// kept tells whether the new primary knows that run.
func (w *failover) kept(id string) bool {
	w.t.Helper()
	found, err := w.standby.Query("postgres", "SELECT count(*) FROM run WHERE id = '"+id+"'")
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.TrimSpace(found) != "0"
}
