//go:build bench

package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"beredskab/internal/action"
	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/notify"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/runner"
	"beredskab/internal/store"
)

const (
	chains = 20
	links  = 20
)

// TestBenchStepsBesideTheQueue sets the steps of drills beside the bare queue on
// the same database, and beside bare rows on disk. A step is claimed, carried
// out by something that takes no time, and recorded with its events and log
// entries; a job of the bare queue is worked, enqueues the next of its chain and
// is completed, in a queue that polls without a pause. Twenty runs, or chains,
// of twenty go side by side.
func TestBenchStepsBesideTheQueue(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		queue := rate(bareQueue(t, engine))
		steps := rate(drillSteps(t, engine))
		word := "within"
		if queue > 2*steps {
			word = "OVER"
		}
		fmt.Printf("%-58s %8.0f/s  bare queue %6.0f/s  %6.2f x  limit  2.00 x  %s\n", "drill steps on "+engine, steps, queue, queue/steps, word)
	}
	fmt.Printf("%-58s %8.0f/s\n", "  bare rows on sqlite, each synced", rate(bareRows(t)))
}

func rate(took time.Duration) float64 { return chains * links / took.Seconds() }

// nothing is an action that is done as soon as it is begun.
type nothing struct{}

func (nothing) Run(context.Context, action.Request) (action.Result, error) {
	return action.Result{Outcome: action.OK}, nil
}

func (nothing) Adopt(context.Context, action.Request) (action.Result, error) {
	return action.Result{}, action.ErrUnknown
}
func (nothing) SpoolID() string                                  { return "spool" }
func (nothing) Check(string, map[string]string) []action.Problem { return nil }
func (nothing) Forget(action.Request) error                      { return nil }

type wall struct{}

func (wall) Now() event.Moment { return event.Moment{Wall: time.Now()} }

func drillSteps(t *testing.T, engine string) time.Duration {
	var r *runner.Runner
	options := place(t, engine)
	options.Woken = func(run string) { r.Woken(run) }
	db := open(t, options)
	reg := register.New(door.New(db, wall{}), register.Options{})
	courier := must[*notify.Courier](t)(notify.New(notify.Options{}))
	r = runner.New(runner.Options{
		Register: reg, Node: "n1", Queue: db, Actions: nothing{}, Courier: courier, Log: slog.New(slog.DiscardHandler),
		Checks: func(context.Context) error { return nil }, Parallel: chains,
	})
	actor := door.Actor{Name: "bench"}
	set := &plan.Set{Organisation: &plan.Organisation{Schema: 1, Name: "Bench"}, Plans: []*plan.Plan{chain()}}
	must[register.Adopted](t)(reg.Adopt(t.Context(), actor, set))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	began := time.Now()
	for range chains {
		must[string](t)(reg.Open(t.Context(), actor, register.Opening{System: "a", Drill: "gendan"}))
	}
	for len(must[[]string](t)(reg.OpenRuns(t.Context()))) > 0 {
		time.Sleep(5 * time.Millisecond) // nothing here says when
	}
	took := time.Since(began)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	return took
}

func chain() *plan.Plan {
	p := &plan.Plan{
		Schema: 1, ID: "a", Name: "a", File: "a.yaml", Owner: plan.Owner{Role: "systemejer", Unit: "Stab"},
		Drills: []plan.Drill{{ID: "gendan", Title: "Gendannelse", Type: "restore", AllowParallel: true}},
	}
	for i := range links {
		s := plan.Step{ID: fmt.Sprint("s", i), Title: "Trin", Action: "restore", Timeout: 60}
		if i > 0 {
			s.After = []string{fmt.Sprint("s", i-1)}
		}
		p.Recovery.Steps = append(p.Recovery.Steps, s)
	}
	return p
}

type link struct {
	Left int `json:"left"`
}

func (link) Kind() string { return "link" }

type linkWorker[T any] struct {
	river.WorkerDefaults[link]
	enqueue func(ctx context.Context, next link) error
	done    *sync.WaitGroup
}

func (w *linkWorker[T]) Work(ctx context.Context, job *river.Job[link]) error {
	defer w.done.Done()
	if job.Args.Left == 1 {
		return nil
	}
	return w.enqueue(ctx, link{job.Args.Left - 1})
}

func bareQueue(t *testing.T, engine string) time.Duration {
	options := place(t, engine)
	open(t, options) // makes the queue's tables
	if engine == "postgres" {
		pool := must[*pgxpool.Pool](t)(pgxpool.New(t.Context(), options.URL))
		t.Cleanup(pool.Close)
		return workChains[pgx.Tx](t, riverpgxv5.New(pool), true)
	}
	db := must[*sql.DB](t)(store.OpenForWriting(options.Path))
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	return workChains[*sql.Tx](t, riversqlite.New(db), false)
}

func workChains[T any](t *testing.T, queue riverdriver.Driver[T], listens bool) time.Duration {
	var done sync.WaitGroup
	done.Add(chains * links)
	workers, worker := river.NewWorkers(), &linkWorker[T]{done: &done}
	river.AddWorker(workers, worker)
	client := must[*river.Client[T]](t)(river.NewClient(queue, &river.Config{
		Logger: slog.New(slog.DiscardHandler), Workers: workers, PollOnly: !listens,
		Queues:        map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: chains}},
		FetchCooldown: time.Millisecond, FetchPollInterval: time.Millisecond,
	}))
	worker.enqueue = func(ctx context.Context, next link) error {
		_, err := client.Insert(ctx, next, nil)
		return err
	}
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for range chains {
		if err := worker.enqueue(t.Context(), link{links}); err != nil {
			t.Fatal(err)
		}
	}
	done.Wait()
	took := time.Since(began)
	if err := client.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	return took
}

func bareRows(t *testing.T) time.Duration {
	db := must[*sql.DB](t)(store.OpenForWriting(filepath.Join(t.TempDir(), "rows.db")))
	defer func() { _ = db.Close() }()
	for _, q := range []string{"pragma journal_mode=wal", "create table step (id integer primary key, body text)"} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	for range chains * links {
		if _, err := db.Exec(`insert into step (body) values ('{"outcome": "ok"}')`); err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(began)
}
