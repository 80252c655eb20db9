package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"beredskab/internal/fault"
)

const (
	// A drive is short: it starts what is to be started and looks again later.
	// A longer limit would delay the rescue of a dead node's jobs, and without a
	// limit River never rescues them.
	driveTimeout = 30 * time.Second
	rescueAfter  = 60 * time.Second
	// Polling costs: at these intervals an idle server takes under 1 % of a core.
	// A run woken at once does not wait for it: Options.Woken and PostgreSQL's
	// notifications say so at commit.
	pollSQLite   = time.Second
	pollPostgres = 500 * time.Millisecond
	workers      = 8
	keepDone     = time.Hour
	longestRetry = 10 * time.Second
	cutOff       = 2 * time.Second // for what is being driven, once its time is over
)

// driveWorker works drive jobs.
type driveWorker struct {
	river.WorkerDefaults[driveJob]
	drive func(ctx context.Context, run string) error
}

func (d *driveWorker) Work(ctx context.Context, job *river.Job[driveJob]) error {
	err := d.drive(ctx, job.Args.Run)
	fault.Point("store.queue.driven")
	return err
}

// driveRetry tries again soon: a drive errs when the database or a neighbour is
// away for a moment, and a drill should not wait minutes for the next look.
type driveRetry struct{}

func (driveRetry) NextRetry(job *rivertype.JobRow) time.Time {
	wait := time.Duration(len(job.Errors)+1) * 500 * time.Millisecond
	return time.Now().Add(min(wait, longestRetry))
}

// Work starts handing runs woken in those queues to drive, until stop. The same run may be
// driven again after a crash and beside itself, so drive must be idempotent: the
// attempt row is the fence. node names this process and no other that lives.
// stop waits for what is being driven until its context ends, and cuts it off
// then.
func (db *DB) Work(ctx context.Context, node string, queues []string, drive func(ctx context.Context, run string) error) (stop func(context.Context) error, err error) {
	if node == "" {
		return nil, errors.New("starting work: this node has no name")
	}
	if db.pgx != nil {
		return startWork(ctx, db, riverpgxv5.New(db.pgx), node, queues, drive)
	}
	if db.lock == nil {
		return nil, errors.New("starting work: only the server that holds the data folder's lock may work")
	}
	return startWork(ctx, db, riversqlite.New(db.writer), node, queues, drive)
}

func startWork[T any](ctx context.Context, db *DB, driver riverdriver.Driver[T], node string, queues []string, drive func(context.Context, string) error) (func(context.Context) error, error) {
	if err := db.takeBack(ctx, node); err != nil {
		return nil, fmt.Errorf("taking back jobs of an earlier process: %w", err)
	}
	fault.Point("store.queue.taken-back")
	registry := river.NewWorkers()
	if err := river.AddWorkerSafely(registry, &driveWorker{drive: drive}); err != nil {
		return nil, fmt.Errorf("starting work: %w", err)
	}
	poll := pollSQLite
	if db.pgx != nil {
		poll = pollPostgres
	}
	polled := map[string]river.QueueConfig{}
	for _, queue := range queues {
		polled[queue] = river.QueueConfig{MaxWorkers: workers}
	}
	client, err := river.NewClient(driver, &river.Config{
		ID:                          node,
		Logger:                      db.options.Logger,
		Queues:                      polled,
		Workers:                     registry,
		JobTimeout:                  driveTimeout,
		RescueStuckJobsAfter:        rescueAfter,
		FetchPollInterval:           poll,
		FetchCooldown:               poll / 5,
		PollOnly:                    db.pgx == nil, // SQLite has nothing to listen to.
		RetryPolicy:                 driveRetry{},
		CompletedJobRetentionPeriod: keepDone,
	})
	if err != nil {
		return nil, fmt.Errorf("starting work: %w", err)
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("starting work: %w", err)
	}
	return func(ctx context.Context) error {
		if err := client.Stop(ctx); err == nil {
			return nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cutOff)
		defer cancel()
		return doing(client.StopAndCancel(ctx), "stopping work")
	}, nil
}

// takeBack makes jobs available again that a process was working on when it
// died: on SQLite any, because no other server can live beside the lock; on
// PostgreSQL those of this node's name. It saves a restarted server the minute
// after which the leader would rescue them.
func (db *DB) takeBack(ctx context.Context, node string) error {
	const all = "UPDATE river_job SET state = 'available' WHERE state = 'running' AND kind = 'drive'"
	if db.pgx == nil {
		_, err := db.writer.ExecContext(ctx, all)
		return err
	}
	_, err := db.pgx.Exec(ctx, all+" AND attempted_by[array_upper(attempted_by, 1)] = $1", node)
	return err
}
