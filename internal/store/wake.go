package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"beredskab/internal/fault"
	"beredskab/internal/kept"
)

const (
	driveKind = "drive"
	// wakeSlot is how much later than asked a run may be woken, so that wakes
	// close to each other become one job.
	wakeSlot = 100 * time.Millisecond
)

// driveJob asks for one look at one run. At is the moment wanted in
// microseconds, 0 for at once.
type driveJob struct {
	Run string `json:"run"`
	At  int64  `json:"at"`
}

// Kind names the job in the queue's table.
func (driveJob) Kind() string { return driveKind }

// InsertOpts lets a job be tried for as long as the run wants to be driven: a
// drive that errs is tried again soon, see driveRetry.
func (driveJob) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 10_000} }

// enqueuer is the part of River's client that an insert needs, per engine.
type enqueuer struct {
	sqlite   *river.Client[*sql.Tx]
	postgres *river.Client[pgx.Tx]
}

func (db *DB) openSQLiteQueue() (err error) {
	db.queue.sqlite, err = river.NewClient(riversqlite.New(db.writer), &river.Config{Logger: db.options.Logger})
	return doing(err, "opening the queue")
}

func (db *DB) openPostgresQueue() (err error) {
	db.queue.postgres, err = river.NewClient(riverpgxv5.New(db.pgx), &river.Config{Logger: db.options.Logger})
	return doing(err, "opening the queue")
}

// Wake announces to this process only what waits for whoever leads: a node that
// wakes a run for others has just done what it can do itself.
func (t *transaction) Wake(ctx context.Context, run, queue string, at time.Time) error {
	if at.IsZero() {
		if err := t.wake(ctx, run, queue, 0); err != nil {
			return doing(err, "waking run", run)
		}
		fault.Point("store.wake.written")
		if queue == kept.LookQueue {
			t.woken = append(t.woken, run)
		}
		return nil
	}
	slot := at.Add(wakeSlot - 1).Truncate(wakeSlot)
	return doing(t.wake(ctx, run, queue, slot.UnixMicro()), "waking run", run)
}

// A wake needs no job of its own when there is one that has not begun and that
// will begin soon enough. River's own uniqueness cannot say that: it counts a
// running job as well, which may have looked at the run before this change. What
// has been tried before is not counted either, since it may wait for its retry.
const pending = `SELECT id FROM river_job
WHERE state = 'available' AND queue = ?4 AND kind = 'drive' AND attempt = 0
	AND args ->> 'run' = ?1 AND CAST(args ->> 'at' AS BIGINT) BETWEEN ?2 AND ?3
LIMIT 1`

// On PostgreSQL the job found must also stay unbegun until this commit, or it
// would not see this change: its row is locked, and who fetches skips it. One
// that somebody else has locked does not count.
const unbegun = " FOR UPDATE SKIP LOCKED"

// wake makes a job for later "available" at once. River fetches no job before
// its time, so it still waits; but it needs no leader to move it there, which
// happens only every five seconds.
func (t *transaction) wake(ctx context.Context, run, queue string, at int64) error {
	until := at // one asked for at once is served by any whose moment has come
	if at == 0 {
		until = time.Now().UnixMicro()
	}
	var id int64
	err := t.session.statements().QueryRowContext(ctx, pending+t.db.engine.hold(unbegun), run, at, until, queue).Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	job, err := t.session.enqueue(ctx, driveJob{Run: run, At: at}, &river.InsertOpts{Queue: queue, ScheduledAt: moment(at)})
	if err != nil || job.Job.State != rivertype.JobStateScheduled {
		return err
	}
	_, err = t.session.statements().ExecContext(ctx, "UPDATE river_job SET state = 'available' WHERE id = ?1", job.Job.ID)
	return doing(err, "letting the job wait for its time")
}

func (s *sqliteSession) enqueue(ctx context.Context, job driveJob, options *river.InsertOpts) (*rivertype.JobInsertResult, error) {
	return s.db.queue.sqlite.InsertTx(context.WithoutCancel(ctx), s.tx, job, options)
}

func (s *postgresSession) enqueue(ctx context.Context, job driveJob, options *river.InsertOpts) (*rivertype.JobInsertResult, error) {
	return s.db.queue.postgres.InsertTx(ctx, s.tx, job, options)
}
