package simulation_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/register"
	"beredskab/internal/runner"
	"beredskab/internal/store"
)

// How often nodes look and beat: far more seldom than in real life, so
// that a week is some ten thousand looks and not some millions.
const (
	beat    = 12 * time.Minute
	silence = 3 * beat
	look    = 12 * time.Minute
)

// node is a place where a server runs, with a clock that may be wrong.
type node struct {
	town   *town
	name   string
	place  place
	spool  *spool // of the machine that it runs on now
	server *server
	starts int

	mu   sync.Mutex
	step time.Duration // how far its wall clock is ahead
	boot string
	up   time.Time // since when its monotonic clock counts
}

// Now is door.Clock.
func (n *node) Now() event.Moment {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	return event.Moment{Wall: now.Add(n.step), Boot: n.boot, Mono: now.Sub(n.up)}
}

func (n *node) setClock(step time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.step = step
}

// reboot gives the node a machine that has just begun.
func (n *node) reboot(other *spool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.boot, n.up = fmt.Sprintf("%s-%d", n.name, n.starts), time.Now()
	if other != nil {
		n.spool = other
	}
}

// server is one start of a node's server: everything between it and the world
// goes through here, so that it can be paused, cut off and killed.
type server struct {
	town     *town
	node     *node
	spool    *spool
	register *register.Register
	runner   *runner.Runner
	stop     context.CancelFunc
	dead     chan struct{}
	kill     sync.Once
	ended    chan struct{}

	mu      sync.Mutex
	dice    *rand.Rand
	gate    chan struct{} // closed when a paused server goes on; nil: it goes
	cut     bool          // it cannot reach the database
	deaf    bool          // the database's answers do not reach it
	epoch   int64         // guarded by the database's lock
	problem error         // with which its runner ended
}

// start begins a server on the node.
func (n *node) start() {
	n.starts++
	s := &server{
		town: n.town, node: n, spool: n.spool, dead: make(chan struct{}), ended: make(chan struct{}),
		dice: rand.New(rand.NewPCG(n.town.seed, uint64(n.starts)<<8|uint64(n.name[1]))),
	}
	s.register = register.New(door.New(s, n), register.Options{Routes: n.routes()})
	s.runner = runner.New(runner.Options{
		Register: s.register, Node: n.name, Site: n.says(), Role: n.place.role, Queue: s, Actions: s, Courier: n.town.courier, Log: slog.New(slog.DiscardHandler),
		Checks: func(context.Context) error { return nil }, Beat: beat, Silence: silence, Look: cmp.Or(n.town.look, look), Away: away, Parallel: n.town.parallel,
	})
	n.set(s)
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	n.town.servers = append(n.town.servers, s)
	go func() {
		defer close(s.ended)
		s.problem = s.runner.Run(ctx)
		stop()
		n.town.after(10*time.Second, func() { n.replace(s) })
	}()
}

// away tells errors that pass.
func away(err error) bool { return errors.Is(err, errAway) || errors.Is(err, store.ErrCommitUnknown) }

// replace starts another server where this one has ended by itself, as the
// operating system does.
func (n *node) replace(s *server) {
	if n.running() == s {
		n.town.count("servers that gave up")
		n.set(nil)
		n.ensure()
	}
}

// crash cuts the server off for ever, at once: nothing that it does afterwards
// reaches anything.
func (s *server) crash() {
	s.kill.Do(func() { close(s.dead) })
	s.goOn()
	s.stop()
}

func (s *server) isDead() bool {
	select {
	case <-s.dead:
		return true
	default:
		return false
	}
}

// pause makes the server stand still at its next contact with the world.
func (s *server) pause() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gate == nil {
		s.gate = make(chan struct{})
	}
}

func (s *server) goOn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gate != nil {
		close(s.gate)
		s.gate = nil
	}
}

// stand waits while the server is paused, and says whether it lives.
func (s *server) stand() bool {
	s.mu.Lock()
	gate := s.gate
	s.mu.Unlock()
	if gate != nil {
		<-gate
	}
	return !s.isDead()
}

