package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/proof"
	"beredskab/internal/store"
	"beredskab/internal/store/pgtest"
)

const (
	term    = time.Second // of the leases in this test, by the database's clock
	workers = 20
)

// shift is one round of workers over one list of jobs. A job is an attempt row:
// claimed, begun, done, and each of these is written "where the epoch is mine".
type shift struct {
	t       *testing.T
	db      *store.DB
	run     string
	fenced  bool // else a worker writes whosever the row is
	jobs    int
	next    atomic.Int64
	ended   []atomic.Bool
	over    atomic.Int64 // how many of them have
	acts    []atomic.Int64
	refused atomic.Int64 // acts and results that came too late
	taken   atomic.Int64 // jobs that another took over
}

// TestPausedWorkerActsNoSecondTime is R6: of every twenty jobs one has a worker
// who stands still for longer than its lease, half of them before they act and
// half of them before they hand in.
func TestPausedWorkerActsNoSecondTime(t *testing.T) {
	cluster, err := pgtest.Launch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	db, err := store.Open(t.Context(), store.Options{URL: cluster.URL("postgres") + "&pool_max_conns=24"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	seed := proof.Seed(t)
	fenced := newShift(t, db, "2026-01", true, proof.Size(200, 2000, 2000))
	fenced.work(seed)
	control := newShift(t, db, "2026-02", false, 200)
	control.work(seed)
	if control.doubled() == 0 {
		t.Error("without epochs nothing was done twice; the test is blind")
	}
	proof.Report(t, proof.Figure{
		ID: "R6", What: "workers that pause beyond their lease", Seed: seed, Count: fenced.jobs, Unit: "jobs", Failed: fenced.doubled(),
		Found:   fmt.Sprintf("%d done twice, %d taken over, %d late words refused", fenced.doubled(), fenced.taken.Load(), fenced.refused.Load()),
		Control: fmt.Sprintf("without epochs %d of %d were done twice", control.doubled(), control.jobs),
	})
}

func newShift(t *testing.T, db *store.DB, run string, fenced bool, jobs int) *shift {
	t.Helper()
	s := &shift{t: t, db: db, run: run, fenced: fenced, jobs: jobs, acts: make([]atomic.Int64, jobs), ended: make([]atomic.Bool, jobs)}
	s.update(func(tx door.Tx) error {
		_, err := tx.AddRun(t.Context(), kept.Run{ID: run, System: "a", State: "running", OpenedAt: time.Now()})
		return err
	})
	return s
}

func (s *shift) update(do func(door.Tx) error) {
	if err := s.db.Update(s.t.Context(), do); err != nil {
		s.t.Error(err)
	}
}

func (s *shift) doubled() (count int) {
	for i := range s.acts {
		if s.acts[i].Load() > 1 {
			count++
		}
	}
	return count
}

// work lets everybody work until no job is left.
func (s *shift) work(seed uint64) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() {
			w := &worker{shift: s, name: fmt.Sprintf("%s-w%d", s.run, i), random: rand.New(rand.NewPCG(seed, uint64(i)))}
			w.live(ctx)
		})
	}
	all.Wait()
	if int(s.over.Load()) != s.jobs {
		s.t.Errorf("%d of %d jobs came to an end", s.over.Load(), s.jobs)
	}
}

// worker is a node with one pair of hands: while it stands still, it beats not.
type worker struct {
	*shift
	name   string
	epoch  int64
	random *rand.Rand
}

func (w *worker) live(ctx context.Context) {
	for int(w.over.Load()) < w.jobs && ctx.Err() == nil {
		if err := w.turn(ctx); err != nil {
			w.t.Error(err)
			return
		}
	}
}

