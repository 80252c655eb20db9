// Package runner lets time drive the register: it starts due drills, carries out
// automatic steps, delivers messages and runs the checks. It keeps nothing:
// everything that it needs after a restart stands in the register.
package runner

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"beredskab/internal/action"
	"beredskab/internal/fault"
	"beredskab/internal/kept"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
	"beredskab/internal/register"
)

// Queue hands out wake-ups of runs: from any node, once a wake-up, and again
// when a node dies with one in hand. Drive must be quick and may be called again
// for the same wake-up.
type Queue interface {
	Work(ctx context.Context, node string, queues []string, drive func(ctx context.Context, run string) error) (stop func(context.Context) error, err error)
}

// Options are what a runner works with.
type Options struct {
	Register *register.Register
	Node     string // its name; the other five say what Join is told of it
	Site     string
	Role     kept.Role // empty: everything
	Version  string
	Boot     string
	Key      ed25519.PrivateKey
	Queue    Queue
	Actions  action.Runner
	Courier  *notify.Courier
	// Link makes the link and the short code by which the receiver of a message comes to
	// its step; empty for one that has none, nil makes none for any.
	Link func(ctx context.Context, n outbox.Notice) (link, code string, err error)
	// Checks runs the RTO checks and keeps their findings.
	Checks   func(ctx context.Context) error
	Log      *slog.Logger
	Parallel int           // automatic steps at once on this node; 0 means 8
	Beat     time.Duration // how often the node says that it lives; 0 means kept.BeatEvery
	Silence  time.Duration // after which another node counts as dead; 0 means kept.Silence
	// Mono reads a clock that goes on while this process is stopped and while the
	// machine sleeps; nil reads Go's, which does the first only.
	Mono func() time.Duration
	// Away tells errors that pass when the database can be reached again.
	Away func(error) bool
	// Look is the longest that schedules and messages go without a look; 0 means
	// 30 s and 2 s.
	Look time.Duration
	// Only limits the runner to one run: no schedules, no other runs. It ends
	// with that run.
	Only string
	// Ended is told that a run which this node drove has ended; nil tells nobody. It
	// must not block.
	Ended func()
	// Round is told at each round of a loop, so that one that stands still is
	// noticed; nil tells nobody. It must not block.
	Round func(loop string)
}

// Runner is one node's work. Make it with New, and Run it once.
type Runner struct {
	Options
	node   register.Node
	lease  lease
	missed map[int64]bool // epochs of nodes that were found silent; of the beat alone
	slots  chan struct{}
	leads  atomic.Bool // this node delivers the messages

	mu      sync.Mutex
	steps   context.Context           // of everything in hand; nil before the takeover
	orphans map[string][]register.Job // attempts of earlier starts, by run, that no driver has yet
	drivers map[string]*driver
	timers  map[string]*time.Timer
	idle    sync.WaitGroup

	tickle  chan struct{} // the schedule may have changed
	deliver chan struct{} // messages may be owed
}

// New gives a runner that has not begun.
func New(o Options) *Runner {
	if o.Parallel == 0 {
		o.Parallel = 8
	}
	if o.Beat == 0 {
		o.Beat = kept.BeatEvery
	}
	if o.Silence == 0 {
		o.Silence = kept.Silence
	}
	if o.Mono == nil {
		made := time.Now()
		o.Mono = func() time.Duration { return time.Since(made) }
	}
	if o.Round == nil {
		o.Round = func(string) {}
	}
	return &Runner{
		Options: o, lease: lease{clock: o.Mono, silence: o.Silence, one: make(chan struct{}, 1)}, missed: map[int64]bool{}, slots: make(chan struct{}, o.Parallel), drivers: map[string]*driver{}, timers: map[string]*time.Timer{},
		tickle: make(chan struct{}, 1), deliver: make(chan struct{}, 1),
	}
}

// Run joins the register, takes over what an earlier start of this node left,
// and works until ctx ends. Then it starts no new step and returns soon (F34);
// supervised steps go on without it and are found again at the next start.
func (r *Runner) Run(ctx context.Context) error {
	if err := r.join(ctx); err != nil {
		return fmt.Errorf("joining the register as node %s: %w", r.Node, err)
	}
	fault.Point("runner.joined")
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	steps, detach := context.WithCancelCause(context.WithoutCancel(ctx))
	defer detach(nil)
	r.elect(ctx)
	stop, err := r.begin(ctx, steps)
	switch {
	case ctx.Err() != nil:
		err = nil // it was told to stop while it began
	case err != nil:
		cancel(err)
	}
	work := r.work(ctx, cancel)
	if r.Only != "" {
		go func() { r.wait(r.Only); cancel(nil) }()
	}
	<-ctx.Done()
	detach(action.ErrDetach)
	err = errors.Join(err, r.unwork(ctx, stop))
	r.mu.Lock()
	r.drivers = nil // nothing new from now on
	r.mu.Unlock()
	r.idle.Wait()
	return errors.Join(work(), err)
}

