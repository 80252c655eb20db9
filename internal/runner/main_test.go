package runner_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"beredskab/internal/action"
	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/runner"
	"beredskab/internal/store"
	"beredskab/internal/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// clock is the real one: what is tested here is what happens, not when.
type clock struct{}

func (clock) Now() event.Moment { return event.Moment{Wall: time.Now()} }

// actions stands in for the systems under test: each step does what its test
// says, and tells when it began.
type actions struct {
	mu      sync.Mutex
	do      map[string]func(ctx context.Context, r action.Request) (action.Result, error)
	adopt   func(ctx context.Context, r action.Request) (action.Result, error)
	begun   chan string
	started map[string]int
	forgot  map[string]int
}

func newActions() *actions {
	return &actions{begun: make(chan string, 1000), started: map[string]int{}, forgot: map[string]int{}, do: map[string]func(context.Context, action.Request) (action.Result, error){}}
}

func (a *actions) Run(ctx context.Context, r action.Request) (action.Result, error) {
	a.mu.Lock()
	a.started[r.Run+"/"+r.Step]++
	do := a.do[r.Step]
	a.mu.Unlock()
	a.begun <- r.Step
	if do == nil {
		return action.Result{Outcome: action.OK}, nil
	}
	return do(ctx, r)
}

func (a *actions) Adopt(ctx context.Context, r action.Request) (action.Result, error) {
	a.begun <- "adopt " + r.Step
	return a.adopt(ctx, r)
}

func (a *actions) SpoolID() string { return "spool" }

func (a *actions) Check(string, map[string]string) []action.Problem { return nil }

func (a *actions) Forget(r action.Request) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forgot[r.Step]++
	return nil
}

// most is how often any one attempt was started.
func (a *actions) most() (most int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, n := range a.started {
		most = max(most, n)
	}
	return most
}

// hang waits until the server lets go of it, as a supervised command does.
func hang(ctx context.Context, _ action.Request) (action.Result, error) {
	<-ctx.Done()
	if context.Cause(ctx) == action.ErrAbort {
		return action.Result{Outcome: action.Aborted}, nil
	}
	return action.Result{}, action.ErrDetached
}

// sender is a channel that hands over what it is given.
type sender struct {
	sent chan outbox.Notice
	hole bool // takes everything and never answers
}

func (s *sender) Form() notify.Form { return notify.FormText }

func (s *sender) Send(ctx context.Context, n outbox.Notice, _ notify.Message) notify.Receipt {
	s.sent <- n
	if s.hole {
		<-ctx.Done()
		return notify.Receipt{Outcome: outbox.TryAgain, Detail: "no answer"}
	}
	return notify.Receipt{Outcome: outbox.Accepted}
}

func newSender(hole bool) *sender { return &sender{sent: make(chan outbox.Notice, 1000), hole: hole} }

// world is what the servers of one test share.
type world struct {
	t       *testing.T
	options store.Options
	senders map[string]*sender
	changes func(*server) // told before every change of the register; nil: nobody is
}

// watched is a register's store that tells before each of its changes.
type watched struct {
	door.Store
	changes func()
}

func (w watched) Update(ctx context.Context, fn func(door.Tx) error) error {
	w.changes()
	return w.Store.Update(ctx, fn)
}

func onSQLite(t *testing.T) *world {
	return &world{t: t, options: store.Options{Path: filepath.Join(t.TempDir(), "register.db"), Mode: store.Serve}, senders: map[string]*sender{"mail": newSender(false)}}
}

func onPostgres(t *testing.T) *world {
	return &world{t: t, options: store.Options{URL: pgtest.Start(t)}, senders: map[string]*sender{"mail": newSender(false)}}
}

// server is one start of one server.
type server struct {
	*register.Register
	t      *testing.T
	runner *runner.Runner
	ended  chan error
	stop   context.CancelFunc
	close  func()
}

