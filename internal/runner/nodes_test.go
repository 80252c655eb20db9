package runner_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"beredskab/internal/action"
	"beredskab/internal/kept"
	"beredskab/internal/proof"
	"beredskab/internal/runner"
	"beredskab/internal/store"
	"beredskab/internal/store/pgtest"
)

// Three nodes: one that leads, one that carries steps out, one at a site. Each
// step is carried out where it belongs, however the run goes from one to another.
func TestRunGoesFromNodeToNode(t *testing.T) {
	w := onPostgres(t)
	own := map[string]*actions{"lead": newActions(), "carry": newActions(), "dmz": newActions()}
	p := restore("a", "s1", "s2", "s3", "s4")
	p.Recovery.Steps[0].Site, p.Recovery.Steps[2].Site = "dmz", "dmz"
	lead := w.open(own["lead"], func(o *runner.Options) { o.Node, o.Role = "lead", kept.Scheduler }).adopt(p).serve()
	carry := w.open(own["carry"], func(o *runner.Options) { o.Node, o.Role = "carry", kept.Runner }).serve()
	dmz := w.open(own["dmz"], func(o *runner.Options) { o.Node, o.Role, o.Site = "dmz", kept.Runner, "dmz" }).serve()
	var runs []string
	for range 5 {
		runs = append(runs, lead.start("a"))
	}
	for _, run := range runs {
		lead.untilEnded(run)
	}
	for _, s := range []*server{dmz, carry, lead} {
		s.end()
	}
	for name, want := range map[string]string{"lead": "", "carry": "s2 s4", "dmz": "s1 s3"} {
		for attempt := range own[name].started {
			if _, step, _ := strings.Cut(attempt, "/"); !strings.Contains(want, step) {
				t.Errorf("%s carried %s out", name, attempt)
			}
		}
		if got := len(own[name].started); got != len(strings.Fields(want))*len(runs) || own[name].most() > 1 {
			t.Errorf("%s carried %d steps out, want %q of each of %d runs", name, got, want, len(runs))
		}
	}
}

// F6: a node that stood still between its claim and the start of the step, while
// another took it for dead, begins nothing. What it says then is kept as late.
// The control did not stand still, and begins.
func TestNodeThatStoodStill(t *testing.T) {
	begun := map[bool]int{}
	rounds := proof.Size(3, 20, 200)
	for _, stands := range []bool{true, false} {
		w := onPostgres(t)
		for i := range rounds {
			begun[stands] += stoodStill(t, w, fmt.Sprint("p", i), stands)
		}
	}
	proof.Report(t, proof.Figure{
		ID: "R6", What: "nodes that stood still after their claim", Count: rounds, Unit: "pauses", Failed: begun[true],
		Found: fmt.Sprintf("%d steps begun by them", begun[true]), Control: fmt.Sprintf("without the pause %d of %d begun", begun[false], rounds),
	})
	if begun[false] != rounds {
		t.Error("the control did not begin every step; the harness is blind")
	}
}

func stoodStill(t *testing.T, w *world, system string, stands bool) (begun int) {
	var asleep atomic.Int64
	made := time.Now()
	p := restore(system, "s1", "s2")
	p.Recovery.Steps[1].After = nil // both are claimed at once, and there is one slot
	a := newActions()
	release := make(chan struct{})
	hold := func(context.Context, action.Request) (action.Result, error) {
		<-release
		return action.Result{Outcome: action.OK}, nil
	}
	a.do["s1"], a.do["s2"] = hold, hold
	s := w.open(a, func(o *runner.Options) {
		o.Parallel, o.Beat = 1, time.Hour // it stands still: no beat comes
		o.Mono = func() time.Duration { return time.Since(made) + time.Duration(asleep.Load()) }
	}).adopt(p).serve()
	run := s.start(system)
	first := <-a.begun
	other := map[string]string{"s1": "s2", "s2": "s1"}[first]
	s.untilStep(run, other, "started")
	if stands {
		asleep.Store(int64(time.Minute))
		rescuer, err := s.Join(t.Context(), kept.Identity{Name: "rescuer"})
		if err == nil {
			_, _, err = s.Rescue(t.Context(), rescuer, -time.Hour)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	close(release)
	if !stands {
		s.untilEnded(run)
		s.end()
		return a.started[run+"/"+other]
	}
	s.until(func() bool { // both words of the node that stood still are kept
		_, state, err := s.Run(t.Context(), run)
		return err == nil && len(state.Notes) == 2
	})
	s.end()
	return a.started[run+"/"+other]
}

// F8: the database is killed in mid-drill and comes back. What runs goes on, and
// nothing is started twice or lost; no server ends.
func TestDatabaseKilledInMidDrill(t *testing.T) {
	cluster, err := pgtest.Launch()
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Stop()
	w := &world{t: t, options: store.Options{URL: cluster.URL("postgres")}, senders: map[string]*sender{"mail": newSender(false)}}
	a := newActions()
	release := make(chan struct{})
	for _, step := range []string{"s1", "s3"} {
		a.do[step] = func(context.Context, action.Request) (action.Result, error) {
			<-release
			return action.Result{Outcome: action.OK}, nil
		}
	}
	s := w.open(a, nil).adopt(restore("a", "s1", "s2", "s3", "s4")).serve()
	rounds := proof.Size(2, 5, 30)
	for range rounds {
		var runs []string
		for range 3 {
			runs = append(runs, s.start("a"))
		}
		for range 2 { // once while s1 runs and once while s3 does
			for range runs {
				for step := ""; step != "s1" && step != "s3"; {
					step = <-a.begun
				}
			}
			cluster.Kill()
			for range runs {
				release <- struct{}{} // their ends cannot be told to anybody now
			}
			if err := cluster.Run(); err != nil {
				t.Fatal(err)
			}
		}
		for _, run := range runs {
			s.untilEnded(run)
		}
	}
	s.end()
	doubled := 0
	for _, n := range a.started {
		doubled += n - 1
	}
	proof.Report(t, proof.Figure{
		ID: "R5", What: "PostgreSQL killed while steps run and started again", Count: 2 * rounds, Unit: "kills", Failed: doubled,
		Found: fmt.Sprintf("%d steps, 0 lost, %d started twice", len(a.started), doubled),
	})
}

// A late result is not lost with the server that learnt it: the next start of
// the node finds it in its spool and hands it in (F6, F7).
func TestLateResultIsHandedInByTheNextStart(t *testing.T) {
	w, a := onSQLite(t), newActions()
	a.do["s1"] = hang
	s := w.open(a, nil).adopt(restore("a", "s1")).serve()
	run := s.start("a")
	s.untilStep(run, "s1", "started")
	rescuer, err := s.Join(t.Context(), kept.Identity{Name: "rescuer"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Rescue(t.Context(), rescuer, -time.Hour); err != nil {
		t.Fatal(err)
	}
	s.end() // the step goes on under its supervisor
	a.adopt = func(_ context.Context, q action.Request) (action.Result, error) {
		if q.Action != "" {
			t.Errorf("%+v was adopted as if it were its own", q)
		}
		return action.Result{Outcome: action.OK, Elapsed: time.Minute}, nil
	}
	s = w.open(a, nil).serve()
	s.until(func() bool {
		_, state, err := s.Run(t.Context(), run)
		return err == nil && len(state.Notes) == 1 && strings.HasPrefix(state.Notes[0].Text, "late, not counted: attempt 1 ended ok after ")
	})
	s.untilStep(run, "s1", "unknown")
	s.end()
	if a.forgot["s1"] != 1 {
		t.Error("the spool was not cleared")
	}
}