// turn says that the worker lives, does one job, and looks after the silent.
func (w *worker) turn(ctx context.Context) error {
	if err := w.beat(ctx); err != nil {
		return err
	}
	job := int(w.next.Add(1)) - 1
	if job < w.jobs {
		a := kept.Attempt{Run: w.run, Step: fmt.Sprint(job), Number: 1, Node: w.name, Epoch: w.epoch, State: kept.AttemptStarting, ClaimedAt: time.Now()}
		err := w.db.Update(ctx, func(tx door.Tx) error { _, err := tx.AddAttempt(ctx, a); return err })
		if err := errors.Join(err, w.do(ctx, a, job, w.random.IntN(20) == 0)); err != nil || w.random.IntN(20) > 0 {
			return err
		}
	} else {
		last(ctx, term/10)
	}
	return w.rescue(ctx)
}

// end says that nobody has to look at that job again.
func (s *shift) end(job int) {
	if !s.ended[job].Swap(true) {
		s.over.Add(1)
	}
}

func (w *worker) beat(ctx context.Context) error {
	return w.db.Update(ctx, func(tx door.Tx) (err error) {
		if w.epoch != 0 {
			return tx.Beat(ctx, w.name, w.epoch)
		}
		w.epoch, err = tx.StartNode(ctx, kept.Node{Name: w.name, Started: time.Now()})
		return err
	})
}

// do begins the job, acts, and hands in, each only where the attempt is still
// this worker's. One that pauses does so before the act or after it.
func (w *worker) do(ctx context.Context, a kept.Attempt, job int, pauses bool) error {
	early := w.random.IntN(2) == 0
	if pauses && early {
		last(ctx, 5*term/2)
	}
	a.State = kept.AttemptRunning
	if held, err := w.save(ctx, a, kept.AttemptStarting); err != nil || !held {
		return err
	}
	w.acts[job].Add(1)
	if pauses && !early {
		last(ctx, 5*term/2)
	}
	a.State = kept.AttemptRecorded
	held, err := w.save(ctx, a, kept.AttemptRunning)
	if held {
		w.end(job)
	}
	return err
}

// save writes the attempt where it is in that state and still this worker's.
// Without the fence it writes over whatever is there.
func (w *worker) save(ctx context.Context, a kept.Attempt, from kept.AttemptState) (held bool, err error) {
	err = w.db.Update(ctx, func(tx door.Tx) error {
		if w.fenced {
			return tx.SaveAttempt(ctx, a, w.epoch, from)
		}
		now, err := tx.Attempt(ctx, a.Run, a.Step, a.Number)
		if err != nil {
			return err
		}
		return tx.SaveAttempt(ctx, a, now.Epoch, now.State)
	})
	if errors.Is(err, kept.ErrConflict) {
		w.refused.Add(1)
		return false, nil
	}
	return err == nil, err
}

// rescue takes over what silent workers had in hand: what had not begun is done
// now, and of what had, nobody knows the end.
func (w *worker) rescue(ctx context.Context) error {
	var open []kept.Attempt
	silent := map[string]bool{}
	err := w.db.View(ctx, func(tx door.Tx) error {
		nodes, err := tx.Nodes(ctx)
		for _, n := range nodes {
			silent[n.Name] = n.Quiet > term && n.Name != w.name
		}
		list, errOpen := tx.OpenAttempts(ctx)
		open = list
		return errors.Join(err, errOpen)
	})
	if err != nil {
		return err
	}
	for _, a := range open {
		if a.Run == w.run && silent[a.Node] {
			if err := w.takeOver(ctx, a); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *worker) takeOver(ctx context.Context, a kept.Attempt) error {
	before, state := a.Epoch, a.State
	a.Node, a.Epoch = w.name, w.epoch
	if state == kept.AttemptRunning {
		a.State = kept.AttemptUnknown
	}
	err := w.db.Update(ctx, func(tx door.Tx) error { return tx.SaveAttempt(ctx, a, before, state) })
	if errors.Is(err, kept.ErrConflict) {
		return nil // somebody was first
	} else if err != nil {
		return err
	}
	w.taken.Add(1)
	job, err := strconv.Atoi(a.Step)
	if err != nil {
		return err
	}
	if state == kept.AttemptRunning {
		w.end(job)
		return nil
	}
	return w.do(ctx, a, job, false)
}
