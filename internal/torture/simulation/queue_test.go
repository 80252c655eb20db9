package simulation_test

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// job asks for one look at one run, as the real queue keeps it.
type job struct {
	id     int64
	run    string
	queue  string
	at     int64     // the slot asked for in microseconds, 0 for at once
	from   time.Time // not handed out before
	holder string    // the node that has it in hand
	since  time.Time
	tries  int
}

const (
	wakeSlot    = 100 * time.Millisecond
	rescueAfter = time.Minute
)

// Wake adds a job, unless one that has not begun will begin soon enough.
func (t *tx) Wake(_ context.Context, run, queue string, at time.Time) error {
	t.write(func() outcome {
		now := time.Now()
		wanted := job{run: run, queue: queue, from: at}
		from, until := int64(0), now.UnixMicro()
		if !at.IsZero() {
			wanted.at = at.Add(wakeSlot - 1).Truncate(wakeSlot).UnixMicro()
			wanted.from, from, until = time.UnixMicro(wanted.at), wanted.at, wanted.at
		}
		for _, j := range t.db.jobs {
			if j.run == run && j.queue == queue && j.holder == "" && j.tries == 0 && j.at >= from && j.at <= until {
				return outcome{}
			}
		}
		t.db.lastJob++
		wanted.id = t.db.lastJob
		put(t, t.db.jobs, wanted.id, wanted)
		t.woke = true
		return outcome{}
	})
	return nil
}

// take hands out the job that has waited longest; without one, it says when to
// ask again and what tells of a new one.
func (db *database) take(node string, queues []string) (j job, ok bool, wait time.Duration, changed <-chan struct{}) {
	db.mu.Lock()
	defer db.mu.Unlock()
	now := time.Now()
	var best, next *job
	for _, candidate := range db.jobs {
		if !slices.Contains(queues, candidate.queue) {
			continue
		}
		if candidate.holder != "" {
			if now.Sub(candidate.since) < rescueAfter {
				candidate.from = candidate.since.Add(rescueAfter)
			}
		}
		slot := &best
		if candidate.from.After(now) {
			slot = &next
		}
		if *slot == nil || cmp.Or(candidate.from.Compare((*slot).from), cmp.Compare(candidate.id, (*slot).id)) < 0 {
			*slot = &candidate
		}
	}
	if best == nil {
		if wait = time.Hour; next != nil {
			wait = next.from.Sub(now)
		}
		return j, false, wait, db.changed
	}
	best.holder, best.since = node, now
	best.tries++
	db.jobs[best.id] = *best
	return *best, true, 0, nil
}

// done takes the job out, or lets it be tried again soon.
func (db *database) done(j job, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err == nil {
		delete(db.jobs, j.id)
		return
	}
	j.holder, j.from = "", time.Now().Add(min(time.Duration(j.tries)*500*time.Millisecond, 10*time.Second))
	db.jobs[j.id] = j
}

// takeBack gives back what an earlier start of that node had in hand.
func (db *database) takeBack(node string) {
	db.mu.Lock()
	defer db.mu.Unlock()
	for id, j := range db.jobs {
		if j.holder == node {
			j.holder = ""
			db.jobs[id] = j
		}
	}
}

// Work is runner.Queue: it hands out jobs to that node until stop.
func (s *server) Work(ctx context.Context, node string, queues []string, drive func(context.Context, string) error) (func(context.Context) error, error) {
	if err := s.travel(ctx); err != nil {
		return nil, err
	}
	db := s.town.db
	db.takeBack(node)
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			s.work(ctx, db, queues, drive)
		}
	}()
	return func(context.Context) error { cancel(); <-ended; return nil }, nil
}

// work drives one job, or waits for one.
func (s *server) work(ctx context.Context, db *database, queues []string, drive func(context.Context, string) error) {
	if s.travel(ctx) != nil {
		sleep(ctx, time.Second)
		return
	}
	j, ok, wait, changed := db.take(s.node.name, queues)
	if !ok {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-ctx.Done():
		case <-changed:
		case <-timer.C:
		}
		return
	}
	if db.mutant == lossyQueue && s.town.chance("lost wake", int(j.id)) < 0.3 {
		db.done(j, nil)
		return
	}
	if err := drive(ctx, j.run); !s.isDead() {
		db.done(j, err)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