func (s *server) setCut(cut, deaf bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut, s.deaf = cut, deaf
}

func (s *server) draw() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dice.Float64()
}

func (s *server) drawTime(most time.Duration) time.Duration {
	return time.Duration(1 + s.draw()*float64(most))
}

var (
	errDead = errors.New("this server was killed")
	errAway = errors.New("the database does not answer")
)

// patience is how long a call waits for a database that does not answer.
const patience = 10 * time.Second

// travel is the way of a call to the database.
func (s *server) travel(ctx context.Context) error {
	if s.town.still {
		return ctx.Err()
	}
	sleep(ctx, s.drawTime(20*time.Millisecond))
	if !s.stand() {
		return errDead
	}
	s.mu.Lock()
	cut := s.cut
	s.mu.Unlock()
	if cut || s.town.isAway() {
		sleep(ctx, patience)
		s.stand()
		return errAway
	}
	return ctx.Err()
}

// View is door.Store.
func (s *server) View(ctx context.Context, fn func(door.Tx) error) error {
	if err := s.travel(ctx); err != nil {
		return err
	}
	if err := s.town.db.View(ctx, fn); err != nil {
		return err
	}
	return s.answer(ctx)
}

// Update is door.Store: the call travels, may be overtaken, may be lost on
// the way there or back, and the server may be killed at any of these points.
func (s *server) Update(ctx context.Context, fn func(door.Tx) error) error {
	for begun := time.Now(); ; {
		if err := s.travel(ctx); err != nil {
			return err
		}
		if s.draw() < 0.004 && !s.town.isQuiet() {
			return fmt.Errorf("%w: it was not durable", store.ErrCommitUnknown)
		}
		delay := time.Duration(0)
		if s.draw() < 0.05 && !s.town.still {
			delay = s.drawTime(300 * time.Millisecond)
		}
		err := s.town.db.update(s, delay, fn)
		if errors.Is(err, errOvertaken) && time.Since(begun) < patience {
			continue
		}
		if err != nil {
			return err
		}
		return s.committed(ctx)
	}
}

// committed is the way back of a commit's answer.
func (s *server) committed(ctx context.Context) error {
	switch chance := s.draw(); {
	case s.town.isQuiet():
	case chance < 0.004:
		s.town.count("commits of unknown fate")
		return fmt.Errorf("%w: it was durable", store.ErrCommitUnknown)
	case chance < 0.0044:
		s.crash()
		s.town.after(0, func() { s.town.count("kills right after a commit"); s.node.fail(s, false, time.Minute) })
	case chance < 0.008:
		s.town.count("pauses right after a commit")
		s.pause()
		s.town.after(s.drawTime(3*time.Hour), s.goOn)
	}
	return s.answer(ctx)
}

// answer is the way back from the database.
func (s *server) answer(ctx context.Context) error {
	if !s.town.still {
		sleep(ctx, s.drawTime(5*time.Millisecond))
	}
	if !s.stand() {
		return errDead
	}
	s.mu.Lock()
	deaf := s.deaf
	s.mu.Unlock()
	if deaf {
		sleep(ctx, patience)
		return fmt.Errorf("%w: no answer", store.ErrCommitUnknown)
	}
	return nil
}

// fail kills the server and starts another one after a while. A power loss takes
// what it started along. Only the director calls it.
func (n *node) fail(s *server, power bool, down time.Duration) {
	s.crash()
	if n.running() != s {
		return // another one has been started in its place
	}
	if power {
		s.spool.lose()
		n.reboot(nil)
	}
	n.set(nil)
	n.town.after(down, n.ensure)
}

// halt tells the server to stop, as an upgrade does, and starts the next one.
func (n *node) halt(s *server, down time.Duration) {
	if n.running() != s {
		return
	}
	s.goOn()
	s.stop()
	n.set(nil)
	n.town.after(down, n.ensure)
}

// ensure starts a server where none is.
func (n *node) ensure() {
	if n.running() == nil && !n.town.over {
		n.start()
	}
}

func (n *node) running() *server {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.server
}

func (n *node) set(s *server) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.server = s
}