// open builds a server; serve starts it.
func (w *world) open(actions action.Runner, change func(*runner.Options)) *server {
	w.t.Helper()
	s := &server{t: w.t, ended: make(chan error, 1)}
	o := w.options
	o.Woken = func(run string) { s.runner.Woken(run) }
	db, err := store.Open(w.t.Context(), o)
	if err != nil {
		w.t.Fatal(err)
	}
	s.close = func() { _ = db.Close() }
	var routes []register.Route
	var channels []notify.Channel
	for name, sender := range w.senders {
		routes = append(routes, register.Route{Channel: name})
		channels = append(channels, notify.Channel{Name: name, Sender: sender, Address: "alle"})
	}
	courier, err := notify.New(notify.Options{Channels: channels})
	if err != nil {
		w.t.Fatal(err)
	}
	var rows door.Store = db
	if w.changes != nil {
		rows = watched{db, func() { w.changes(s) }}
	}
	s.Register = register.New(door.New(rows, clock{}), register.Options{Routes: routes})
	options := runner.Options{
		Register: s.Register, Node: "n1", Queue: db, Actions: actions, Courier: courier, Log: slog.New(slog.DiscardHandler),
		Checks: func(context.Context) error { return nil }, Beat: 50 * time.Millisecond,
		Away: db.Away,
	}
	if change != nil {
		change(&options)
	}
	s.runner = runner.New(options)
	return s
}

func (s *server) serve() *server {
	ctx, stop := context.WithCancel(s.t.Context())
	s.stop = stop
	go func() { s.ended <- s.runner.Run(ctx) }()
	return s
}

// end stops the server and waits until it has.
func (s *server) end() {
	s.t.Helper()
	s.stop()
	if err := <-s.ended; err != nil {
		s.t.Errorf("the server ended with %v", err)
	}
	s.close()
}

// restore is a plan of automatic steps, each after the one before it.
func restore(id string, steps ...string) *plan.Plan {
	p := &plan.Plan{
		Schema: 1, ID: id, Name: id, File: id + ".yaml", Owner: plan.Owner{Role: "systemejer", Unit: "Stab", Mailbox: "ejer@kommune.test"},
		Drills: []plan.Drill{{ID: "gendan", Title: "Gendannelse", Type: "restore", AllowParallel: true}},
	}
	for i, name := range steps {
		s := plan.Step{ID: name, Title: name, Action: "restore", Timeout: 60}
		if i > 0 {
			s.After = []string{steps[i-1]}
		}
		p.Recovery.Steps = append(p.Recovery.Steps, s)
	}
	return p
}

func (s *server) adopt(plans ...*plan.Plan) *server {
	s.t.Helper()
	set := &plan.Set{Organisation: &plan.Organisation{Schema: 1, Name: "Prøve"}, Plans: plans}
	if _, err := s.Adopt(s.t.Context(), door.Actor{Name: "it-chef"}, set); err != nil {
		s.t.Fatal(err)
	}
	return s
}

func (s *server) start(system string) string {
	s.t.Helper()
	id, err := s.Open(s.t.Context(), door.Actor{Name: "it-chef"}, register.Opening{System: system, Drill: "gendan"})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// until waits for what the server does by itself; the test's own time-out is
// the only limit.
func (s *server) until(what func() bool) {
	s.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !what() {
		select {
		case <-s.t.Context().Done():
			s.t.Fatal("it never came about")
		case <-tick.C:
		}
	}
}

func (s *server) state(run string) (state, verdict string) {
	s.t.Helper()
	row, _, err := s.Run(s.t.Context(), run)
	if err != nil {
		s.t.Fatal(err)
	}
	return row.State, row.Verdict
}

func (s *server) untilEnded(run string) {
	s.t.Helper()
	s.until(func() bool { state, _ := s.state(run); return state == "ended" })
}

func (s *server) untilStep(run, step, state string) {
	s.t.Helper()
	s.until(func() bool {
		_, r, err := s.Run(s.t.Context(), run)
		found, ok := r.Find(step)
		return err == nil && ok && string(found.State) == state
	})
}
