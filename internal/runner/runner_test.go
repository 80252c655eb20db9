package runner_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"beredskab/internal/action"
	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/runner"
)

func TestDrillRunsToItsEnd(t *testing.T) {
	for name, w := range map[string]*world{"sqlite": onSQLite(t), "postgres": onPostgres(t)} {
		t.Run(name, func(t *testing.T) {
			a := newActions()
			s := w.open(a, nil).adopt(restore("a", "s1", "s2", "s3")).serve()
			run := s.start("a")
			s.untilEnded(run)
			s.end()
			if a.most() != 1 || a.forgot["s3"] != 1 {
				t.Errorf("started %v, forgot %v", a.started, a.forgot)
			}
		})
	}
}

// However often the server stops, every step is started once and every drill
// ends; what is in hand goes on without the server and is found again.
func TestStopAndStart(t *testing.T) {
	w, a := onSQLite(t), newActions()
	a.do["s2"] = hang
	a.adopt = func(ctx context.Context, r action.Request) (action.Result, error) {
		if r.Run == "2026-01" || ctx.Err() == nil {
			return action.Result{Outcome: action.OK}, nil
		}
		return action.Result{}, action.ErrDetached
	}
	var runs []string
	for i := range 20 {
		s := w.open(a, nil)
		if i == 0 {
			s.adopt(restore("a", "s1", "s2", "s3"))
		}
		s.serve()
		run := s.start("a")
		runs = append(runs, run)
		s.untilStep(run, "s2", "started")
		s.end()
	}
	delete(a.do, "s2") // an attempt that was given back before it began is begun now
	s := w.open(a, nil).serve()
	for _, run := range runs {
		s.untilEnded(run)
	}
	s.end()
	if a.most() != 1 {
		t.Errorf("some attempt was started %d times", a.most())
	}
}

// Steps that wait for their turn are given back when the server stops, and
// begun by the next start.
func TestGivenBackAtStop(t *testing.T) {
	w, a := onSQLite(t), newActions()
	a.do["s1"] = hang
	p := restore("a", "s1", "s2")
	p.Recovery.Steps[1].After = nil
	s := w.open(a, func(o *runner.Options) { o.Parallel = 1 }).adopt(p).serve()
	a.do["s2"] = hang
	run := s.start("a")
	first := <-a.begun
	s.untilStep(run, "s1", "started")
	s.untilStep(run, "s2", "started")
	s.end()
	a.adopt = func(context.Context, action.Request) (action.Result, error) {
		return action.Result{Outcome: action.OK}, nil
	}
	a.do = map[string]func(context.Context, action.Request) (action.Result, error){}
	s = w.open(a, nil).serve()
	s.untilEnded(run)
	_, state, err := s.Run(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range state.Steps {
		if attempts := map[bool]int{true: 1, false: 2}[step.ID == first]; step.Attempt != attempts {
			t.Errorf("%s: %d attempts, %s was first", step.ID, step.Attempt, first)
		}
	}
	s.end()
}

// A run that is woken while its server is still starting is driven with what
// the earlier start had in hand of it, and not beside that.
func TestWokenWhileTakingOver(t *testing.T) {
	w, a := onSQLite(t), newActions()
	p := restore("a", "s1", "s2", "s3")
	p.Recovery.Steps[1].After = nil
	a.do["s1"], a.do["s3"] = hang, hang
	a.do["s2"] = func(ctx context.Context, _ action.Request) (action.Result, error) {
		<-ctx.Done() // it ends with its server, which claims nothing more: s3 is left to the next
		return action.Result{Outcome: action.OK}, nil
	}
	s := w.open(a, nil).adopt(p).serve()
	run := s.start("a")
	s.untilStep(run, "s1", "started")
	s.untilStep(run, "s2", "started")
	s.end()
	a.adopt = func(context.Context, action.Request) (action.Result, error) {
		return action.Result{Outcome: action.OK}, nil
	}
	w.changes = func(s *server) { s.runner.Woken(run) }
	s = w.open(a, nil).serve()
	s.untilStep(run, "s3", "started")
	s.untilStep(run, "s1", "done")
	s.end()
	if a.most() != 1 {
		t.Errorf("started %v", a.started)
	}
}

func TestHowStepsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		result action.Result
		err    error
		state  string
	}{
		"failed":  {action.Result{Outcome: action.Failed}, nil, "failed"},
		"refused": {action.Result{}, action.ErrRefused, "failed"},
		"unknown": {action.Result{}, action.ErrUnknown, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			w, a := onSQLite(t), newActions()
			a.do["s1"] = func(context.Context, action.Request) (action.Result, error) { return c.result, c.err }
			s := w.open(a, nil).adopt(restore("a", "s1")).serve()
			s.untilStep(s.start("a"), "s1", c.state)
			s.end()
		})
	}
}

// An attempt that the spool knows already is never started again.
func TestStartedBefore(t *testing.T) {
	w, a := onSQLite(t), newActions()
	a.do["s1"] = func(context.Context, action.Request) (action.Result, error) {
		return action.Result{}, action.ErrStarted
	}
	a.adopt = func(context.Context, action.Request) (action.Result, error) {
		return action.Result{Outcome: action.OK}, nil
	}
	s := w.open(a, nil).adopt(restore("a", "s1")).serve()
	s.untilEnded(s.start("a"))
	s.end()
}

