package simulation_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"beredskab/internal/action"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
)

// spool is what one machine remembers of the commands that it started. They go
// on without the server, as under a supervisor.
type spool struct {
	mu    sync.Mutex
	id    string
	known map[attemptKey]*process
}

// process is one command. A lost one went with its machine's power; one that is
// never to start was looked for and not found.
type process struct {
	ends   time.Time
	result action.Result
	lost   chan struct{}
	never  bool
}

func newSpool(id string) *spool { return &spool{id: id, known: map[attemptKey]*process{}} }

// lose is the machine's power loss.
func (p *spool) lose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.known {
		if !c.never && time.Now().Before(c.ends) && !c.isLost() {
			close(c.lost)
		}
	}
}

func (c *process) isLost() bool {
	select {
	case <-c.lost:
		return true
	default:
		return false
	}
}

func (p *spool) find(key attemptKey) *process {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.known[key]
}

// begin remembers a new command; it says false when the attempt is known.
func (p *spool) begin(key attemptKey, c *process) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[key] != nil {
		return false
	}
	p.known[key] = c
	return true
}

func keyOf(q action.Request) attemptKey { return attemptKey{q.Run, q.Step, q.Attempt} }

// Run is action.Runner: it starts the command of an attempt once.
func (s *server) Run(ctx context.Context, q action.Request) (action.Result, error) {
	if !s.stand() {
		return action.Result{}, action.ErrDetached
	}
	c := s.town.command(q)
	if !s.spool.begin(keyOf(q), c) {
		return action.Result{}, action.ErrStarted
	}
	s.town.started(s, q)
	s.runner.Started(q, action.Process{})
	return s.await(ctx, c)
}

// Adopt is action.Runner: it finds the command of an attempt again.
func (s *server) Adopt(ctx context.Context, q action.Request) (action.Result, error) {
	if !s.stand() {
		return action.Result{}, action.ErrDetached
	}
	forgets := s.town.db.mutant == lossySpool && s.town.chance("forgets", q.Run, q.Step, q.Attempt) < 0.3
	if forgets || s.spool.begin(keyOf(q), &process{never: true}) {
		return action.Result{}, errors.Join(action.ErrUnknown, action.ErrNotStarted)
	}
	c := s.spool.find(keyOf(q))
	if c.never {
		return action.Result{}, errors.Join(action.ErrUnknown, action.ErrNotStarted)
	}
	return s.await(ctx, c)
}

// await waits for the command's end, or lets go of it.
func (s *server) await(ctx context.Context, c *process) (action.Result, error) {
	timer := time.NewTimer(time.Until(c.ends))
	defer timer.Stop()
	select {
	case <-c.lost:
		return action.Result{}, action.ErrUnknown
	case <-timer.C:
	case <-ctx.Done():
		if !errors.Is(context.Cause(ctx), action.ErrAbort) || s.isDead() {
			return action.Result{}, action.ErrDetached
		}
		s.spool.mu.Lock()
		c.ends, c.result = time.Now(), action.Result{Outcome: action.Aborted}
		s.spool.mu.Unlock()
	}
	if !s.stand() {
		return action.Result{}, action.ErrDetached
	}
	s.spool.mu.Lock()
	defer s.spool.mu.Unlock()
	return c.result, nil
}

// SpoolID is action.Runner.
func (s *server) SpoolID() string { return s.spool.id }

// Check is action.Runner.
func (s *server) Check(string, map[string]string) []action.Problem { return nil }

// Forget is action.Runner: the register has acknowledged the result.
func (s *server) Forget(q action.Request) error {
	if !s.stand() {
		return errDead
	}
	s.spool.mu.Lock()
	defer s.spool.mu.Unlock()
	if c := s.spool.known[keyOf(q)]; c != nil && !c.never && !c.isLost() {
		s.town.acknowledged(q, c.result.Outcome)
	}
	delete(s.spool.known, keyOf(q))
	return nil
}

// Send is notify.Sender, for all servers.
func (t *town) Send(ctx context.Context, n outbox.Notice, _ notify.Message) notify.Receipt {
	sleep(ctx, time.Duration(1+t.chance("slow post", n.Key, n.Tries)*float64(2*time.Second)))
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.chance("post", n.Key, n.Tries) < 0.05 {
		return notify.Receipt{Outcome: outbox.TryAgain, Detail: "busy"}
	}
	t.told[n.Key]++
	return notify.Receipt{Outcome: outbox.Accepted}
}

// Form is notify.Sender.
func (t *town) Form() notify.Form { return notify.FormText }