// join registers this start of the node.
func (r *Runner) join(ctx context.Context) error {
	id := kept.Identity{Name: r.Node, Site: r.Site, Role: r.Role, Version: r.Version, Boot: r.Boot, Key: r.Key}
	return r.insist(ctx, "joining", func() (err error) {
		begun := r.lease.clock()
		r.node, err = r.Register.Join(ctx, id)
		r.node.Spool = r.Actions.SpoolID()
		if err == nil {
			r.lease.begin(begun)
		}
		return err
	})
}

// begin takes over what is open and asks the queue for wake-ups.
func (r *Runner) begin(ctx, steps context.Context) (stop func(context.Context) error, err error) {
	stop = func(context.Context) error { return nil }
	if err := r.insist(ctx, "taking over", func() error { return r.resume(ctx, steps) }); err != nil || r.Only != "" {
		return stop, err
	}
	err = r.insist(ctx, "asking for work", func() error {
		end, err := r.Queue.Work(ctx, r.Node, r.node.Queues(), func(_ context.Context, run string) error {
			if !r.poke(run) {
				return errStopping // another node, or the next start, is to drive it
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("asking the queue for work: %w", err)
		}
		stop = end
		return nil
	})
	return stop, err
}

// unwork lets the queue go. It does not wait long for a database that is away.
func (r *Runner) unwork(ctx context.Context, stop func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	err := stop(ctx)
	if err != nil && r.Away != nil && r.Away(err) {
		r.Log.Warn("the queue could not be told of the stop", "error", err)
		return nil
	}
	return err
}

// errStopping gives a wake-up back to the queue.
var errStopping = errors.New("this node is stopping")

// work starts what runs beside the drivers. The function that it gives waits
// for the end and tells what went wrong first; that ends the runner.
func (r *Runner) work(ctx context.Context, cancel context.CancelCauseFunc) (wait func() error) {
	loops := []func(context.Context) error{r.deliveries}
	loops = append(loops, r.beat)
	if r.Only == "" && r.node.Leads() {
		loops = append(loops, r.schedule)
	}
	var running sync.WaitGroup
	failed := make(chan error, len(loops))
	for _, loop := range loops {
		running.Go(func() {
			if err := loop(ctx); err != nil {
				failed <- err
				cancel(err)
			}
		})
	}
	return func() error {
		running.Wait()
		select {
		case err := <-failed:
			return err
		default:
			return nil
		}
	}
}

// resume takes over open attempts of this node's earlier starts and drives
// every run that has not ended. Until then it drives none, whoever wakes it: a
// driver that had begun by itself would claim beside what is being taken over,
// and know nothing of it. The wake-up of a run opened meanwhile is in the queue.
func (r *Runner) resume(ctx, steps context.Context) error {
	jobs, err := r.Register.Orphans(ctx, r.node)
	if err != nil {
		return err
	}
	fault.Point("runner.orphans.taken")
	orphans := map[string][]register.Job{}
	for _, job := range jobs {
		orphans[job.Run] = append(orphans[job.Run], job)
	}
	open, err := r.Register.OpenRuns(ctx)
	if err != nil {
		return err
	}
	for run := range orphans { // one that has ended may still get a late result
		if !slices.Contains(open, run) {
			open = append(open, run)
		}
	}
	r.mu.Lock()
	r.steps, r.orphans = steps, orphans
	r.mu.Unlock()
	for _, run := range open {
		if r.Only == "" || r.Only == run {
			r.poke(run)
		}
	}
	return nil
}

// Leads tells whether this node is the one that delivers for all.
func (r *Runner) Leads() bool { return r.leads.Load() }

// InHand is how many automatic steps this node carries out now.
func (r *Runner) InHand() int { return len(r.slots) }

// Changed tells the runner that something outside changed the register: a
// schedule, or a message that is owed.
func (r *Runner) Changed() {
	nudge(r.tickle)
	nudge(r.deliver)
}

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Woken looks at a run at once because this process changed it.
func (r *Runner) Woken(run string) {
	if r.Only == "" || r.Only == run {
		r.poke(run)
	}
}