func TestAbortEndsWhatIsInHandButNotCleanup(t *testing.T) {
	w, a := onSQLite(t), newActions()
	a.do["s1"] = hang
	release := make(chan struct{})
	a.do["ryd-op"] = func(ctx context.Context, _ action.Request) (action.Result, error) {
		select {
		case <-release:
			return action.Result{Outcome: action.OK}, nil
		case <-ctx.Done():
			return action.Result{Outcome: action.Aborted}, nil
		}
	}
	p := restore("a", "s1")
	p.Recovery.Cleanup = []plan.Step{{ID: "ryd-op", Title: "Ryd op", Action: "clean", Timeout: 5}}
	s := w.open(a, nil).adopt(p).serve()
	run := s.start("a")
	s.untilStep(run, "s1", "started")
	me := door.Actor{Name: "it-chef"}
	if err := s.Lead(t.Context(), me, register.Lead{Run: run, Kind: event.RunAborted, Reason: "brand"}); err != nil {
		t.Fatal(err)
	}
	s.untilStep(run, "ryd-op", "started")
	for i := range 5 { // each note has the run looked at again
		if err := s.Note(t.Context(), me, run, "", fmt.Sprint("linje ", i)); err != nil {
			t.Fatal(err)
		}
	}
	close(release)
	s.untilEnded(run)
	s.untilStep(run, "s1", "failed")
	s.untilStep(run, "ryd-op", "done")
	s.end()
}

// A channel that takes and never answers holds up neither the drill nor the
// other channel, nor the stop.
func TestBlackHole(t *testing.T) {
	w, a := onSQLite(t), newActions()
	w.senders["slack"] = newSender(true)
	s := w.open(a, nil).adopt(restore("a", "s1")).serve()
	first := s.start("a")
	<-w.senders["slack"].sent
	s.untilEnded(first)
	second := s.start("a")
	s.untilEnded(second)
	told := map[string]int{}
	for told[first+"finished"] == 0 || told[second+"finished"] == 0 {
		n := <-w.senders["mail"].sent
		told[n.Facts.Run+string(n.Kind)]++
	}
	s.end()
	for what, n := range told {
		if n != 1 {
			t.Errorf("%s was told %d times", what, n)
		}
	}
}

// Two servers share one register: each step is started by one of them, and each
// message told by one.
func TestTwoServers(t *testing.T) {
	w, a := onPostgres(t), newActions()
	one := w.open(a, nil).adopt(restore("a", "s1", "s2", "s3")).serve()
	two := w.open(a, func(o *runner.Options) { o.Node = "n2" }).serve()
	var runs []string
	for i := range 20 {
		runs = append(runs, []*server{one, two}[i%2].start("a"))
	}
	for _, run := range runs {
		one.untilEnded(run)
	}
	told := map[string]int{}
	for range 40 {
		n := <-w.senders["mail"].sent
		told[n.Key]++
	}
	two.end()
	one.end()
	if a.most() != 1 || len(told) != 40 || len(w.senders["mail"].sent) != 0 {
		t.Errorf("most starts of a step %d, messages %d, more %d", a.most(), len(told), len(w.senders["mail"].sent))
	}
}

// A server that dies leaves an unknown attempt to the others, after Silence.
func TestSilentServer(t *testing.T) {
	w, a := onPostgres(t), newActions()
	a.do["s1"] = hang
	dead := w.open(a, nil).adopt(restore("a", "s1"))
	node, err := dead.Join(t.Context(), kept.Identity{Name: "dead"})
	if err != nil {
		t.Fatal(err)
	}
	run := dead.start("a")
	if turn, err := dead.Advance(t.Context(), node, run); err != nil || len(turn.Jobs) != 1 {
		t.Fatalf("%+v %v", turn, err)
	}
	s := w.open(a, func(o *runner.Options) { o.Node, o.Silence = "n2", 300*time.Millisecond }).serve()
	s.untilStep(run, "s1", "unknown")
	s.end()
	dead.close()
	if a.most() != 0 {
		t.Error("the attempt was started again")
	}
}

// The newer start of a node stops the older one.
func TestNewerStartWins(t *testing.T) {
	w := onPostgres(t)
	older := w.open(newActions(), nil).adopt(restore("a", "s1")).serve()
	run := older.start("a")
	older.untilEnded(run)
	newer := w.open(newActions(), nil).serve()
	if err := <-older.ended; !errors.Is(err, kept.ErrConflict) {
		t.Errorf("the older ended with %v", err)
	}
	older.close()
	newer.untilEnded(newer.start("a"))
	newer.end()
}

// Only one run: the runner ends with it and touches no other.
func TestOnly(t *testing.T) {
	w, a := onSQLite(t), newActions()
	s := w.open(a, nil).adopt(restore("a", "s1"), restore("b", "s2"))
	wanted, other := s.start("a"), s.start("b")
	s.close()
	s = w.open(a, func(o *runner.Options) { o.Only = wanted }).serve()
	if err := <-s.ended; err != nil {
		t.Fatal(err)
	}
	if state, _ := s.state(wanted); state != "ended" {
		t.Errorf("the run is %s", state)
	}
	if state, _ := s.state(other); state != "running" || a.started[other+"/s2"] != 0 {
		t.Errorf("the other run is %s", state)
	}
	s.close()
}

// A run that cannot be driven is tried again with growing pauses; others go on.
func TestFailingAdvance(t *testing.T) {
	w, a := onSQLite(t), newActions()
	s := w.open(a, nil).adopt(restore("a", "s1")).serve()
	s.runner.Woken("2026-99") // there is no such run
	s.untilEnded(s.start("a"))
	s.end()
}
